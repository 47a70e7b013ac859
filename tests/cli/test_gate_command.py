"""The quality gate, on what the commands really write, whole and spoilt."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dcprops.cli import main
from dcprops.defects.models.stdlib_model import UndescribedModel

Gate = Callable[..., tuple[int, str, str]]

PASSED = '<testcase classname="tests.one" name="test_a" time="0.1"/>'
FAILED = (
    '<testcase classname="tests.one" name="test_b"><failure message="assert 1 == 2&#10;more">trace</failure></testcase>'
)
BROKEN = '<testcase classname="tests.one" name="test_c"><error message="no file"/></testcase>'
SKIPPED = '<testcase classname="tests.one" name="test_d"><skipped message="no dbt"/></testcase>'

SHORT_OF_FIGURES = json.dumps(
    {"repeat": 1, "rows": [{"name": "a", "promise": {"of": "ours", "at_most": 1}, "met": False, "ours": []}]}
)


class TakesSpaces(UndescribedModel):
    """Accepts identifiers of white space."""

    def text(self, value: Any) -> object:
        return value if isinstance(value, str) and value.isspace() else super().text(value)


@pytest.fixture
def gate(capsys: pytest.CaptureFixture[str]) -> Gate:
    """Runs the command: its status, what it prints, and what it complains of."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["gate", *map(str, arguments)])
        return status, *capsys.readouterr()

    return run


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands write, of targets that are right and of one that isn't."""
    folder = tmp_path_factory.mktemp("results")
    laws = ["--only", "model.accepts-valid", "--only", "model.rejects-invalid", "--only", "model.frozen-and-hashable"]
    model = ["check", *laws, "--max-examples", "5", "--seed", "1", "--json"]
    wrong = ["--model", f"{__name__}:TakesSpaces"]
    id_ = "model.rejects-invalid"
    assert main([*model, str(folder / "right.json")]) == 0
    assert main([*model, str(folder / "wrong.json"), *wrong]) == 1
    assert main([*model, str(folder / "expected.json"), *wrong, "--xfail", f"{id_}=mended next week"]) == 0
    assert main([*model, str(folder / "shard.json"), "--shard", "1/2", "--run-id", "7"]) == 0
    assert main(["golden", "verify", "--json", str(folder / "golden.json")]) == 0
    assert main(
        ["bench", "--repeat", "1", "--lines", "50", "--only", "validate*", "--json", str(folder / "bench.json")]
    ) in {0, 1}
    (folder / "tests.xml").write_text(
        f"<testsuites><testsuite>{PASSED}{SKIPPED}</testsuite></testsuites>", encoding="utf-8"
    )
    return folder


def changed(results: Path, name: str, change: Callable[[dict[str, Any]], Any], to: Path) -> Path:
    told = json.loads((results / name).read_text(encoding="utf-8"))
    change(told)
    path = to / name
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def row_of(out: str, name: str) -> list[str]:
    (line,) = (line for line in out.splitlines() if line.split()[:1] == [name])
    return line.split()[1:]


