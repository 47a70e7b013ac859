"""`dcprops shrink` and the comparisons of `dcprops audit`: what a user sees, what is written, and the exit status."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dcprops.cli import main

OURS = "dcprops:balances"
WRONG = "dcprops.defects.calculators.wrong:VestsEmployeeMoney.balances"
CENTS = "dcprops.defects.calculators.wrong:RoundsToCents.balances"
DEFERRALS = "baseline_2025/standard/EMP_000024/401K_MAIN"
Run = Callable[..., tuple[int, str, str]]

#: A module of targets beside the file: a model, a predicate, a calculator that waits, and one that dies.
TARGETS = """
import time
from dcprops.events import EventFactory
from dcprops.reference.documents import balances as reference

class Picky:
    def validate(self, document):
        if document["payload"]["event_type"] == "termination":
            raise ValueError("nobody leaves")
        if document["payload"].get("amount") == "-1":
            return document
        return EventFactory.create_event(document)
    def dump(self, value):
        return value if isinstance(value, dict) else value.model_dump(mode="json")

class Fragile(Picky):
    def validate(self, document):
        if document["payload"]["event_type"] == "hire":
            raise ZeroDivisionError("no pay")
        return EventFactory.create_event(document)
    def dump(self, value):
        return value.model_dump(mode="json")

def two_contributions(documents):
    return sum(each["payload"]["event_type"] == "contribution" for each in documents) >= 2

def slow(documents, as_of):
    print(len(documents), file=open("calls", "a"), flush=True)
    time.sleep(0.2)
    for row in reference(documents, as_of):
        yield {**row, "total_forfeitures": row["total_forfeitures"] + 1}

def by_name(documents, as_of):
    for row in reference(documents, as_of):
        yield {**row, "total_forfeitures": row["total_forfeitures"] + (row["employee_id"] == "EMP_000024")}
