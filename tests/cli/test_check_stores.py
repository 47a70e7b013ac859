"""`dcprops check` on stores: what a user sees, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TARGETS = Path(__file__).parents[1]
STORES = "dcprops.defects.stores"
QUICK = ("--profile", "quick", "--seed", "7")


@pytest.fixture
def check(dcprops):
    """Runs check beside the stores of the tests."""
    return lambda *arguments, **options: dcprops("check", *arguments, *QUICK, cwd=TARGETS, **options)


def test_a_store_that_is_right_passes_and_its_rate_is_told(check):
    done = check("--store", f"{STORES}.sqlite_file:Store", "--suite", "store")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("14 passed (")
    assert " events a second as documents, " in done.stdout


def test_a_mistake_is_shown_with_ledger_and_a_test(check):
    done = check("--store", f"{STORES}.wrong:WritesWhenClosed", "--only", "store.crash-preserves")
    assert (done.returncode, done.stderr) == (1, "")
    for line in (
        "store.crash-preserves: an event is lost after a crash when append had returned",
        "  the smallest ledger, 1 event:",
        f"    from {STORES}.wrong import WritesWhenClosed",
        "    def test_store_crash_preserves():",
    ):
        assert line in done.stdout.splitlines()


def test_the_steps_of_the_state_machine_are_shown(check):
    done = check("--store", f"{STORES}.wrong:KeepsStaleSnapshots", "--only", "store.state-machine", "--json", "-")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["targets"] == {"store": f"{STORES}.wrong:KeepsStaleSnapshots"}
    ((failure,),) = (each["failures"] for each in report["checks"])
    steps = [line.split()[1] for line in failure["workings"] if line[0].isdigit() and ". " in line[:4]]
    assert steps[:2] == ["append", "snapshots"]
    assert steps[-1] == "snapshots"
    assert len(failure["ledger"]) == 2


def test_a_rate_that_is_not_reached_fails(check):
    done = check("--store", f"{STORES}.ndjson_file:Store", "--only", "store.throughput", "--min-rate", "1e15")
    assert (done.returncode, done.stderr) == (1, "")
    assert "store.throughput: append is too slow" in done.stdout.splitlines()
    assert "at least 1,000,000,000,000,000 events a second" in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--store", f"{STORES}.nothing:Store"), "nothing cannot be imported"),
        (("--store", f"{STORES}.wrong:DEFECTS"), "is a dict: expected a class, to be called with the path of a file"),
        (("--min-rate", "0"), "expected a number of events a second, such as 100000, got '0'"),
        (("--min-rate", "fast"), "got 'fast'"),
        (
            ("--store", f"{STORES}.wrong:WritesWhenClosed", "--suite", "model"),
            "none of the properties chosen is about",
        ),
    ],
)
def test_wrong_usage_is_one_line(check, refused, options, said):
    assert said in refused(check(*options))


def test_ours_passes(check):
    pytest.importorskip("duckdb")
    done = check(
        "--store", "dcprops.store:Store", "--only", "store.crash-preserves", "--only", "store.reopen-preserves"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("2 passed (")
