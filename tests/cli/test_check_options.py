"""What is left out, expected, kept, dealt out and merged: `dcprops check` by its options and its table."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from xml.etree import ElementTree as Xml

import pytest

from dcprops.cli import main
from dcprops.configuration import KEYS
from dcprops.properties import PROPERTIES
from dcprops.rules import CATALOGUE

#: `Lax` takes an unknown field of the envelope, and `Vague` a department of any length, which is of level `should`.
#: `Picky` refuses what no fixed example has: a merit to an amount that ends in an odd digit. `Noting` is right, and
#: writes down what it is asked.
MODELS = """
import json
from pathlib import Path
from dcprops import SimulationEvent

class Right(SimulationEvent):
    pass

class Lax(SimulationEvent):
    model_config = {"extra": "ignore"}

class Picky:
    def validate(self, document):
        event = SimulationEvent.model_validate_json(json.dumps(document))
        if event.payload.event_type == "merit" and str(event.payload.new_compensation)[-1] in "13579":
            raise ValueError("odd")
        return event

    def dump(self, value):
        return value.model_dump(mode="json")

class Vague(Picky):
    def validate(self, document):
        payload = document.get("payload") if isinstance(document, dict) else None
        if isinstance(payload, dict) and isinstance(payload.get("department"), str):
            document = {**document, "payload": {**payload, "department": payload["department"][:20]}}
        return SimulationEvent.model_validate_json(json.dumps(document))

class Noting(Picky):
    def validate(self, document):
        with Path("asked.ndjson").open("a", encoding="utf-8") as file:
            file.write(json.dumps(document, sort_keys=True) + "\\n")
        return SimulationEvent.model_validate_json(json.dumps(document))
