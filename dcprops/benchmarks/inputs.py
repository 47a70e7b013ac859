"""What the benchmarks work on: event files, and events of a made-up workforce as tables, objects, files and stores.

Each is made when the first row asks for it, and kept for those that follow.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import cycle, islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from dcprops.benchmarks.measure import CannotRun
from dcprops.benchmarks.peers import PeerEvent
from dcprops.events import SimulationEvent

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from dcprops.population import Population
    from dcprops.reference import Account

__all__ = ["SAMPLE", "Inputs", "Sizes", "lines_of", "repeated"]

#: 200 events that a retirement-plan simulator wrote, about as many of each of the eleven types.
SAMPLE: Final = "planwise_sample.ndjson"
#: How many of each there are in the file that the sample was taken from.
_IN_THE_WHOLE_FILE: Final[Mapping[str, int]] = MappingProxyType(
    {
        "contribution": 17_805,
        "hce_status": 788,
        "vesting": 753,
        "merit": 609,
        "hire": 240,
        "eligibility": 240,
        "enrollment": 209,
        "compliance": 186,
        "promotion": 56,
        "termination": 35,
        "forfeiture": 35,
    }
)


@dataclass(frozen=True)
class Sizes:
    """How much is worked on."""

    #: Examples that are drawn of a strategy.
    examples: int = 1_000
    #: Events that are read and written one by one.
    lines: int = 10_000
    #: Events that are appended: as a table, and as a file; and as objects.
    appended: int = 200_000
    objects: int = 40_000
    #: Events in the store that is asked.
    stored: int = 500_000


@dataclass(frozen=True)
class Inputs:
    """The sizes, the event file (None for the sample), and a folder for what is made."""

    sizes: Sizes
    path: Path | None
    folder: Path

    @cached_property
    def file_lines(self) -> list[bytes]:
        """The lines of the event file. Raises CannotRun."""
        if self.path is not None:
            return lines_of(self.path)
        return files("dcprops.benchmarks").joinpath(SAMPLE).read_bytes().splitlines()

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines of the event file, as often as it takes; of the sample each type as often as in its whole file."""
        if self.path is not None:
            return repeated(self.file_lines, self.sizes.lines)
        return as_in_the_whole_file(self.file_lines, self.sizes.lines)

    @cached_property
    def ledger_lines(self) -> list[bytes]:
        """Lines of which none is there twice, for a copy counts once: the event file's, or of a made-up workforce."""
        if self.path is not None:
            return list(dict.fromkeys(self.file_lines))
        with self.ndjson.open("rb") as file:
            return list(islice(file, self.sizes.lines))

    @cached_property
    def table(self) -> pa.Table:
        """The events of some of a workforce, as an Arrow table."""
        import pyarrow as pa  # noqa: PLC0415

        return pa.Table.from_batches(self._batches(self.sizes.appended)).slice(0, self.sizes.appended)

    @cached_property
    def chunked_table(self) -> pa.Table:
        """The same in record batches of a size that a stream has."""
        import pyarrow as pa  # noqa: PLC0415

        return pa.Table.from_batches(self.table.combine_chunks().to_batches(max_chunksize=50_000))

    @cached_property
    def events(self) -> list[SimulationEvent]:
        """The first events of the table, as objects."""
        from dcprops.schemas.arrow import documents_of  # noqa: PLC0415

        return [SimulationEvent.model_validate(document) for document in documents_of(self.table[: self.sizes.objects])]

    @cached_property
    def ndjson(self) -> Path:
        """A file of the table's events, one document a line."""
        from dcprops.population.documents import lines_of as texts_of  # noqa: PLC0415

        path = self.folder / "events.ndjson"
        with path.open("wb") as file:
            for batch in self.chunked_table.to_batches():
                file.writelines(text.encode() + b"\n" for text in texts_of(batch).to_pylist())
        return path

    @cached_property
    def by_participant(self) -> duckdb.DuckDBPyConnection:
        """A store's database, as one append leaves it: by participant, with its snapshots."""
        import pyarrow as pa  # noqa: PLC0415

        from dcprops.schemas.arrow import arrow_schema  # noqa: PLC0415
        from dcprops.store import Store  # noqa: PLC0415

        path = self.folder / "by_participant.duckdb"
        with Store(path) as store:
            store.append(pa.RecordBatchReader.from_batches(arrow_schema(), iter(self._batches(self.sizes.stored))))
            store.update_snapshots()
        return _opened(path)

    @cached_property
    def by_payday(self) -> duckdb.DuckDBPyConnection:
        """A database of the same events in the order in which a payroll records them: pay day after pay day."""
        path = self.folder / "by_payday.duckdb"
        arrived = self.by_participant.sql("FROM events ORDER BY effective_date, hash(employee_id)").to_arrow_table()
        connection = _opened(path)
        connection.register("arrived", arrived)
        connection.execute("CREATE TABLE events AS FROM arrived")
        connection.unregister("arrived")
        return connection

    @cached_property
    def someone(self) -> Account:
        """The account of a participant who is paid in all of the years."""
        from dcprops.reference import Account  # noqa: PLC0415

        return Account(*self.by_participant.execute(_PAID_LONGEST).fetchall()[0])

    def close(self) -> None:
        """Let go of the databases."""
        for name in ("by_participant", "by_payday"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    def _population(self, events: int) -> Population:
        """A workforce that has at least so many events in five years."""
        try:
            from dcprops.population import Population  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise CannotRun(f"needs {error.name}: pip install 'dcprops[population]'") from error
        some = Population(employees=_SOME)
        of_some = some.batch(range(_SOME)).num_rows
        return Population(employees=-(-events * _SOME * 11 // (of_some * 10)))

    def _batches(self, events: int) -> list[pa.RecordBatch]:
        return list(self._population(events).batches())


#: Employees from whose events is told how many make so many.
_SOME: Final = 200
#: The account that is paid into in most years.
_PAID_LONGEST: Final = """
    SELECT scenario_id, plan_design_id, employee_id, plan_id
    FROM events
    WHERE event_type = 'contribution'
    GROUP BY ALL
    ORDER BY count(DISTINCT year(pay_period_end)) DESC, employee_id
    LIMIT 1
"""


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    import duckdb  # noqa: PLC0415

    connection = duckdb.connect(str(path))
    connection.execute("SET TimeZone = 'UTC'")
    return connection


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


def as_in_the_whole_file(sample: Sequence[bytes], about: int) -> list[bytes]:
    """About so many lines of the sample, each event type as often as in the file that it was taken from, and spread."""
    by_type: dict[str, list[bytes]] = {}
    for line in sample:
        by_type.setdefault(json.loads(line)["payload"]["event_type"], []).append(line)
    placed = []
    for event_type, there in _IN_THE_WHOLE_FILE.items():
        count = max(1, about * there // sum(_IN_THE_WHOLE_FILE.values()))
        placed += [((place + 0.5) / count, line) for place, line in zip(range(count), cycle(by_type[event_type]))]
    return [line for _, line in sorted(placed)]


def repeated(lines: Sequence[bytes], at_least: int) -> list[bytes]:
    """All the lines, as often as it takes to have `at_least` so many."""
    return list(lines) * -(-at_least // len(lines))