"""


@pytest.fixture
def place(tmp_path: Path, sample_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of events and a module of targets, in which commands are run."""
    (tmp_path / "events.ndjson").write_bytes(sample_path.read_bytes())
    name = f"targets_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(TARGETS, encoding="utf-8")
    (tmp_path / "module").write_text(name, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture
def target(place: Path) -> Callable[[str], str]:
    return lambda name: f"{(place / 'module').read_text(encoding='utf-8')}:{name}"


@pytest.fixture
def run(place: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process: its status, what it prints, and what it complains of."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(list(arguments))
        return status, *capsys.readouterr()

    return run


# What is printed and written.


def test_what_is_printed(run: Run) -> None:
    status, out, err = run("shrink", "events.ndjson", "--calculator", WRONG)
    assert (status, err) == (1, "")
    lines = out.splitlines()
    assert lines[0] == f"{WRONG}: vested_account_balance differs in {DEFERRALS} as of 2024-12-31"
    assert re.fullmatch(r"200 events in the file, 1 is left; 1 call to find it, \d calls to shrink it", lines[1])
    assert lines[2] == "minimal: without any one event, and with any one value simpler, they agree"
    for line in (
        "  field:    S1/D1/E1/P1: vested_account_balance as of 2025-12-31",
        "  expected: 1.000000",
        "  got:      0.000000",
        "  the smallest ledger, 1 event:",
        "    2025-12-31 S1/D1/E1/P1 contribution source=employee_pre_tax amount=1.000000 "
        "ytd_amount=0.000000 payroll_id=PR1",
        "    from dcprops.defects.calculators.wrong import VestsEmployeeMoney",
    ):
        assert line in lines
    assert json.loads(lines[-1])["payload"]["amount"] == "1.000000"


def test_what_is_written_is_a_ledger_that_is_as_small_as_it_gets(run: Run, place: Path) -> None:
    arguments = ("shrink", "--calculator", CENTS, "--ndjson")
    assert run(*arguments, "least.ndjson", "events.ndjson")[0] == 1
    _, out, _ = run("audit", "least.ndjson", "--json", "-")
    report = json.loads(out)
    assert (report["events"], report["valid"]) == (2, 2)
    assert run(*arguments, "again.ndjson", "least.ndjson")[0] == 1
    assert (place / "again.ndjson").read_bytes() == (place / "least.ndjson").read_bytes()


def test_the_test_fails_as_long_as_the_calculator_is_wrong(run: Run, place: Path) -> None:
    assert run("shrink", "events.ndjson", "--calculator", WRONG, "--test", "test_least.py")[0] == 1
    text = (place / "test_least.py").read_text(encoding="utf-8")
    (place / "test_right.py").write_text(
        text.replace("from dcprops.defects.calculators.wrong import VestsEmployeeMoney", "import dcprops").replace(
            "VestsEmployeeMoney.balances", "dcprops.balances"
        ),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_least.py", "test_right.py"],
        capture_output=True, encoding="utf-8", check=False, cwd=place,
    )  # fmt: skip
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "vested_account_balance differs" in done.stdout


def test_the_json_has_all_of_it(run: Run) -> None:
    status, out, _ = run("shrink", "events.ndjson", "--calculator", WRONG, "--json", "-")
    told = json.loads(out)
    assert status == 1
    assert told.keys() == {
        "target", "events", "found", "as_of", "failure", "search_calls", "calls", "is_minimal", "reason",
    }  # fmt: skip
    assert (told["target"], told["events"], told["is_minimal"], told["reason"]) == (WRONG, 200, True, "")
    assert told["found"]["account"]["employee_id"] == "EMP_000024"
    assert len(told["failure"]["ledger"]) == 1
    assert told["failure"]["workings"][-1].startswith("all buckets: net 1.000000")


def test_twice_the_same_bytes_whatever_the_hashes(dcprops: Any, place: Path) -> None:
    said = [
        dcprops(
            "shrink", "events.ndjson", "--calculator", CENTS, "--json", "-", cwd=place, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert json.loads(said[0])["is_minimal"]


def test_they_agree(run: Run, place: Path) -> None:
    status, out, _ = run("shrink", "events.ndjson", "--calculator", OURS)
    assert (status, out) == (0, f"{OURS} agrees with the reference on all 200 events (8 calls)\n")
    assert run("shrink", "events.ndjson", "--calculator", OURS, "--json", "-")[1] == (
        f'{{\n  "agreement": "{OURS} agrees with the reference on all 200 events (8 calls)"\n}}\n'
    )


def test_what_was_written_before_stays_where_they_agree(run: Run, place: Path) -> None:
    (place / "test_least.py").write_text("of yesterday", encoding="utf-8")
    outputs = ("--test", "test_least.py", "--ndjson", "least.ndjson", "--json", "told.json")
    before = set(os.listdir(place))
    assert run("shrink", "events.ndjson", "--calculator", OURS, *outputs)[0] == 0
    assert (place / "test_least.py").read_text(encoding="utf-8") == "of yesterday"
    assert set(os.listdir(place)) == before | {"told.json"}
    assert json.loads((place / "told.json").read_text(encoding="utf-8")).keys() == {"agreement"}


def test_a_file_that_was_there_is_replaced_where_they_do_not(run: Run, place: Path) -> None:
    for name in ("test_least.py", "least.ndjson", "told.json"):
        (place / name).write_text("of yesterday", encoding="utf-8")
    outputs = ("--test", "test_least.py", "--ndjson", "least.ndjson", "--json", "told.json")
    assert run("shrink", "events.ndjson", "--calculator", WRONG, *outputs)[0] == 1
    ledger = [json.loads(line) for line in (place / "least.ndjson").read_text(encoding="utf-8").splitlines()]
    told = json.loads((place / "told.json").read_text(encoding="utf-8"))
    assert told["failure"]["ledger"] == ledger
    assert told["failure"]["test"] == (place / "test_least.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["--ndjson", "--test"])
def test_standard_output_has_what_a_file_would_have_and_nothing_else(option: str, run: Run, place: Path) -> None:
    arguments = ("shrink", "events.ndjson", "--calculator", WRONG, option)
    assert run(*arguments, "written")[0] == 1
    status, out, err = run(*arguments, "-")
    assert (status, out, err) == (1, (place / "written").read_text(encoding="utf-8"), "")
    assert out.endswith("\n")


# Options.


def test_an_account_and_a_day(run: Run) -> None:
    name = "baseline_2025/standard/EMP_000102/401K_MAIN"
    status, out, _ = run("shrink", "events.ndjson", "--calculator", WRONG, "--account", name, "--as-of", "2024-09-30")
    assert status == 1
    assert out.startswith(f"{WRONG}: vested_account_balance differs in {name} as of 2024-09-30\n")
    status, out, _ = run("shrink", "events.ndjson", "--calculator", WRONG, "--account", "EMP_000102")
    assert status == 1
    assert out.startswith(f"{WRONG}: vested_account_balance differs in {name} as of 2024-12-31\n")


def test_every_month_end(run: Run) -> None:
    status, out, _ = run("shrink", "events.ndjson", "--calculator", OURS, "--month-ends")
    assert status == 0
    assert re.search(r"\((6|7)\d calls\)", out)


def test_a_budget(run: Run) -> None:
    status, out, _ = run("shrink", "events.ndjson", "--calculator", CENTS, "--budget", "1")
    assert status == 1
    assert "perhaps not minimal: the budget of 1 is spent" in out.splitlines()
    assert ", 1 call to shrink it" in out


def test_no_budget_leaves_the_file_as_it_is(run: Run, place: Path) -> None:
    status, out, _ = run("shrink", "events.ndjson", "--calculator", WRONG, "--budget", "0", "--ndjson", "-")
    assert status == 1
    whole = (place / "events.ndjson").read_text(encoding="utf-8")
    assert [json.loads(line) for line in out.splitlines()] == [json.loads(line) for line in whole.splitlines()]


def test_nothing_of_the_file_is_left(run: Run, place: Path) -> None:
    status, out, _ = run(
        "shrink", "events.ndjson", "--calculator", CENTS, "--anonymise", "--ndjson", "a.ndjson", "--test", "a.py"
    )
    assert status == 1
    told = out + (place / "a.ndjson").read_text(encoding="utf-8") + (place / "a.py").read_text(encoding="utf-8")
    for name in ("EMP_", "401K", "baseline", "standard", "dc_plan", "workforce"):
        assert name not in told
    assert out.startswith("200 events in the file, 2 are left; ")


def test_a_name_that_cannot_go_writes_nothing(run: Run, target: Any, place: Path) -> None:
    status, out, err = run(
        "shrink", "events.ndjson", "--calculator", target("by_name"), "--anonymise", "--ndjson", "a.ndjson"
    )
    assert (status, out) == (2, "")
    assert "employee_id cannot be replaced: without 'EMP_000024'" in err
    assert not (place / "a.ndjson").exists()


def test_a_model(run: Run, target: Any) -> None:
    status, out, _ = run("shrink", "events.ndjson", "--model", target("Picky"))
    assert status == 1
    assert ": a valid document is refused: ValueError in line " in out.splitlines()[0]
    assert '  document: {"event_id": "00000000-0000-4000-8000-000000000001", ' in out
    assert json.loads(out.splitlines()[-1])["payload"]["event_type"] == "termination"


def test_a_store(run: Run) -> None:
    status, out, _ = run("shrink", "events.ndjson", "--store", "dcprops.defects.stores.wrong:RoundsToCents")
    assert status == 1
    assert "store.values-exact: amount is another than was appended" in out
    assert float(json.loads(out.splitlines()[-1])["payload"]["amount"]) < 0.01


def test_a_function(run: Run, target: Any) -> None:
    status, out, _ = run("shrink", "events.ndjson", "--predicate", target("two_contributions"))
    assert status == 1
    assert "  the smallest ledger, 2 events:" in out.splitlines()
    assert "    assert not two_contributions(ledger)" in (line[4:] for line in out.splitlines())
    assert "  field:    as of 2025-12-31" in out.splitlines()


@pytest.mark.parametrize(("options", "ytd_amount", "codes"), [
    ((), "0.000000", ["ytd-below-amount"]),
    (("--coherent",), "1.000000", []),
])  # fmt: skip
def test_coherent(options: tuple[str, ...], ytd_amount: str, codes: list[str], run: Run, place: Path) -> None:
    arguments = ("shrink", "events.ndjson", "--calculator", WRONG, "--ndjson", "least.ndjson")
    assert run(*arguments, *options)[0] == 1
    payload = json.loads((place / "least.ndjson").read_text(encoding="utf-8"))["payload"]
    assert (payload["amount"], payload["ytd_amount"]) == ("1.000000", ytd_amount)
    status, out, _ = run("audit", "least.ndjson", "--json", "-")
    assert (status, [each["code"] for each in json.loads(out)["anomalies"]]) == (int(bool(codes)), codes)


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
def test_an_interrupt_prints_the_best_so_far(target: Any, place: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "dcprops", "shrink", "events.ndjson", "--calculator", target("slow")],
        cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    calls = place / "calls"
    while not calls.exists() or len(calls.read_text(encoding="utf-8").split()) < 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, err) == (130, "")
    assert "perhaps not minimal: interrupted" in out.splitlines()
    assert "total_forfeitures differs" in out.splitlines()


# The comparisons of audit.


def test_audit_compares_a_calculator(run: Run) -> None:
    status, out, _ = run("audit", "events.ndjson", "--calculator", WRONG, "--month-ends", "--show", "1")
    assert status == 1
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert f"{WRONG}: 18 disagreements on 200 events on 60 days from 2020-01-31 to 2024-12-31" in lines
    assert "vested_account_balance differs 9" in lines
    worst = "baseline_2025/standard/EMP_000102/401K_MAIN vested_account_balance 2024-08-31"
    assert f"{worst} 1553.060000 0.000000 1,553.060000 5" in lines
    assert lines[-1] == "17 of 18 are not shown: --show N lists more, --json FILE has all"


def test_audit_has_comparisons_in_its_json(run: Run, target: Any) -> None:
    status, out, _ = run(
        "audit",
        "events.ndjson",
        "--calculator",
        WRONG,
        "--as-of",
        "2023-12-31",
        "--model",
        target("Picky"),
        "--json",
        "-",
    )
    told = json.loads(out)
    assert status == 1
    assert told["calculator"]["days"] == ["2023-12-31"]
    assert all(each["as_of"] == "2023-12-31" for each in told["calculator"]["disagreements"])
    differences = [float(each["difference"]) for each in told["calculator"]["disagreements"]]
    assert differences == sorted(differences, reverse=True) != []
    refused = told["model"]["disagreements"]
    assert {each["message"] for each in refused} == {"a valid document is refused: ValueError"}
    assert [each["line"] for each in refused] == sorted(each["line"] for each in refused) != []


def test_audit_says_that_they_agree(run: Run, coherent_path: Path) -> None:
    status, out, _ = run("audit", str(coherent_path), "--calculator", OURS, "--model", "dcprops:SimulationEvent")
    assert status == 0
    assert f"{OURS} agrees with the reference on 164 events as of 2024-12-31" in out.splitlines()
    assert "dcprops:SimulationEvent agrees with the reference on 164 rows" in out.splitlines()


def test_audit_tells_which_invalid_rows_a_model_takes(run: Run, target: Any, place: Path) -> None:
    lines = (place / "events.ndjson").read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if '"event_type":"contribution"' in line)
    lines[at] = re.sub(r'"amount":"[^"]*"', '"amount":"-1"', lines[at])
    (place / "events.ndjson").write_text("\n".join(lines), encoding="utf-8")
    told = json.loads(run("audit", "events.ndjson", "--model", target("Picky"), "--json", "-")[1])
    (taken,) = (each for each in told["model"]["disagreements"] if each["line"] == at + 1)
    assert (taken["message"], taken["field"], taken["got"]) == (
        "an invalid document is accepted: negative", "amount", "accepted",
    )  # fmt: skip


def test_audit_tells_of_a_model_that_crashes(run: Run, target: Any, place: Path) -> None:
    lines = (place / "events.ndjson").read_text(encoding="utf-8").splitlines()
    hired = [str(number) for number, line in enumerate(lines, 1) if '"event_type":"hire"' in line]
    status, out, _ = run("audit", "events.ndjson", "--model", target("Fragile"), "--show", "2")
    assert status == 1
    shown = [" ".join(line.split()) for line in out.splitlines()]
    message = "a valid document crashes the model: ZeroDivisionError"
    assert f"{target('Fragile')}: {len(hired)} disagreements on 200 rows" in shown
    assert f"{message} {len(hired)}" in shown
    assert shown[-3:] == [
        *(f"{line} {message} accepted validate raised ZeroDivisionError: no pay" for line in hired[:2]),
        f"{len(hired) - 2} of {len(hired)} are not shown: --show N lists more, --json FILE has all",
    ]


def test_audit_shows_no_account_if_none_is_wanted(run: Run) -> None:
    status, out, _ = run("audit", "events.ndjson", "--calculator", WRONG, "--as-of", "2023-12-31", "--show", "0")
    assert status == 1
    found = re.search(r": (\d+) disagreements on 200 events as of 2023-12-31\n", out)
    assert found is not None
    assert "Worst on" not in out
    assert out.endswith(f"\n{found[1]} of {found[1]} are not shown: --show N lists more, --json FILE has all\n")


def test_parquet_is_compared_and_shrunk_as_lines_are(run: Run, place: Path) -> None:
    workforce = ("generate", "--employees", "3", "--years", "1", "--seed", "1", "--out")
    assert run(*workforce, "columns")[0] == 0
    assert run(*workforce, "lines", "--format", "ndjson")[0] == 0
    (columns,), (lines,) = (list((place / folder).iterdir()) for folder in ("columns", "lines"))
    assert columns.suffix == ".parquet"
    told = []
    for file in (columns, lines):
        status, out, _ = run("audit", str(file), "--calculator", WRONG, "--json", "-")
        assert (status, json.loads(out)["calculator"]["disagreements"] != []) == (1, True)
        told.append((json.loads(out)["calculator"], run("shrink", str(file), "--calculator", WRONG, "--ndjson", "-")))
    assert told[0] == told[1]


# What is of no use.


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("shrink events.ndjson", "one of the arguments --calculator --model --store --predicate is required"),
        (f"shrink events.ndjson --calculator {OURS} --model {OURS}", "not allowed with argument --calculator"),
        ("shrink events.ndjson --calculator nowhere:balances", "nowhere cannot be imported: ModuleNotFoundError"),
        ("shrink events.ndjson --calculator balances", "names no target: write module:attribute"),
        (f"shrink none.ndjson --calculator {OURS}", "none.ndjson does not exist: give the path of an event file"),
        (f"shrink module --calculator {OURS}", "module is not an event file"),
        (f"shrink events.ndjson --calculator {OURS} --as-of 2024", "expected a day as YYYY-MM-DD"),
        (f"shrink events.ndjson --calculator {OURS} --as-of 2024-01-01 --month-ends", "exclude each other"),
        (f"shrink events.ndjson --calculator {OURS} --budget many", "expected a count such as 20, got 'many'"),
        (f"shrink events.ndjson --calculator {OURS} --ndjson events.ndjson", "would overwrite the file"),
        (f"shrink events.ndjson --calculator {OURS} --ndjson - --json -", "cannot both go to standard output"),
        (f"shrink events.ndjson --calculator {OURS} --ndjson a --test ./a", "both name"),
        (f"shrink events.ndjson --calculator {OURS} --test events.ndjson", "would overwrite the file"),
        (f"shrink events.ndjson --calculator {OURS} --json events.ndjson", "would overwrite the file"),
        (f"shrink events.ndjson --calculator {OURS} --ndjson no/where", "no/where cannot be written"),
        ("shrink events.ndjson --predicate dcprops.cli:main", "has no answer for the first people of the file"),
        ("audit events.ndjson --calculator nowhere:balances", "nowhere cannot be imported"),
        ("audit events.ndjson --month-ends", "--month-ends goes with --calculator"),
        (f"audit events.ndjson --calculator {OURS} --month-ends --as-of 2024-01-01", "exclude each other"),
        (f"audit pipe --calculator {OURS}", "--calculator needs a file that can be read again: pipe is none"),
        ("audit pipe --model dcprops:SimulationEvent", "--model needs a file that can be read again: pipe is none"),
        ("shrink pipe --model dcprops:SimulationEvent", "pipe can be read only once: save it as a file first"),
    ],
)  # fmt: skip
def test_what_is_of_no_use_is_one_line(arguments: str, says: str, run: Run, place: Path) -> None:
    os.mkfifo(place / "pipe")
    before = (place / "events.ndjson").read_bytes()
    status, out, err = run(*arguments.split())
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert (place / "events.ndjson").read_bytes() == before


def test_nothing_to_compare_is_no_agreement(run: Run, place: Path) -> None:
    status, out, err = run("shrink", "events.ndjson", "--calculator", WRONG, "--account", "EMP_1")
    assert (status, out) == (2, "")
    assert err == (
        "dcprops: events.ndjson has no account 'EMP_1': give an employee_id, or scenario/plan design/employee/plan\n"
    )
    (place / "events.ndjson").write_text('{"event_id": "none"}\n', encoding="utf-8")
    status, out, err = run("shrink", "events.ndjson", "--calculator", WRONG)
    assert (status, out) == (2, "")
    assert err == "dcprops: events.ndjson has nothing to compare: none of its rows is a valid event\n"


def test_an_agreement_is_told_where_standard_output_is_for_something_else(run: Run) -> None:
    status, out, err = run("shrink", "events.ndjson", "--calculator", OURS, "--ndjson", "-")
    assert (status, out) == (0, "")
    assert err == f"{OURS} agrees with the reference on all 200 events (8 calls)\n"
