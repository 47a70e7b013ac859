"""The audit of an event file: rows that aren't valid events, what is wrong with the ledger, and its balances."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from dcprops.event_files import EventFile, event_of
from dcprops.event_files.readable import ROWS_UNTIL_GIVEN_UP, is_readable, no_event_file
from dcprops.events import SimulationEvent
from dcprops.reference import Anomaly, BalanceRow, anomalies, as_json, balances

__all__ = ["Audit", "InvalidRow", "audit"]

_ROWS_BETWEEN_PROGRESS: Final = 1000


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
    `as_of` is None only where no event is valid and no day was given.
    """

    file: str
    events: int
    valid: int
    invalid: tuple[InvalidRow, ...]
    anomalies: tuple[Anomaly, ...] = ()
    balances: tuple[BalanceRow, ...] | None = None
    as_of: date | None = None

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
    birth_years: Mapping[str, int] | None = None,
    on_progress: Callable[[float, int], None] | None = None,
) -> Audit:
    """Validate every row of the event file at `path` (NDJSON, plain or gzip, or Parquet in the Arrow schema), and judge
    the ledger that the valid ones are.

    A row is valid if `SimulationEvent` accepts it. Balances are as of the end of `as_of`, by default the last
    effective date in the file. `birth_years` by employee_id makes the catch-up limits exact. Rows are read one at a
    time; valid events and what is wrong are kept. `on_progress(share, rows)` is called now and then with the share of
    the file that has been read, from 0 to 1, and the number of rows.

    Raises EventFileError, a ValueError of one line, for a file that can't be read as an event file; so is one of which
    no row is JSON, or none of the first thousand.
    """
    rows, events, invalid = _read(path, on_progress)
    day = as_of or max((event.effective_date for event in events), default=None)
    return Audit(
        os.fspath(path),
        rows,
        len(events),
        tuple(invalid),
        tuple(anomalies(events, birth_years)),
        tuple(balances(events, day) if day else ()) if with_balances else None,
        day,
    )


def _read(
    path: str | os.PathLike[str], on_progress: Callable[[float, int], None] | None
) -> tuple[int, list[SimulationEvent], list[InvalidRow]]:
    """The number of rows, the events that they are, and what is wrong with the others."""
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
    return rows, events, invalid


def _by_frequency(codes: Iterable[str]) -> dict[str, int]:
    return dict(Counter(codes).most_common())
