"""Every mistake of a store is found, with few events; and what is reported can be pasted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dcprops.defects.stores import ndjson_file
from dcprops.defects.stores import wrong as defects
from dcprops.defects.stores.wrong import DEFECTS
from dcprops.properties import SelectionError, TargetError, check, reproduce
from dcprops.properties.store import STORE_SUITE
from dcprops.properties.store_cases import every_kind

HERE = Path(__file__).parent
MACHINE = "store.state-machine"
#: What the state machine is to find by itself: one of each sort.
FOUND_BY_MACHINE = (
    defects.RoundsToCents,
    defects.IgnoresConflicts,
    defects.CountsCopiesAsCreated,
    defects.KeepsPartOfABatch,
    defects.ForgetsOnReopen,
    defects.WritesWhenClosed,
    defects.RemembersBalances,
    defects.KeepsStaleSnapshots,
    defects.TellsHistoriesInOrderOfArrival,
)


def failures(store, law, **options):
    (result,) = check(store=store, only=[law], **{"profile": "quick", "seed": 11, **options}).checks
    assert result.status == "failed"
    return result.failures


def test_there_are_mistakes_of_every_kind():
    assert len(DEFECTS) >= 14
    assert all(each.__doc__ for each in DEFECTS)
    broken = {f"store.{law}" for law in DEFECTS.values()}
    assert {law.id for law in STORE_SUITE} - broken == {MACHINE, "store.throughput"}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_mistake_is_found_in_few_events(defect):
    law = f"store.{DEFECTS[defect]}"
    found = failures(defect, law)
    assert all(failure.title.startswith(f"{law}: ") for failure in found)
    most = 8 if DEFECTS[defect] == "append-is-atomic" else 3
    assert 1 <= len(found[0].ledger) <= most  # the smallest comes first
    assert all(failure.expected != failure.got for failure in found)


@pytest.mark.parametrize("defect", FOUND_BY_MACHINE, ids=lambda defect: defect.__name__)
def test_the_machine_finds_one_of_each_sort_and_tells_its_steps(defect):
    (failure,) = failures(defect, MACHINE)
    assert failure.workings.startswith("1. ")
    assert len(failure.workings.splitlines()) <= 12
    assert "reproduce" in failure.test


def test_the_same_seed_finds_the_same():
    twice = [failures(defects.KeepsStaleSnapshots, MACHINE) for _ in range(2)]
    assert twice[0] == twice[1]


PASTED = (
    ("store.values-exact", defects.RoundsToCents),
    ("store.crash-preserves", defects.WritesWhenClosed),
    ("store.conflicting-id-refused", defects.IgnoresConflicts),
    (MACHINE, defects.KeepsStaleSnapshots),
)


def test_a_pasted_test_fails_on_the_mistake_and_passes_without_it(tmp_path):
    for number, (law, defect) in enumerate(PASTED):
        source = failures(defect, law)[0].test
        (tmp_path / f"test_wrong_{number}.py").write_text(source, encoding="utf-8")
        right = source.replace("stores.wrong", "stores.ndjson_file").replace(defect.__name__, "Store")
        (tmp_path / f"test_right_{number}.py").write_text(right, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])},
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    lines = run.stdout.splitlines()
    assert sum(line.startswith("FAILED test_wrong_") for line in lines) == len(PASTED), run.stdout
    assert sum(line.startswith("PASSED test_right_") for line in lines) == len(PASTED), run.stdout
    assert "Breaking: an event is lost after a crash when append had returned" in run.stdout


def test_a_reported_script_is_json():
    (failure,) = failures(defects.WritesWhenClosed, MACHINE)
    script = json.loads(failure.test.partition("json.loads(")[2].partition("')")[0].removeprefix("'"))
    assert [step["do"] for step in script["steps"]] == ["crash"]
    reproduce(MACHINE, script, store=ndjson_file.Store)
    with pytest.raises(AssertionError, match="an event is lost"):
        reproduce(MACHINE, script, store=defects.WritesWhenClosed)


def test_a_store_that_cannot_be_imported_elsewhere_is_not_killed():
    class Local(ndjson_file.Store):
        """A class that only this function knows."""

    (result,) = check(store=Local, only=["store.crash-preserves"], profile="quick").checks
    assert (result.status, result.failures) == ("skipped", ())
    assert result.reason.endswith("give it as module:attribute")
    assert check(store=Local, only=[MACHINE], profile="quick", seed=1).ok


def test_columns_by_place_are_found():
    pytest.importorskip("duckdb")
    from dcprops.defects.stores.wrong_duckdb import StoresByPlace  # noqa: PLC0415  # needs an extra

    ledger = every_kind()[0].to_json() | {"ledger": every_kind()[0].to_json()["ledger"][:1]}
    with pytest.raises(AssertionError, match="columns in another order"):
        reproduce("store.values-exact", ledger, store=StoresByPlace)


# Throughput.


def test_throughput_is_told_and_falls_short_of_the_rate_asked_for():
    told = check(store=ndjson_file.Store, only=["store.throughput"], profile="quick").checks[0]
    assert told.status == "passed"
    assert told.reason.split()[1:6] == ["events", "a", "second", "as", "documents,"]
    assert check(store=ndjson_file.Store, only=["store.throughput"], min_rate=1).ok
    (failure,) = failures(ndjson_file.Store, "store.throughput", min_rate=1e12)
    assert failure.title == "store.throughput: append is too slow"
    assert failure.expected == "at least 1,000,000,000,000 events a second"


def test_a_rate_is_above_zero():
    with pytest.raises(SelectionError, match="must be above 0"):
        check(store=ndjson_file.Store, min_rate=0)


def test_a_store_that_loses_much_has_no_rate():
    (failure,) = failures(defects.LosesTheLastEvent, "store.throughput")
    assert failure.title.endswith("an event is lost")


# Stores that can't be asked.


def broken(**methods):
    return type("Broken", (ndjson_file.Store,), methods)


def fails(*_):
    raise SystemExit("no licence")


def closes_and_fails(store, *error):
    store.file.close()
    fails()


@pytest.mark.parametrize(
    ("store", "law", "got"),
    [
        (lambda path: path, "append-loses-nothing", "entering the store raised AttributeError"),
        (fails, "state-machine", "Store(path) raised SystemExit: no licence"),
        (broken(append=fails), "append-loses-nothing", "append raised SystemExit: no licence"),
        (broken(events=fails), "values-exact", "events raised SystemExit: no licence"),
        (broken(events=lambda self: 5), "values-exact", "the call returned 5, a int"),
        (broken(events=lambda self: [5]), "values-exact", "one of the rows is 5, a int"),
        (broken(events=lambda self: [{}]), "values-exact", "{}"),
        (broken(balances=lambda self, day: None), "balances-match-reference", "the call returned None, a NoneType"),
        (broken(balances=lambda self, day: [{}]), "balances-match-reference", "{}"),
        (broken(snapshots=lambda self: [{}]), "snapshots-match-history", "{}"),
        (broken(snapshots=fails), "state-machine", "snapshots raised SystemExit: no licence"),
        (broken(history=lambda self, who: [{"line": 1}]), "history-in-canonical-order", "history raised KeyError"),
        (broken(__exit__=closes_and_fails), "reopen-preserves", "leaving the store raised SystemExit: no licence"),
    ],
)
def test_what_cannot_be_asked_is_a_failure_and_no_crash(store, law, got):
    found = failures(store, f"store.{law}", max_examples=1)
    assert any(failure.got.startswith(got) for failure in found), found


def test_what_is_no_store_is_told():
    with pytest.raises(TargetError, match="DEFECTS is a dict: expected a class, to be called with the path"):
        check(store=f"{defects.__name__}:DEFECTS")
