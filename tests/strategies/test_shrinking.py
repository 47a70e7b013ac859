"""What each docstring promises to shrink towards is what shrinking comes to, from ten seeds each."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops import strategies as dc
from dcprops.rules import SAMPLES

from .debug import SEEDS, minimal
from .payload_strategies import BY_EVENT_TYPE, NO_STRATEGIES, OF_LEDGERS, STRATEGIES

DAY = date(2020, 1, 1)
MILLIONTH = Decimal("0.000001")
NO_MONEY = Decimal("0.000000")
NO_RATE = Decimal("0.0000")

#: The simplest payload of each type, by hand from the docstrings and the first word of each choice.
SIMPLEST: dict[str, dict[str, Any]] = {
    "hire": {
        "event_type": "hire", "plan_id": None, "hire_date": DAY, "department": "E0", "job_level": 1,
        "annual_compensation": MILLIONTH,
    },
    "promotion": {
        "event_type": "promotion", "plan_id": None, "new_job_level": 1, "new_annual_compensation": MILLIONTH,
        "effective_date": DAY,
    },
    "termination": {
        "event_type": "termination", "plan_id": None, "termination_reason": "voluntary", "final_pay_date": DAY,
    },
    "merit": {
        "event_type": "merit", "plan_id": None, "new_compensation": MILLIONTH, "merit_percentage": NO_RATE,
    },
    "eligibility": {
        "event_type": "eligibility", "plan_id": "E0", "eligible": False, "eligibility_date": DAY,
        "reason": "age_and_service",
    },
    "enrollment": {
        "event_type": "enrollment", "plan_id": "E0", "enrollment_date": DAY, "pre_tax_contribution_rate": NO_RATE,
        "roth_contribution_rate": NO_RATE, "after_tax_contribution_rate": NO_RATE, "auto_enrollment": False,
        "opt_out_window_expires": None,
    },
    "contribution": {
        "event_type": "contribution", "plan_id": "E0", "source": "employee_pre_tax", "amount": MILLIONTH,
        "pay_period_end": DAY, "contribution_date": DAY, "ytd_amount": NO_MONEY, "payroll_id": "E0",
        "irs_limit_applied": False, "inferred_value": False,
    },
    "vesting": {
        "event_type": "vesting", "plan_id": "E0", "vested_percentage": NO_RATE, "source_balances_vested": {},
        "vesting_schedule_type": "graded", "service_computation_date": DAY, "service_credited_hours": 0,
        "service_period_end_date": DAY,
    },
    "forfeiture": {
        "event_type": "forfeiture", "plan_id": "E0", "forfeited_from_source": "employer_match", "amount": MILLIONTH,
        "reason": "unvested_termination", "vested_percentage": NO_RATE,
    },
    "hce_status": {
        "event_type": "hce_status", "plan_id": "E0", "determination_method": "prior_year",
        "ytd_compensation": NO_MONEY, "annualized_compensation": NO_MONEY, "hce_threshold": MILLIONTH,
        "is_hce": False, "determination_date": DAY, "prior_year_hce": None,
    },
    "compliance": {
        "event_type": "compliance", "plan_id": "E0", "compliance_type": "402g_limit_approach",
        "limit_type": "elective_deferral", "applicable_limit": MILLIONTH, "current_amount": NO_MONEY,
        "monitoring_date": DAY,
    },
}  # fmt: skip


def simplest_event(event_type: str) -> dict[str, Any]:
    return {
        "event_id": UUID("00000000-0000-4000-8000-000000000000"),
        "employee_id": "E0",
        "effective_date": DAY,
        "created_at": datetime(2020, 1, 1, tzinfo=UTC),
        "scenario_id": "E0",
        "plan_design_id": "E0",
        "source_system": "E0",
        "payload": SIMPLEST[event_type],
        "correlation_id": None,
    }


SIMPLEST_DOCUMENT = {
    "event_id": "00000000-0000-4000-8000-000000000000",
    "employee_id": "E0",
    "effective_date": "2020-01-01",
    "created_at": "2020-01-01T00:00:00Z",
    "scenario_id": "E0",
    "plan_design_id": "E0",
    "source_system": "E0",
    "payload": {
        "event_type": "termination", "plan_id": None, "termination_reason": "voluntary",
        "final_pay_date": "2020-01-01",
    },
    "correlation_id": None,
}  # fmt: skip


def assert_shrinks_to(
    expected: object, strategy: SearchStrategy[Any], seen_as: Callable[[Any], object] = lambda example: example
) -> None:
    for seed in SEEDS:
        assert seen_as(minimal(strategy, start=seed)) == expected, f"from seed {seed}"


@pytest.mark.parametrize("event_type", BY_EVENT_TYPE)
def test_the_simplest_payload_of_each_type(event_type):
    assert_shrinks_to(SIMPLEST[event_type], BY_EVENT_TYPE[event_type](), lambda payload: payload.model_dump())
    assert_shrinks_to(SIMPLEST[event_type], dc.payloads(event_type=event_type), lambda payload: payload.model_dump())


def test_the_simplest_payload_is_a_termination():
    assert_shrinks_to(SIMPLEST["termination"], dc.payloads(), lambda payload: payload.model_dump())


def test_the_simplest_event_is_a_termination():
    assert_shrinks_to(simplest_event("termination"), dc.events(), lambda event: event.model_dump())


@pytest.mark.parametrize("event_type", BY_EVENT_TYPE)
def test_the_simplest_event_of_each_type(event_type):
    assert_shrinks_to(simplest_event(event_type), dc.events(event_type=event_type), lambda event: event.model_dump())


def test_the_simplest_boundary_event_has_each_field_at_its_first_boundary():
    event = simplest_event("termination") | {
        "effective_date": date(2025, 1, 1),
        "created_at": datetime(2025, 1, 1, tzinfo=UTC),
        **dict.fromkeys(("employee_id", "scenario_id", "plan_design_id", "source_system"), "0"),
        "payload": SIMPLEST["termination"] | {"final_pay_date": date(2025, 1, 1)},
    }
    assert_shrinks_to(event, dc.boundary_events(), lambda event: event.model_dump())


def test_the_simplest_document_is_the_canonical_one_of_the_simplest_event():
    assert_shrinks_to(SIMPLEST_DOCUMENT, dc.documents())
    assert_shrinks_to(SIMPLEST_DOCUMENT, dc.documents(canonical=True))


def test_the_simplest_invalid_document_is_the_first_of_the_catalogue():
    # event_id, the first field, may be left out but not be null; a hire is the first event type.
    for seed in SEEDS:
        broken = minimal(dc.invalid_documents(), start=seed)
        assert broken[1:] == ("envelope", "event_id", "null", "must")
        assert broken.document["event_id"] is None
        assert broken.document["payload"]["event_type"] == "hire"


@pytest.mark.parametrize(
    "value",
    [Decimal("1.50"), Decimal(0), datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2024, 1, 1), DAY, UUID(int=10)],
    ids=str,
)
def test_the_simplest_representation_is_the_value_itself(value):
    assert_shrinks_to(repr(value), dc.representations(value), repr)


def test_the_simplest_representation_of_an_event_or_a_document_is_canonical():
    sample = SAMPLES["vesting"]
    scrambled = dict(reversed(sample.items()))
    assert_shrinks_to(sample, dc.representations(scrambled))
    assert_shrinks_to(SIMPLEST_DOCUMENT, dc.representations(minimal(dc.events())))


# --- what fails shrinks to the edge of the failure ---

OVER = Decimal("23500.000001")


def test_a_contribution_above_a_limit_is_a_millionth_above_it():
    for seed in SEEDS:
        payload = minimal(dc.contributions(), lambda payload: payload.amount > 23500, start=seed)
        assert payload.model_dump() == SIMPLEST["contribution"] | {"amount": OVER}


def test_an_event_above_a_limit_is_a_millionth_above_it():
    for seed in SEEDS:
        event = minimal(
            dc.events(),
            lambda event: event.payload.event_type == "contribution" and event.payload.amount > 23500,
            start=seed,
        )
        assert event.payload.model_dump() == SIMPLEST["contribution"] | {"amount": OVER}
        assert event.employee_id == "E0"


def test_contributions_that_sum_up_to_more_than_a_limit_are_one():
    """From nearly every start: Hypothesis can't make one of two that sum up to the same."""
    simplest = [SIMPLEST["contribution"] | {"amount": OVER}]
    found = [
        minimal(st.lists(dc.contributions()), lambda payloads: sum(p.amount for p in payloads) > 23500, start=seed)
        for seed in SEEDS
    ]
    assert max(map(len, found)) <= 2
    assert sum([payload.model_dump() for payload in payloads] == simplest for payloads in found) >= 8


