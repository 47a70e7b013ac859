"""The properties by themselves on the rooms that they stand on: what mutation testing runs, see docs/power.md.

A mutated reference can't be told from the right one by comparison with itself. So what is written otherwise, and is
known to be right, is compared with it; and where the reference itself is the target, the laws of a ledger must hold.
"""

from __future__ import annotations

from dcprops.defects.calculators import event_fold, yearly
from dcprops.defects.models.stdlib_model import UndescribedModel
from dcprops.properties import check

SEED = 20_260_701


def faults(**options):
    report = check(seed=SEED, profile="quick", **options)
    return [(each.id, failure.title, failure.got) for each in report.checks for failure in each.failures]


def test_balances_against_a_fold():
    assert faults(calculator=event_fold.balances, only=["balances.matches-reference"], max_examples=20) == []


def test_the_laws_of_a_ledger_hold_for_the_reference():
    assert faults(suites=["balances"], max_examples=5) == []


def test_years_against_another_calculation():
    assert faults(compliance=yearly.compliance, max_examples=10) == []


def test_limits():
    assert faults(suites=["compliance"], max_examples=3) == []


def test_rules_against_a_model_that_does_not_know_them():
    only = ["model.accepts-valid", "model.accepts-boundary", "model.rejects-invalid", "model.rejects-cleanly"]
    assert faults(model=UndescribedModel, only=only, max_examples=20, strict=True) == []
