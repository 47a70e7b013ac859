"""The documents that are always tried before any is drawn, and in which order: first one of every kind of mistake.

A valid document may be unusual in all its fields at once, so a few show what many with one unusual field each would
show; what breaks a law is then made more usual, field by field. An invalid document has one fault.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from dcprops.events.kinds import FixedPoint, Flag, Kind, MoneyBySource, Timestamp
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, PAYLOADS, Field
from dcprops.rules import CATALOGUE, EDGES, SAMPLES
from dcprops.rules.catalogue import ENVELOPE_NAME, Cell
from dcprops.rules.edges import Edge

__all__ = [
    "at_every_edge",
    "edges",
    "more_usual",
    "no_documents",
    "other_spellings",
    "samples",
    "samples_and_edges",
    "samples_edges_and_wrongs",
    "wrongs",
    "wrongs_that_count",
]

Document: TypeAlias = dict[str, Any]

#: What has the most kinds of fields comes first.
_RICHEST_FIRST: Final = ("vesting", "contribution", "enrollment", "merit")
_IN_ORDER: Final = (*_RICHEST_FIRST, *(name for name in EVENT_TYPES if name not in _RICHEST_FIRST))
#: What readers let pass unless told otherwise comes first; it is followed by what a test of examples rarely has.
_OFTEN_LET_PASS: Final = (
    "unknown-field", "float-money", "not-positive", "above-range", "padded", "blank", "above-one", "look-alike",
    "too-many-places", "too-many-digits", "integer-money", "wrong-type", "negative", "below-range", "unknown-value",
    "bad-notation", "bad-date", "not-a-number", "null", "missing",
)  # fmt: skip


def samples() -> tuple[Document, ...]:
    """A usual document of each event type."""
    return tuple(SAMPLES.values())


@cache
def other_spellings() -> tuple[Document, ...]:
    """A document of each event type, no field at a bound, in which all is spelled as seldom as it may be."""
    return tuple(
        _with(
            SAMPLES[event_type],
            {
                (payload, field.name): _SELDOM[type(field.kind)]
                for payload, fields in ((ENVELOPE_NAME, ENVELOPE), (event_type, PAYLOADS[event_type]))
                for field in fields
                if type(field.kind) in _SELDOM and not field.nullable
            },
        )
        for event_type in _IN_ORDER
    )


_SELDOM: Final[Mapping[type[Kind], Any]] = {
    FixedPoint: "1",
    MoneyBySource: {"employer_match": "375"},
    Timestamp: "2024-01-05T09:30:00",
    Flag: True,
}


@cache
def at_every_edge() -> tuple[Document, ...]:
    """Documents with every field at one of its bounds, so that together they have every bound of every field."""
    by_place: dict[tuple[str, str], list[Any]] = {}
    for edge in EDGES:
        # Without an id or a timestamp it is another event each time that it is read.
        values = [value for value in edge.values if edge.field not in {"event_id", "created_at"} or value in _TEXTS]
        by_place.setdefault((edge.payload, edge.field), []).extend(values)
    found = []
    for event_type in _IN_ORDER:
        own = {place: values for place, values in by_place.items() if place[0] in {ENVELOPE_NAME, event_type}}
        for number in range(max(map(len, own.values()))):
            # Each field starts elsewhere, or all firsts would meet in one document and all lasts in another.
            chosen = {
                place: values[(number + shift) % len(values)] for shift, (place, values) in enumerate(own.items())
            }
            found.append((number, _with(SAMPLES[event_type], chosen)))
    return tuple(document for _, document in sorted(found, key=lambda pair: pair[0]))


class _Texts:
    """All texts."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str)


_TEXTS: Final = _Texts()


def _with(document: Document, values: Mapping[tuple[str, str], Any]) -> Document:
    for (payload, field), value in values.items():
        document = Edge(payload, field, "", ()).put(document, value)
    return document


@cache
def edges() -> tuple[Document, ...]:
    """Documents with one field at a bound, every bound of every field; of each kind of bound one comes first."""
    ranked = []
    seen: Counter[tuple[str, str]] = Counter()
    for edge in EDGES:
        kind = edge.bound, _kind_of(edge.payload, edge.field)
        for place, value in enumerate(edge.values):
            ranked.append((place + 2 * seen[kind], edge.put(SAMPLES[edge.event_types[0]], value)))
        seen[kind] += 1
    return tuple(document for _, document in sorted(ranked, key=lambda pair: pair[0]))


