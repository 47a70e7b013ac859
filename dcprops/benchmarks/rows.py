"""What is measured, beside what, and what is promised of it: one row each."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Final, Literal, TypeAlias

from hypothesis import strategies as st

from dcprops import strategies as dc
from dcprops.benchmarks.inputs import Inputs
from dcprops.benchmarks.jobs import EventModel, balancing, check, drawing, dumping, generating, validating
from dcprops.benchmarks.measure import CannotRun, Clock, Job
from dcprops.benchmarks.peers import PeerEvent, PeerTermination
from dcprops.events import SimulationEvent

__all__ = ["FIRST_ASKED", "MEMORY", "ROWS", "SCALE", "Promise", "Row", "Unit"]

Prepare: TypeAlias = Callable[[Inputs], Job]

# Where all the work is in this process, the time that others take from it is not counted. Windows can't tell that
# apart more finely than by 64ths of a second.
_OWN_TIME: Final[Clock] = time.perf_counter if sys.platform == "win32" else time.process_time
_WALL: Final[Clock] = time.perf_counter


@dataclass(frozen=True)
class Unit:
    """What a figure counts, made of seconds per item; and which way is better."""

    name: str
    better: Literal["higher", "lower"]
    #: How many of it a second is, of a time; None for a rate.
    a_second: float | None = None

    def of(self, seconds_per_item: float) -> float:
        """The figure that so many seconds per item are."""
        return 1 / seconds_per_item if self.a_second is None else seconds_per_item * self.a_second


EVENTS_A_SECOND: Final = Unit("events/s", "higher")
EXAMPLES_A_SECOND: Final = Unit("examples/s", "higher")
SECONDS: Final = Unit("s", "lower", 1.0)
MILLISECONDS: Final = Unit("ms", "lower", 1000.0)
GIGABYTES: Final = Unit("GB", "lower", 1.0)


@dataclass(frozen=True)
class Promise:
    """A bound on the ratio to the peer's speed, or on our own figure, and where it is promised."""

    of: Literal["ratio", "ours"]
    source: str
    at_least: float | None = None
    at_most: float | None = None

    def met_by(self, figure: float) -> bool:
        """Whether a figure is within the bound."""
        return (self.at_least is None or figure >= self.at_least) and (self.at_most is None or figure <= self.at_most)

    def __str__(self) -> str:
        bound = f">= {self.at_least:,.10g}" if self.at_least is not None else f"<= {self.at_most:,.10g}"
        return f"{self.of} {bound}"


@dataclass(frozen=True)
class Row:
    """One figure, the peer's beside it, and the promise. A row without a promise is there for context.

    `slow` rows take so long that they are done once, without a turn that doesn't count.
    """

    name: str
    what: str
    unit: Unit
    ours: Prepare
    beside: str = ""
    peer: Prepare | None = None
    promise: Promise | None = None
    clock: Clock = _OWN_TIME
    slow: bool = False
    #: The promise is about a store of at least so many events.
    least_stored: int = 0


FIRST_ASKED: Final = "first asked for"
_EVENT_MODEL: Final = "the event model's speed"
_ORACLE: Final = "the oracle's speed"
_STORE: Final = "the store's speed"
_WORKFORCES: Final = "whole workforces"

_LAST_DAY: Final = date(2025, 12, 31)
_FRIDAY: Final = date(2024, 6, 28)


def _not_without_scale(_: Inputs) -> Job:
    raise CannotRun("it is measured by a run of them: dcprops bench --scale 100000 --years 5")


#: The row of the memory that so many employees take. Only a run of all of them says it.
MEMORY: Final = Row(
    "memory",
    "peak memory of 100,000 employees, 5 years",
    GIGABYTES,
    _not_without_scale,
    promise=Promise("ours", FIRST_ASKED, at_most=8),
)
#: What a run of 100,000 employees promises: of the largest process of a phase, and of all phases together.
SCALE: Final = (
    Row(
        "scale-memory", "peak memory of any phase", GIGABYTES, _not_without_scale,
        promise=Promise("ours", _WORKFORCES, at_most=3),
    ),
    Row(
        "scale-time", "all phases together", SECONDS, _not_without_scale,
        promise=Promise("ours", _WORKFORCES, at_most=600),
    ),
)  # fmt: skip


