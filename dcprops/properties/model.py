"""The `model.` suite: what an event model must do with documents, valid and not."""

from __future__ import annotations

import decimal
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.events.schema import EVENT_TYPES, PAYLOADS
from dcprops.properties.documents import canonical, differences_in_meaning, differences_in_writing
from dcprops.properties.failures import Breaking, described
from dcprops.properties.fixed_documents import (
    at_every_edge,
    edges,
    no_documents,
    other_spellings,
    samples,
    samples_and_edges,
    samples_edges_and_wrongs,
    wrongs,
    wrongs_that_count,
)
from dcprops.properties.registry import Property
from dcprops.properties.targets import Crashed, ModelTarget, Rejected
from dcprops.rules import SAMPLES
from dcprops.strategies import boundary_events, documents, events, invalid_documents

__all__ = ["MODEL_SUITE", "accepted", "arbitrary_json"]

Document: TypeAlias = dict[str, Any]

_DESIGN: Final = "the event schema"


def accepted(target: ModelTarget, document: Document) -> Any:
    """The target's value for a document that is valid. Raises Breaking if it has none."""
    try:
        return target.validate(document)
    except Rejected as refusal:
        raise Breaking("a valid document is refused", expected="accepted", got=f"rejected: {refusal}") from refusal
    except Crashed as crash:
        raise Breaking("a valid document crashes the model", expected="accepted", got=str(crash)) from crash


def _of_accepted(law: Callable[[ModelTarget, Document, Any], None]) -> Callable[[ModelTarget, Document], None]:
    """The law, asked of a document with the target's value for it; of what is refused, other laws speak."""

    def holds(target: ModelTarget, document: Document) -> None:
        try:
            value = target.validate(document)
        except (Rejected, Crashed):
            return
        law(target, document, value)

    return holds


def _nothing_is_accepted(target: ModelTarget) -> str:
    """Why a law of what is accepted has nothing to judge, or nothing."""
    for document in SAMPLES.values():
        try:
            target.validate(document)
        except (Rejected, Crashed):
            continue
        return ""
    return "the target accepts no valid document"


def _dumped(target: ModelTarget, value: object) -> Document:
    try:
        return target.dump(value)
    except Crashed as crash:
        raise Breaking("what is accepted cannot be dumped", expected="a document", got=str(crash)) from crash


def _is_accepted(target: ModelTarget, document: Document) -> None:
    accepted(target, document)


def _is_rejected(target: ModelTarget, document: Document) -> None:
    """Rejected with one of the target's errors, as a cell of the matrix is judged."""
    try:
        value = target.validate(document)
    except Rejected:
        return
    except Crashed as crash:
        raise Breaking("an invalid document crashes the model", expected="rejected", got=str(crash)) from crash
    raise Breaking("an invalid document is accepted", expected="rejected", got=f"accepted as {described(value)[:500]}")


def _does_not_crash(target: ModelTarget, document: object) -> None:
    try:
        target.validate(document)  # type: ignore[arg-type]  # any JSON at all is what a model may be given
    except Rejected:
        return
    except Crashed as crash:
        names = ", ".join(error.__name__ for error in target.errors)
        raise Breaking("the model crashes", expected=f"accepted, or rejected with {names}", got=str(crash)) from crash


@_of_accepted
def _is_reloadable(target: ModelTarget, _: Document, value: object) -> None:
    """Whatever is accepted, valid or not, must survive being stored."""
    dumped = _dumped(target, value)
    again = _reloaded(target, dumped)
    if not target.equal(again, value):
        raise Breaking(
            "what is accepted changes when it is dumped and loaded again",
            expected=described(value),
            got=described(again),
        )


def _reloaded(target: ModelTarget, dumped: Document) -> Any:
    try:
        return target.validate(dumped)
    except (Rejected, Crashed) as error:
        raise Breaking(
            "what is accepted cannot be loaded again from what it is dumped as",
            expected="accepted",
            got=f"{error} for {json.dumps(dumped)}",
        ) from error


_INDIA: Final = timezone(timedelta(hours=5, minutes=30))


@_of_accepted
def _timestamps_are_aware(target: ModelTarget, document: Document, _: object) -> None:
    """An instant is the same however its zone is written, a missing zone is UTC, and any two can be compared."""
    instant = datetime.fromisoformat(canonical(document)["created_at"])
    spellings = [f"{instant.replace(tzinfo=None).isoformat()}{zone}" for zone in ("Z", "")]
    if 1 < instant.year < 9999:
        spellings.append(instant.astimezone(_INDIA).isoformat())
    held = [_created_at(target, {**document, "created_at": text}) for text in spellings]
    for text, value in zip(spellings, held, strict=True):
        if value.tzinfo is None or value.utcoffset() is None:
            raise Breaking(
                "a timestamp has no zone", field="created_at", expected=f"{text} in UTC", got=described(value)
            )
        if value != instant:
            raise Breaking("a timestamp is another instant", field="created_at", expected=text, got=value.isoformat())


