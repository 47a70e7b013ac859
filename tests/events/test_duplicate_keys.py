"""A text that has a key twice is refused, wherever it has it; and no text that hasn't."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dcprops.events import SimulationEvent
from dcprops.events.envelope import repeated_key

EVENT_TYPES = ("hire", "promotion", "termination", "merit", "eligibility", "enrollment", "contribution", "vesting",
               "forfeiture", "hce_status", "compliance")  # fmt: skip
FORMS = {"str": str, "bytes": lambda text: text.encode(), "bytearray": lambda text: bytearray(text.encode())}


def refused_for(text, key):
    for form in FORMS.values():
        with pytest.raises(ValidationError) as caught:
            SimulationEvent.model_validate_json(form(text))
        (error,) = caught.value.errors()
        assert error["type"] == "duplicate_key"
        assert error["loc"] == (key,)
        assert error["msg"] == f"expected each key once, but {key!r} comes twice"


def with_pair(text, level, pair, at_end):
    """The text with `pair` put first or last into the envelope, the payload or the map."""
    opening = {"envelope": "{", "payload": '"payload":{', "map": '"source_balances_vested":{'}[level]
    start = text.index(opening) + len(opening)
    end = {"envelope": len(text) - 1, "payload": text.index("}", start), "map": text.index("}", start)}[level]
    if level == "payload" and '"source_balances_vested"' in text:
        end = text.index("}", end + 1)
    return f"{text[:end]},{pair}{text[end:]}" if at_end else f"{text[:start]}{pair},{text[start:]}"


@pytest.mark.parametrize("at_end", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_each_key_of_each_level_may_come_once_only(event_type, at_end, texts):
    text = texts[event_type]
    document = json.loads(text)
    levels = {"envelope": document, "payload": document["payload"]}
    if event_type == "vesting":
        levels["map"] = document["payload"]["source_balances_vested"]
    for level, fields in levels.items():
        for key, value in fields.items():
            pair = f"{json.dumps(key)}:{json.dumps(value)}"  # the very same value: still twice
            refused_for(with_pair(text, level, pair, at_end), key)


@pytest.mark.parametrize("level", ["envelope", "payload", "map"])
def test_a_key_written_with_an_escape_is_the_same_key(level, texts):
    pair = {
        "envelope": ('"\\u0065mployee_id":"x"', "employee_id"),
        "payload": ('"pl\\u0061n_id":"x"', "plan_id"),
        "map": ('"employer\\u005fmatch":"1"', "employer_match"),
    }[level]
    refused_for(with_pair(texts["vesting"], level, pair[0], at_end=False), pair[1])


@pytest.mark.parametrize(
    "dropped",
    ["null", "NaN", "[]", "{}", '"a,b,c"', "[1,2]", '{"a":1,"b":[{}]}', "1e999", '"\\""', '"}"', "[" * 50 + "]" * 50],
)
def test_whatever_the_value_is_that_readers_would_drop(dropped, texts):
    refused_for(with_pair(texts["merit"], "envelope", f'"payload":{dropped}', at_end=False), "payload")
    refused_for(with_pair(texts["merit"], "payload", f'"plan_id":{dropped}', at_end=False), "plan_id")


def test_a_key_that_comes_twice_within_a_dropped_value_is_seen_too(texts):
    text = with_pair(texts["merit"], "envelope", '"payload":{"a":1,"a":2}', at_end=False)
    with pytest.raises(ValidationError, match="expected each key once, but 'a' comes twice"):
        SimulationEvent.model_validate_json(text)


def test_white_space_and_defaults_left_out_hide_nothing(texts):
    document = json.loads(texts["enrollment"])
    for key in ("event_id", "created_at", "correlation_id"):
        del document[key]
    for key in ("after_tax_contribution_rate", "auto_enrollment", "opt_out_window_expires"):
        del document["payload"][key]
    text = json.dumps(document, indent=1)
    assert SimulationEvent.model_validate_json(text)
    refused_for(text.replace('"plan_id"', '"plan_id" : "x" ,\n "plan_id"'), "plan_id")


TRICKY = [
    "a,b", ",", ",,,,,,,,,,,,,,,,,,,", '"', '","', '":"', "}", "{", '{"a":1,"a":2}', "\\", "\\,", '\\",\\"',
    '"employee_id":"x","employee_id":"y"', ",\u00e9,", "\U0001f9d1,",
]  # fmt: skip


@pytest.mark.parametrize("value", TRICKY, ids=ascii)
@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "plain"])
def test_commas_and_braces_within_texts_are_no_keys(value, escaped, make):
    document = make("hire", {"department": value}, employee_id=value, correlation_id=value)
    text = json.dumps(document, ensure_ascii=escaped)
    for form in FORMS.values():
        event = SimulationEvent.model_validate_json(form(text))
        assert event.employee_id == event.payload.department == value
        assert SimulationEvent.model_validate_json(event.model_dump_json()) == event


@given(
    values=st.lists(st.text(alphabet=',:"{}\\[]ab', min_size=1, max_size=20), min_size=3, max_size=3),
    twice=st.none() | st.sampled_from([("envelope", "employee_id"), ("payload", "department"), ("payload", "plan_id")]),
    at_end=st.booleans(),
)
def test_a_text_is_refused_if_and_only_if_a_key_comes_twice(values, twice, at_end, texts):
    text = texts["hire"]
    for place, value in zip(("EMP_000001", "Research & Development", "standard"), values, strict=True):
        text = text.replace(json.dumps(place), json.dumps(value))
    if twice is None:
        assert SimulationEvent.model_validate_json(text).employee_id == values[0]
        return
    level, key = twice
    opening, ending = ('"payload":{', '},"correlation_id"') if level == "payload" else ("{", "}")
    if at_end:
        text = f'{text[: text.rindex(ending)]},"{key}":"x"{text[text.rindex(ending) :]}'
    else:
        text = text.replace(opening, f'{opening}"{key}":"x",', 1)
    refused_for(text, key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{}", None),
        ('{"a":1,"b":1}', None),
        ('{"a":{"a":{"a":1}}}', None),
        ('[{"a":1},{"a":1}]', None),
        ('{"a":1,"a":1}', "a"),
        ('{"a":{"b":1,"\\u0062":2}}', "b"),
        ('[[{"":0,"":0}]]', ""),
    ],
)
def test_the_first_repeated_key(text, key):
    for form in FORMS.values():
        assert repeated_key(form(text)) == key