def wrongs() -> tuple[Document, ...]:
    """Every wrong value of every cell, one of each kind of mistake first."""
    return tuple(document for _, document in _ranked_wrongs())


def wrongs_that_count() -> tuple[Document, ...]:
    """The same, of the level `must` only."""
    return tuple(document for cell, document in _ranked_wrongs() if cell.level == "must")


@cache
def _ranked_wrongs() -> tuple[tuple[Cell, Document], ...]:
    ranked = []
    seen: Counter[tuple[str, str]] = Counter()
    for cell in CATALOGUE:
        kind = cell.rule, _kind_of(cell.payload, cell.field)
        often = _OFTEN_LET_PASS.index(cell.rule) if cell.rule in _OFTEN_LET_PASS else len(_OFTEN_LET_PASS)
        alike: Counter[str] = Counter()
        for value in cell.values:
            shape = _shape_of(value)
            rank = (alike[shape] + 2 * seen[kind], often)
            alike[shape] += 1
            ranked.append((rank, cell, cell.put(SAMPLES[cell.event_types[0]], value)))
        seen[kind] += 1
    return tuple((cell, document) for _, cell, document in sorted(ranked, key=lambda row: row[0]))


def _shape_of(value: object) -> str:
    """What a value looks like: two that look alike are mostly let pass, or refused, for one reason."""
    if not isinstance(value, str):
        return type(value).__name__
    return re.sub(r"([^\W0-9]|\s)\1*", "a", re.sub("[0-9]+", "9", value)) if value.strip() else f"blank {bool(value)}"


def _kind_of(payload: str, name: str) -> str:
    fields: tuple[Field, ...] = ENVELOPE if payload == ENVELOPE_NAME else PAYLOADS.get(payload, ())
    return next((field.kind.name for field in fields if field.name == name), "")


def samples_and_edges() -> tuple[Document, ...]:
    """Valid documents that leave nothing to chance."""
    alone = (edge for edge in edges() if edge.keys() >= {"event_id", "created_at"})
    return (*_merged(at_every_edge(), samples()), *alone)


def samples_edges_and_wrongs() -> tuple[Document, ...]:
    """Some valid documents, then invalid ones and the other valid ones by turns."""
    valid = samples_and_edges()
    some = len(_IN_ORDER)
    return (*valid[:some], *_merged(wrongs(), valid[some:]))


def no_documents() -> tuple[Any, ...]:
    """JSON that is no document of any event type."""
    payloads: tuple[Any, ...] = ([], None, "hire", {}, {"event_type": ["hire"]})
    within = ({**SAMPLES["hire"], "payload": payload} for payload in payloads)
    return ([], None, "", 0, True, {}, *within)


def _merged(one: tuple[Any, ...], other: tuple[Any, ...]) -> Iterator[Any]:
    """One of each by turns, and then what is left of the longer one."""
    for place in range(max(len(one), len(other))):
        yield from one[place : place + 1]
        yield from other[place : place + 1]


def more_usual(document: Document) -> Iterator[Document]:
    """The document with some of its unusual fields as in the sample: first all but one, at last one at a time."""
    payload: dict[str, Any] = document["payload"] if isinstance(document.get("payload"), dict) else {}
    event_type = payload.get("event_type")
    usual = SAMPLES.get(event_type) if isinstance(event_type, str) else None
    if usual is None:
        return
    unusual = [(ENVELOPE_NAME, field.name) for field in ENVELOPE if document.get(field.name) != usual.get(field.name)]
    unusual += [
        (str(event_type), field.name)
        for field in PAYLOADS[str(event_type)]
        if payload.get(field.name) != usual["payload"].get(field.name)
    ]
    for kept in unusual:
        if len(unusual) > 2:
            yield _as_usual(document, usual, [place for place in unusual if place != kept])
    for place in unusual:
        yield _as_usual(document, usual, [place])


def _as_usual(document: Document, usual: Document, places: list[tuple[str, str]]) -> Document:
    """An optional field that the sample lacks, or has as null, is left as null."""
    return _with(
        document,
        {
            (payload, field): (usual if payload == ENVELOPE_NAME else usual["payload"]).get(field)
            for payload, field in places
        },
    )
