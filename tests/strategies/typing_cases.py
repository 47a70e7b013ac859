"""What a type checker knows of each strategy. Checked by mypy and pyright from test_typing; never imported."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_type
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import TypeAdapter

from dcprops import strategies as dc
from dcprops.events import (
    AnyPayload,
    ComplianceEventPayload,
    ContributionPayload,
    EligibilityPayload,
    EnrollmentPayload,
    ForfeiturePayload,
    HCEStatusPayload,
    HirePayload,
    MeritPayload,
    PromotionPayload,
    SimulationEvent,
    TerminationPayload,
    VestingPayload,
)
from dcprops.rules import Level

assert_type(dc.hires(), SearchStrategy[HirePayload])
assert_type(dc.promotions(), SearchStrategy[PromotionPayload])
assert_type(dc.terminations(), SearchStrategy[TerminationPayload])
assert_type(dc.merits(), SearchStrategy[MeritPayload])
assert_type(dc.eligibilities(), SearchStrategy[EligibilityPayload])
assert_type(dc.enrollments(), SearchStrategy[EnrollmentPayload])
assert_type(dc.contributions(), SearchStrategy[ContributionPayload])
assert_type(dc.vestings(), SearchStrategy[VestingPayload])
assert_type(dc.forfeitures(), SearchStrategy[ForfeiturePayload])
assert_type(dc.hce_statuses(), SearchStrategy[HCEStatusPayload])
assert_type(dc.compliance_events(), SearchStrategy[ComplianceEventPayload])
assert_type(dc.payloads(), SearchStrategy[AnyPayload])
assert_type(dc.payloads(event_type="hire"), SearchStrategy[AnyPayload])
assert_type(dc.events(), SearchStrategy[SimulationEvent])
assert_type(dc.of_type(HirePayload), SearchStrategy[HirePayload])
assert_type(dc.of_type(SimulationEvent), SearchStrategy[SimulationEvent])
assert_type(dc.boundary_events(event_type="vesting"), SearchStrategy[SimulationEvent])
assert_type(dc.documents(events=dc.events(), canonical=True), SearchStrategy[dict[str, Any]])
assert_type(dc.invalid_documents(level="must"), SearchStrategy[dc.InvalidDocument])
assert_type(dc.representations(Decimal(1)), SearchStrategy[Any])
assert_type(dc.representations(date(2024, 2, 29)), SearchStrategy[Any])
assert_type(dc.representations(datetime(2024, 2, 29)), SearchStrategy[Any])
assert_type(dc.representations(UUID(int=1)), SearchStrategy[Any])
assert_type(dc.representations({}), SearchStrategy[Any])

# Overrides are strategies for what the field holds, None included where it may be.
assert_type(
    dc.contributions(amounts=st.decimals(1, 2, places=2), sources=st.just("employee_roth")),
    SearchStrategy[ContributionPayload],
)
assert_type(dc.hires(plan_ids=st.none() | st.text()), SearchStrategy[HirePayload])
assert_type(dc.events(payloads=dc.hires() | dc.merits()), SearchStrategy[SimulationEvent])
assert_type(st.lists(dc.events()), SearchStrategy[list[SimulationEvent]])


def parts_of_an_invalid_document(broken: dc.InvalidDocument) -> None:
    assert_type(broken.document, dict[str, Any])
    assert_type(broken.rule, str)
    assert_type(broken.level, Level)
    document, payload, field, rule, level = broken
    assert_type(document, dict[str, Any])
    assert_type((payload, field, rule), tuple[str, str, str])
    assert_type(level, Level)


# What is wrong must be seen: both warn of an ignore that they don't need.
dc.hires(hire_dates=date(2024, 2, 29))  # type: ignore[arg-type]  # a value is no strategy
dc.hires(job_levels=st.text())  # type: ignore[arg-type]  # a text is no level
dc.contributions(plan_ids=st.none())  # type: ignore[arg-type]  # a contribution has a plan
dc.invalid_documents(level="may")  # type: ignore[arg-type]  # no level
dc.representations(0.5)  # type: ignore[arg-type]  # a float is nothing that a document holds

assert_type(dc.from_model(SimulationEvent), SearchStrategy[SimulationEvent])
assert_type(dc.from_model(TypeAdapter(list[int])), SearchStrategy[list[int]])
assert_type(dc.boundary_from_model(HirePayload), SearchStrategy[HirePayload])
assert_type(dc.from_model(HirePayload, overrides={"plan_id": st.just("P")}), SearchStrategy[HirePayload])
assert_type(dc.invalid_from_model(SimulationEvent), SearchStrategy[dc.InvalidDocument])
