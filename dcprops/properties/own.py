"""The `own.` suite: what a model must do with event types and fields that it has beside ours, by what it declares."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.properties.failures import Breaking, described
from dcprops.properties.model import accepted, arbitrary_json
from dcprops.properties.own_part import OwnPart
from dcprops.properties.registry import Property
from dcprops.properties.schema import no_json_schema, schema_accepts
from dcprops.properties.targets import Crashed, ModelTarget, Rejected

__all__ = ["OWN_SUITE"]

Document: TypeAlias = dict[str, Any]

_DESIGN: Final = "what the model declares"
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _as_it_is(target: ModelTarget) -> ModelTarget:
    """The target without any help of ours."""
    return target.as_it_is or target


def _has_nothing(target: ModelTarget) -> str:
    """Why there is nothing to judge, or nothing."""
    if target.own is None:
        return "the target has no event types or fields of its own, beside an envelope that is ours"
    return target.own.why_not


def _has_no_schema(target: ModelTarget) -> str:
    return _has_nothing(target) or no_json_schema(target)


def _own(target: ModelTarget) -> OwnPart:
    assert target.own is not None
    return target.own


def _of_accepted(law: Callable[[ModelTarget, Document, Any], None]) -> Callable[[ModelTarget, Document], None]:
    """The law, asked of the model as it is with its value for a document; of what is refused, another law speaks."""

    def holds(target: ModelTarget, document: Document) -> None:
        model = _as_it_is(target)
        try:
            value = model.validate(document)
        except (Rejected, Crashed):
            return
        law(model, document, value)

    return holds


def _dumped(model: ModelTarget, value: object) -> Document:
    try:
        return model.dump(value)
    except Crashed as crash:
        raise Breaking("what is accepted cannot be dumped", expected="a document", got=str(crash)) from crash


def _is_accepted(target: ModelTarget, document: Document) -> None:
    accepted(_as_it_is(target), document)


def _is_rejected(target: ModelTarget, document: Document) -> None:
    try:
        value = _as_it_is(target).validate(document)
    except (Rejected, Crashed):
        return
    raise Breaking(
        "a document that the model's declaration refuses is accepted",
        expected="rejected",
        got=f"accepted as {described(value)[:500]}",
    )


def _does_not_crash(target: ModelTarget, document: Document) -> None:
    try:
        _as_it_is(target).validate(document)
    except Rejected:
        return
    except Crashed as crash:
        names = ", ".join(error.__name__ for error in target.errors)
        raise Breaking("the model crashes", expected=f"accepted, or rejected with {names}", got=str(crash)) from crash


@_of_accepted
def _survives_python(model: ModelTarget, _: Document, value: object) -> None:
    dumped = _dumped(model, value)
    try:
        again = model.validate(dumped)
    except (Rejected, Crashed) as error:
        raise Breaking(
            "what is accepted cannot be loaded again from what it is dumped as",
            expected="accepted",
            got=f"{error} for {json.dumps(dumped)}",
        ) from error
    if not model.equal(again, value) or type(again) is not type(value):
        raise Breaking("a value changes when dumped and loaded again", expected=described(value), got=described(again))


@_of_accepted
def _survives_json(model: ModelTarget, document: Document, value: object) -> None:
    for name, expected, got in _differences("", document, _dumped(model, value)):
        raise Breaking("a field is lost or changed", field=name, expected=json.dumps(expected), got=json.dumps(got))


@_of_accepted
def _keeps_decimals(model: ModelTarget, document: Document, value: object) -> None:
    for name, expected, got in _differences("", document, _dumped(model, value)):
        if isinstance(expected, str) and _NUMBER.fullmatch(expected):
            raise Breaking("an amount changes", field=name, expected=expected, got=json.dumps(got))


def _differences(name: str, wanted: Any, got: Any) -> Iterator[tuple[str, Any, Any]]:
    """Where what is written isn't what was read; what was left out may be written, and lists may be in any order."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key, value in wanted.items():
            yield from _differences(key, value, got.get(key))
    elif isinstance(wanted, list) and isinstance(got, list):
        if len(wanted) != len(got):
            yield name, wanted, got
        elif sorted(map(json.dumps, wanted)) != sorted(map(json.dumps, got)):
            for one, other in zip(wanted, got, strict=True):
                yield from _differences(name, one, other)
    elif not _is_the_same(wanted, got):
        yield name, wanted, got


