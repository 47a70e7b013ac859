"""What is compared with what, and what is wanted of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from hypothesis import strategies as st

from benchmarks.jobs import EventModel, Inputs, balancing, check, drawing, dumping, validating
from benchmarks.measure import Clock, Job
from benchmarks.peers import PeerEvent
from dcprops import strategies as dc
from dcprops.events import SimulationEvent
from dcprops.events.schema import EVENT_TYPES

__all__ = ["ROWS", "Row"]

Prepare: TypeAlias = Callable[[Inputs], Job]
Work: TypeAlias = Callable[[type[EventModel], Sequence[bytes]], Job]


# Where all the work is in this process, the time that others take from it is not counted. Windows can't tell that
# apart more finely than by 64ths of a second.
_OWN_TIME: Final[Clock] = time.perf_counter if sys.platform == "win32" else time.process_time


@dataclass(frozen=True)
class Row:
    """One comparison: what is measured, and beside what.

    `wanted` is the least ratio of our rate to the peer's; `seconds` the most that one item may take. A row without
    either is there for context.
    """

    name: str
    ours: Prepare
    beside: str = ""
    peer: Prepare | None = None
    wanted: float | None = None
    seconds: float | None = None
    clock: Clock = _OWN_TIME


def _draw(name: str, strategy: st.SearchStrategy[object], wanted: float | None = None) -> Row:
    return Row(
        f"draw-{name}",
        lambda inputs: drawing(strategy, inputs.examples),
        "integers()",
        lambda inputs: drawing(st.integers(), inputs.examples),
        wanted,
    )


def _read_and_write(name: str, work: Work, event_type: str | None = None, wanted: float | None = None) -> Row:
    return Row(
        name if event_type is None else f"{name}-{event_type}",
        lambda inputs: work(SimulationEvent, inputs.of(event_type)),
        "plain Pydantic",
        lambda inputs: work(PeerEvent, inputs.of(event_type)),
        wanted,
    )


ROWS: Final = (
    _draw("events", dc.events(), wanted=0.4),
    _draw("ten-integers", st.tuples(*[st.integers()] * 10)),
    _draw("payloads", dc.payloads()),
    _draw("documents", dc.documents()),
    _draw("boundary-events", dc.boundary_events()),
    _draw("invalid-documents", dc.invalid_documents()),
    Row(
        "draw-ledgers",
        lambda inputs: drawing(dc.ledgers(), max(1, inputs.examples // 10), lambda ledger: len(ledger.events)),
        "events()",
        lambda inputs: drawing(dc.events(), inputs.examples),
        wanted=20,
    ),
    _read_and_write("validate", validating, wanted=1.2),
    _read_and_write("dump", dumping, wanted=1.0),
    *(_read_and_write("validate", validating, event_type) for event_type in EVENT_TYPES),
    *(_read_and_write("dump", dumping, event_type) for event_type in EVENT_TYPES),
    # Repeated lines would be copies, each of which counts once: every line is there only once.
    Row(
        "reference",
        lambda inputs: balancing(list(dict.fromkeys(inputs.lines))),
        "reading, by plain Pydantic",
        lambda inputs: validating(PeerEvent, list(dict.fromkeys(inputs.lines))),
        wanted=1.5,
    ),
    Row("check-quick", lambda _: check, seconds=30, clock=time.perf_counter),
)