def _in_store(make: Callable[[Any, Inputs], Job]) -> Prepare:
    """A job of the module of store jobs, which needs an extra."""

    def prepare(inputs: Inputs) -> Job:
        try:
            store_jobs = import_module("dcprops.benchmarks.store_jobs")
        except ModuleNotFoundError as error:
            raise CannotRun(f"needs {error.name}: pip install 'dcprops[duckdb]'") from error
        return make(store_jobs, inputs)

    return prepare


def _drawing(strategy: st.SearchStrategy[object], size: Callable[[Any], int] | None = None, part: int = 1) -> Prepare:
    def prepare(inputs: Inputs) -> Job:
        examples = max(1, inputs.sizes.examples // part)
        return drawing(strategy, examples) if size is None else drawing(strategy, examples, size)

    return prepare


def _lines(work: Callable[[type[EventModel], Sequence[bytes]], Job], model: type[EventModel]) -> Prepare:
    return lambda inputs: work(model, inputs.lines)


#: Every row, in the order of the table.
ROWS: Final = (
    Row(
        "ingest", "events into a DuckDB file, all checks on", EVENTS_A_SECOND,
        _in_store(lambda jobs, inputs: jobs.appending_to_a_file(inputs.table, inputs.folder)),
        promise=Promise("ours", FIRST_ASKED, at_least=100_000), clock=_WALL,
    ),
    Row(
        "history-5-years", "a participant's history of 5 years", SECONDS,
        _in_store(lambda jobs, inputs: jobs.asking_for_history(inputs.by_participant, inputs.someone)),
        promise=Promise("ours", FIRST_ASKED, at_most=5), clock=_WALL,
    ),
    Row(
        "validate-one", "validating an event", MILLISECONDS,
        _lines(validating, SimulationEvent), promise=Promise("ours", FIRST_ASKED, at_most=10), clock=_WALL,
    ),
    MEMORY,
    Row(
        "draw-events", "events() through Hypothesis", EXAMPLES_A_SECOND,
        _drawing(dc.events()), "st.integers()", _drawing(st.integers()),
        Promise("ratio", _EVENT_MODEL, at_least=0.4),
    ),
    Row(
        "draw-builds", "terminations(), a payload that st.builds can make", EXAMPLES_A_SECOND,
        _drawing(dc.terminations()), "st.builds(model)", _drawing(st.builds(PeerTermination)),
    ),
    Row(
        "draw-ledgers", "events of ledgers() through Hypothesis", EVENTS_A_SECOND,
        _drawing(dc.ledgers(), lambda ledger: len(ledger.events), part=5), "events()", _drawing(dc.events()),
        Promise("ratio", _ORACLE, at_least=20),
    ),
    Row(
        "validate", "reading events", EVENTS_A_SECOND,
        _lines(validating, SimulationEvent), "plain Pydantic", _lines(validating, PeerEvent),
        Promise("ratio", _EVENT_MODEL, at_least=1.2),
    ),
    Row(
        "dump", "writing events", EVENTS_A_SECOND,
        _lines(dumping, SimulationEvent), "plain Pydantic", _lines(dumping, PeerEvent),
        Promise("ratio", _EVENT_MODEL, at_least=1.0),
    ),
    Row(
        "reference", "events through the reference calculator", EVENTS_A_SECOND,
        lambda inputs: balancing(inputs.ledger_lines), "reading, by plain Pydantic",
        lambda inputs: validating(PeerEvent, inputs.ledger_lines), Promise("ours", _ORACLE, at_least=150_000),
    ),
    Row(
        "check-quick", "dcprops check --profile quick", SECONDS,
        lambda _: check, promise=Promise("ours", _EVENT_MODEL, at_most=30), clock=_WALL, slow=True,
    ),
    Row(
        "arrow", "an Arrow table into memory, all checks on", EVENTS_A_SECOND,
        _in_store(lambda jobs, inputs: jobs.appending(inputs.table)), "CREATE TABLE AS",
        _in_store(lambda jobs, inputs: jobs.create_table_as(inputs.table)),
        Promise("ratio", _STORE, at_least=0.5),
    ),
    Row(
        "ndjson", "NDJSON validated and stored in memory", EVENTS_A_SECOND,
        _in_store(lambda jobs, inputs: jobs.appending(inputs.ndjson)), "model_validate_json in a loop",
        _in_store(lambda jobs, inputs: jobs.reading_lines(inputs.ndjson)),
        Promise("ratio", _STORE, at_least=8), clock=_WALL,
    ),
    Row(
        "ndjson-bare", "NDJSON validated and stored in memory", EVENTS_A_SECOND,
        _in_store(lambda jobs, inputs: jobs.appending(inputs.ndjson)), "DuckDB's bare typed read_json",
        _in_store(lambda jobs, inputs: jobs.bare_reading(inputs.ndjson)),
        Promise("ratio", _STORE, at_least=0.5), clock=_WALL,
    ),
    Row(
        "objects", "SimulationEvents into memory", EVENTS_A_SECOND,
        _in_store(lambda jobs, inputs: jobs.appending(inputs.events)), "model_dump, pandas, INSERT",
        _in_store(lambda jobs, inputs: jobs.usual_route(inputs.events)),
        Promise("ratio", _STORE, at_least=4),
    ),
    Row(
        "objects-many", "SimulationEvents into memory", EVENTS_A_SECOND,
        _in_store(lambda jobs, inputs: jobs.appending(inputs.events)), "executemany",
        _in_store(lambda jobs, inputs: jobs.executing_many(inputs.events[:500])),
    ),
    Row(
        "history", "a participant's history", MILLISECONDS,
        _in_store(lambda jobs, inputs: jobs.asking_for_history(inputs.by_participant, inputs.someone)),
        promise=Promise("ours", _STORE, at_most=50), clock=_WALL,
    ),
    Row(
        "history-scan", "a participant's history", MILLISECONDS,
        _in_store(lambda jobs, inputs: jobs.asking_for_history(inputs.by_participant, inputs.someone)),
        "a full scan, unsorted",
        _in_store(lambda jobs, inputs: jobs.scanning(inputs.by_payday, inputs.someone)),
        Promise("ratio", _STORE, at_least=5), least_stored=10_000_000,
    ),
    Row(
        "snapshot", "a snapshot looked up", MILLISECONDS,
        _in_store(lambda jobs, inputs: jobs.asking_for_snapshots(inputs.by_participant, inputs.someone, _FRIDAY)),
        promise=Promise("ours", _STORE, at_most=5), clock=_WALL,
    ),
    Row(
        "balances-by-participant", "balances of all accounts, sorted by participant", MILLISECONDS,
        _in_store(lambda jobs, inputs: jobs.asking_for_balances(inputs.by_participant, _LAST_DAY)), "a bare GROUP BY",
        _in_store(lambda jobs, inputs: jobs.grouping(inputs.by_participant, _LAST_DAY)),
        Promise("ratio", _STORE, at_least=0.5),
    ),
    Row(
        "balances-by-payday", "balances of all accounts, sorted by pay day", MILLISECONDS,
        _in_store(lambda jobs, inputs: jobs.asking_for_balances(inputs.by_payday, _LAST_DAY)), "a bare GROUP BY",
        _in_store(lambda jobs, inputs: jobs.grouping(inputs.by_payday, _LAST_DAY)),
        Promise("ratio", _STORE, at_least=0.5),
    ),
    Row(
        "generate", "a workforce's events made into Arrow, a core", EVENTS_A_SECOND,
        lambda inputs: generating(max(1, inputs.sizes.stored // 250)),
        promise=Promise("ours", _WORKFORCES, at_least=1_000_000),
    ),
)  # fmt: skip