"""
ACCEPTS, REJECTS = "model.accepts-valid", "model.rejects-invalid"


class Ended(NamedTuple):
    """How a command ended: its exit status, and what it printed."""

    status: int
    out: str
    err: str


Run: TypeAlias = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs the command line in a project with MODELS in it, which is the working directory."""
    (tmp_path / "models_of_theirs.py").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(tmp_path / "hypothesis"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Ended:
        return Ended(main([str(each) for each in arguments]), *capsys.readouterr())

    yield run
    sys.modules.pop("models_of_theirs", None)


def check(run: Run, model: str, only: str, *options: object, examples: int = 3) -> Ended:
    target = ("--model", f"models_of_theirs:{model}", "--only", only)
    return run("check", *target, "--max-examples", examples, *options)


def report_in(name: str) -> dict[str, Any]:
    return json.loads(Path(name).read_text(encoding="utf-8"))


def only_case(name: str) -> tuple[dict[str, str], list[tuple[str, str | None]]]:
    """What a JUnit file with one suite of one case counts, and what is told of the case."""
    (suite,) = Xml.parse(name).iter("testsuite")
    (case,) = suite.iter("testcase")
    counts = {key: suite.attrib[key] for key in ("tests", "failures", "errors", "skipped")}
    return counts, [(each.tag, each.get("message")) for each in case]


def line_of(ended: Ended, start: str) -> str:
    (line,) = (line for line in ended.out.splitlines() if line.startswith(f"{start} "))
    return " ".join(line.split())


def refusal(ended: Ended) -> str:
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("dcprops: ")
    assert ended.err.count("\n") == 1
    assert ended.err.endswith("\n")
    return ended.err.strip()


# --- what is left out, and what is expected to fail ---


def test_what_is_skipped_is_not_tried_and_has_its_reason(run: Run):
    ended = check(run, "Lax", REJECTS, "--skip", f"{REJECTS}=till spring", "--json", "r.json", "--junit", "r.xml")
    assert (ended.status, ended.err) == (0, "")
    assert line_of(ended, REJECTS) == f"{REJECTS} skipped 0 0.00 till spring"
    assert ended.out.endswith("\n1 skipped (0 examples)\n")
    (told,) = report_in("r.json")["checks"]
    assert (told["status"], told["reason"], told["examples"]) == ("skipped", "till spring", 0)
    counts = {"tests": "1", "failures": "0", "errors": "0", "skipped": "1"}
    assert only_case("r.xml") == (counts, [("skipped", "till spring")])


def test_what_fails_as_expected_is_shown_and_does_not_count(run: Run):
    wanted = ("--json", "r.json", "--junit", "r.xml")
    ended = check(run, "Lax", REJECTS, "--xfail", f"{REJECTS}=till spring", *wanted)
    assert (ended.status, ended.err) == (0, "")
    assert line_of(ended, REJECTS).startswith(f"{REJECTS} xfail ")
    assert line_of(ended, REJECTS).endswith(" 1 failure, expected: till spring")
    assert "\n1 xfail (" in ended.out
    assert "as a test:" not in ended.out
    (told,) = report_in("r.json")["checks"]
    assert (told["status"], told["xfail"], len(told["failures"])) == ("failed", "till spring", 1)
    counts = {"tests": "1", "failures": "0", "errors": "0", "skipped": "1"}
    assert only_case("r.xml") == (counts, [("skipped", "expected to fail: till spring")])
    without = check(run, "Lax", REJECTS, *wanted)
    assert without.status == 1
    assert line_of(without, REJECTS).startswith(f"{REJECTS} failed ")
    assert only_case("r.xml")[1] == [("failure", f"{REJECTS}: envelope.unknown_field accepts unknown-field")]


def test_what_holds_against_expectation_is_a_remark(run: Run):
    """As with pytest, whose XPASS is no failure unless one asks for it."""
    ended = check(run, "Right", REJECTS, "--xfail", f"{REJECTS}=till spring", "--junit", "r.xml")
    assert (ended.status, ended.err) == (0, "")
    assert line_of(ended, REJECTS).endswith("expected to fail, but it holds: take it out of xfail (till spring)")
    assert line_of(ended, REJECTS).startswith(f"{REJECTS} passed ")
    assert only_case("r.xml") == ({"tests": "1", "failures": "0", "errors": "0", "skipped": "0"}, [])


@pytest.mark.parametrize("option", ["--skip", "--xfail"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("model.accept-valid=why", "there is no property 'model.accept-valid': did you mean model.accepts-valid"),
        ("model.accepts-valid", "expected ID=REASON, such as store.throughput='a slow disk', got"),
        ("model.accepts-valid= ", "expected ID=REASON"),
    ],
)
def test_an_id_or_a_reason_that_is_none_is_refused(run: Run, option: str, value: str, words: str):
    assert words in refusal(run("check", option, value))


# --- what failed before ---


def test_a_failure_that_is_kept_is_tried_first_the_next_time(run: Run):
    found = check(run, "Picky", ACCEPTS, "--seed", 1, "--database", "kept", "--json", "found.json", examples=400)
    few = partial(check, run, "Picky", ACCEPTS, "--seed", 2, examples=1)
    assert (found.status, few("--json", "few.json").status) == (1, 0)
    assert few("--database", "kept", "--json", "again.json").status == 1
    (first,), (again,) = (report_in(name)["checks"][0]["failures"] for name in ("found.json", "again.json"))
    assert again == first
    assert few("--database", "another").status == 0


def test_a_database_is_there_though_nothing_failed(run: Run):
    """Or the shards of a run in which only some fail could not be joined."""
    assert check(run, "Right", ACCEPTS, "--database", "in/kept").status == 0
    assert list(Path("in/kept").iterdir()) == []


def test_a_database_that_cannot_be_one_is_refused(run: Run):
    Path("file").touch()
    ended = check(run, "Right", ACCEPTS, "--database", "file")
    assert refusal(ended) == "dcprops: the example database file cannot be written: File exists"


# --- shards, and one report of them ---


class Shards(NamedTuple):
    """Three shards of a run of `Picky` and `Lax` in one: how each ended, and the names of what they wrote."""

    ended: list[Ended]
    reports: list[str]
    databases: list[str]


def sharded(run: Run, model: str, *options: object, of: int = 3, run_id: str = "nightly", to: str = "") -> Shards:
    numbers = range(1, of + 1)
    reports, databases = [[f"{to}{number}{end}" for number in numbers] for end in (".json", ".kept")]
    ended = [
        run("check", "--model", f"models_of_theirs:{model}", *options, "--shard", f"{number}/{of}", "--run-id", run_id,
            "--json", report, "--database", database)
        for number, report, database in zip(numbers, reports, databases, strict=True)
    ]  # fmt: skip
    return Shards(ended, reports, databases)


MANY = ("--only", ACCEPTS, "--only", REJECTS, "--max-examples", 900)


def test_the_merged_report_has_what_every_shard_found(run: Run):
    shards = sharded(run, "Picky", *MANY)
    kept = [option for folder in shards.databases for option in ("--database", folder)]
    wanted = ("--json", "all.json", "--junit", "all.xml")
    ended = run("merge", *reversed(shards.reports), *kept, "--into", "all.kept", *wanted)
    assert (ended.status, ended.err) == (max(each.status for each in shards.ended), "") == (1, "")
    parts, whole = [report_in(name) for name in shards.reports], report_in("all.json")
    status = {told["id"]: told["status"] for told in whole["checks"]}
    assert status == {ACCEPTS: "failed", REJECTS: "passed"}
    (failure,) = whole["checks"][0]["failures"]
    assert failure["title"] == f"{ACCEPTS}: a valid document is refused"
    assert failure["document"]["payload"]["event_type"] == "merit"
    for place, told in enumerate(whole["checks"]):
        assert told["examples"] == sum(part["checks"][place]["examples"] for part in parts)
    assert [shard["shard"] for shard in whole["shards"]] == ["1/3", "2/3", "3/3"]
    assert [shard["examples"] for shard in whole["shards"]] == [part["summary"]["examples"] for part in parts]
    cases = {case.get("name"): [each.tag for each in case] for case in Xml.parse("all.xml").iter("testcase")}
    assert cases == {ACCEPTS: ["failure"], REJECTS: []}
    # The joined database makes a run fail that looks at next to nothing.
    assert " examples are new in all.kept" in ended.out
    assert check(run, "Picky", ACCEPTS, "--seed", 2, examples=1).status == 0
    assert check(run, "Picky", ACCEPTS, "--seed", 2, "--database", "all.kept", examples=1).status == 1


def test_every_cell_is_on_one_shard(run: Run):
    shards = sharded(run, "Lax", "--only", REJECTS)
    assert sorted(each.status for each in shards.ended) == [0, 0, 1]
    cells = Counter(
        tuple(cell[key] for key in ("payload", "field", "rule", "level"))
        for name in shards.reports
        for cell in report_in(name)["matrix"]
    )
    assert cells == Counter((cell.payload, cell.field, cell.rule, cell.level) for cell in CATALOGUE)
    assert run("merge", *shards.reports, "--json", "all.json").status == 1
    whole = report_in("all.json")
    assert len(whole["matrix"]) == len(CATALOGUE)
    assert [cell["field"] for cell in whole["matrix"] if cell["outcome"] != "rejected"] == ["unknown_field"]
    assert [each["title"] for each in whole["checks"][0]["failures"]] == [
        f"{REJECTS}: envelope.unknown_field accepts unknown-field"
    ]


def test_an_expected_failure_is_one_of_the_merged_report(run: Run):
    """On two of the shards there is nothing to fail, which says nothing against the expectation."""
    shards = sharded(run, "Lax", "--only", REJECTS, "--xfail", f"{REJECTS}=till spring")
    assert [each.status for each in shards.ended] == [0, 0, 0]
    assert "take it out" not in "".join(each.out for each in shards.ended)
    ended = run("merge", *shards.reports)
    assert ended.status == 0
    assert line_of(ended, REJECTS).startswith(f"{REJECTS} xfail ")


def test_fixed_examples_are_tried_once_and_drawn_ones_differ(run: Run):
    fixed = Counter(json.dumps(document, sort_keys=True) for document in PROPERTIES[ACCEPTS].fixed())
    drawn = []
    of_all: Counter[str] = Counter()
    for number in (1, 2):
        check(run, "Noting", ACCEPTS, "--shard", f"{number}/2", "--run-id", "nightly", examples=40)
        asked = Path("asked.ndjson").read_text(encoding="utf-8").splitlines()
        Path("asked.ndjson").unlink()
        drawn.append(set(asked) - fixed.keys())
        of_all += Counter(line for line in asked if line in fixed)
    assert of_all == fixed
    assert min(map(len, drawn)) > 10
    assert len(drawn[0] & drawn[1]) < 3  # the simplest of all


def test_merge_writes_a_page(run: Run):
    pytest.importorskip("jinja2", reason="pages need jinja2, from the extra `html`")
    pytest.importorskip("matplotlib", reason="pages need matplotlib, from the extra `html`")
    shards = sharded(run, "Lax", "--only", REJECTS)
    assert run("merge", *shards.reports, "--html", "all.html").status == 1
    assert "envelope.unknown_field accepts unknown-field" in Path("all.html").read_text(encoding="ascii")


def test_what_is_not_all_shards_of_one_run_is_refused(run: Run):
    few = partial(sharded, run, "Right", "--only", ACCEPTS, "--max-examples", 4, of=2)
    one, two = few().reports
    other_run = few(run_id="another", to="r").reports[1]
    other_target = sharded(run, "Lax", "--only", ACCEPTS, "--max-examples", 4, of=2, to="t").reports[1]
    three = sharded(run, "Right", "--only", ACCEPTS, "--max-examples", 4, to="n").reports
    check(run, "Right", ACCEPTS, "--json", "whole.json")
    said = {
        (one, one, two): "shard 1/2 is there 2 times",
        (two,): "shard 1/2 is missing",
        (one, other_run): "shard 1/2 and shard 2/2 are of different runs: run_id 'nightly' and 'another'",
        (one, other_target): "are of different runs: targets {'model': 'models_of_theirs:Right'} and ",
        ("whole.json",): "a report is of a whole run, not of a shard: make it with --shard I/N",
    }
    for names, words in said.items():
        assert words in refusal(run("merge", *names, "--json", "all.json"))
    report = report_in(three[0]) | {"run_id": "nightly"}
    Path("n1.json").write_text(json.dumps(report), encoding="utf-8")
    assert "the shards are of 2 and 3 parts: expected one number" in refusal(run("merge", one, two, "n1.json"))
    assert not Path("all.json").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Expecting property name"),
        ("[1]", "no report of dcprops check"),
        ('{"version": "1"}', "no report of dcprops check: KeyError: 'seed'"),
        ('{"shard": "5/4"}', "no report of dcprops check: ValueError: '5/4' is no slice: expected I/N, such as 2/4"),
        ('{"shard": 5}', "no report of dcprops check: TypeError"),
        (
            '{"version": "1", "seed": 1, "targets": {}, "shard": "1/1", "matrix": [], "checks": [{"status": "well"}]}',
            "no report of dcprops check: ValueError: status 'well' is none: expected one of errored, failed,",
        ),
        (None, "No such file or directory"),
    ],
)
def test_what_is_no_report_is_refused(run: Run, text: str | None, words: str):
    if text is not None:
        Path("r.json").write_text(text, encoding="utf-8")
    line = refusal(run("merge", "r.json"))
    assert line.startswith("dcprops: r.json cannot be read: ")
    assert words in line


