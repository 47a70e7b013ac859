"""Every cell of the catalogue is a way to be invalid, and just that one; every edge is valid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from dcprops.events import EventFactory, SimulationEvent
from dcprops.rules import ABSENT, CATALOGUE, EDGES, RULES, SAMPLES, Cell, Edge, breaches, breaches_of_text

#: Every rule that section 4 of the design names.
NAMED_RULES = {
    "missing", "null", "wrong-type", "unknown-field", "unknown-value", "blank", "padded", "control-character",
    "too-long", "not-positive", "negative", "above-one", "too-many-places", "too-many-digits", "not-finite",
    "float-money", "bad-date", "bad-uuid", "bad-timestamp", "duplicate-key", "below-range",
    "above-range", "wrong-event-type",
}  # fmt: skip
#: What only the text of a document can break, or what is no document at all.
RULES_OF_TEXTS = {"duplicate-key", "not-an-object", "not-json", "not-utf-8"}


def spoilt_by(place: Cell | Edge) -> Iterator[tuple[str, dict[str, Any]]]:
    """The sample of each event type that has the field, with each of the values there, and how to name it."""
    for event_type in place.event_types:
        for value in place.values:
            yield f"{event_type} with {place.field} = {value!r}", place.put(SAMPLES[event_type], value)


def refused(text: str) -> bool:
    try:
        SimulationEvent.model_validate_json(text)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("event_type", SAMPLES)
def test_each_sample_is_valid_and_canonical(event_type):
    sample = SAMPLES[event_type]
    assert sample["payload"]["event_type"] == event_type
    assert breaches(sample) == ()
    assert EventFactory.validate_schema(sample) == sample


@pytest.mark.parametrize("cell", CATALOGUE, ids=lambda cell: f"{cell.payload}.{cell.field}.{cell.rule}")
def test_each_value_of_a_cell_breaks_its_rule_at_its_field_and_nothing_else(cell):
    for name, document in spoilt_by(cell):
        found = breaches(document)
        assert [(breach.field, breach.rule) for breach in found] == [(cell.field, cell.rule)], name
        text = json.dumps(document)
        assert breaches_of_text(text) == found, name
        assert refused(text), f"the model accepts {name}"


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.payload}.{edge.field}.{edge.bound}")
def test_each_value_of_an_edge_is_accepted(edge):
    for name, document in spoilt_by(edge):
        assert breaches(document) == (), name
        text = json.dumps(document, ensure_ascii=False)
        assert breaches_of_text(text) == (), name
        event = SimulationEvent.model_validate_json(text)
        assert edge.values == (ABSENT,) or edge.field in event.model_dump(mode="json") | event.payload.model_dump()


def test_putting_a_value_leaves_the_sample_as_it_was():
    before = json.dumps(dict(SAMPLES))
    for place in (*CATALOGUE, *EDGES):
        for _ in spoilt_by(place):
            pass
    assert json.dumps(dict(SAMPLES)) == before


def test_all_rules_that_the_design_names_exist():
    assert RULES.keys() >= NAMED_RULES


def test_each_rule_is_broken_by_a_cell_or_by_a_text():
    assert {cell.rule for cell in CATALOGUE} | RULES_OF_TEXTS == set(RULES)
    assert {cell.rule for cell in CATALOGUE}.isdisjoint(RULES_OF_TEXTS)


def test_a_rule_is_its_code_and_a_sentence():
    assert [code for code, rule in RULES.items() if rule.code != code] == []
    assert len({rule.sentence for rule in RULES.values()}) == len(RULES)


def test_no_cell_and_no_edge_comes_twice():
    cells = [(cell.payload, cell.field, cell.rule) for cell in CATALOGUE]
    edges = [(edge.payload, edge.field, edge.bound) for edge in EDGES]
    assert len(set(cells)) == len(cells)
    assert len(set(edges)) == len(edges)


def test_what_loses_or_corrupts_data_is_never_mere_hygiene():
    assert {cell.level for cell in CATALOGUE} == {"must", "should"}
    losing = {
        "missing", "null", "unknown-field", "too-many-places", "too-many-digits", "float-money", "wrong-event-type",
        "not-finite", "not-positive", "negative", "above-one",
    }  # fmt: skip
    assert {cell.level for cell in CATALOGUE if cell.rule in losing} == {"must"}
