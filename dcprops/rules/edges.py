"""The other side of every rule: values just inside each bound, which a model must accept.

They are as much of the schema as the wrong values of the catalogue: a model that is too strict loses events too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

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
from dcprops.events.schema import ENVELOPE, PAYLOADS, Field
from dcprops.rules.catalogue import ABSENT, ENVELOPE_NAME, Place

__all__ = ["EDGES", "Edge"]


@dataclass(frozen=True)
class Edge(Place):
    """A bound of a field and the values just inside it, as they stand in a document."""

    bound: str
    values: tuple[Any, ...]


_TEXT_EDGES = {
    "inner white space": ("E 1", "E\u00a01", "E\u20281", "E\u20291"),
    "any script": ("社員-1", "עובד-1", "موظف", "Zoë", "Zoe\u0308", "🧾1", "e\u0301" * 3),
    "format characters": ("E\u200d1", "E\u200f1", "\ufeff1"),
    "punctuation": ("E,1", "E:1", 'E"1', "E\\1", "E'1", "null", "007", "{E}"),
    "taken for something else": ("NaN", "N/A", "None", "true", "1E5", "2024-01-01", "=1+1"),
}
_DATE_EDGES = {
    "first day": ("0001-01-01",),
    "last day": ("9999-12-31",),
    "leap day": ("2024-02-29", "2000-02-29", "0004-02-29"),
    "end of February": ("2023-02-28", "1900-02-28", "2100-03-01"),
    "turn of the year": ("2024-12-31", "2025-01-01"),
}
_TIMESTAMP_EDGES = {
    "no zone": ("2024-01-05T09:30:00", "2024-01-05T09:30:00.25"),
    "UTC": ("2024-01-05T09:30:00Z", "2024-01-05T23:59:59.999999Z"),
    "offset": ("2024-01-05T09:30:00+14:00", "2024-12-31T23:30:00.000001-11:30"),
    "first instant": ("0001-01-01T00:00:00Z",),
    "last instant": ("9999-12-31T23:59:59.999999Z",),
    "leap day": ("2024-02-29T12:00:00Z",),
}
_EVENT_ID_EDGES = {
    "any version": (
        "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11",
        "6f1c1a52-7d0e-1c3b-9a53-0d6f0b8a3c11",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ),
}


def _fixed_point_edges(kind: FixedPoint) -> dict[str, tuple[object, ...]]:
    quanta = kind.quanta
    smallest, second, *_ = texts = [kind.text_of(kind.from_quanta(quanta[place])) for place in (0, 1, -2, -1)]
    return {
        "smallest": (smallest,),
        "largest": (texts[-1],),
        "one quantum inside": (second, texts[-2]),
        "whole": ("1",),
        "fewer places": ("0.5", "1.0"),
    }


def _edges_of_kind(kind: Kind) -> dict[str, tuple[object, ...]]:
    match kind:
        case FixedPoint():
            return _fixed_point_edges(kind)
        case Text():
            lengths = {"shortest": ("E",), "longest": ("E" * kind.max_length, "社" * kind.max_length)}
            return {**lengths, **_TEXT_EDGES}
        case Date():
            return dict(_DATE_EDGES)
        case Timestamp():
            return dict(_TIMESTAMP_EDGES)
        case EventId():
            return dict(_EVENT_ID_EDGES)
        case Flag():
            return {"both": (True, False)}
        case WholeNumber():
            return {"smallest": (kind.minimum,), "largest": (kind.maximum,)}
        case Choice():
            return {"every word": kind.values}
        case MoneyBySource():
            amounts = [values[0] for values in _fixed_point_edges(kind.money).values()]
            return {
                "no source": ({},),
                "one source": tuple({source: amounts[0]} for source in kind.sources),
                "all sources": tuple(dict.fromkeys(kind.sources, amount) for amount in amounts),
            }
    raise NotImplementedError(f"no edges are listed for the kind {kind!r}")


def _edges_of(payload: str, field: Field) -> Iterator[Edge]:
    for bound, values in _edges_of_kind(field.kind).items():
        yield Edge(payload, field.name, bound, values)
    if field.nullable:
        yield Edge(payload, field.name, "null", (None,))
    if not field.required:
        yield Edge(payload, field.name, "left out", (ABSENT,))


def _edges() -> Iterator[Edge]:
    for payload, fields in {ENVELOPE_NAME: ENVELOPE, **PAYLOADS}.items():
        for field in fields:
            if field.name != "event_type":
                yield from _edges_of(payload, field)


#: Every bound of every field, with the values just inside it.
EDGES: Final = tuple(_edges())