def test_databases_are_joined_into_a_new_one_or_one_that_is_one(run: Run):
    (report,), (kept,) = sharded(run, "Picky", *MANY, of=1)[1:]
    Path("project").mkdir()
    Path("project/notes.txt").write_text("mine", encoding="utf-8")
    into = partial(run, "merge", report, "--database", kept, "--into")
    assert "project has other things in it than examples: name a new folder, or" in refusal(into("project"))
    assert [each.name for each in Path("project").iterdir()] == ["notes.txt"]
    assert "notes.txt has other things in it than examples: name a new folder, or" in refusal(into("project/notes.txt"))
    assert "nowhere is no folder" in refusal(run("merge", report, "--database", "nowhere", "--into", "new"))
    assert "--database and --into go together" in refusal(run("merge", report, "--into", "new"))
    assert not Path("new").exists()
    once, again = into("new"), into("new")
    assert (once.status, again.status) == (1, 1)
    assert " examples are new in new" in once.out
    assert "\n0 examples are new in new" not in once.out
    assert "\n0 examples are new in new" in again.out


# --- the table of a project ---

TABLE = f"""
[tool.dcprops]
model = "models_of_theirs:Vague"
profile = "quick"
max-examples = 7
suites = ["model"]
strict = true
min-rate = 1000000000

[tool.dcprops.skip]
"{ACCEPTS}" = "slow"

[tool.dcprops.xfail]
"{REJECTS}" = "till spring"
"""


