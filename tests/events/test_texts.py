"""Identifiers and short texts: any 1 to 128 characters, but no control character and no white space outside."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from pydantic import TypeAdapter, ValidationError

from dcprops.events import EventFactory, SimulationEvent
from dcprops.events.kinds import Identifier

PLACES = [
    ("merit", "employee_id"),
    ("merit", "scenario_id"),
    ("merit", "plan_design_id"),
    ("merit", "source_system"),
    ("merit", "correlation_id"),
    ("hire", "payload.plan_id"),
    ("hire", "payload.department"),
    ("promotion", "payload.plan_id"),
    ("termination", "payload.plan_id"),
    ("merit", "payload.plan_id"),
    ("eligibility", "payload.plan_id"),
    ("enrollment", "payload.plan_id"),
    ("contribution", "payload.plan_id"),
    ("contribution", "payload.payroll_id"),
    ("vesting", "payload.plan_id"),
    ("forfeiture", "payload.plan_id"),
    ("hce_status", "payload.plan_id"),
    ("compliance", "payload.plan_id"),
]
ACCEPTED = [
    "x",
    "x" * 128,
    "\U0001f9d1" * 128,  # 128 characters, 512 bytes
    "E 1",
    "a\u00a0b",
    'a,b:"c"\\{d}[e]',
    "\u0301",  # a combining accent with nothing before it
    "e\u0301" * 64,
    "\u0645\u0648\u0638\u0641",
    "\u202eRTL\u202c",
    "\U0001f469\u200d\U0001f4bb",
    "\ufeffBOM",  # neither white space nor control
    "\u200b",
    "\ue000",
    "\U0010ffff",
    "0",
    "null",
    "'; DROP TABLE events; --",
]
CONTROLS = [chr(code) for code in [*range(32), *range(127, 160)]]
# As Unicode lists them (White_Space=yes), without those that are control characters.
WHITE_SPACES = list(
    " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
REFUSED = [
    "",
    "x" * 129,
    "\U0001f9d1" * 129,
    *WHITE_SPACES,
    *(space + "x" for space in WHITE_SPACES),
    *("x" + space for space in WHITE_SPACES),
    *(f"a{control}b" for control in CONTROLS),
    "x\n",
    "\tx",
]
NOT_TEXTS = [1, 1.5, True, ["x"], {"x": "y"}, []]

of_every_text = pytest.mark.parametrize(("event_type", "place"), PLACES, ids=["-".join(place) for place in PLACES])


def changed(make, event_type, place, value):
    *payload, field = place.split(".")
    return make(event_type, {field: value}) if payload else make(event_type, **{field: value})


def location(event_type, place):
    *payload, field = place.split(".")
    return ("payload", event_type, field) if payload else (field,)


@of_every_text
def test_texts_are_kept_to_the_letter(event_type, place, make, accept):
    for value in ACCEPTED:
        event = accept(changed(make, event_type, place, value))
        held = getattr(event.payload if "." in place else event, location(event_type, place)[-1])
        assert held == value
        assert SimulationEvent.model_validate_json(event.model_dump_json()) == event


@of_every_text
def test_other_texts_are_refused_and_never_trimmed(event_type, place, make, refuse):
    for value in [*REFUSED, *NOT_TEXTS]:
        message = refuse(changed(make, event_type, place, value), *location(event_type, place))
        what = "a text" if place.endswith("department") else "an identifier"
        assert message == (
            f"expected {what} of 1 to 128 characters, no control characters, no white space at either end"
        )


def test_every_character_that_unicode_calls_space_or_control_is_known():
    spaces = {chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()}
    assert spaces - set(CONTROLS) == set(WHITE_SPACES)
    controls = {chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cc"}
    assert controls == set(CONTROLS)


@pytest.mark.parametrize("value", ["\ud800", "a\udfff", "\udc80b", "\ud83e\udd20"], ids=ascii)
def test_surrogates_are_refused(value, make):
    document = make("merit", employee_id=value)
    with pytest.raises(ValidationError, match="employee_id"):
        EventFactory.create_event(document)


@pytest.mark.parametrize("escape", ["\\ud800", "\\udfff", "\\ud800x", "\\udc00\\ud800"])
def test_escaped_surrogates_without_their_pair_are_refused(escape, texts):
    with pytest.raises(ValidationError, match="Invalid JSON"):
        SimulationEvent.model_validate_json(texts["merit"].replace("EMP_000001", escape))


def test_an_escaped_pair_of_surrogates_is_one_character(texts):
    event = SimulationEvent.model_validate_json(texts["merit"].replace("EMP_000001", "\\ud83e\\uddd1" * 128))
    assert event.employee_id == "\U0001f9d1" * 128


def test_a_text_of_a_subclass_is_held_as_a_plain_text():
    class Name(str):
        __slots__ = ()

    assert type(TypeAdapter(Identifier).validate_python(Name("x"))) is str


@pytest.mark.parametrize("value", [b"x", bytearray(b"x"), None], ids=repr)
def test_bytes_and_none_are_not_identifiers(value):
    with pytest.raises(ValidationError, match="expected an identifier"):
        TypeAdapter(Identifier).validate_python(value)
