"""The work that is measured, each a function that makes a job: of the event model, the strategies and the commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

from hypothesis import Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from dcprops.benchmarks.measure import CannotRun, Job
from dcprops.events import SimulationEvent
from dcprops.reference import balances

__all__ = ["EventModel", "balancing", "check", "drawing", "dumping", "generating", "validating"]


class EventModel(Protocol):
    """What ours and the peer both are."""

    @classmethod
    def model_validate_json(cls, json_data: bytes) -> Self:
        """The event that the text says."""

    def model_dump_json(self) -> str:
        """The event's text."""


def drawing(strategy: SearchStrategy[Any], examples: int, size: Callable[[Any], int] = lambda _: 1) -> Job:
    """Runs a test that does nothing but count, for so many examples; the repeat's number is the seed.

    `size` says how much one example counts for.
    """

    def draw_examples(number: int) -> int:
        count = 0

        @seed(number)
        @settings(max_examples=examples, database=None, deadline=None, derandomize=False, phases=[Phase.generate])
        @given(strategy)
        def test(example: object) -> None:
            nonlocal count
            count += size(example)

        test()
        return count

    return draw_examples


def validating(model: type[EventModel], lines: Sequence[bytes]) -> Job:
    """Reads each line, keeping none of the events."""
    read = model.model_validate_json

    def read_lines(_: int) -> int:
        for line in lines:
            read(line)
        return len(lines)

    return read_lines


def dumping(model: type[EventModel], lines: Sequence[bytes]) -> Job:
    """Writes the event of each line, keeping none of the texts."""
    events = [model.model_validate_json(line) for line in lines]

    def write_events(_: int) -> int:
        for event in events:
            event.model_dump_json()
        return len(events)

    return write_events


def balancing(lines: Sequence[bytes]) -> Job:
    """Works out the balances of all accounts after the last of the lines' events."""
    events = [SimulationEvent.model_validate_json(line) for line in lines]
    last_day = max(event.effective_date for event in events)

    def work_out(_: int) -> int:
        balances(events, last_day)
        return len(events)

    return work_out


def generating(employees: int) -> Job:
    """Makes the events of a workforce, batch by batch, keeping none; the repeat's number is the seed."""
    try:
        from dcprops.population import Population  # noqa: PLC0415  # NumPy and pyarrow are extras
    except ModuleNotFoundError as error:
        raise CannotRun(f"needs {error.name}: pip install 'dcprops[population]'") from error

    def generate(number: int) -> int:
        return sum(batch.num_rows for batch in Population(employees=employees, seed=number).batches())

    return generate


def check(number: int) -> int:
    """Runs `dcprops check` without a target as a process of its own, with the repeat's number as its seed.

    Raises CannotRun if it doesn't end with every check passed: how long it took would say nothing then.
    """
    command = [sys.executable, "-m", "dcprops", "check", "--profile", "quick", "--seed", str(number)]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, encoding="utf-8", check=False)  # noqa: S603  # ours
    if done.returncode:
        last_line = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        raise CannotRun(f"dcprops check ended with status {done.returncode}: {last_line}")
    return 1