@pytest.mark.parametrize(
    ("strategy", "field", "bound", "expected"),
    [
        (dc.hires, "annual_compensation", Decimal(350_000), Decimal("350000.000001")),
        (dc.promotions, "new_annual_compensation", Decimal(160_000), Decimal("160000.000001")),
        (dc.merits, "new_compensation", Decimal(155_000), Decimal("155000.000001")),
        (dc.forfeitures, "amount", Decimal(70_000), Decimal("70000.000001")),
        (dc.vestings, "service_credited_hours", 999, 1000),
        (dc.vestings, "service_credited_hours", 500, 501),
        (dc.hires, "job_level", 9, 10),
        (dc.vestings, "vested_percentage", Decimal("0.9999"), Decimal("1.0000")),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_a_field_above_a_bound_is_a_step_above_it(strategy, field, bound, expected):
    for seed in SEEDS:
        payload = minimal(strategy(), lambda payload: getattr(payload, field) > bound, start=seed)
        assert payload.model_dump() == SIMPLEST[payload.event_type] | {field: expected}


RECENT_LEAP_DAYS = {date(2020, 2, 29), date(2024, 2, 29)}


def is_leap_day(day: date) -> bool:
    return (day.month, day.day) == (2, 29)


def test_an_event_on_a_leap_day_is_the_simplest_but_for_its_date():
    for seed in SEEDS:
        event = minimal(dc.events(), lambda event: is_leap_day(event.effective_date), start=seed)
        assert event.effective_date in RECENT_LEAP_DAYS
        # The date may be the payload's own. Then both are moved together.
        dates = {name: DAY for name, value in event.payload if value == event.effective_date}
        expected = simplest_event(event.payload.event_type)
        assert event.payload.model_dump() | dates == expected["payload"]
        assert event.model_dump() | {"effective_date": DAY, "payload": expected["payload"]} == expected


def test_a_hire_on_a_leap_day_is_the_simplest_but_for_its_date():
    for seed in SEEDS:
        payload = minimal(dc.hires(), lambda payload: is_leap_day(payload.hire_date), start=seed)
        assert payload.hire_date in RECENT_LEAP_DAYS
        assert payload.model_dump() | {"hire_date": DAY} == SIMPLEST["hire"]


# --- docstrings ---

#: What gives nothing without being told of what.
OF_ARGUMENTS = ("representations", "boundary_from_model", "from_model", "invalid_from_model")


@pytest.mark.parametrize("name", [*STRATEGIES, *OF_LEDGERS, *OF_ARGUMENTS])
def test_each_docstring_ends_with_what_examples_shrink_towards(name):
    text = inspect.getdoc(getattr(dc, name)) or ""
    last = " ".join(text.split("\n\n")[-1].split())
    assert re.fullmatch(r"Examples from this strategy shrink towards [^.]+\.", last.replace("E0.", "E0")), last


def test_every_strategy_that_is_exported_is_looked_at_here():
    assert {*STRATEGIES, *OF_LEDGERS, *NO_STRATEGIES, *OF_ARGUMENTS} == set(dc.__all__)
