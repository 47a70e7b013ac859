"""The audit of an event file: every row that isn't a valid event, with the field and the rule that it breaks."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from pydantic import ValidationError

from dcprops.event_files import EventFile, EventFileError, Row
from dcprops.events import SimulationEvent
from dcprops.rules import Breach, breaches, breaches_of_text

__all__ = ["Audit", "InvalidRow", "audit"]

#: So many rows from the start without one that is JSON, and the file is taken for something else.
ROWS_UNTIL_GIVEN_UP: Final = 1000
_ROWS_BETWEEN_PROGRESS: Final = 1000
_NOT_READABLE: Final = frozenset({"not-json", "not-utf-8"})
#: The rule of what the model refuses and the catalogue of rules has no word for.
_REFUSED: Final = "invalid"


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
    """What an audit found. `events` counts the rows, blank lines apart; `valid` those of them that break no rule."""

    file: str
    events: int
    valid: int
    invalid: tuple[InvalidRow, ...]

    @property
    def invalid_by_rule(self) -> dict[str, int]:
        """How often each rule was broken, the most frequent first."""
        return dict(Counter(row.rule for row in self.invalid).most_common())

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values. Anomalies of the ledger are not looked for: `as_of`, the day they would hold for,
        is null.
        """
        return {
            "file": self.file,
            "events": self.events,
            "valid": self.valid,
            "invalid": [asdict(row) for row in self.invalid],
            "invalid_by_rule": self.invalid_by_rule,
            "anomalies": [],
            "anomalies_by_code": {},
            "as_of": None,
        }


def audit(path: str | os.PathLike[str], *, on_progress: Callable[[float, int], None] | None = None) -> Audit:
    """Validate every row of the event file at `path`: NDJSON, plain or gzip, or Parquet in the Arrow schema.

    A row is valid if `SimulationEvent` accepts it. Whether rows agree with each other isn't judged. Rows are read one
    at a time; what is kept is what is wrong. `on_progress(share, rows)` is called now and then with the share of the
    file that has been read, from 0 to 1, and the number of rows.

    Raises EventFileError, a ValueError of one line, for a file that can't be read as an event file; so is one of which
    no row is JSON, or none of the first thousand.
    """
    rows = valid = 0
    invalid: list[InvalidRow] = []
    readable = False
    with EventFile(path) as file:
        for row in file:
            rows += 1
            found = _breaches_of_row(row)
            valid += not found
            invalid.extend(InvalidRow(row.number, each.field, each.rule, each.message) for each in found)
            readable = readable or _is_readable(found)
            if not readable and rows == ROWS_UNTIL_GIVEN_UP:
                break
            if on_progress and rows % _ROWS_BETWEEN_PROGRESS == 0:
                on_progress(file.share_read, rows)
    if not readable:
        raise _no_event_file(path, invalid)
    return Audit(os.fspath(path), rows, valid, tuple(invalid))


def _breaches_of_row(row: Row) -> tuple[Breach, ...]:
    content = row.content
    if isinstance(content, Breach):
        return (content,)
    try:
        SimulationEvent.model_validate_json(content if isinstance(content, bytes) else json.dumps(content))
    except ValidationError as error:
        found = breaches_of_text(content) if isinstance(content, bytes) else breaches(content)
        return found or breaches_of_refusal(error)
    return ()


def breaches_of_refusal(error: ValidationError) -> tuple[Breach, ...]:
    """What the model itself says of a document that it refuses, each under the rule `invalid`."""
    return tuple(
        Breach(".".join(map(str, detail["loc"])), _REFUSED, detail["msg"])
        for detail in error.errors(include_url=False, include_input=False, include_context=False)
    )


def _is_readable(found: Iterable[Breach]) -> bool:
    return not any(each.rule in _NOT_READABLE and not each.field for each in found)


def _no_event_file(path: str | os.PathLike[str], invalid: list[InvalidRow]) -> EventFileError:
    first = invalid[0]
    seen = (
        f"none of its first {ROWS_UNTIL_GIVEN_UP:,} lines" if len(invalid) == ROWS_UNTIL_GIVEN_UP else "no line of it"
    )
    return EventFileError(
        f"{os.fspath(path)} is not an event file: {seen} is JSON (line {first.line}: {first.message}); "
        "expected one event as a JSON object on each line"
    )
