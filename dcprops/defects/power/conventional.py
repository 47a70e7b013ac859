"""The event schema as a team writes it in Pydantic, for generators to read, and the strategies that it would build."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel, Field, StringConstraints, ValidationError, create_model

from dcprops.events import EventFactory
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
from dcprops.events.schema import ENVELOPE, PAYLOADS
from dcprops.events.schema import Field as SchemaField

__all__ = ["CONVENTIONAL", "built_documents", "documents_among"]

Document: TypeAlias = dict[str, Any]


def _type_of(kind: Kind) -> Any:
    match kind:
        case FixedPoint():
            most = kind.from_quanta(kind.quanta[-1])
            least: dict[str, Any] = {"gt": 0} if kind.above_zero else {"ge": 0}
            bounds = Field(le=most, max_digits=kind.digits + kind.places, decimal_places=kind.places, **least)
            return Annotated[Decimal, bounds]
        case MoneyBySource():
            return dict.__class_getitem__((Literal.__getitem__(kind.sources), _type_of(kind.money)))
        case WholeNumber():
            return Annotated[int, Field(ge=kind.minimum, le=kind.maximum)]
        case Choice():
            return Literal[kind.values]
        case Text():
            return Annotated[str, StringConstraints(min_length=1, max_length=kind.max_length)]
        case _:
            return _PLAIN[type(kind)]


_PLAIN: Final[dict[type[Kind], type]] = {Date: date, Timestamp: datetime, EventId: UUID, Flag: bool}


def _record(name: str, fields: tuple[SchemaField, ...], **more: Any) -> type[BaseModel]:
    types: dict[str, Any] = {
        field.name: (_type_of(field.kind) | None if field.nullable else _type_of(field.kind), ...) for field in fields
    }
    return create_model(name, **types, **more)


_PAYLOADS: Final = tuple(_record(f"{event_type}_payload", fields) for event_type, fields in PAYLOADS.items())
#: An event, with its payload told apart by event_type.
CONVENTIONAL: Final = _record("Event", ENVELOPE, payload=(functools.reduce(operator.or_, _PAYLOADS), ...))


def documents_among(events: list[BaseModel]) -> list[Document]:
    """The canonical documents of those events that are valid: a generator is not to be blamed for the rest."""
    found = []
    for each in events:
        try:
            found.append(EventFactory.validate_schema(each.model_dump(mode="json")))
        except ValidationError:
            continue
    return found


#: Few people, scenarios and plans, so that events meet; who doesn't think of that finds less.
_FEW: Final[Mapping[str, tuple[str, ...]]] = {
    "employee_id": ("E1", "E2"),
    "scenario_id": ("S1", "S2"),
    "plan_design_id": ("D1",),
    "plan_id": ("P1", "P2"),
}


def built_documents() -> SearchStrategy[Document]:
    """Valid documents by `st.builds`, each field by the strategy of its type within its bounds, on days of two decades.

    Examples from this strategy shrink as those of the strategies of the types do, towards a hire.
    """
    return st.one_of([_built(event_type) for event_type in PAYLOADS])


def _built(event_type: str) -> SearchStrategy[Document]:
    payload = _record_of(event_type=st.just(event_type), **_strategies(PAYLOADS[event_type]))
    return _record_of(**_strategies(ENVELOPE), payload=payload)


def _record_of(**fields: SearchStrategy[Any]) -> SearchStrategy[Document]:
    return st.builds(dict[str, Any], **fields)


def _strategies(fields: tuple[SchemaField, ...]) -> dict[str, SearchStrategy[Any]]:
    return {field.name: _strategy_of(field) for field in fields if field.name != "event_type"}


def _strategy_of(field: SchemaField) -> SearchStrategy[Any]:
    if field.name in _FEW:
        return st.sampled_from(_FEW[field.name])
    strategy = _of_kind(field.kind)
    return st.none() | strategy if field.nullable else strategy


def _of_kind(kind: Kind) -> SearchStrategy[Any]:
    match kind:
        case FixedPoint():
            least, most = (kind.from_quanta(kind.quanta[end]) for end in (0, -1))
            return st.decimals(least, most, places=kind.places, allow_nan=False).map(str)
        case MoneyBySource():
            return st.dictionaries(st.sampled_from(kind.sources), _of_kind(kind.money), min_size=1)
        case WholeNumber():
            return st.integers(kind.minimum, kind.maximum)
        case Choice():
            return st.sampled_from(kind.values)
        case Text():
            return st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=kind.max_length)
        case _:
            return _BUILT[type(kind)]()


_BUILT: Final[Mapping[type[Kind], Callable[[], SearchStrategy[Any]]]] = {
    Date: lambda: st.dates(date(2015, 1, 1), date(2035, 12, 31)).map(str),
    Timestamp: lambda: st.datetimes(datetime(2000, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat),
    EventId: lambda: st.uuids().map(str),
    Flag: st.booleans,
}
