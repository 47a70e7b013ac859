"""Calculators that are right pass every law, whatever they are made of."""

from __future__ import annotations

import pytest

from dcprops.defects.calculators import by_sql, event_fold, running_totals
from dcprops.properties import check, reproduce
from dcprops.properties.balances import BALANCES_SUITE
from dcprops.properties.cases import LedgerCase, contribution, event
from dcprops.reference import documents

CORRECT = {
    "SQL": by_sql.balances,
    "running totals": running_totals.balances,
    "fold": event_fold.balances,
    # It refuses documents that aren't valid, so none is handed over.
    "reference": documents.balances,
}


def two_fields_only(documents, as_of):
    """And what it was handed is used up."""
    for row in running_totals.balances(documents, as_of):
        keys = ("scenario_id", "plan_design_id", "employee_id", "plan_id")
        yield {name: row[name] for name in (*keys, "vested_account_balance", "net_account_balance")}
    for document in documents:
        document["payload"].get("source_balances_vested", {}).clear()
        document["payload"].clear()
        document.clear()
    documents.clear()


def faults(report):
    return [
        (each.id, each.status, [(failure.title, failure.got) for failure in each.failures])
        for each in report.checks
        if each.status != "passed"
    ]


@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_calculator_passes(name):
    report = check(calculator=CORRECT[name], max_examples=30, seed=7)
    assert faults(report) == []
    assert [each.id for each in report.checks] == [law.id for law in BALANCES_SUITE]
    assert report.summary["examples"] > 300


def test_more_unvested_money_than_one_event_can_forfeit_is_no_reason_to_fail():
    most = contribution("employer_match", "999999999999.999999", "2025-01-31")
    case = LedgerCase(tuple(event(number, "2025-01-31", most) for number in range(2)))
    reproduce("balances.forfeiture-spares-vested", case, calculator=documents.balances)


def test_what_is_not_returned_is_not_judged_and_what_is_handed_over_may_be_changed():
    assert faults(check(calculator=two_fields_only, max_examples=10, seed=7)) == []
