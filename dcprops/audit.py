"""The audit of an event file: rows that aren't valid events, what is wrong with the ledger, and its balances."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from datetime import date
from importlib.util import find_spec
from operator import attrgetter
from typing import Any, Final, Protocol

from dcprops.event_files import EventFile, EventFileError, event_of
from dcprops.event_files.readable import ROWS_UNTIL_GIVEN_UP, is_readable, no_event_file
from dcprops.events import SimulationEvent
from dcprops.overview import Counting, Overview
from dcprops.reference import Anomaly, BalanceRow, anomalies, as_json, balances

__all__ = ["Audit", "InvalidRow", "audit", "is_for_bulk"]

_ROWS_BETWEEN_PROGRESS: Final = 1000
#: From so many bytes of lines on, some 90,000 events, DuckDB has made up for what it takes to start.
_LARGE: Final = 48 << 20
#: What gzip makes of lines of events.
_SHRUNK_BY: Final = 8


@dataclass(frozen=True)
class InvalidRow:
    """One rule that one row breaks; a row that breaks several has one of these for each.

    `line` counts from 1: the line of the file, or the row of Parquet. `field` is empty where the row as a whole is
    wrong.
    """

    line: int
    field: str
    rule: str
    message: str


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    `events` counts the rows, blank lines apart; `valid` those of them that break no rule. `anomalies` are those of all
    valid events, whatever their day; `balances` are as of the end of the day `as_of`, None if they weren't asked for.
    `as_of` is None only where no event is valid and no day was given. `overview` is None if it wasn't asked for.
    """

    file: str
    events: int
    valid: int
    invalid: tuple[InvalidRow, ...]
    anomalies: tuple[Anomaly, ...] = ()
    balances: tuple[BalanceRow, ...] | None = None
    as_of: date | None = None
    overview: Overview | None = None

    @property
    def ok(self) -> bool:
        """Whether every row is a valid event and no anomaly is an error; warnings may be there."""
        return not self.invalid and all(anomaly.severity != "error" for anomaly in self.anomalies)

    @property
    def invalid_by_rule(self) -> dict[str, int]:
        """How often each rule was broken, the most frequent first."""
        return _by_frequency(row.rule for row in self.invalid)

    @property
    def anomalies_by_code(self) -> dict[str, int]:
        """How often each anomaly was found, the most frequent first."""
        return _by_frequency(anomaly.code for anomaly in self.anomalies)

    def totals_json(self) -> dict[str, Any]:
        """How many `accounts` the balances have, and the sums over all of them by field, money as text."""
        counting = Counting()
        counting.add_balances(self.balances or ())
        overview = counting.result()
        return {"accounts": overview.accounts, **{name: f"{total:f}" for name, total in overview.totals.items()}}

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values: money as text with six places, a percentage with four, a day as YYYY-MM-DD.

        `balances` is there only if they were asked for.
        """
        report: dict[str, Any] = {
            "file": self.file,
            "events": self.events,
            "valid": self.valid,
            "invalid": [asdict(row) for row in self.invalid],
            "invalid_by_rule": self.invalid_by_rule,
            "anomalies": [anomaly.as_mapping() for anomaly in self.anomalies],
            "anomalies_by_code": self.anomalies_by_code,
        }
        if self.balances is not None:
            report["balances"] = [as_json(row) for row in self.balances]
        report["as_of"] = None if self.as_of is None else self.as_of.isoformat()
        return report


def audit(
    path: str | os.PathLike[str],
    *,
    as_of: date | None = None,
    with_balances: bool = False,
    with_overview: bool = False,
    birth_years: Mapping[str, int] | None = None,
    on_progress: Callable[[float, int], None] | None = None,
) -> Audit:
    """Validate every row of the event file at `path` (NDJSON, plain or gzip, or Parquet in the Arrow schema), and judge
    the ledger that the valid ones are.

    A row is valid if `SimulationEvent` accepts it. Balances are as of the end of `as_of`, by default the last
    effective date in the file. The overview counts and sums events and balances without keeping any. `birth_years` by
    employee_id makes the catch-up limits exact. What is wrong is kept; the valid events of a large file of lines are
    not, where the `duckdb` extra is installed: they are judged some people at a time. `on_progress(share, rows)` is
    called now and then, from any thread, with the share of the file that has been read, from 0 to 1, and the number of
    rows.

    Raises EventFileError, a ValueError of one line, for a file that can't be read as an event file; so is one of which
    no row is JSON, or none of the first thousand.
    """
    with _in_bulk(path, on_progress) if is_for_bulk(path) else nullcontext(_read(path, on_progress)) as file:
        day = as_of or file.last_day
        found: list[Anomaly] = []
        rows: list[BalanceRow] = []
        counting = Counting() if with_overview else None
        for events in file.parties:
            found += anomalies(events, birth_years)
            of_party = balances(events, day) if (with_balances or counting) and day else []
            if with_balances:
                rows += of_party
            if counting:
                counting.add_events(events)
                counting.add_balances(of_party)
    return Audit(
        os.fspath(path),
        file.rows,
        file.valid,
        tuple(InvalidRow(each.line, each.field, each.rule, each.message) for each in file.invalid),
        # Those of one person came together and in order.
        tuple(sorted(found, key=lambda each: each.account[:3])),
        tuple(sorted(rows, key=attrgetter("account"))) if with_balances else None,
        day,
        counting.result() if counting else None,
    )


class _Found(Protocol):
    """What is wrong with a row."""

    @property
    def line(self) -> int: ...
    @property
    def field(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def message(self) -> str: ...


@dataclass(frozen=True)
class _File:
    """What a file holds: so many rows, so many of them valid, what is wrong with the others, and the last day.

    `parties` are the events, some at a time: all of one person, and of people who share an event_id, come together.
    """

    rows: int
    valid: int
    invalid: Sequence[_Found]
    last_day: date | None
    parties: Iterable[list[SimulationEvent]]


def is_for_bulk(path: str | os.PathLike[str]) -> bool:
    """Whether reading set at a time pays and can be done: DuckDB takes half a second before it has read a line."""
    return (
        os.path.isfile(path)  # a pipe has no start to read from again
        and all(find_spec(package) for package in ("duckdb", "pyarrow"))
        and _length_of_lines(path) >= _LARGE
    )


def _length_of_lines(path: str | os.PathLike[str]) -> int:
    """About how many bytes the lines of a file have, 0 if it has none or can't be read."""
    with suppress(EventFileError, OSError), EventFile(path) as file:
        if not file.is_parquet:
            return os.path.getsize(path) * (_SHRUNK_BY if file.is_gzip else 1)
    return 0


