"""Documents: valid ones in every spelling, invalid ones by one rule each, and the spellings of one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import DrawFn, SearchStrategy

from dcprops.events import EventFactory, SimulationEvent
from dcprops.events.kinds import FixedPoint, MoneyBySource, Timestamp
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, PAYLOADS, Field
from dcprops.rules import ABSENT, CATALOGUE, Level
from dcprops.strategies._events import events as draw_events
from dcprops.strategies._records import checked

__all__ = ["InvalidDocument", "documents", "invalid_documents", "representations"]

Document: TypeAlias = dict[str, Any]


class InvalidDocument(NamedTuple):
    """A document that breaks just one rule: where it does, which, and how much that matters."""

    document: Document
    payload: str
    field: str
    rule: str
    level: Level


@st.composite
def documents(
    draw: DrawFn,
    *,
    event_type: str | None = None,
    events: SearchStrategy[SimulationEvent] | None = None,
    canonical: bool = False,
) -> Document:
    """Valid documents of every event type, or of the one named by `event_type`, or of the `events` given.

    In every spelling that the schema allows: amounts with fewer places, optional fields left out, timestamps with and
    without a zone, keys in another order. With `canonical`, only as an event writes itself.

    Raises InvalidArgument if `event_type` is no event type or is given with `events`, or `events` is no strategy for
    events.

    Examples from this strategy shrink towards the canonical document of the simplest event.
    """
    checked({"events": events})
    if event_type is not None and events is not None:
        raise InvalidArgument(f"Cannot have both {event_type=} and events, which decides the type: drop one")
    event = draw(draw_events(event_type=event_type) if events is None else events)
    if not isinstance(event, SimulationEvent):
        raise InvalidArgument(f"events gave {event!r} (type={type(event).__name__}): it must give events, as events()")
    document = event.model_dump(mode="json")
    return document if canonical else _spelled(document, draw(_SPELLINGS))


_SPELLINGS: Final = st.integers(min_value=0)


class _Choices:
    """Small choices taken one after another from one number; all are 0 once it is used up."""

    def __init__(self, number: int) -> None:
        self._number = number

    def below(self, size: int) -> int:
        self._number, choice = divmod(self._number, size)
        return choice


def _spelled(document: Document, number: int) -> Document:
    """Another document of the same event: number 0 is the canonical one."""
    choices = _Choices(number)
    order = choices.below(3)
    payload = document["payload"]
    fields = PAYLOADS[payload["event_type"]]
    spelled_payload = _in_order(_spelled_record(payload, fields, choices), order)
    return _in_order({**_spelled_record(document, ENVELOPE, choices), "payload": spelled_payload}, order)


def _spelled_record(record: Document, fields: tuple[Field, ...], choices: _Choices) -> Document:
    spelled = {}
    for field in fields:
        value = record[field.name]
        can_be_left_out = not field.required and value == _written(field)
        if can_be_left_out and choices.below(2):
            continue
        spelled[field.name] = _spelled_value(field, value, choices)
    return spelled


def _written(field: Field) -> object:
    """The default of a field as a document writes it; what no document writes, where the default changes."""
    if field.name in {"event_id", "created_at"}:
        return ABSENT
    if isinstance(field.kind, FixedPoint) and isinstance(field.default, Decimal):
        return field.kind.text_of(field.default)
    return field.default


def _in_order(record: Document, order: int) -> Document:
    items = list(record.items())
    middle = len(items) // 2
    return dict((items, items[::-1], items[middle:] + items[:middle])[order])


def _spelled_value(field: Field, value: Any, choices: _Choices) -> Any:
    if value is None:
        return None
    if isinstance(field.kind, FixedPoint):
        return _spelled_number(value, choices)
    if isinstance(field.kind, MoneyBySource):
        return {source: _spelled_number(amount, choices) for source, amount in value.items()}
    if isinstance(field.kind, Timestamp):
        return _spelled_instant(datetime.fromisoformat(value), choices)
    return value


def _spelled_number(text: str, choices: _Choices) -> str:
    whole, _, fraction = text.partition(".")
    shortest = fraction.rstrip("0")
    spellings = [text, f"{whole}.{shortest}" if shortest else whole]
    if len(shortest) < len(fraction) - 1:
        spellings.append(f"{whole}.{shortest}0")
    return spellings[choices.below(len(spellings))]


_ZONES: Final = tuple(timezone(timedelta(minutes=minutes)) for minutes in (330, -300, 840, -720, 0))


def _spelled_instant(instant: datetime, choices: _Choices) -> str:
    plain = instant.replace(tzinfo=None).isoformat()
    spellings = [f"{plain}Z", plain]
    if date.min < (instant.date()) < date.max:
        spellings += [
            text
            for zone in _ZONES
            if not (text := instant.astimezone(zone).isoformat()).startswith(("0001-01-01", "9999-12-31"))
        ]
    return spellings[choices.below(len(spellings))]


def representations(
    value: SimulationEvent | Mapping[str, Any] | Decimal | datetime | date | UUID,
) -> SearchStrategy[Any]:
    """Everything that stands for the same value.

    For an event or a document: documents of that event, spelled in other ways. For a Decimal: Decimals with other
    exponents, the int and the texts that read as it. For a timestamp, a date or a UUID: Python values and texts.

    Raises InvalidArgument if `value` is none of those, or is one that no event can hold.

    Examples from this strategy shrink towards the canonical document, or the value itself.
    """
    if isinstance(value, Mapping | SimulationEvent):
        return _SPELLINGS.map(partial(_spelled, _canonical(value)))
    for type_, spellings_of in _SPELLINGS_OF.items():
        if isinstance(value, type_):
            return st.sampled_from(tuple(spellings_of(value)))
    raise InvalidArgument(
        f"{value=} (type={type(value).__name__}) has no other representations: it must be an event, a document, "
        f"a Decimal, a datetime, a date or a UUID"
    )


def _canonical(value: SimulationEvent | Mapping[str, Any]) -> Document:
    if isinstance(value, SimulationEvent):
        return value.model_dump(mode="json")
    try:
        return EventFactory.validate_schema(value)
    except ValueError as error:
        raise InvalidArgument(f"value={dict(value)!r} is no valid document: {error}") from error


_MONEY: Final = FixedPoint("money", 12, 6)


def _spellings_of_decimal(value: Decimal) -> Iterator[object]:
    try:
        exact = _MONEY.read(value)
    except ValueError as error:
        raise InvalidArgument(f"{value=} is no amount: {error}") from error
    yield value
    sign, digits, exponent = exact.as_tuple()
    yield exact
    while len(digits) > 1 and digits[-1] == 0:
        digits, exponent = digits[:-1], int(exponent) + 1
        yield Decimal((sign, digits, exponent))
    if exact == int(exact):
        yield int(exact)
    text = _MONEY.text_of(exact)
    yield text
    yield from {_spelled_number(text, _Choices(choice)): None for choice in range(3)}


def _spellings_of_datetime(value: datetime) -> Iterator[object]:
    try:
        instant = value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
    except OverflowError as error:
        raise InvalidArgument(f"{value=} is no timestamp: in UTC it is beyond the calendar") from error
    yield value
    yield instant
    yield instant.replace(tzinfo=None)
    yield from {_spelled_instant(instant, _Choices(choice)): None for choice in range(2 + len(_ZONES))}


def _spellings_of_date(value: date) -> Iterator[object]:
    yield from (value, value.isoformat())


def _spellings_of_uuid(value: UUID) -> Iterator[object]:
    yield from (value, str(value), str(value).upper())


# A datetime is a date: it has to be asked for first.
_SPELLINGS_OF: Final[dict[type, Callable[[Any], Iterator[object]]]] = {
    Decimal: _spellings_of_decimal,
    datetime: _spellings_of_datetime,
    date: _spellings_of_date,
    UUID: _spellings_of_uuid,
}


@st.composite
def invalid_documents(
    draw: DrawFn,
    *,
    event_type: str | None = None,
    field: str | None = None,
    rule: str | None = None,
    level: Level | None = None,
) -> InvalidDocument:
    """Documents that break exactly one rule of the catalogue, with the payload, field, rule and level of that cell.

    Each argument keeps only the cells that have that value; the field of an envelope is met in every event type.

    Raises InvalidArgument if no cell of the catalogue is left.

    Examples from this strategy shrink towards the first cell and value of the catalogue, in the simplest event.
    """
    asked = (event_type, field, rule, level) != (None, None, None, None)
    by_payload = _by_payload(_cells(event_type, field, rule, level)) if asked else _ALL_BY_PAYLOAD
    place = draw(draw(by_payload))
    cell = CATALOGUE[place]
    event_types = _EVENT_TYPES[cell.event_types] if event_type is None else st.just(event_type)
    document = draw(_CANONICAL[draw(event_types)])
    spoilt = cell.put(document, draw(_VALUES[place]))
    return InvalidDocument(spoilt, cell.payload, cell.field, cell.rule, cell.level)


def _cells(event_type: str | None, field: str | None, rule: str | None, level: str | None) -> tuple[int, ...]:
    """The places in the catalogue of the cells asked for."""
    places = tuple(
        place
        for place, cell in enumerate(CATALOGUE)
        if (event_type is None or event_type in cell.event_types)
        and field in (None, cell.field)
        and rule in (None, cell.rule)
        and level in (None, cell.level)
    )
    if not places:
        raise InvalidArgument(f"no rule of the catalogue has {event_type=}, {field=}, {rule=} and {level=}")
    return places


def _by_payload(places: tuple[int, ...]) -> SearchStrategy[SearchStrategy[int]]:
    """A strategy for the places of one payload, of each as often: there are more places than are drawn evenly."""
    groups: dict[str, list[int]] = {}
    for place in places:
        groups.setdefault(CATALOGUE[place].payload, []).append(place)
    return st.sampled_from([st.sampled_from(group) for group in groups.values()])


# Made once: a strategy costs more to make than to draw from.
_ALL_BY_PAYLOAD: Final = _by_payload(tuple(range(len(CATALOGUE))))
_VALUES: Final = tuple(st.sampled_from(cell.values) for cell in CATALOGUE)
_EVENT_TYPES: Final = {cell.event_types: st.sampled_from(cell.event_types) for cell in CATALOGUE}
_CANONICAL: Final = {event_type: documents(event_type=event_type, canonical=True) for event_type in EVENT_TYPES}
