"""What is wrong with a document, field by field: the rules that it breaks, with a sentence for each.

Written apart from the models and in another way, so that each can be checked against the other.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from math import isinf
from typing import Any, cast
from uuid import UUID

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
from dcprops.rules.catalogue import RULES

__all__ = ["Breach", "breaches", "breaches_of_text"]


@dataclass(frozen=True)
class Breach:
    """One rule that a document breaks: the field's name, the rule's code, and a sentence for the reader."""

    field: str
    rule: str
    message: str


def breaches(document: object) -> tuple[Breach, ...]:
    """Every way that a document, as read from JSON, fails the event schema; empty if it is valid."""
    if not isinstance(document, dict):
        message = _message("the document", "not-an-object", document, "one event as a JSON object")
        return (Breach("", "not-an-object", message),)
    return (*_breaches_of_record(document, ENVELOPE, {"payload"}), *_breaches_of_payload(document))


def breaches_of_text(text: str | bytes) -> tuple[Breach, ...]:
    """The same for the text of one document, which may also not be UTF-8, not be JSON, or have a key twice."""
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {error.start + 1}"
        return (Breach("", "not-utf-8", f"the document is not UTF-8: {where} is 0x{error.object[error.start]:02x}"),)
    repeats: list[str] = []
    try:
        document = json.loads(decoded, object_pairs_hook=_noting(repeats), parse_int=_parse_int)
    except json.JSONDecodeError as error:
        where = f"at character {error.pos + 1}"
        return (Breach("", "not-json", f"the document is not JSON {where}: {error.msg.removesuffix(' at')}"),)
    except RecursionError:
        return (Breach("", "not-json", "the document is not JSON that can be read: it is nested too deeply"),)
    repeated = (_breach(key, "duplicate-key", key, "each key once") for key in dict.fromkeys(repeats))
    return (*repeated, *breaches(document))


def _noting(repeats: list[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def as_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            repeats.extend(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        return record

    return as_dict


def _parse_int(digits: str) -> int:
    # Python refuses to convert integers of thousands of digits. All that matters is that it is out of range.
    return int(digits[:1000])


def _breach(field: str, rule: str, value: object, expectation: str) -> Breach:
    # The name of an unknown field is the document's own, and can be any text at all.
    name = field if _PLAIN_NAME.fullmatch(field) else shown(field)
    return Breach(field, rule, _message(name, rule, value, expectation))


_PLAIN_NAME = re.compile("[0-9A-Za-z_]{1,80}")


def _message(name: str, rule: str, value: object, expectation: str) -> str:
    return f"{name} = {shown(value)} {RULES[rule].sentence}: expected {expectation}"


def shown(value: object, width: int = 80) -> str:
    """A value as a message shows it: without characters that would act on a terminal, and not endless."""
    try:
        text = ascii(value[: 2 * width] if isinstance(value, str) else value)
    except (RecursionError, ValueError):
        # Python doesn't write out lists in lists without end, nor integers of thousands of digits.
        text = f"({type(value).__name__} too large to show)"
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _breaches_of_record(
    record: Mapping[str, object], fields: tuple[Field, ...], also_known: set[str]
) -> Iterator[Breach]:
    for field in fields:
        if field.name not in record:
            if field.required:
                yield Breach(field.name, "missing", f"{field.name} is missing: expected {field.kind.expectation}")
        elif record[field.name] is None:
            if not field.nullable:
                yield _breach(field.name, "null", None, field.kind.expectation)
        elif (broken := _broken_rule(field.kind, record[field.name])) is not None:
            yield _breach(field.name, broken, record[field.name], field.kind.expectation)
    known = {field.name for field in fields} | also_known
    for name in record:
        if name not in known:
            # A dict of Python's own may have a key that is no text, which a document's name of a field always is.
            unknown = name if isinstance(name, str) else shown(name)
            yield _breach(unknown, "unknown-field", record[name], f"only {', '.join(sorted(known))}")


def _breaches_of_payload(document: Mapping[str, object]) -> Iterator[Breach]:
    expectation = "a JSON object with an event_type"
    if "payload" not in document:
        yield Breach("payload", "missing", f"payload is missing: expected {expectation}")
        return
    payload = document["payload"]
    if payload is None or not isinstance(payload, dict):
        yield _breach("payload", "null" if payload is None else "wrong-type", payload, expectation)
        return
    event_type = payload.get("event_type")
    if isinstance(event_type, str) and event_type in PAYLOADS:
        found = tuple(_breaches_of_record(payload, PAYLOADS[event_type], set()))
        other = _type_that_fits_better(payload, event_type) if found else None
        if other is None:
            yield from found
        else:
            yield _breach("event_type", "wrong-event-type", event_type, f"{other}, whose fields the payload has")
        return
    rule = "missing" if "event_type" not in payload else "null" if event_type is None else "unknown-value"
    if event_type is not None and not isinstance(event_type, str):
        rule = "wrong-type"
    yield _breach("event_type", rule, event_type, f"one of {', '.join(EVENT_TYPES)}")


def _type_that_fits_better(payload: Mapping[str, object], event_type: str) -> str | None:
    """Another event type that has just the fields of the payload, where the one that it names hasn't."""
    if _has_just_the_fields(payload, event_type):
        return None
    return next((other for other in EVENT_TYPES if _has_just_the_fields(payload, other)), None)