def write_table(text: str) -> None:
    Path("pyproject.toml").write_text(text, encoding="utf-8")


def test_a_check_is_as_the_table_says(run: Run):
    write_table(TABLE)
    ended = run("check", "--json", "r.json", "--seed", 1)
    report = report_in("r.json")
    assert ended.err == ""
    assert report["targets"] == {"model": "models_of_theirs:Vague"}
    assert (report["profile"], report["strict"]) == ("quick", True)
    told = {each["id"]: each for each in report["checks"]}
    assert {id_.partition(".")[0] for id_ in told} == {"model"}
    assert (told[ACCEPTS]["status"], told[ACCEPTS]["reason"]) == ("skipped", "slow")
    assert (told[REJECTS]["status"], told[REJECTS]["xfail"]) == ("failed", "till spring")
    titles = {failure["title"] for failure in told[REJECTS]["failures"]}
    assert titles == {f"{REJECTS}: hire.department accepts too-long"}
    write_table(TABLE.replace("strict = true", "strict = false"))
    check(run, "Vague", REJECTS, "--json", "r.json")
    assert report_in("r.json")["checks"][0]["failures"] == []


def test_what_the_command_line_says_comes_before_the_table(run: Run):
    write_table(TABLE)
    options = ("--model", "models_of_theirs:Noting", "--profile", "ci", "--max-examples", 2, "--only", ACCEPTS,
               "--xfail", f"{ACCEPTS}=other", "--json", "r.json")  # fmt: skip
    run("check", *options)
    report = report_in("r.json")
    assert (report["profile"], report["targets"]) == ("ci", {"model": "models_of_theirs:Noting"})
    assert report["checks"][0]["reason"] == "slow"  # what the table leaves out, it leaves out
    write_table(TABLE.replace(f'"{ACCEPTS}" = "slow"', ""))
    run("check", *options)
    (told,) = report_in("r.json")["checks"]
    fixed = len(PROPERTIES[ACCEPTS].fixed())
    drawn = round(2 * PROPERTIES[ACCEPTS].share)
    assert (told["examples"], told["xfail"]) == (fixed + drawn, "other")
    assert run("check", "--suite", "own", "--only", ACCEPTS).status == 2  # of the suites of the table it is one


