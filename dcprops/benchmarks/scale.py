"""A whole workforce, from the generator to the look-up: each phase in a process, with its time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from dcprops.benchmarks.measure import CannotRun
from dcprops.benchmarks.phases import PHASES, Outcome, Task
from dcprops.benchmarks.report import Result
from dcprops.benchmarks.rows import MEMORY, MILLISECONDS, SCALE, SECONDS, Row, Unit
from dcprops.population import Population, PopulationError
from dcprops.population.files import estimate

__all__ = ["PROMISED", "PhaseDone", "Plan", "plan", "results", "run_phases"]

#: The scale that the promises are of: so many employees, and at least so many years.
PROMISED: Final = (100_000, 5)
#: Events of a partition, unless the number of partitions is given: a stream that is held in memory while it is stored.
_EVENTS_OF_A_PARTITION: Final = 400_000
#: What an event takes on disk, with its snapshots and with what DuckDB puts aside while it sorts.
_BYTES_OF_AN_EVENT: Final = 200

_NOT_PROMISED: Final = "nothing is promised of this scale: dcprops bench --scale 100000 --years 5 measures what is"
OnProgress: TypeAlias = Callable[[float, str], None]


@dataclass(frozen=True)
class Plan:
    """What is going to be done: about so many events in so many partitions, and bytes of disk."""

    employees: int
    years: int
    partitions: int
    events: int
    disk_bytes: int


@dataclass(frozen=True)
class PhaseDone:
    """A phase and what it came to."""

    name: str
    outcome: Outcome


def plan(employees: int, years: int, partitions: int | None) -> Plan:
    """What such a run takes. Raises CannotRun for a workforce that can't be."""
    try:
        events = estimate(Population(employees=employees, years=years)).rows
    except PopulationError as error:
        raise CannotRun(str(error)) from error
    parts = min(employees, partitions or max(1, -(-events // _EVENTS_OF_A_PARTITION)))
    return Plan(employees, years, parts, events, events * _BYTES_OF_AN_EVENT)


def run_phases(plan: Plan, folder: Path, on_progress: OnProgress | None = None) -> Iterator[PhaseDone]:
    """Each phase after the other, in a store in the folder. Raises CannotRun if one fails."""
    store = folder / "workforce.duckdb"
    for place, phase in enumerate(PHASES):
        task = Task(phase, str(store), plan.employees, plan.years, plan.partitions)

        def moved(share: float, note: str, place: int = place, phase: str = phase) -> None:
            if on_progress is not None:
                on_progress((place + share) / len(PHASES), f"{phase}: {note}" if note else phase)

        moved(0.0, "")
        yield PhaseDone(phase, _done(task, moved))


def _done(task: Task, on_progress: OnProgress) -> Outcome:
    command = [sys.executable, "-m", "dcprops.benchmarks.phases", json.dumps(asdict(task))]
    with _child(command) as lines:
        for line in lines:
            said = _read(line)
            if "outcome" in said:
                return Outcome(**said["outcome"])
            if "error" in said:
                raise CannotRun(f"{task.phase} failed: {said['error']}")
            if "share" in said:
                on_progress(said["share"], said["note"])
    raise CannotRun(f"{task.phase} ended before it was done")


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


@contextmanager
def _child(command: Sequence[str]) -> Iterator[Iterator[str]]:
    """The lines that a process writes; it ends with the block, whatever ends that."""
    process = subprocess.Popen(  # noqa: S603  # ours
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    try:
        yield iter(process.stdout)
    except BaseException:
        process.kill()
        raise
    finally:
        process.stdout.close()
        process.wait()


def results(plan: Plan, done: Sequence[PhaseDone]) -> list[Result]:
    """A result for the memory and the time of all, and one for each part of a phase.

    Only the promised scale can meet a promise or fall short of it.
    """
    peak = max(each.outcome.peak_bytes for each in done) / 1e9
    total = sum(sum(each.outcome.seconds.values()) for each in done)
    scale = f"{plan.employees:,} employees, {plan.years} years"
    memory = replace(MEMORY, what=f"peak memory of {scale}")
    promised = plan.employees >= PROMISED[0] and plan.years >= PROMISED[1]
    summed = ((memory, peak), (SCALE[0], peak), (SCALE[1], total))
    found = [
        Result(row, (figure,)) if promised else Result(replace(row, promise=None), (figure,), failure=_NOT_PROMISED)
        for row, figure in summed
    ]
    for each in done:
        outcome = each.outcome
        found += [Result(_row(name, scale, SECONDS), (seconds,)) for name, seconds in outcome.seconds.items()]
        found += [
            Result(_row(f"one {name}", scale, MILLISECONDS), (one,)) for name, one in outcome.milliseconds.items()
        ]
    return found


def _row(name: str, scale: str, unit: Unit) -> Row:
    return Row(f"scale-{name.replace(' ', '-')}", f"{name}: {scale}", unit, MEMORY.ours)
