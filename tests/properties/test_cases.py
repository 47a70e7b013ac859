"""The ledgers that calculators are tried on: valid documents, much in few events, and smaller ones of each."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty

from dcprops.events import EventFactory
from dcprops.properties.cases import LedgerCase, handed_over, ledger_soups, rich_ledgers
from dcprops.properties.compliance import COMPLIANCE_SUITE
from dcprops.reference import canonical_order
from dcprops.rules import breaches

YEARS = next(law for law in COMPLIANCE_SUITE if law.id == "compliance.deferrals-partition")


def breaches_of(case):
    return [(document, found) for document in case.documents if (found := breaches(document))]


@given(ledger_soups())
def test_every_document_is_valid(case):
    assert breaches_of(case) == []


@given(YEARS.examples())
def test_every_document_of_a_year_is_valid(case):
    assert breaches_of(case) == []


@pytest.mark.parametrize("case", [*rich_ledgers(), *YEARS.fixed()[::20]], ids=lambda case: len(case.documents))
def test_every_document_of_the_fixed_ledgers_is_valid(case):
    assert breaches_of(case) == []


@settings(max_examples=300)
@given(ledger_soups(max_size=40))
def test_versions_of_one_event_never_tie(case):
    """Which one counts would be anybody's guess."""
    places = {}
    for event in map(EventFactory.create_event, case.documents):
        assert places.setdefault((event.event_id, canonical_order(event)), event) == event


def test_ledgers_go_everywhere():
    seen = Counter()

    @settings(max_examples=400)
    @given(ledger_soups())
    def look(case):
        seen.update(document["payload"]["event_type"] for document in case.documents)
        for key in ("employee_id", "scenario_id", "plan_design_id"):
            seen.update({document[key] for document in case.documents})
        seen.update({document["payload"]["plan_id"] for document in case.documents})
        texts = {json.dumps(document) for document in case.documents}
        ids = {document["event_id"] for document in case.documents}
        seen["copies"] += len(texts) < len(case.documents)
        seen["versions"] += len(ids) < len(texts)
        seen["one day"] += len(case.documents) > 2 and len({each["effective_date"] for each in case.documents}) == 1
        seen["one person"] += len(case.documents) > 2 and {each["employee_id"] for each in case.documents} == {"E1"}
        seen["late"] += any(
            document["payload"]["pay_period_end"] < document["effective_date"]
            for document in case.documents
            if document["payload"]["event_type"] == "contribution"
        )

    look()
    wanted = ["contribution", "vesting", "forfeiture", "eligibility", "enrollment", "termination", "hire"]
    wanted += ["E1", "E2", "S1", "S2", "D1", "D2", "P1", "P2", "copies", "versions", "one day", "one person", "late"]
    assert {each for each in wanted if seen[each] < 10} == set()


def test_ledgers_shrink_to_a_match_of_100_dollars():
    case = find(ledger_soups(), lambda case: bool(case.documents), settings=settings(max_examples=100))
    (document,) = case.documents
    payload = document["payload"]
    assert (payload["source"], payload["amount"], document["effective_date"]) == (
        "employer_match",
        "100.000000",
        "2025-01-01",
    )


@given(ledger_soups())
def test_a_case_comes_back_from_its_json(case):
    assert LedgerCase.from_json(json.loads(json.dumps(case.to_json()))) == case


@given(YEARS.examples(), st.dates())
def test_a_year_comes_back_from_its_json(case, day):
    case = replace(case, as_of=day)
    again = LedgerCase.from_json(json.loads(json.dumps(case.to_json())))
    assert again == case
    assert (again.year, dict(again.birth_years)) == (case.year, dict(case.birth_years))


def is_part(some, whole):
    """Whether `some` is what is left of `whole` after taking events away."""
    rest = iter(whole)
    return all(any(each is other for other in rest) for each in some)


@given(ledger_soups())
def test_smaller_cases_are_smaller(case):
    found = list(case.smaller())
    assert all(len(each.documents) < len(case.documents) for each in found)
    assert all(is_part(each.documents, case.documents) for each in found)


def test_smaller_cases_come_with_the_largest_cuts_first_and_end_with_each_event_taken_away():
    case = LedgerCase(rich_ledgers()[0].documents[:5], date(2025, 1, 1), 2024, {"E1": 1970})
    numbers = [[int(document["event_id"][-2:]) for document in each.documents] for each in case.smaller()]
    assert numbers == [
        [3, 4, 5], [1, 2, 5], [1, 2, 3, 4],
        [2, 3, 4, 5], [1, 3, 4, 5], [1, 2, 4, 5], [1, 2, 3, 5], [1, 2, 3, 4],
    ]  # fmt: skip
    assert {(each.as_of, each.year, each.birth_years["E1"]) for each in case.smaller()} == {
        (date(2025, 1, 1), 2024, 1970)
    }
    assert list(LedgerCase(case.documents[:1]).smaller()) == []


def test_what_is_handed_over_is_its_own():
    case = rich_ledgers()[0]
    before = json.dumps(case.to_json())
    for document in handed_over(case.documents):
        document["payload"].get("source_balances_vested", {}).clear()
        document["payload"].clear()
        document.clear()
    assert json.dumps(case.to_json()) == before


def test_a_large_case_that_fails_is_not_written_out():
    """Hypothesis warns of texts that are too long to be of use, and takes its time over them."""
    largest = rich_ledgers()[0]
    assert repr(largest) == pretty(largest) == f"<LedgerCase of {len(largest.documents)} events>"
