"""Records by construction: draws the choices of a payload or an envelope and reads its fields from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import DrawFn, SearchStrategy

from dcprops.events.kinds import Date, FixedPoint, WholeNumber
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, OWN_DATE, PAYLOADS, Field
from dcprops.strategies._choices import Coding, coding_of, nullable, read_boundary_number, read_number

__all__ = ["Overrides", "checked", "draw_head", "event_type_of", "read_envelope", "read_payload"]

#: A strategy for a field in place of what it would be drawn from.
Overrides = Mapping[str, SearchStrategy[Any] | None]


@dataclass(frozen=True)
class _Row:
    """One field of a record: how it is read, and from which bytes of the block."""

    name: str
    coding: Coding
    start: int
    stop: int


def _layout(fields: tuple[Field, ...], start: int) -> tuple[_Row, ...]:
    rows = []
    for field in fields:
        coding = nullable(coding_of(field.kind)) if field.nullable else coding_of(field.kind)
        rows.append(_Row(field.name, coding, start, start + coding.width))
        start += coding.width
    return tuple(rows)


def _without(fields: tuple[Field, ...], name: str) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.name != name)


# The first byte says which event type it is, the second which date is effective, four more are for that date.
_ENVELOPE: Final = _layout(_without(ENVELOPE, "effective_date"), 6)
_PAYLOADS: Final = {
    event_type: _layout(_without(fields, "event_type"), _ENVELOPE[-1].stop) for event_type, fields in PAYLOADS.items()
}
_HEAD_SIZE: Final = max(rows[-1].stop for rows in _PAYLOADS.values())
_HEADS: Final = st.binary(min_size=_HEAD_SIZE, max_size=_HEAD_SIZE)
_NUMBERS: Final = st.integers()
_DATE: Final = coding_of(Date())


def _main_number(fields: tuple[Field, ...]) -> tuple[str, FixedPoint | WholeNumber] | None:
    """The field whose number has an integer of its own and so shrinks best: an amount, or else a count."""
    count = None
    for field in fields:
        if isinstance(field.kind, FixedPoint) and field.kind.maximum is None:
            return field.name, field.kind
        if isinstance(field.kind, WholeNumber):
            count = field.name, field.kind
    return count


_MAIN_NUMBERS: Final = {event_type: _main_number(fields) for event_type, fields in PAYLOADS.items()}
_READERS: Final = {
    kind: (read_number(kind), read_boundary_number(kind))
    for _, kind in (main for main in _MAIN_NUMBERS.values() if main is not None)
}

#: How often each event type comes, where not once. Vesting has the hours that matter, contributions have nine sources,
#: and the other two have a field that is null in a third of them.
_WEIGHTS: Final = {"vesting": 6, "contribution": 5, "enrollment": 2, "hce_status": 2}
_BOUNDARY_WEIGHTS: Final = {"vesting": 9}


def _weighted(weights: Mapping[str, int]) -> tuple[str, ...]:
    """The event types as often as they come, those with fewer choices first: Hypothesis shrinks towards fewer."""
    by_choices = sorted(EVENT_TYPES, key=lambda event_type: _MAIN_NUMBERS[event_type] is not None)
    return tuple(event_type for event_type in by_choices for _ in range(weights.get(event_type, 1)))


_EVENT_TYPES: Final = _weighted(_WEIGHTS)
_BOUNDARY_EVENT_TYPES: Final = _weighted(_BOUNDARY_WEIGHTS)


def draw_head(draw: DrawFn) -> bytes:
    """The block of bytes from which a record's picked fields are read."""
    return draw(_HEADS)


def event_type_of(head: bytes, event_type: str | None, *, at_boundaries: bool = False) -> str:
    """The event type asked for, or the one that the block says. Raises InvalidArgument for an unknown one."""
    if event_type is None:
        event_types = _BOUNDARY_EVENT_TYPES if at_boundaries else _EVENT_TYPES
        return event_types[head[0] % len(event_types)]
    if not isinstance(event_type, str) or event_type not in PAYLOADS:
        raise InvalidArgument(f"{event_type=} is no event type: it must be one of {', '.join(EVENT_TYPES)}")
    return event_type


def checked(overrides: Overrides) -> Overrides:
    """The overrides, if each is a strategy or None. Raises InvalidArgument for one that is neither."""
    for name, strategy in overrides.items():
        if strategy is not None and not isinstance(strategy, SearchStrategy):
            raise InvalidArgument(
                f"the strategy for {name} is {strategy!r} (type={type(strategy).__name__}): it must be a strategy, "
                f"such as just({strategy!r})"
            )
    return overrides


def _read(
    draw: DrawFn, rows: tuple[_Row, ...], head: bytes, overrides: Overrides, at_boundaries: bool
) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for row in rows:
        override = overrides.get(row.name)
        read = row.coding.read_boundary if at_boundaries else row.coding.read
        record[row.name] = read(head[row.start : row.stop]) if override is None else draw(override)
    return record


def read_payload(
    draw: DrawFn, event_type: str, head: bytes, overrides: Overrides, *, at_boundaries: bool = False
) -> dict[str, Any]:
    """The fields of a payload, without its event type."""
    record = _read(draw, _PAYLOADS[event_type], head, overrides, at_boundaries)
    main_number = _MAIN_NUMBERS[event_type]
    if main_number is not None and overrides.get(main_number[0]) is None:
        name, kind = main_number
        record[name] = _READERS[kind][at_boundaries](draw(_NUMBERS))
    return record


def read_envelope(
    draw: DrawFn, event_type: str, own_date: object, head: bytes, overrides: Overrides, *, at_boundaries: bool = False
) -> dict[str, Any]:
    """The fields of an envelope. Mostly the effective date is the payload's own, where it has one."""
    record = _read(draw, _ENVELOPE, head, overrides, at_boundaries)
    effective_dates = overrides.get("effective_date")
    if effective_dates is not None:
        record["effective_date"] = draw(effective_dates)
    elif event_type in OWN_DATE and head[1] < 224:
        record["effective_date"] = own_date
    else:
        record["effective_date"] = (_DATE.read_boundary if at_boundaries else _DATE.read)(head[2:6])
    return record
