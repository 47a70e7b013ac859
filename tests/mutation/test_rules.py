"""The properties by themselves on the rules: models written otherwise judge as the table says, see docs/mutation.md."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, seed, settings

from dcprops.defects.models.stdlib_model import UndescribedModel
from dcprops.defects.power.tries import Subject, first_caught
from dcprops.properties import PROPERTIES
from dcprops.properties.fixed_documents import at_every_edge, edges, no_documents, samples, wrongs
from dcprops.properties.targets import Crashed, Rejected, model_target
from dcprops.rules import CATALOGUE, SAMPLES
from dcprops.rules.diagnosis import breaches
from dcprops.strategies import documents, invalid_documents

SEED = 20_260_701
LAWS = ["model.accepts-valid", "model.accepts-boundary", "model.rejects-invalid", "model.rejects-cleanly"]


def objection(law_id, target, examples):
    """The first example, of the fixed ones and so many drawn, of which the property objects to the target; or None.

    It isn't made smaller: here nobody reads it.
    """
    subject = Subject(PROPERTIES[law_id], target)
    fixed = subject.law.fixed()
    drawn = subject.law.examples() if subject.law.share else None
    budget = len(fixed) + examples
    return first_caught(
        lambda each, is_drawn: subject.is_caught(each, thoroughly=is_drawn), fixed, drawn, seed=SEED, budget=budget
    )


@pytest.mark.parametrize("law", LAWS)
def test_the_table_against_a_model_that_does_not_know_it(law):
    assert objection(law, UndescribedModel, 20) is None


def test_every_value_of_the_table_breaks_its_rule_and_no_other():
    for cell in CATALOGUE:
        for value in cell.values:
            found = breaches(cell.put(SAMPLES[cell.event_types[0]], value))
            assert [(each.field, each.rule) for each in found] == [(cell.field, cell.rule)], (cell, value)


def test_diagnosis_says_what_a_model_written_otherwise_says():
    """Whatever is valid, at an edge or wrong: there is a breach just where both models refuse it."""
    target = model_target(UndescribedModel)
    for document in (*samples(), *at_every_edge(), *edges(), *wrongs(), *no_documents()):
        try:
            target.validate(document)
        except (Rejected, Crashed):
            assert breaches(document), document
        else:
            assert not breaches(document), document


@seed(SEED)
@settings(max_examples=40, phases=(Phase.generate,))
@given(documents())
def test_what_is_valid_has_no_breach(document):
    assert breaches(document) == ()


@seed(SEED)
@settings(max_examples=80, phases=(Phase.generate,))
@given(invalid_documents())
def test_what_breaks_one_rule_has_that_breach(broken):
    assert [(each.field, each.rule) for each in breaches(broken.document)] == [(broken.field, broken.rule)]
