"""The work that is measured: drawing examples, reading and writing events, and the whole command."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from hypothesis import Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from benchmarks.measure import CannotRun, Job
from benchmarks.peers import PeerEvent
from dcprops.events import SimulationEvent
from dcprops.reference import balances

__all__ = [
    "EventModel",
    "Inputs",
    "balancing",
    "by_event_type",
    "check",
    "drawing",
    "dumping",
    "lines_of",
    "repeated",
    "validating",
]


@dataclass(frozen=True)
class Inputs:
    """What is worked on: the lines of an event file, those of each event type, and how many examples are drawn."""

    lines: Sequence[bytes]
    lines_by_event_type: Mapping[str, Sequence[bytes]]
    examples: int

    def of(self, event_type: str | None) -> Sequence[bytes]:
        """The lines of an event type, or of the event file where none is named."""
        return self.lines if event_type is None else self.lines_by_event_type[event_type]


class EventModel(Protocol):
    """What ours and the peer both are."""

    @classmethod
    def model_validate_json(cls, json_data: bytes) -> Self:
        """The event that the text says."""

    def model_dump_json(self) -> str:
        """The event's text."""


def lines_of(path: Path) -> list[bytes]:
    """The lines of an NDJSON file, plain or gzip.

    Raises CannotRun if there are none, or if ours and the peer don't both accept each and write the same for it.
    """
    try:
        text = path.read_bytes()
        lines = (gzip.decompress(text) if text.startswith(b"\x1f\x8b") else text).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise CannotRun(f"{path} can't be read: {error}") from None
    if not lines:
        raise CannotRun(f"{path} has no events")
    for number, line in enumerate(lines, start=1):
        try:
            ours, peer = (model.model_validate_json(line).model_dump_json() for model in (SimulationEvent, PeerEvent))
        except ValueError as error:
            reason = " ".join(str(error).split())
            raise CannotRun(f"{path}, line {number} is not accepted by both models: {reason}") from None
        if ours != peer:
            raise CannotRun(f"{path}, line {number}: the two models write different texts, so they can't be compared")
    return lines


def by_event_type(lines: Sequence[bytes], at_least: int) -> dict[str, Sequence[bytes]]:
    """The lines of each event type, repeated to `at_least` so many."""
    found: dict[str, list[bytes]] = {}
    for line in lines:
        found.setdefault(SimulationEvent.model_validate_json(line).payload.event_type, []).append(line)
    return {event_type: repeated(own, at_least) for event_type, own in found.items()}


def repeated(lines: Sequence[bytes], at_least: int) -> list[bytes]:
    """All the lines, as often as it takes to have `at_least` so many."""
    return list(lines) * -(-at_least // len(lines))


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


def check(number: int) -> int:
    """Runs `dcprops check` without a target as a process of its own, with the repeat's number as its seed.

    Raises CannotRun if it doesn't end with every check passed: how long it took would say nothing then.
    """
    command = [sys.executable, "-m", "dcprops", "check", "--profile", "quick", "--seed", str(number)]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, encoding="utf-8", check=False)
    if done.returncode:
        last_line = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        raise CannotRun(f"dcprops check ended with status {done.returncode}: {last_line}")
    return 1
