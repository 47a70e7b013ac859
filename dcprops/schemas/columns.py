"""The event schema as one flat, wide table: the columns that every tabular format shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from dcprops.events import SimulationEvent
from dcprops.events.kinds import Choice, Kind, MoneyBySource
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, PAYLOADS, Field

__all__ = ["COLUMNS", "EVENT_TYPE", "Column", "Path", "Row", "columns_of", "document_of", "json_value", "row_of"]

Path: TypeAlias = tuple[str, ...]
Row: TypeAlias = dict[str, object]

PAYLOAD: Final = "payload"
EVENT_TYPE: Final = "event_type"


@dataclass(frozen=True)
class Column:
    """One column: where its value stands in a document, and what it holds for the event types that use it.

    `uses` has the field of each event type that has one; of the envelope's columns, every event type. `kind` is what
    the column holds for any of them. A column that isn't `nullable` has a value in every row.
    """

    name: str
    path: Path
    kind: Kind
    uses: Mapping[str, Field]

    @property
    def nullable(self) -> bool:
        """Whether some event has no value here."""
        return len(self.uses) < len(EVENT_TYPES) or any(field.nullable for field in self.uses.values())

    @property
    def required_by(self) -> tuple[str, ...]:
        """The event types whose events always have a value here."""
        return tuple(event_type for event_type, field in self.uses.items() if not field.nullable)


def _leaves(path: Path, field: Field) -> Iterator[tuple[Path, Field]]:
    """The places a field has in a row: one, or for money by source one for each source."""
    if not isinstance(field.kind, MoneyBySource):
        yield path, field
        return
    for source in field.kind.sources:
        # A source that isn't listed has no value, which isn't the same as zero.
        yield (*path, source), Field(source, field.kind.money, nullable=True, required=False)


def _places() -> Iterator[tuple[Path, str, Field]]:
    """Every place, event type and field that a document can have, in the order of the columns."""
    for field in ENVELOPE:
        for event_type in EVENT_TYPES:
            yield (field.name,), event_type, field
    for event_type, fields in PAYLOADS.items():
        for field in fields:
            for path, leaf in _leaves((PAYLOAD, field.name), field):
                yield path, event_type, leaf


def _name_of(path: Path, event_type: str) -> str:
    """The column's name: the field's, unless the envelope has a field of that name too."""
    if len(path) == 1:
        return path[0]
    name = "_".join(path[1:])
    return f"{event_type}_{name}" if any(name == field.name for field in ENVELOPE) else name


def _kind_for_all(fields: Iterable[Field]) -> Kind:
    kinds = dict.fromkeys(field.kind for field in fields)
    if len(kinds) == 1:
        return next(iter(kinds))
    choices = [kind.values for kind in kinds if isinstance(kind, Choice)]
    if len(choices) < len(kinds):
        raise TypeError(f"payload fields of one name need one kind of column, but these have {list(kinds)}")
    return Choice(tuple(dict.fromkeys(value for values in choices for value in values)))


def _columns() -> Iterator[Column]:
    uses: dict[str, dict[str, Field]] = {}
    paths: dict[str, Path] = {}
    for path, event_type, field in _places():
        name = _name_of(path, event_type)
        paths.setdefault(name, path)
        uses.setdefault(name, {})[event_type] = field
    for name, fields in uses.items():
        yield Column(name, paths[name], _kind_for_all(fields.values()), MappingProxyType(fields))


#: The columns in order: the envelope's, `event_type`, then every payload field once, by the first event type with it.
COLUMNS: Final = tuple(_columns())
_BY_NAME: Final = MappingProxyType({column.name: column for column in COLUMNS})


def _layout(event_type: str) -> Mapping[str, Column]:
    """The payload's columns by name, in the order of the payload's fields."""
    order = [field.name for field in PAYLOADS[event_type]]
    own = [column for column in COLUMNS if column.path[0] == PAYLOAD and event_type in column.uses]
    return MappingProxyType(
        {column.name: column for column in sorted(own, key=lambda column: order.index(column.path[1]))}
    )


_LAYOUTS: Final = MappingProxyType({event_type: _layout(event_type) for event_type in EVENT_TYPES})
_NO_LAYOUT: Final = MappingProxyType({EVENT_TYPE: _BY_NAME[EVENT_TYPE]})
_ENVELOPE_NAMES: Final = frozenset(field.name for field in ENVELOPE)
#: The envelope's fields in the order of a document, `payload` among them.
_ENVELOPE_ORDER: Final = tuple(SimulationEvent.model_fields)


def columns_of(event_type: str) -> frozenset[str]:
    """The names of the columns that events of one type have: the envelope's and their payload's.

    For a text that is no event type, those that every event has.
    """
    return _ENVELOPE_NAMES | _LAYOUTS.get(event_type, _NO_LAYOUT).keys()


def row_of(event: SimulationEvent | Mapping[str, Any]) -> Row:
    """The row of an event, or of its canonical document in Python values (`event.model_dump()`).

    Every column is there, None where the event has no value. Values are Decimal, date, datetime in UTC, bool, int and
    str; an event_id is its 36-character text.
    """
    document = event.model_dump() if isinstance(event, SimulationEvent) else event
    payload = document[PAYLOAD]
    row: Row = dict.fromkeys(_BY_NAME)
    for name in _ENVELOPE_ORDER:
        if name != PAYLOAD:
            row[name] = document[name]
    row["event_id"] = str(document["event_id"])
    for name, column in _LAYOUTS[payload[EVENT_TYPE]].items():
        value = payload[column.path[1]]
        row[name] = value if len(column.path) == 2 else value.get(column.path[2])  # a source may be left out
    return row


def document_of(row: Mapping[str, object]) -> dict[str, object]:
    """The JSON document that a row stands for, its fields in canonical order.

    What is wrong with a row stays for validation to report: where the event type has the field, a null stays null and
    a column that isn't there is a missing field; a value in a column of other event types, or in one that the event
    schema doesn't have, is an unknown field; and a value is written as what it is, a float as a number.
    """
    event_type = row.get(EVENT_TYPE)
    own = _LAYOUTS.get(event_type, _NO_LAYOUT) if isinstance(event_type, str) else _NO_LAYOUT
    payload: dict[str, Any] = {}
    document: dict[str, object] = {}
    for name in _ENVELOPE_ORDER:
        if name == PAYLOAD:
            document[name] = payload
        elif name in row:
            document[name] = json_value(row[name])
    for name, column in own.items():
        if name in row:
            _put(payload, column.path, row[name])
    for name, value in row.items():
        if value is not None and name not in own and (name == PAYLOAD or name not in document):
            _put_unknown(document, payload, name, value)
    return document


def _put(payload: dict[str, Any], path: Path, value: object) -> None:
    """Put a value of the payload where its path says. A source without value is one that isn't listed."""
    if len(path) == 2:
        payload[path[1]] = json_value(value)
        return
    by_source = payload.setdefault(path[1], {})
    if value is not None:
        by_source[path[2]] = json_value(value)


def _put_unknown(document: dict[str, object], payload: dict[str, Any], name: str, value: object) -> None:
    """Put a value where it is an unknown field: of the payload if other payloads have it, else of the envelope."""
    if name in _BY_NAME:
        _put(payload, _BY_NAME[name].path, value)
    elif name == PAYLOAD:
        payload[name] = json_value(value)
    else:
        document[name] = json_value(value)


def json_value(value: object) -> object:
    """What a document says for a value that a table can hold: money with its places, instants in UTC with Z.

    For a value that no field could have, an object that no field accepts.
    """
    match value:
        case None | str() | int() | float():
            return value
        case Decimal():
            return f"{value:f}"
        case datetime():
            return _instant_text(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return {"not JSON": type(value).__name__}


def _instant_text(instant: datetime) -> str:
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    try:
        instant = instant.astimezone(UTC)
    except OverflowError:  # outside the calendar in UTC: its own offset says so to whoever validates it
        return instant.isoformat()
    return instant.isoformat().replace("+00:00", "Z")