def _created_at(target: ModelTarget, document: Document) -> datetime:
    """The instant as the value holds it, or as it is dumped where the value doesn't show it."""
    value = accepted(target, document)
    held = getattr(value, "created_at", None)
    if isinstance(held, datetime):
        return held
    written = _dumped(target, value).get("created_at")
    try:
        return datetime.fromisoformat(str(written))
    except ValueError:
        raise Breaking(
            "a timestamp is dumped as something else", field="created_at", expected="a timestamp", got=str(written)
        ) from None


@_of_accepted
def _survives_python(target: ModelTarget, _: Document, value: object) -> None:
    again = _reloaded(target, _dumped(target, value))
    if not target.equal(again, value) or type(again) is not type(value):
        raise Breaking("a value changes when dumped and loaded again", expected=described(value), got=described(again))


@_of_accepted
def _survives_json(target: ModelTarget, document: Document, value: object) -> None:
    dumped = _dumped(target, value)
    for field, expected, got in differences_in_meaning(canonical(document), dumped):
        raise Breaking("a field is lost or changed", field=field, expected=_shown(expected), got=_shown(got))


@_of_accepted
def _survives_pickle(target: ModelTarget, _: Document, value: object) -> None:
    try:
        again = target.pickled(value)
    except Crashed as crash:
        raise Breaking("a value cannot be pickled", expected="a copy", got=str(crash)) from crash
    if not target.equal(again, value) or type(again) is not type(value):
        raise Breaking("a value changes when pickled", expected=described(value), got=described(again))


@_of_accepted
def _is_dumped_canonically(target: ModelTarget, document: Document, value: object) -> None:
    dumped = _dumped(target, value)
    for field, expected, got in differences_in_writing(canonical(document), dumped):
        raise Breaking("a field is not written canonically", field=field, expected=_shown(expected), got=_shown(got))
    again = _dumped(target, _reloaded(target, dumped))
    if json.dumps(again) != json.dumps(dumped):
        raise Breaking(
            "one event has two texts: another is written when it is loaded again",
            expected=json.dumps(dumped),
            got=json.dumps(again),
        )


@_of_accepted
def _keeps_decimals(target: ModelTarget, document: Document, value: object) -> None:
    """Every amount and rate comes back to the last digit, as a string."""
    dumped = _dumped(target, value)
    wanted = canonical(document)
    measured = _measured_fields(wanted["payload"]["event_type"])
    for field, expected, got in differences_in_meaning(wanted, dumped):
        if field in measured:
            raise Breaking("an amount or a rate changes", field=field, expected=_shown(expected), got=_shown(got))


def _measured_fields(event_type: str) -> frozenset[str]:
    return frozenset(field.name for field in PAYLOADS[event_type] if field.kind.holds_decimals)


_CONTEXTS: Final = (
    decimal.Context(prec=3, rounding=decimal.ROUND_UP),
    decimal.Context(prec=6, rounding=decimal.ROUND_FLOOR, traps=[decimal.Inexact]),
    decimal.Context(prec=50, rounding=decimal.ROUND_HALF_EVEN, Emax=5, Emin=-5),
)


@_of_accepted
def _ignores_decimal_context(target: ModelTarget, document: Document, value: object) -> None:
    plain = _dumped(target, value)
    for context in _CONTEXTS:
        with decimal.localcontext(context):
            dumped = _dumped(target, accepted(target, document))
        if dumped != plain:
            raise Breaking(
                f"another document comes of it where the decimal context is {context}",
                expected=json.dumps(plain),
                got=json.dumps(dumped),
            )


@_of_accepted
def _is_routed_by_event_type(target: ModelTarget, document: Document, value: object) -> None:
    """The payload is read as the type that it names, and as no other, whatever the other types would accept."""
    event_type = document["payload"]["event_type"]
    dumped = _dumped(target, value)
    payload = dumped.get("payload") if isinstance(dumped, dict) else None
    routed = payload.get("event_type") if isinstance(payload, dict) else None
    if routed != event_type:
        raise Breaking("a payload is read as another type", field="event_type", expected=event_type, got=str(routed))
    missing = [field.name for field in PAYLOADS[event_type] if field.required and field.name not in (payload or {})]
    if missing:
        raise Breaking("a payload loses fields of its type", field=missing[0], expected=event_type, got="nothing")
    classes = _classes_by_event_type(target)
    if len(set(classes.values())) == 1:
        return  # one class holds every payload, and tells them apart by what it holds
    class_ = type(getattr(value, "payload", None))
    for other, class_of_other in classes.items():
        if other != event_type and class_of_other is class_:
            raise Breaking(
                f"{event_type} and {other} are read as the same type",
                field="event_type",
                expected="a class for each event type",
                got=class_of_other.__name__,
            )