def _has_just_the_fields(payload: Mapping[str, object], event_type: str) -> bool:
    fields = PAYLOADS[event_type]
    return payload.keys() <= {field.name for field in fields} and payload.keys() >= {
        field.name for field in fields if field.required
    }


def _broken_rule(kind: Kind, value: object) -> str | None:
    """The rule that a value other than null breaks, or None if the field accepts it."""
    return _JUDGES[type(kind)](kind, value)


# What is no number is refused whatever context the caller has set.
_REFUSING = Context(traps=[InvalidOperation])
_PLAIN_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]+))?", re.ASCII)


def _judge_fixed_point(kind: FixedPoint, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return "wrong-type"
    if isinstance(value, int):
        return "integer-money"
    if isinstance(value, float):
        return "float-money" if value - value == 0 else "not-finite"
    try:
        number = Decimal(value, _REFUSING)
    except InvalidOperation:
        return "not-a-number"
    return _judge_number(kind, number) or _judge_notation(kind, value)


def _judge_number(kind: FixedPoint, number: Decimal) -> str | None:
    if not number.is_finite():
        return "not-finite"
    if number.is_signed():
        return "negative"
    if not number:
        return "not-positive" if kind.above_zero else None
    _, digits, exponent = number.as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    places = -(int(exponent) + len(digits) - len(significant))
    if kind.maximum is not None and (number.adjusted() > 0 or (number.adjusted() == 0 and significant != "1")):
        return "above-one"
    if number.adjusted() >= kind.digits:
        return "too-many-digits"
    return "too-many-places" if places > kind.places else None


def _judge_notation(kind: FixedPoint, text: str) -> str | None:
    plain = _PLAIN_NUMBER.fullmatch(text)
    if plain is None:
        return "bad-notation"
    whole, fraction = plain.group(1), plain.group(2) or ""
    if len(whole) > kind.digits:
        return "too-many-digits"
    return "too-many-places" if len(fraction) > kind.places else None


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _judge_text(kind: Text, value: object) -> str | None:
    if not isinstance(value, str):
        return "wrong-type"
    if not value.strip():
        return "blank"
    if _SURROGATE.search(value):
        return "surrogate"
    if _CONTROL.search(value):
        return "control-character"
    if len(value) > kind.max_length:
        return "too-long"
    return "padded" if value != value.strip() else None


_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME_OF_DAY = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_ZONE = r"(?:Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?"
_PLAIN_DATE = re.compile(_DAY)
_DATE_LOOK_ALIKE = re.compile(rf"-?[0-9]+(?:\.[0-9]*)?|{_DAY}[T ].*", re.DOTALL)
_PLAIN_TIMESTAMP = re.compile(rf"({_DAY})T{_TIME_OF_DAY}(?:\.[0-9]{{1,6}})?{_ZONE}")
_TIMESTAMP_LOOK_ALIKE = re.compile(rf"-?[0-9]+(?:\.[0-9]*)?|{_DAY}(?: .*)?", re.DOTALL)
_PRECISE_TIMESTAMP = re.compile(rf"{_DAY}T{_TIME_OF_DAY}\.[0-9]{{7,}}{_ZONE}")
_EDGE_DAYS = ("0001-01-01", "9999-12-31")


def _judge_date(kind: Date, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return "wrong-type"
    if not isinstance(value, str):
        return "look-alike"
    if _PLAIN_DATE.fullmatch(value):
        return None if _reads(date.fromisoformat, value) else "bad-date"
    return "look-alike" if _DATE_LOOK_ALIKE.fullmatch(value) else "bad-date"


def _judge_timestamp(kind: Timestamp, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return "wrong-type"
    if not isinstance(value, str):
        return "look-alike"
    plain = _PLAIN_TIMESTAMP.fullmatch(value)
    if plain is not None:
        has_offset = plain.group(2) is not None
        at_edge = has_offset and plain.group(1) in _EDGE_DAYS
        return None if not at_edge and _reads(datetime.fromisoformat, value) else "bad-timestamp"
    if _PRECISE_TIMESTAMP.fullmatch(value):
        return "too-many-places"
    return "look-alike" if _TIMESTAMP_LOOK_ALIKE.fullmatch(value) else "bad-timestamp"


_PLAIN_UUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _judge_event_id(kind: EventId, value: object) -> str | None:
    if not isinstance(value, str):
        return "wrong-type"
    if _PLAIN_UUID.fullmatch(value):
        return None
    return "look-alike" if _reads(UUID, value) else "bad-uuid"


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


_FLAG_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "1", "0"})


def _judge_flag(kind: Flag, value: object) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return "look-alike" if value.lower() in _FLAG_WORDS else "wrong-type"
    return "look-alike" if isinstance(value, int | float) and value in (0, 1) else "wrong-type"


def _judge_whole_number(kind: WholeNumber, value: object) -> str | None:
    if isinstance(value, bool):
        return "look-alike"
    if isinstance(value, str):
        return "look-alike" if _reads(float, value) else "wrong-type"
    if not isinstance(value, int | float):
        return "wrong-type"
    # A number too large for a float is read as infinity: out of range, and not a fraction.
    if isinstance(value, float) and not value.is_integer() and not isinf(value):
        return "not-whole"
    if value < kind.minimum:
        return "below-range"
    return "above-range" if value > kind.maximum else None


def _judge_choice(kind: Choice, value: object) -> str | None:
    if not isinstance(value, str):
        return "wrong-type"
    return None if value in kind.values else "unknown-value"


def _judge_money_by_source(kind: MoneyBySource, value: object) -> str | None:
    if not isinstance(value, dict):
        return "wrong-type"
    if not value.keys() <= set(kind.sources):
        return "unknown-key"
    rules = ("null" if amount is None else _judge_fixed_point(kind.money, amount) for amount in value.values())
    return next((rule for rule in rules if rule is not None), None)


_JUDGES = cast(
    "Mapping[type[Kind], Callable[[Kind, object], str | None]]",
    {
        FixedPoint: _judge_fixed_point,
        Text: _judge_text,
        Date: _judge_date,
        Timestamp: _judge_timestamp,
        EventId: _judge_event_id,
        Flag: _judge_flag,
        WholeNumber: _judge_whole_number,
        Choice: _judge_choice,
        MoneyBySource: _judge_money_by_source,
    },
)