def test_all_that_holds_opens_it(gate: Gate, results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(results)
    status, out, err = gate("right.json", "golden.json", "bench.json", "tests.xml")
    assert (status, err) == (0, "")
    report = json.loads(Path("right.json").read_text(encoding="utf-8"))
    assert row_of(out, "right.json") == ["check", "properties", str(report["summary"]["passed"]), "0", "0", "0", "ok"]
    assert row_of(out, "golden.json") == ["golden", "figures", "740", "0", "0", "0", "ok"]
    assert row_of(out, "tests.xml") == ["junit", "tests", "1", "0", "0", "1", "ok"]
    assert row_of(out, "bench.json")[:2] == ["bench", "promises"]
    assert out.splitlines()[-1] == "the gate is open: 4 results, 0 of a must fell short"


def test_a_property_that_fails_closes_it(gate: Gate, results: Path) -> None:
    status, out, _ = gate(results / "right.json", results / "wrong.json")
    assert status == 1
    assert "must: " in out
    assert f"{results / 'wrong.json'}: model.rejects-invalid: " in out
    assert out.splitlines()[-1].startswith("the gate is closed: 2 results, ")


def test_what_is_expected_to_fail_leaves_it_open(gate: Gate, results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(results)
    status, out, _ = gate("expected.json")
    assert status == 0
    assert row_of(out, "expected.json")[3:] == ["0", "0", "1", "ok"]


def test_a_should_is_told_and_leaves_it_open(gate: Gate, results: Path, tmp_path: Path) -> None:
    def only_should(report: dict[str, Any]) -> None:
        for check in report["checks"]:
            check["level"] = "should"

    status, out, _ = gate(changed(results, "wrong.json", only_should, tmp_path))
    assert status == 0
    assert "should: " in out
    assert "must: " not in out


def test_promises_that_are_all_missed_leave_it_open(gate: Gate, results: Path, tmp_path: Path) -> None:
    def missed(told: dict[str, Any]) -> None:
        for row in told["rows"]:
            row["met"] = False if row["promise"] else None

    status, out, _ = gate(changed(results, "bench.json", missed, tmp_path))
    assert status == 0
    assert "should: " in out
    assert out.splitlines()[-1] == "the gate is open: 1 result, 0 of a must fell short"


def test_what_could_not_even_be_tried_is_a_must(gate: Gate, results: Path, tmp_path: Path) -> None:
    def errored(report: dict[str, Any]) -> None:
        report["checks"][0] |= {"status": "errored", "level": "should", "reason": "it died"}

    status, out, _ = gate(changed(results, "right.json", errored, tmp_path))
    assert status == 1
    assert "model.accepts-valid: it died" in out


def test_a_figure_that_differs_closes_it(gate: Gate, results: Path, tmp_path: Path) -> None:
    drift = {"scenario": "half-a-millionth", "field": "vested_account_balance", "expected": "1", "got": "2"}
    status, out, _ = gate(changed(results, "golden.json", lambda told: told.update(drift=[drift]), tmp_path))
    assert status == 1
    assert "half-a-millionth: vested_account_balance: expected 1, got 2" in out


@pytest.mark.parametrize(
    ("row", "status", "says"),
    [
        ({"met": False, "ratio": 1.07}, 0, "should: {}: validate: 1.07, promised at least 1.2"),
        (
            {"met": False, "ours": [1.0, 3.0], "promise": {"of": "ours", "at_least": 2.5}},
            0,
            "should: {}: validate: 2, promised at least 2.5",
        ),
        ({"met": None, "failure": "nothing to read"}, 1, "must: {}: validate: nothing to read"),
    ],
)
def test_promises(row: dict[str, Any], status: int, says: str, gate: Gate, results: Path, tmp_path: Path) -> None:
    def change(told: dict[str, Any]) -> None:
        (found,) = (each for each in told["rows"] if each["name"] == "validate")
        found |= row

    path = changed(results, "bench.json", change, tmp_path)
    found, out, _ = gate(path)
    assert found == status
    assert says.format(path) in out


@pytest.mark.parametrize(
    ("cases", "status", "says"),
    [
        (PASSED + FAILED, 1, "must: {}: tests.one.test_b: assert 1 == 2\n"),
        (PASSED + BROKEN, 1, "must: {}: tests.one.test_c: no file\n"),
        (SKIPPED, 1, "must: {}: nothing was judged\n"),
        ("", 1, "must: {}: nothing was judged\n"),
        (PASSED, 0, "the gate is open: 1 result, 0 of a must fell short\n"),
    ],
)
def test_tests(cases: str, status: int, says: str, gate: Gate, tmp_path: Path) -> None:
    path = tmp_path / "tests.xml"
    path.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", encoding="utf-8")
    found, out, _ = gate(path)
    assert found == status
    assert says.format(path) in out


def test_an_empty_report_is_never_green(gate: Gate, results: Path, tmp_path: Path) -> None:
    status, out, _ = gate(changed(results, "right.json", lambda told: told.update(checks=[]), tmp_path))
    assert status == 1
    assert "nothing was judged" in out


def test_all_of_it_as_json_and_as_markdown(gate: Gate, results: Path, tmp_path: Path) -> None:
    wrong, right = results / "wrong.json", results / "right.json"
    status, out, _ = gate(wrong, right, "--json", "-", "--markdown", tmp_path / "gate.md")
    told = json.loads(out)
    assert (status, told["ok"], list(told["results"])) == (1, False, [str(wrong), str(right)])
    first = told["results"][str(wrong)]["shortfalls"][0]
    assert first.keys() == {"name", "level", "why"}
    assert told["results"][str(right)]["ok"] is True
    page = (tmp_path / "gate.md").read_text(encoding="utf-8").splitlines()
    assert page[0] == "| Result | Kind | Judged | Held | Must | Should | Left out |  |"
    assert page[1] == "| --- | --- | --- | --: | --: | --: | --: | --- |"
    assert page[-1].startswith("- the gate is closed: 2 results")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read: No such file or directory; did the job that writes it run?"),
        ('{"checks": [', "is neither JSON nor XML as a whole: "),
        ("<testsuites><testsuite>", "is neither JSON nor XML as a whole: "),
        ("", "is neither JSON nor XML as a whole: "),
        ("[]", "is no result that is known: expected the JSON of dcprops check or merge; the JSON of dcprops bench; "),
        ('{"other": 1}', "is no result that is known: "),
        ("<coverage><packages/></coverage>", "is no result that is known: "),
        ('{"checks": [{}], "targets": {}}', "result.json is not as dcprops of this version writes it: KeyError"),
        ('{"checks": [1], "targets": {}}', "result.json is not as dcprops of this version writes it: TypeError"),
        (SHORT_OF_FIGURES, "result.json is not as dcprops of this version writes it: "),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_one_line(content: str | None, says: str, gate: Gate, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    status, out, err = gate(path)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_one_shard_is_not_a_run(gate: Gate, results: Path) -> None:
    status, _, err = gate(results / "shard.json")
    assert status == 2
    assert err.endswith("shard.json is shard 1/2 of a run: join all of them with dcprops merge first\n")


def test_a_result_counts_once_and_stays_as_it_is(gate: Gate, results: Path, tmp_path: Path) -> None:
    path = results / "right.json"
    assert gate(path, path)[2] == f"dcprops: {path} is {path} once more: name each result once\n"
    (tmp_path / "link.json").symlink_to(path)
    for other in (results / "." / ".." / results.name / "right.json", tmp_path / "link.json"):
        assert gate(path, other)[2] == f"dcprops: {other} is {path} once more: name each result once\n"
    status, _, err = gate(path, "--json", path)
    assert status == 2
    assert "would overwrite the result" in err
