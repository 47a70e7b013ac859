"""The catalogue of what makes a document invalid: every rule, every field that it can hit, and values that hit it.

Rules and the values that break them are tables per kind of field; the cells (payload, field, rule) follow from the
event schema. `invalid_documents()`, the matrix of `rejects-invalid` and the documentation are made from these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

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
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, PAYLOADS, Field

__all__ = [
    "ABSENT",
    "CATALOGUE",
    "ENVELOPE_NAME",
    "RULES",
    "UNKNOWN_FIELD",
    "Cell",
    "Level",
    "Place",
    "Rule",
    "Wrong",
    "wrong_values",
]

#: How much a rule matters: who lets it be broken loses or corrupts data, or it is hygiene.
Level: TypeAlias = Literal["must", "should"]
Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """A way for a document to be invalid: its code, and the sentence that says what is wrong."""

    code: str
    sentence: str


_RULES = (
    Rule("missing", "is missing"),
    Rule("null", "is null"),
    Rule("wrong-type", "has another type"),
    Rule("look-alike", "only looks like it"),
    Rule("unknown-field", "is no field of the schema"),
    Rule("unknown-value", "is none of the words allowed"),
    Rule("unknown-key", "has a key that is none of the sources allowed"),
    Rule("wrong-event-type", "belongs to a payload of another type"),
    Rule("blank", "is blank"),
    Rule("padded", "has white space at an end"),
    Rule("control-character", "has a control character"),
    Rule("surrogate", "has half of a surrogate pair, which no UTF-8 text can hold"),
    Rule("too-long", "is too long"),
    Rule("not-a-number", "is no number"),
    Rule("not-finite", "is not finite"),
    Rule("not-positive", "is not above zero"),
    Rule("negative", "is below zero"),
    Rule("above-one", "is above one"),
    Rule("too-many-places", "has more decimal places than can be kept"),
    Rule("too-many-digits", "has more digits than can be kept"),
    Rule("float-money", "is a JSON number, which readers turn into a binary float"),
    Rule("integer-money", "is a JSON number, not a string"),
    Rule("bad-notation", "is not written in plain digits"),
    Rule("not-whole", "is not whole"),
    Rule("below-range", "is below the range"),
    Rule("above-range", "is above the range"),
    Rule("bad-date", "is no day of the calendar"),
    Rule("bad-timestamp", "is no instant"),
    Rule("bad-uuid", "is no UUID"),
    Rule("duplicate-key", "comes twice in one object"),
    Rule("not-an-object", "is no JSON object"),
    Rule("not-json", "is not JSON"),
    Rule("not-utf-8", "is not UTF-8"),
)
#: Every rule by its code.
RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.code: rule for rule in _RULES})


class _Absent:
    """The value of a field that is left out."""

    def __repr__(self) -> str:
        return "ABSENT"


#: The value of a field that is left out.
ABSENT: Final = _Absent()
#: What the `payload` of a cell is called where the field is the envelope's own.
ENVELOPE_NAME: Final = "envelope"
#: The name of the field that cells of the rule `unknown-field` add.
UNKNOWN_FIELD: Final = "unknown_field"


@dataclass(frozen=True)
class Wrong:
    """Values of one kind of field that break one rule. `must`: a model that lets them pass loses or corrupts data."""

    rule: str
    level: Level
    values: tuple[Any, ...]


_OTHER_TYPES: Final[tuple[object, ...]] = (True, [], {}, ["375.000000"])

_TEXT = (
    Wrong("null", "must", (None,)),
    Wrong("wrong-type", "must", (375, True, 1.5, [], {}, ["E1"])),
    Wrong("blank", "must", ("", " ", "\t", "\u00a0", "\u3000 ")),
    Wrong("padded", "must", (" E1", "E1 ", "\u00a0E1", "E1\u2003", "\u3000E1")),
    Wrong("control-character", "should", ("E\x001", "E\n1", "E1\n", "E\x7f1", "E\x851")),
    Wrong("surrogate", "must", ("E\ud8001", "\udfff")),
)
_DATE = (
    Wrong("null", "must", (None,)),
    Wrong("wrong-type", "must", (True, [], {}, ["2024-01-05"])),
    Wrong("look-alike", "should", (1704412800, "1704412800", "2024-01-05T00:00:00", "2024-01-05 00:00:00", 19727)),
    Wrong(
        "bad-date",
        "must",
        ("2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "0000-01-01", "10000-01-01",
         "01/05/2024", "2024-1-5", "2024-01", "tomorrow", "2024-01-05x", ""),
    ),
)  # fmt: skip
_TIMESTAMP = (
    Wrong("null", "must", (None,)),
    Wrong("wrong-type", "must", (True, [], {})),
    Wrong("look-alike", "should", (1704412800, 1704412800.5, "1704412800", "2024-01-05", "2024-01-05 09:30:00")),
    Wrong("too-many-places", "must", ("2024-01-05T09:30:00.1234567Z", "2024-01-05T09:30:00.000000001Z")),
    Wrong(
        "bad-timestamp",
        "must",
        ("2023-02-29T09:30:00Z", "2024-01-05T25:00:00Z", "2024-01-05T09:60:00Z", "2024-01-05T09:30:61Z",
         "9999-12-31T23:30:00-01:00", "0001-01-01T00:30:00+01:00", "2024-01-05T09:30:00X", "yesterday", ""),
    ),
)  # fmt: skip
_EVENT_ID = (
    Wrong("null", "must", (None,)),
    Wrong("wrong-type", "must", (375, True, [], {})),
    Wrong(
        "look-alike",
        "should",
        ("6f1c1a527d0e4c3b9a530d6f0b8a3c11", "{6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11}",
         "urn:uuid:6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11"),
    ),
    Wrong(
        "bad-uuid", "must",
        ("E1", "", "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c1", "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3cxx"),
    ),
)  # fmt: skip
_FLAG = (
    Wrong("null", "must", (None,)),
    Wrong("look-alike", "should", (1, 0, 1.0, "true", "yes", "1", "False", "off")),
    Wrong("wrong-type", "must", ("", "maybe", 375, [], {})),
)


def _text(kind: Text) -> tuple[Wrong, ...]:
    return (*_TEXT, Wrong("too-long", "should", ("E" * (kind.max_length + 1), "é" * (kind.max_length + 1))))


def _fixed_point(kind: FixedPoint) -> tuple[Wrong, ...]:
    zeros, ones = "0" * kind.places, "1" * kind.places
    zero = (Wrong("not-positive", "must", ("0", f"0.{zeros}")),) if kind.above_zero else ()
    too_large = (
        Wrong("above-one", "must", ("1.0001", "2", "6", "100.0000"))
        if kind.maximum is not None
        else Wrong("too-many-digits", "must", (f"1{'0' * kind.digits}", f"9{'9' * kind.digits}.999999", "1E+30"))
    )
    return (
        Wrong("null", "must", (None,)),
        Wrong("wrong-type", "must", _OTHER_TYPES),
        Wrong("float-money", "must", (0.1, 0.5, 375.5 if kind.maximum is None else 0.06)),
        Wrong("integer-money", "should", (1,) if kind.maximum is not None else (375, 1)),
        Wrong("not-a-number", "must", ("", "abc", "$375.00", "1,000.00", "0x10", "1.2.3")),
        Wrong("not-finite", "must", ("NaN", "sNaN", "Infinity", "-Infinity", "inf")),
        *zero,
        Wrong("negative", "must", ("-1", "-0.01", "-1000.000000")),
        Wrong("too-many-places", "must", (f"0.{zeros}1", f"0.{zeros}5", f"0.{ones}9")),
        too_large,
        Wrong("bad-notation", "should", ("+1", "1E0", " 1", "1 ", ".5", "1.", "\u0661", "0_1")),
    )  # fmt: skip


def _whole_number(kind: WholeNumber) -> tuple[Wrong, ...]:
    return (
        Wrong("null", "must", (None,)),
        Wrong("wrong-type", "must", ("many", "", [], {})),
        Wrong("look-alike", "should", (str(kind.maximum), True, f"{kind.maximum}.0")),
        Wrong("not-whole", "must", (kind.minimum + 0.5, kind.maximum - 0.25)),
        Wrong("below-range", "must", (kind.minimum - 1, -(2**63))),
        Wrong("above-range", "must", (kind.maximum + 1, 2**31, 2**63)),
    )


def _choice(kind: Choice) -> tuple[Wrong, ...]:
    word = kind.values[0]
    return (
        Wrong("null", "must", (None,)),
        Wrong("wrong-type", "must", (375, True, [], {}, [word])),
        Wrong("unknown-value", "must", ("", "other", word.upper(), f"{word} ", f"{word}s")),
    )


def _money_by_source(kind: MoneyBySource) -> tuple[Wrong, ...]:
    source = kind.sources[0]
    of_amounts = tuple(
        Wrong(wrong.rule, wrong.level, tuple({source: value} for value in wrong.values))
        for wrong in _fixed_point(kind.money)
        if wrong.rule not in {"null", "wrong-type"}
    )
    return (
        Wrong("null", "must", (None, {source: None})),
        Wrong("wrong-type", "must", (375, True, "375.000000", [], [source], {source: []}, {source: True})),
        Wrong("unknown-key", "must", ({"employee_roth": "1.000000"}, {"": "1.000000"}, {source.upper(): "1.000000"})),
        *of_amounts,
    )


def wrong_values(kind: Kind) -> tuple[Wrong, ...]:
    """The ways for a value of this kind to be wrong, with values of each."""
    match kind:
        case FixedPoint():
            return _fixed_point(kind)
        case Text():
            return _text(kind)
        case Date():
            return _DATE
        case Timestamp():
            return _TIMESTAMP
        case EventId():
            return _EVENT_ID
        case Flag():
            return _FLAG
        case WholeNumber():
            return _whole_number(kind)
        case Choice():
            return _choice(kind)
        case MoneyBySource():
            return _money_by_source(kind)
    raise NotImplementedError(f"no wrong values are listed for the kind {kind!r}")


@dataclass(frozen=True)
class Place:
    """A field of the envelope or of a payload, and values to put there."""

    payload: str
    field: str

    @property
    def in_envelope(self) -> bool:
        """Whether the field is the envelope's own."""
        return self.payload == ENVELOPE_NAME

    @property
    def event_types(self) -> tuple[str, ...]:
        """The event types whose documents have the field."""
        return EVENT_TYPES if self.in_envelope else (self.payload,)

    def put(self, document: Document, value: object) -> Document:
        """A copy of a valid `document` in which the field has `value`, or is left out if that is ABSENT."""
        if self.in_envelope:
            return _with(document, self.field, value)
        return {**document, "payload": _with(document["payload"], self.field, value)}


