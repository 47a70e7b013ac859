"""The whole of it on a function that is really measured: a slowdown that is put in is caught, none is not.

What is judged is its ratio to another function that is measured by turns with it; and runs that are compared are
measured by turns, too, so that whatever else the machine does hits all of them alike.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dcprops.monitor import MonitorDatabase, Run, run_of_bench
from dcprops.monitor.judging import judged
from dcprops.monitor.thresholds import BASELINE_RUNS

JOB = Path(__file__).with_name("measured_job.py")
USUAL, SLOWER = 1000, 1300
RUNS_SINCE = 5


def measured(rounds: int) -> Run:
    done = subprocess.run([sys.executable, str(JOB), str(rounds)], capture_output=True, check=True)
    run, failures = run_of_bench(done.stdout, "the job", "abcdef0")
    assert failures == []
    return run


@pytest.fixture(scope="module")
def runs() -> dict[str, list[Run]]:
    """Runs of a baseline, of the same afterwards, and of the function made slower, measured by turns."""
    found: dict[str, list[Run]] = {"baseline": [], "same": [], "slower": []}
    for turn in range(BASELINE_RUNS):
        found["baseline"].append(measured(USUAL))
        if turn % 3 == 0:
            found["same"].append(measured(USUAL))
            found["slower"].append(measured(SLOWER))
    assert [len(each) for each in found.values()] == [BASELINE_RUNS, RUNS_SINCE, RUNS_SINCE]
    return found


def level(path: Path, baseline: list[Run], since: list[Run]) -> str:
    with MonitorDatabase(path, create=True) as database:
        database.make_baseline({"digest:ratio": database.record(baseline)})
        database.record(since)
        series = {each.metric: each for each in judged(database.history()).series}
    return series["digest:ratio"].verdict.level


def test_a_slowdown_that_is_put_in_is_caught(tmp_path: Path, runs: dict[str, list[Run]]):
    assert level(tmp_path / "m.db", runs["baseline"], runs["slower"]) == "critical"


def test_no_slowdown_is_no_alarm(tmp_path: Path, runs: dict[str, list[Run]]):
    assert level(tmp_path / "m.db", runs["baseline"], runs["same"]) == "ok"