def _is_the_same(wanted: Any, got: Any) -> bool:
    """Whether two values say the same: a text may be tidied, a number as text may have other zeros."""
    if not (isinstance(wanted, str) and isinstance(got, str)):
        return type(wanted) is type(got) and bool(wanted == got)
    if _NUMBER.fullmatch(wanted) and _NUMBER.fullmatch(got):
        return Decimal(wanted) == Decimal(got)
    if wanted.strip().casefold() == got.strip().casefold():
        return True
    return wanted == got.rstrip("/") or (_instant(wanted) is not None and _instant(wanted) == _instant(got))


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


@_of_accepted
def _survives_pickle(model: ModelTarget, _: Document, value: object) -> None:
    try:
        again = model.pickled(value)
    except Crashed as crash:
        raise Breaking("a value cannot be pickled", expected="a copy", got=str(crash)) from crash
    if not model.equal(again, value) or type(again) is not type(value):
        raise Breaking("a value changes when pickled", expected=described(value), got=described(again))


@_of_accepted
def _is_routed(model: ModelTarget, document: Document, value: object) -> None:
    event_type = document["payload"]["event_type"]
    payload = _dumped(model, value).get("payload")
    routed = payload.get("event_type") if isinstance(payload, dict) else None
    if routed != event_type:
        raise Breaking("a payload is read as another type", field="event_type", expected=event_type, got=str(routed))


@_of_accepted
def _ignores_order_of_keys(model: ModelTarget, document: Document, value: object) -> None:
    for order in (lambda items: items[::-1], lambda items: items[1:] + items[:1], sorted):
        payload = dict(order(list(document["payload"].items())))
        other = accepted(model, dict(order(list({**document, "payload": payload}.items()))))
        if not model.equal(other, value) or json.dumps(_dumped(model, other)) != json.dumps(_dumped(model, value)):
            raise Breaking("the order of keys matters", expected=described(value), got=described(other))


#: The rules that JSON Schema has words for in what Pydantic writes of a field.
_SAID_BY_SCHEMAS: Final = frozenset({"null", "wrong-type", "unknown-field", "missing"})


def _agrees_with_schema(target: ModelTarget, document: Document) -> None:
    model = _as_it_is(target)
    try:
        model.validate(document)
        accepts = True
    except (Rejected, Crashed):
        accepts = False
    if accepts != schema_accepts(model, document):
        words = {True: "accepts it", False: "refuses it"}
        raise Breaking(
            f"the model {words[accepts]}, its JSON Schema {words[not accepts]}",
            expected=f"a schema that {words[accepts]}",
            got=f"one that {words[not accepts]}",
        )


def _valid(target: ModelTarget) -> SearchStrategy[Document]:
    return _own(target).documents()


def _boundaries(target: ModelTarget) -> SearchStrategy[Document]:
    return _own(target).boundaries()


def _both(target: ModelTarget) -> SearchStrategy[Document]:
    return _valid(target) | _boundaries(target)


def _invalid(target: ModelTarget) -> SearchStrategy[Document]:
    return _own(target).invalid()


def _unclean(target: ModelTarget) -> SearchStrategy[Any]:
    """Documents with one thing wrong, and those in which one field of the payload is any JSON."""
    return _invalid(target) | st.builds(_with_anything, _valid(target), st.integers(0, 31), arbitrary_json())


def _with_anything(document: Document, place: int, value: object) -> Document:
    names = list(document["payload"])
    return {**document, "payload": {**document["payload"], names[place % len(names)]: value}}