@dataclass(frozen=True)
class Cell(Place):
    """One cell of the matrix: a field, a rule that it can break, how much that matters, and values that break it."""

    rule: str
    level: Level
    values: tuple[Any, ...]


def _with(record: Document, field: str, value: object) -> Document:
    if value is ABSENT:
        return {name: kept for name, kept in record.items() if name != field}
    return {**record, field: value}


def _cells_of(payload: str, field: Field) -> Iterator[Cell]:
    if field.required:
        yield Cell(payload, field.name, "missing", "must", (ABSENT,))
    for wrong in wrong_values(field.kind):
        if wrong.rule != "null" or not field.nullable:
            yield Cell(payload, field.name, wrong.rule, wrong.level, wrong.values)


def _catalogue() -> Iterator[Cell]:
    for field in ENVELOPE:
        yield from _cells_of(ENVELOPE_NAME, field)
    yield Cell(ENVELOPE_NAME, "payload", "missing", "must", (ABSENT,))
    yield Cell(ENVELOPE_NAME, "payload", "null", "must", (None,))
    yield Cell(ENVELOPE_NAME, "payload", "wrong-type", "must", ("hire", 375, True, []))
    yield Cell(ENVELOPE_NAME, UNKNOWN_FIELD, "unknown-field", "must", ("x", None, 1, {}))
    for event_type, fields in PAYLOADS.items():
        for field in fields:
            yield from _cells_of(event_type, field)
        others = tuple(other for other in EVENT_TYPES if other != event_type)
        yield Cell(event_type, "event_type", "wrong-event-type", "must", others)
        yield Cell(event_type, UNKNOWN_FIELD, "unknown-field", "must", ("x", None, 1, {}))


#: Every (payload, field, rule) that a document can break, in the order of the schema.
CATALOGUE: Final = tuple(_catalogue())