def test_no_examples_are_refused_though_the_table_has_a_number(run: Run):
    write_table(TABLE)
    assert "max_examples=0 is too few: it must be at least 1" in refusal(run("check", "--max-examples", 0))


def test_the_rate_is_that_of_the_table_unless_one_is_asked_for(run: Run):
    write_table('[tool.dcprops]\nstore = "dcprops.defects.stores.sqlite_file:Store"\nmin-rate = 1_000_000_000\n')
    throughput = ("check", "--only", "store.throughput")
    assert run(*throughput).status == 1
    assert run(*throughput, "--min-rate", 1).status == 0


#: Of each key something that is wrong: as it is written, as it is told, and what is told of it.
WRONG = {
    "model": ("3", "model is 3", KEYS["model"]),
    "calculator": ("['a:b']", "calculator is ['a:b']", KEYS["calculator"]),
    "compliance": ("true", "compliance is True", KEYS["compliance"]),
    "limits": ("1.5", "limits is 1.5", KEYS["limits"]),
    "store": ("{}", "store is {}", KEYS["store"]),
    "reporter": ("2025-01-01", "reporter is datetime.date(2025, 1, 1)", KEYS["reporter"]),
    "profile": ("'slow'", "profile has 'slow', which there isn't", "quick, ci, deep"),
    "max-examples": ("0", "max-examples is 0", "a whole number above 0"),
    "suites": ("['modell']", "suites has 'modell', which there isn't", "did you mean model"),
    "skip": (
        "{'model.accept-valid' = 'why'}",
        "skip has 'model.accept-valid', which there isn't",
        f"did you mean {ACCEPTS}",
    ),
    "xfail": ("{'model.accepts-valid' = 1}", "xfail is {'model.accepts-valid': 1}", "a table of property = reason"),
    "strict": ("1", "strict is 1", "true or false"),
    "min-rate": ("inf", "min-rate is inf", "a number above 0"),
    "monitor": ("'m.db'", "monitor is 'm.db'", "a table: see docs/monitor.md"),
}


def test_of_each_key_something_is_wrong():
    assert WRONG.keys() == KEYS.keys()


@pytest.mark.parametrize("key", WRONG)
def test_a_table_that_is_wrong_is_refused(run: Run, key: str):
    written, told, expected = WRONG[key]
    write_table(f"[tool.dcprops]\n{key} = {written}\n")
    line = refusal(run("check", "--only", ACCEPTS))
    assert line.startswith(f"dcprops: {Path.cwd() / 'pyproject.toml'}: [tool.dcprops] {told}: ")
    assert expected in line