@contextmanager
def _in_bulk(path: str | os.PathLike[str], on_progress: Callable[[float, int], None] | None) -> Iterator[_File]:
    from dcprops.store.bulk import judged_file  # noqa: PLC0415  # an extra, and slow to import

    with judged_file(path, on_progress) as file:
        yield _File(file.documents, file.valid, file.invalid, file.last_day, file.parties())


def _read(path: str | os.PathLike[str], on_progress: Callable[[float, int], None] | None) -> _File:
    """Read the file row by row, and hold all of its events."""
    rows = 0
    events: list[SimulationEvent] = []
    invalid: list[InvalidRow] = []
    readable = False
    with EventFile(path) as file:
        for row in file:
            rows += 1
            read = event_of(row)
            if isinstance(read, SimulationEvent):
                events.append(read)
                readable = True
            else:
                invalid.extend(InvalidRow(row.number, each.field, each.rule, each.message) for each in read)
                readable = readable or is_readable(read)
            if not readable and rows == ROWS_UNTIL_GIVEN_UP:
                break
            if on_progress and rows % _ROWS_BETWEEN_PROGRESS == 0:
                on_progress(file.share_read, rows)
    if not readable:
        raise no_event_file(path, rows, invalid[0].line, invalid[0].message)
    last_day = max((event.effective_date for event in events), default=None)
    return _File(rows, len(events), invalid, last_day, [events])


def _by_frequency(codes: Iterable[str]) -> dict[str, int]:
    return dict(Counter(codes).most_common())