def _classes_by_event_type(target: ModelTarget) -> dict[str, type]:
    """The class of payload that the target makes of each event type that it accepts."""
    classes = {}
    for event_type in EVENT_TYPES:
        try:
            classes[event_type] = type(getattr(target.validate(SAMPLES[event_type]), "payload", None))
        except (Rejected, Crashed):
            continue
    return classes


@_of_accepted
def _ignores_order_of_keys(target: ModelTarget, document: Document, value: object) -> None:
    payload = document["payload"]
    for order in (lambda items: items[::-1], lambda items: items[1:] + items[:1], sorted):
        within = {name: _reordered(each, order) if isinstance(each, dict) else each for name, each in payload.items()}
        other = accepted(target, _reordered({**document, "payload": _reordered(within, order)}, order))
        if not target.equal(other, value) or json.dumps(_dumped(target, other)) != json.dumps(_dumped(target, value)):
            raise Breaking("the order of keys matters", expected=described(value), got=described(other))


def _reordered(record: Document, order: Callable[[Any], Any]) -> Document:
    return dict(order(list(record.items())))


@_of_accepted
def _is_frozen_and_hashable(target: ModelTarget, document: Document, value: object) -> None:
    other = accepted(target, document)
    if not target.equal(value, other):
        raise Breaking("the same document gives unequal values", expected=described(value), got=described(other))
    try:
        if target.hashed(value) != target.hashed(other):
            raise Breaking("equal values have different hashes", expected="equal hashes", got="different hashes")
    except Crashed as crash:
        raise Breaking("a value cannot be hashed", expected="a hash", got=str(crash)) from crash
    for part, name in ((value, "employee_id"), (getattr(value, "payload", None), "event_type")):
        if _can_be_set(part, name):
            raise Breaking(
                "a value can be changed", field=name, expected="frozen", got=f"{type(part).__name__}.{name} was set"
            )


def _can_be_set(value: object, name: str) -> bool:
    if isinstance(value, dict):
        return True
    if not hasattr(value, name):
        return False
    try:
        setattr(value, name, getattr(value, name))
    except Exception:  # noqa: BLE001  # whichever exception refuses it, it is refused
        return False
    return True


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def arbitrary_json() -> SearchStrategy[Any]:
    """Any JSON at all, and documents in which any one field of the envelope or the payload is any JSON."""
    fractions = st.floats(allow_nan=False, allow_infinity=False)  # JSON has neither
    scalars = st.none() | st.booleans() | st.integers() | fractions | st.text(max_size=8)
    flat = st.lists(scalars, max_size=3) | st.dictionaries(st.text(max_size=8), scalars, max_size=3)
    nested = st.lists(flat, max_size=2) | st.dictionaries(st.text(max_size=8), flat, max_size=2)
    anything = scalars | flat | nested
    return st.builds(_replaced, documents(canonical=True), st.integers(0, 31), anything) | anything


def _replaced(document: Document, place: int, value: object) -> Document:
    """The document with one of its fields, counted through envelope and payload, replaced."""
    payload = document["payload"]
    names = [*document, *payload]
    name = names[place % len(names)]
    if place % len(names) < len(document):
        return {**document, name: value}
    return {**document, "payload": {**payload, name: value}}


def _valid() -> SearchStrategy[Document]:
    return documents()


def _boundaries() -> SearchStrategy[Document]:
    return documents(events=boundary_events())


def _invalid() -> SearchStrategy[Document]:
    return st.builds(lambda invalid: invalid.document, invalid_documents())


def _valid_or_not() -> SearchStrategy[Document]:
    return documents(events=boundary_events() | events()) | _invalid()


def _unclean() -> SearchStrategy[Any]:
    return _invalid() | arbitrary_json()


