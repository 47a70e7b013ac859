"""The diagnosis and the models, written apart, agree on every document: it has a breach just if it is refused."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from dcprops.events import EventFactory, SimulationEvent
from dcprops.events.kinds import Identifier, Text
from dcprops.rules import ABSENT, CATALOGUE, EDGES, RULES, SAMPLES, breaches, breaches_of_text
from dcprops.rules.diagnosis import _broken_rule
from dcprops.strategies import documents, invalid_documents

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
#: What some field finds wrong or only just right, which another may judge otherwise.
TELLING_VALUES = tuple(
    {repr(value): value for place in (*CATALOGUE, *EDGES) for value in place.values if value is not ABSENT}.values()
)
VALUES = st.sampled_from(TELLING_VALUES) | JSON
KEYS = st.sampled_from(sorted({place.field for place in (*CATALOGUE, *EDGES)})) | st.text()


def model_accepts(text: str | bytes) -> bool:
    try:
        SimulationEvent.model_validate_json(text)
    except ValidationError:
        return False
    return True


def assert_agreement(text: str | bytes) -> None:
    found = breaches_of_text(text)
    assert model_accepts(text) == (not found), (text, found)
    assert {breach.rule for breach in found} <= RULES.keys()


def assert_agreement_on(document: object) -> None:
    # A lone surrogate can only be written with an escape.
    assert_agreement(json.dumps(document))
    found = breaches_of_text(json.dumps(document))
    assert [(breach.field, breach.rule) for breach in found] == [
        (breach.field, breach.rule) for breach in breaches(document)
    ]


def places_in(document: dict[str, Any]) -> list[tuple[str, ...]]:
    """Every node of a document, itself included, as the keys that lead to it."""
    payload = document["payload"]
    below = [("payload", key) for key in payload]
    deeper = [("payload", key, inner) for key, value in payload.items() if isinstance(value, dict) for inner in value]
    return [(), *((key,) for key in document), *below, *deeper]


def replaced(document: Any, place: tuple[str, ...], value: object) -> Any:
    if not place:
        return value
    key, *rest = place
    return {**document, key: replaced(document[key], tuple(rest), value)}


@st.composite
def with_a_node_replaced(draw: st.DrawFn) -> object:
    document = draw(documents())
    return replaced(document, draw(st.sampled_from(places_in(document))), draw(VALUES))


@st.composite
def with_a_key_added_or_taken(draw: st.DrawFn) -> object:
    document = draw(documents())
    place = draw(st.sampled_from([(), ("payload",)]))
    record = document["payload"] if place else document
    if draw(st.booleans()):
        gone = draw(st.sampled_from(sorted(record)))
        return replaced(document, place, {key: value for key, value in record.items() if key != gone})
    return replaced(document, place, {**record, draw(KEYS): draw(VALUES)})


@settings(max_examples=300)
@given(documents())
def test_valid_documents_have_no_breach(document):
    assert breaches(document) == ()
    assert_agreement_on(document)


@settings(max_examples=300)
@given(invalid_documents())
def test_invalid_documents_break_their_rule_and_no_other(broken):
    found = breaches(broken.document)
    assert [(breach.field, breach.rule) for breach in found] == [(broken.field, broken.rule)]
    assert_agreement_on(broken.document)


@settings(max_examples=1000)
@given(with_a_node_replaced())
def test_they_agree_with_any_node_replaced(document):
    assert_agreement_on(document)


@settings(max_examples=500)
@given(with_a_key_added_or_taken())
def test_they_agree_with_a_key_more_or_less(document):
    assert_agreement_on(document)


@given(JSON)
@example({"payload": {"event_type": "hire"}})
@example({"payload": {"event_type": {}}})
@example([SAMPLES["hire"]])
def test_they_agree_on_arbitrary_json(document):
    assert_agreement_on(document)


@given(st.text() | st.binary())
def test_they_agree_on_arbitrary_text(text):
    if isinstance(text, str) and not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        text = text.encode("utf-8", "surrogatepass")
    assert_agreement(text)


@settings(max_examples=300)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_they_agree_with_a_byte_changed(event_type, data):
    text = bytearray(json.dumps(SAMPLES[event_type], ensure_ascii=False).encode())
    text[data.draw(st.integers(0, len(text) - 1), label="place")] = data.draw(st.integers(0, 255), label="byte")
    assert_agreement(bytes(text))


@pytest.mark.parametrize("event_type", sorted(SAMPLES))
def test_they_agree_with_each_telling_value_in_each_field(event_type):
    sample = SAMPLES[event_type]
    for place in places_in(sample):
        # The envelope is the same for all types: once is enough.
        if event_type == "hire" or place[:1] == ("payload",):
            for value in TELLING_VALUES:
                assert_agreement(json.dumps(replaced(sample, place, value)))


@settings(max_examples=300)
@given(documents() | with_a_node_replaced())
def test_a_document_as_a_python_mapping_is_judged_alike(document):
    try:
        EventFactory.create_event(document)
    except ValidationError:
        assert breaches(document)
    else:
        assert not breaches(document)


# --- every character ---

SURROGATES = range(0xD800, 0xE000)
CONTROLS = {*range(0x20), *range(0x7F, 0xA0)}
#: By hand, from the Unicode property White_Space without the control characters.
WHITE_SPACE = {0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
CHARACTERS = [code for code in range(0x110000) if code not in SURROGATES]
IDENTIFIERS: TypeAdapter[list[str]] = TypeAdapter(list[Identifier])

CHARACTER_PLACES = {
    "at the start": ("{}a".format, CONTROLS | WHITE_SPACE),
    "at the end": ("a{}".format, CONTROLS | WHITE_SPACE),
    "in the middle": ("a{}a".format, CONTROLS),
    "alone": ("{}".format, CONTROLS | WHITE_SPACE),
}  # fmt: skip


def refused_by_the_model(texts: list[str]) -> Iterator[int]:
    """The places of the texts that the type of an identifier refuses, all judged in one go."""
    try:
        IDENTIFIERS.validate_json(json.dumps(texts, ensure_ascii=False))
    except ValidationError as error:
        yield from {place for problem in error.errors() for place in problem["loc"] if isinstance(place, int)}


def test_the_white_space_of_the_table_is_that_of_unicode():
    assert {code for code in range(0x110000) if chr(code).isspace()} - CONTROLS == WHITE_SPACE
    assert {code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"} == CONTROLS


@pytest.mark.parametrize("place", CHARACTER_PLACES)
def test_they_agree_on_every_character_of_unicode(place):
    spell, refused = CHARACTER_PLACES[place]
    # A whole document for each of a million characters would take minutes: here the field alone is judged.
    kind = Text("an identifier")
    texts = [spell(chr(code)) for code in CHARACTERS]
    by_model = {CHARACTERS[index] for index in refused_by_the_model(texts)}
    by_diagnosis = {code for code, text in zip(CHARACTERS, texts, strict=True) if _broken_rule(kind, text) is not None}
    assert by_model == refused
    assert by_diagnosis == refused


@pytest.mark.parametrize("place", CHARACTER_PLACES)
def test_they_agree_on_whole_documents_with_the_characters_that_matter(place):
    spell, refused = CHARACTER_PLACES[place]
    beside = {code + step for code in CONTROLS | WHITE_SPACE for step in (-1, 0, 1)} - {-1}
    format_characters = {0xAD, 0x200B, 0x200D, 0x200F, 0x202E, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, 0x10FFFF}
    for code in sorted(beside | format_characters):
        document = SAMPLES["hire"] | {"employee_id": spell(chr(code))}
        assert bool(breaches(document)) == (code in refused), hex(code)
        assert_agreement_on(document)


@pytest.mark.parametrize("place", CHARACTER_PLACES)
def test_they_refuse_every_half_of_a_surrogate_pair(place):
    spell, _ = CHARACTER_PLACES[place]
    for code in chain(SURROGATES[::64], SURROGATES[-1:]):
        document = SAMPLES["hire"] | {"employee_id": spell(chr(code))}
        assert [(breach.field, breach.rule) for breach in breaches(document)] == [("employee_id", "surrogate")]
        assert_agreement_on(document)


def test_a_surrogate_pair_written_with_escapes_is_one_character():
    text = json.dumps(SAMPLES["hire"] | {"employee_id": "🧾" * 128})
    assert r"\ud83e\uddfe" in text
    assert_agreement(text)
    assert breaches_of_text(text) == ()
