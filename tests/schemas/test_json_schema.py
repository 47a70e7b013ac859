"""The JSON Schema and the event model agree, in what they take and in what they refuse."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dcprops.events.schema import EVENT_TYPES
from dcprops.schemas import BEYOND_JSON_SCHEMA, json_schema

from .corpus import (
    NASTY,
    SAMPLE,
    VALID,
    broken_apart,
    model_accepts,
    paths_of,
    schema_accepts,
    with_nasty_values,
    with_value,
)

SCHEMA = Draft202012Validator(json_schema())


def disagreements(texts):
    verdicts = [(text, model_accepts(text), schema_accepts(SCHEMA, text)) for text in texts]
    return [(text, model, schema) for text, model, schema in verdicts if model != schema]


def test_it_is_a_valid_schema_of_its_draft():
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:dcprops:event:1"


def test_each_call_gives_a_schema_of_its_own():
    json_schema().clear()
    assert json_schema()["type"] == "object"


def test_there_is_a_document_by_hand_for_every_event_type():
    assert tuple(VALID) == EVENT_TYPES


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_both_take_a_valid_document(event_type):
    text = json.dumps(VALID[event_type])
    assert model_accepts(text)
    assert schema_accepts(SCHEMA, text)


def test_both_take_what_a_simulator_wrote():
    lines = SAMPLE.read_text("utf-8").splitlines()
    assert {json.loads(line)["payload"]["event_type"] for line in lines} == set(EVENT_TYPES)
    assert [line for line in lines if not (model_accepts(line) and schema_accepts(SCHEMA, line))] == []


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_they_agree_on_every_field_with_every_nasty_value(event_type):
    found = disagreements(with_nasty_values(event_type))
    twice = '{"employer_match": "1", "employer_match": "2"}'
    assert [text for text, model, schema in found if not (twice in text and schema and not model)] == []


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_they_agree_on_missing_unknown_and_swapped_fields(event_type):
    assert disagreements(broken_apart(event_type)) == []


def test_neither_takes_what_is_not_an_event_at_all():
    no_events = [*NASTY, "", " ", "nul", "{", json.dumps([VALID["hire"]]), json.dumps(json.dumps(VALID["hire"]))]
    assert [text for text in no_events if model_accepts(text) or schema_accepts(SCHEMA, text)] == []


NAMES = sorted({name for document in VALID.values() for path in paths_of(document) for name in path})
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["hire", "vesting", "1.00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_they_agree_on_arbitrary_json(value):
    text = json.dumps(value)
    assert disagreements([text]) == []


@st.composite
def documents_with_a_changed_node(draw):
    document = VALID[draw(st.sampled_from(EVENT_TYPES))]
    path = draw(st.sampled_from(paths_of(document)))
    return with_value(document, path, json.dumps(draw(json_values)))


@settings(max_examples=200)
@given(documents_with_a_changed_node())
def test_they_agree_on_documents_with_arbitrary_json_at_one_place(text):
    assert disagreements([text]) == []


@st.composite
def documents_with_a_text_close_to_right(draw):
    """A field's text with a character put in, taken out or put in the place of another."""
    document = VALID[draw(st.sampled_from(EVENT_TYPES))]
    texts = [path for path in paths_of(document) if isinstance(_at(document, path), str)]
    path = draw(st.sampled_from(texts))
    text = _at(document, path)
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 1)))
    put_in = draw(st.sampled_from(["", *"0129.-+:TZe \n\x00\x85\xa0\u2028\u0661\uff11"]) | st.characters())
    return with_value(document, path, json.dumps(text[:start] + put_in + text[end:]))


def _at(document, path):
    for name in path:
        document = document[name]
    return document


@settings(max_examples=300)
@given(documents_with_a_text_close_to_right())
def test_they_agree_on_texts_one_character_from_right(text):
    assert disagreements([text]) == []


def hire(field, text):
    path = ("payload", field) if field in VALID["hire"]["payload"] else (field,)
    return with_value(VALID["hire"], path, text)


#: For each row of BEYOND_JSON_SCHEMA: a text it speaks of, and the verdicts of the model and of the schema.
BEYOND = {
    "a key that comes twice": (hire("job_level", '3, "job_level": 4'), False, True),
    "a text that isn't UTF-8": ("[" * 400 + "]" * 400, False, False),
    "a surrogate": (hire("employee_id", r'"\ud800"'), False, False),
    "3.0 and 3e0": (hire("job_level", "3.0"), True, True),
    "a number with more digits": (hire("job_level", "3.00000000000000000001"), True, True),
    "a timestamp with an offset": (hire("created_at", '"0001-01-01T12:00:00+01:00"'), False, False),
}


def test_what_a_schema_cannot_say_is_listed_and_is_so():
    assert len(BEYOND_JSON_SCHEMA) == len(BEYOND)
    for row, (start, (text, model, schema)) in zip(BEYOND_JSON_SCHEMA, BEYOND.items(), strict=True):
        assert row.what.startswith(start)
        assert row.why
        assert (model_accepts(text), schema_accepts(SCHEMA, text)) == (model, schema)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_the_model_refuses_bytes_that_are_not_utf8(encoding):
    document = json.dumps({**VALID["hire"], "employee_id": "Zo\u00eb"}, ensure_ascii=False)
    assert model_accepts(document)
    assert not model_accepts(document.encode(encoding))
