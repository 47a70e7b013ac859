"""A whole workforce from the generator to the look-up: every phase runs, in bounds, and nothing is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="a workforce's run needs the extra duckdb")
pytest.importorskip("numpy", reason="a workforce is made with NumPy, of the extra population")

from dcprops.benchmarks.measure import CannotRun
from dcprops.benchmarks.phases import PHASES, Outcome, PhaseError, Task
from dcprops.benchmarks.scale import PhaseDone, Plan, plan, results, run_phases
from dcprops.store import Store

from .conftest import environment


def test_2000_employees_go_through_every_phase(rows: Callable[..., Any], tmp_path: Path) -> None:
    found, status = rows("--scale", 2000, "--years", 5, "--keep", tmp_path / "kept")
    assert status == 0
    assert {name for name, row in found.items() if row["unit"] == "s"} == {
        "scale-time", "scale-generate", "scale-ingest", "scale-balance", "scale-snapshot", "scale-look-up",
    }  # fmt: skip
    assert found["memory"]["what"] == "peak memory of 2,000 employees, 5 years"
    assert found["memory"]["promise"] is None
    assert "--scale 100000" in found["memory"]["failure"]
    # The promise is of 50 times as many employees: what these few take leaves room for it.
    assert 0.05 < found["memory"]["ours"][0] < 3
    with Store(tmp_path / "kept" / "workforce.duckdb") as store:
        receipt = store.receipt()
        assert receipt.batch > 1
        assert receipt.rows > 400_000
        store.verify(receipt)


def test_only_the_promised_scale_meets_a_promise_or_falls_short() -> None:
    def met(employees: int, years: int, gigabytes: float, seconds: float) -> list[bool | None]:
        outcome = Outcome(1, {"ingest": seconds / 2, "generate": seconds / 2}, {}, peak_bytes=int(gigabytes * 1e9))
        done = [PhaseDone("ingest", outcome), PhaseDone("balance", Outcome(1, {}, {}, peak_bytes=5))]
        return [result.met for result in results(Plan(employees, years, 1, 1, 1), done)][:3]

    assert met(100_000, 5, 2.9, 599) == [True, True, True]
    assert met(100_000, 5, 3.1, 601) == [True, False, False]
    assert met(100_000, 5, 8.1, 1) == [False, False, True]
    assert met(99_999, 5, 8.1, 601) == met(100_000, 4, 8.1, 601) == [None, None, None]


def test_a_workforce_is_planned_in_parts_that_fit_in_memory() -> None:
    of_all, of_few = plan(100_000, 5, None), plan(3, 1, 50)
    assert 20_000_000 < of_all.events < 60_000_000
    assert of_all.events / of_all.partitions <= 400_000
    assert of_few.partitions == 3
    with pytest.raises(CannotRun, match="years=99"):
        plan(5, 99, None)


def test_a_folder_with_something_in_it_is_not_used(bench: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept", encoding="utf-8")
    done = bench("--scale", 5, "--keep", tmp_path, "--json", "-")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != "hypothesis"] == ["mine"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["interrupted", "terminated"])
def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "dcprops", "bench", "--scale", "20000", "--json", str(tmp_path / "rows.json")]
    process = subprocess.Popen(
        command, env=environment(TMPDIR=str(tmp_path)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(600):
            if list(tmp_path.glob("*/workforce.duckdb")):
                break
            time.sleep(0.1)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 128 + number
    assert said.count("\n") <= 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_done_is_told_as_it_is_done(bench: Callable[..., Any]) -> None:
    done = bench("--scale", 40, "--years", 1, "--partitions", 2)
    assert (done.returncode, done.stderr) == (0, "")
    told = [line.partition(":")[0] for line in done.stdout.splitlines()]
    assert [phase for phase in told if phase in PHASES] == list(PHASES)
    assert done.stdout.startswith("about ")
    assert "GB on disk" in done.stdout
    assert "scale-look-up" in done.stdout


def test_a_scale_names_the_extras_that_it_needs(bench: Callable[..., Any]) -> None:
    done = bench("--scale", 5, without=("duckdb",))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--scale needs duckdb, which is not installed: pip install 'dcprops[duckdb,population]'" in done.stderr


SMALL = plan(8, 1, 1)


def test_a_store_that_is_not_as_it_was_generated_fails_its_phase(tmp_path: Path) -> None:
    phases = run_phases(SMALL, tmp_path)
    assert next(phases).outcome.rows > 8
    with pytest.raises(
        CannotRun, match=r"ingest failed: PhaseError: of [\d,]+ events generated (\d+) are stored, \1 were there"
    ):
        next(run_phases(SMALL, tmp_path))
    task = Task("look up", str(tmp_path / "workforce.duckdb"), 8, 2, 1)
    with Store(task.store) as store, pytest.raises(PhaseError, match=r"has \d+ events, but \d+ in the store"):
        PHASES["look up"](store, task, lambda share, note: None)


def test_a_phase_that_says_nothing_more_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "mute"
    program.write_text("#!/bin/sh\necho 5\necho of no use\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(CannotRun, match="ingest ended before it was done"):
        next(run_phases(SMALL, tmp_path))


def test_the_phases_are_those_of_the_table() -> None:
    assert list(PHASES) == ["ingest", "balance", "snapshot", "look up"]
