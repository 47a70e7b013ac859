"""Rows of valid documents as the events that they are, without validating them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from dcprops.events import SimulationEvent
from dcprops.events.construction import built
from dcprops.events.frozen import FrozenMapping
from dcprops.events.kinds import (
    Choice,
    Date,
    EventId,
    FixedPoint,
    Flag,
    Kind,
    MoneyBySource,
    Text,
    Timestamp,
    WholeNumber,
)
from dcprops.events.schema import ENVELOPE, PAYLOAD_CLASSES, PAYLOADS, Field
from dcprops.schemas.columns import COLUMNS, EVENT_TYPE

__all__ = ["READABLE", "events_of"]

_Values: TypeAlias = Sequence[Any]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CACHED: Final = 1 << 16


def _readable(name: str, kind: Kind) -> str:
    """A column as what Python makes the value from fastest: DuckDB makes its own UUIDs and instants by Python code."""
    match kind:
        case EventId() | Date() | FixedPoint():
            return f"CAST({name} AS VARCHAR)"
        case Timestamp():
            return f"epoch_us({name})"
    return name


#: What to select of a table with the columns of an event table, for `events_of`.
READABLE: Final = ", ".join(_readable(column.name, column.kind) for column in COLUMNS)


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(0, 0, microseconds)


_day: Final = lru_cache(_CACHED)(date.fromisoformat)
_number: Final = lru_cache(_CACHED)(Decimal)


def _reader(kind: Kind) -> Callable[[Any], object] | None:
    """What makes the value of what was selected; None where that is the value."""
    match kind:
        case EventId():
            return UUID
        case Date():
            return _day
        case FixedPoint():
            return _number
        case Timestamp():
            return _instant
        case Text() | Choice() | Flag() | WholeNumber():
            return None
    raise TypeError(f"no way to read {kind} from a column: add one")


class _Part(NamedTuple):
    """One field of a model: where its values stand in a row, several for money by source, and how to read them."""

    name: str
    read: Callable[[list[_Values]], Iterable[object]]


@cache
def _places() -> dict[tuple[str, ...], list[tuple[int, frozenset[str]]]]:
    """Where in a row the columns of a path are, each with the event types that use it."""
    found: dict[tuple[str, ...], list[tuple[int, frozenset[str]]]] = {}
    for place, column in enumerate(COLUMNS):
        found.setdefault(column.path, []).append((place, frozenset(column.uses)))
    return found


def _place(path: tuple[str, ...], event_type: str) -> int:
    (place,) = (place for place, uses in _places()[path] if event_type in uses)
    return place


def _part(path: tuple[str, ...], field: Field, event_type: str) -> _Part:
    if isinstance(field.kind, MoneyBySource):
        sources = field.kind.sources
        places = [_place((*path, source), event_type) for source in sources]

        def read_by_source(rows: list[_Values]) -> Iterable[object]:
            return [
                FrozenMapping({source: _number(row[place]) for source, place in zip(sources, places, strict=True)
                               if row[place] is not None})
                for row in rows
            ]  # fmt: skip

        return _Part(field.name, read_by_source)
    value, read = itemgetter(_place(path, event_type)), _reader(field.kind)

    def read_all(rows: list[_Values]) -> Iterable[object]:
        values = map(value, rows)
        if read is None:
            return values
        if field.nullable:
            return [None if each is None else read(each) for each in values]
        return map(read, values)

    return _Part(field.name, read_all)


@cache
def _parts(event_type: str) -> tuple[list[_Part], list[_Part]]:
    """The fields of the envelope, in its order and without the payload; and those of the payload."""
    envelope = [_part((field.name,), field, event_type) for field in ENVELOPE]
    payload = [_part(("payload", field.name), field, event_type) for field in PAYLOADS[event_type]]
    return envelope, payload


_EVENT_TYPE: Final = [column.name for column in COLUMNS].index(EVENT_TYPE)
_ORDER: Final = tuple(SimulationEvent.model_fields)


def events_of(rows: Sequence[_Values]) -> list[SimulationEvent]:
    """The events of rows that `READABLE` was selected of, in their order."""
    by_type: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        by_type.setdefault(row[_EVENT_TYPE], []).append(place)
    events: list[SimulationEvent | None] = [None] * len(rows)
    for event_type, places in by_type.items():
        found = _of_one_type(event_type, [rows[place] for place in places])
        for place, event in zip(places, found, strict=True):
            events[place] = event
    return events  # type: ignore[return-value]  # every place has been filled


def _of_one_type(event_type: str, rows: list[_Values]) -> list[SimulationEvent]:
    envelope, payload = _parts(event_type)
    model = PAYLOAD_CLASSES[event_type]
    names = tuple(part.name for part in payload)
    payloads = (
        built(model, dict(zip(names, values, strict=True)))
        for values in zip(*(part.read(rows) for part in payload), strict=True)
    )
    columns: dict[str, Iterable[object]] = {part.name: part.read(rows) for part in envelope} | {"payload": payloads}
    return [
        built(SimulationEvent, dict(zip(_ORDER, values, strict=True)))
        for values in zip(*(columns[name] for name in _ORDER), strict=True)
    ]