MODEL_SUITE: Final = (
    Property(
        "model.accepts-valid",
        "Every valid document is accepted, however it is spelled.",
        _DESIGN,
        'an amount of "375" is accepted',
        'an amount of "375" is refused for want of decimal places',
        _is_accepted,
        _valid,
        lambda: (*other_spellings(), *samples()),
    ),
    Property(
        "model.accepts-boundary",
        "Documents at the bounds of every field are accepted.",
        _DESIGN,
        "999999999999.999999 dollars and 9999-12-31 are accepted",
        "an identifier of 128 characters is refused",
        _is_accepted,
        _boundaries,
        lambda: (*at_every_edge(), *edges()),
    ),
    Property(
        "model.rejects-invalid",
        "Every document that breaks a rule of the catalogue is rejected.",
        _DESIGN,
        "an amount with a seventh decimal place is refused",
        "an amount with a seventh decimal place is accepted and rounded",
        _is_rejected,
        _invalid,
        wrongs_that_count,
    ),
    Property(
        "model.rejects-cleanly",
        "Whatever it is given, a model accepts it or rejects it with its own errors, and never raises another.",
        "a reader of files must be able to tell a bad row from a broken program",
        "1E+30 dollars is refused with a ValueError",
        "1E+30 dollars raises decimal.InvalidOperation",
        _does_not_crash,
        _unclean,
        lambda: (*no_documents(), *wrongs()),
    ),
    Property(
        "model.accepted-is-reloadable",
        "What is accepted, valid or not, can be dumped and loaded again and is the same.",
        "an event that is stored must be readable for as long as the plan exists (ERISA §107, §209)",
        "0.000001 dollars comes back as it went",
        "0.0000001 dollars is accepted as above zero, stored as zero, and refused when read",
        _is_reloadable,
        _valid_or_not,
        samples_edges_and_wrongs,
    ),
    Property(
        "model.timestamps-aware",
        "A timestamp is an instant: in UTC where no zone is written, and the same whatever the zone.",
        _DESIGN,
        "10:00+05:30 is 04:30Z",
        "10:00+05:30 is held as 10:00",
        _timestamps_are_aware,
        _valid,
        samples,
        _nothing_is_accepted,
    ),
    Property(
        "model.round-trip-python",
        "A value that is dumped and loaded again is equal to itself, and of the same type.",
        _DESIGN,
        "an enrollment comes back as it was",
        "an enrollment comes back without its opt-out date",
        _survives_python,
        _valid,
        samples_and_edges,
        _nothing_is_accepted,
    ),
    Property(
        "model.round-trip-json",
        "Every field of a document is in what is dumped of it, and says the same.",
        _DESIGN,
        "employee_roth comes back as employee_roth",
        "a promotion's effective_date is dropped",
        _survives_json,
        _valid,
        samples_and_edges,
        _nothing_is_accepted,
    ),
    Property(
        "model.round-trip-pickle",
        "A value that is pickled and unpickled is equal to itself, and of the same type.",
        "test runners and task queues send events between processes",
        "a vesting event with three source balances is pickled",
        "a frozen mapping can't be pickled",
        _survives_pickle,
        _valid,
        samples,
        _nothing_is_accepted,
    ),
    Property(
        "model.dump-is-canonical",
        "One event has one text: money with six places, rates with four, timestamps in UTC with Z, defaults included.",
        _DESIGN,
        '"375" is written "375.000000"',
        '"375" is written "375", and "375.0" is written "375.0"',
        _is_dumped_canonically,
        _valid,
        samples_and_edges,
        _nothing_is_accepted,
    ),
    Property(
        "model.decimal-exact",
        "Every amount and rate comes back to the last digit, as a string.",
        _DESIGN,
        "23500.000001 comes back",
        "23500.000001 comes back as 23500.00",
        _keeps_decimals,
        _boundaries,
        samples_and_edges,
        _nothing_is_accepted,
    ),
    Property(
        "model.decimal-context-independent",
        "The ambient decimal context changes nothing.",
        "Pydantic issue 13554: digits were counted in the thread's context",
        "with a precision of 3, 23500.000001 is still 23500.000001",
        "with a precision of 3, 23500.000001 is refused",
        _ignores_decimal_context,
        _boundaries,
        samples_and_edges,
        _nothing_is_accepted,
    ),
    Property(
        "model.routes-by-event-type",
        "A payload is read as the type that its event_type names.",
        _DESIGN,
        "a merit is a MeritPayload",
        "a merit is read as the first class that accepts its fields",
        _is_routed_by_event_type,
        _valid,
        samples,
        _nothing_is_accepted,
    ),
    Property(
        "model.order-of-keys-irrelevant",
        "The order of a document's keys changes nothing (RFC 8259 §1: an object is unordered).",
        "RFC 8259 §1",
        "event_type may come last",
        "event_type must come first",
        _ignores_order_of_keys,
        _valid,
        samples,
        _nothing_is_accepted,
    ),
    Property(
        "model.frozen-and-hashable",
        "Values can't be changed, are equal if their documents are, and then hash alike.",
        _DESIGN,
        "event.employee_id = … raises",
        "event.employee_id = … changes a ledger that was checked",
        _is_frozen_and_hashable,
        _valid,
        samples,
        _nothing_is_accepted,
    ),
)