def _for_schemas(target: ModelTarget) -> SearchStrategy[Document]:
    said = _own(target).invalid(lambda cell: cell.rule in _SAID_BY_SCHEMAS and cell.name != "event_type")
    return _both(target) | said


def _property(
    name: str,
    sentence: str,
    source: str,
    passing: str,
    failing: str,
    holds: Callable[[Any, Any], str | None],
    examples_of: Callable[[Any], SearchStrategy[Any]],
    unless: Callable[[Any], str] = _has_nothing,
) -> Property:
    return Property(
        f"own.{name}",
        sentence,
        source,
        passing,
        failing,
        holds,
        st.nothing,
        tuple,
        unless,
        examples_of=examples_of,
        concerns=lambda target: target.own is not None,
    )


OWN_SUITE: Final = (
    _property(
        "accepts-valid",
        "Every document that the model's declaration allows is accepted.",
        _DESIGN,
        "a loan of 50000.00 is accepted where the declaration says at most 50000",
        "it is refused when it is read from JSON",
        _is_accepted,
        _valid,
    ),
    _property(
        "accepts-boundary",
        "Documents at the bounds of every own field are accepted.",
        _DESIGN,
        "the longest reason that is declared is accepted",
        "a reason of that length is refused",
        _is_accepted,
        _boundaries,
    ),
    _property(
        "rejects-invalid",
        "Every document that breaks something declared of an own field is rejected.",
        _DESIGN,
        "an amount with a third decimal place is refused",
        "model_validate_json rounds it first",
        _is_rejected,
        _invalid,
    ),
    _property(
        "rejects-cleanly",
        "Whatever an own field is given, the model accepts it or rejects it with its own errors.",
        "a reader of files must be able to tell a bad row from a broken program",
        "a list in the place of an amount is a ValidationError",
        "a validator adds one to the list, and raises TypeError",
        _does_not_crash,
        _unclean,
    ),
    _property(
        "round-trip-python",
        "A value is equal to what is loaded from its dump.",
        "an event that is stored must be readable for as long as the plan exists (ERISA §107, §209)",
        "a loan comes back as it went",
        "a field is written under another name than it is read",
        _survives_python,
        _both,
    ),
    _property(
        "round-trip-json",
        "What a document says is in what the model writes of it.",
        _DESIGN,
        "a reason is written as it was read",
        "a reason is left out",
        _survives_json,
        _both,
    ),
    _property(
        "round-trip-pickle",
        "A value is equal to its copy through pickle.",
        "workers of a process pool are given events by pickle",
        "a loan can be sent to another process",
        "it holds a lock",
        _survives_pickle,
        _valid,
    ),
    _property(
        "decimal-exact",
        "Every amount and rate of an own field comes back to the last digit, as a string.",
        "binary floats can't hold cents",
        '"0.10" is written as "0.10"',
        '"0.10" is written as 0.1',
        _keeps_decimals,
        _both,
    ),
    _property(
        "routes-by-event-type",
        "A payload of an own type is read as the type that it names.",
        _DESIGN,
        "a loan is written as a loan",
        "a loan is written as a distribution",
        _is_routed,
        _valid,
    ),
    _property(
        "order-of-keys-irrelevant",
        "The order of keys in a document of an own type doesn't matter.",
        "RFC 8259: an object is an unordered collection",
        "a loan is equal to one whose keys come in another order",
        "the value keeps the order of its keys",
        _ignores_order_of_keys,
        _valid,
    ),
    _property(
        "schema-agrees",
        "The model and its JSON Schema say the same of every document of an own type, valid or with a field that is "
        "missing, null, unknown or of another type.",
        "JSON Schema draft 2020-12",
        "null is a reason to neither",
        "null is a reason to the schema alone",
        _agrees_with_schema,
        _for_schemas,
        _has_no_schema,
    ),
)
