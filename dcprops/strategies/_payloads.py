"""Payloads: one strategy per event type, and one over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

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
    TerminationPayload,
    VestingPayload,
)
from dcprops.events.schema import PAYLOAD_CLASSES
from dcprops.strategies._records import Overrides, checked, draw_head, event_type_of, read_payload

__all__ = [
    "compliance_events",
    "contributions",
    "eligibilities",
    "enrollments",
    "forfeitures",
    "hce_statuses",
    "hires",
    "merits",
    "payloads",
    "promotions",
    "terminations",
    "vestings",
]


def _draw_payload(draw: DrawFn, event_type: str, overrides: Overrides) -> Any:
    checked(overrides)
    return PAYLOAD_CLASSES[event_type](**read_payload(draw, event_type, draw_head(draw), overrides))


@st.composite
def payloads(draw: DrawFn, *, event_type: str | None = None) -> AnyPayload:
    """Payloads of every type, or of the one named by `event_type`; everything that is valid, boundaries often.

    Raises InvalidArgument if `event_type` is no event type.

    Examples from this strategy shrink towards a voluntary termination with its final pay on 2020-01-01,
    or the simplest payload of the type named.
    """
    head = draw_head(draw)
    event_type = event_type_of(head, event_type)
    payload: AnyPayload = PAYLOAD_CLASSES[event_type](**read_payload(draw, event_type, head, {}))
    return payload


@st.composite
def hires(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str | None] | None = None,
    hire_dates: SearchStrategy[date] | None = None,
    departments: SearchStrategy[str] | None = None,
    job_levels: SearchStrategy[int] | None = None,
    annual_compensations: SearchStrategy[Decimal] | None = None,
) -> HirePayload:
    """Payloads of hires: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a hire into job level 1 on 2020-01-01 at a millionth of
    a dollar a year, without a plan.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "hire_date": hire_dates,
        "department": departments,
        "job_level": job_levels,
        "annual_compensation": annual_compensations,
    }
    payload: HirePayload = _draw_payload(draw, "hire", overrides)
    return payload


@st.composite
def promotions(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str | None] | None = None,
    new_job_levels: SearchStrategy[int] | None = None,
    new_annual_compensations: SearchStrategy[Decimal] | None = None,
    effective_dates: SearchStrategy[date] | None = None,
) -> PromotionPayload:
    """Payloads of promotions: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a promotion to job level 1 on 2020-01-01 at a millionth of
    a dollar a year, without a plan.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "new_job_level": new_job_levels,
        "new_annual_compensation": new_annual_compensations,
        "effective_date": effective_dates,
    }
    payload: PromotionPayload = _draw_payload(draw, "promotion", overrides)
    return payload


@st.composite
def terminations(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str | None] | None = None,
    termination_reasons: SearchStrategy[str] | None = None,
    final_pay_dates: SearchStrategy[date] | None = None,
) -> TerminationPayload:
    """Payloads of terminations: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a voluntary termination with its final pay on 2020-01-01, without a plan.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "termination_reason": termination_reasons,
        "final_pay_date": final_pay_dates,
    }
    payload: TerminationPayload = _draw_payload(draw, "termination", overrides)
    return payload


@st.composite
def merits(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str | None] | None = None,
    new_compensations: SearchStrategy[Decimal] | None = None,
    merit_percentages: SearchStrategy[Decimal] | None = None,
) -> MeritPayload:
    """Payloads of raises: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a raise of nothing to a millionth of a dollar a year, without a plan.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "new_compensation": new_compensations,
        "merit_percentage": merit_percentages,
    }
    payload: MeritPayload = _draw_payload(draw, "merit", overrides)
    return payload


@st.composite
def eligibilities(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str] | None = None,
    eligible_flags: SearchStrategy[bool] | None = None,
    eligibility_dates: SearchStrategy[date] | None = None,
    reasons: SearchStrategy[str] | None = None,
) -> EligibilityPayload:
    """Payloads of changes of eligibility: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards ineligibility by age and service on 2020-01-01.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "eligible": eligible_flags,
        "eligibility_date": eligibility_dates,
        "reason": reasons,
    }
    payload: EligibilityPayload = _draw_payload(draw, "eligibility", overrides)
    return payload


@st.composite
def enrollments(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str] | None = None,
    enrollment_dates: SearchStrategy[date] | None = None,
    pre_tax_contribution_rates: SearchStrategy[Decimal] | None = None,
    roth_contribution_rates: SearchStrategy[Decimal] | None = None,
    after_tax_contribution_rates: SearchStrategy[Decimal] | None = None,
    auto_enrollment_flags: SearchStrategy[bool] | None = None,
    opt_out_window_expiry_dates: SearchStrategy[date | None] | None = None,
) -> EnrollmentPayload:
    """Payloads of elections: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards an election of nothing on 2020-01-01, without automatic enrollment.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "enrollment_date": enrollment_dates,
        "pre_tax_contribution_rate": pre_tax_contribution_rates,
        "roth_contribution_rate": roth_contribution_rates,
        "after_tax_contribution_rate": after_tax_contribution_rates,
        "auto_enrollment": auto_enrollment_flags,
        "opt_out_window_expires": opt_out_window_expiry_dates,
    }
    payload: EnrollmentPayload = _draw_payload(draw, "enrollment", overrides)
    return payload


@st.composite
def contributions(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str] | None = None,
    sources: SearchStrategy[str] | None = None,
    amounts: SearchStrategy[Decimal] | None = None,
    pay_period_ends: SearchStrategy[date] | None = None,
    contribution_dates: SearchStrategy[date] | None = None,
    ytd_amounts: SearchStrategy[Decimal] | None = None,
    payroll_ids: SearchStrategy[str] | None = None,
    irs_limit_applied_flags: SearchStrategy[bool] | None = None,
    inferred_value_flags: SearchStrategy[bool] | None = None,
) -> ContributionPayload:
    """Payloads of contributions: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a pre-tax contribution of a millionth of a dollar on 2020-01-01.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "source": sources,
        "amount": amounts,
        "pay_period_end": pay_period_ends,
        "contribution_date": contribution_dates,
        "ytd_amount": ytd_amounts,
        "payroll_id": payroll_ids,
        "irs_limit_applied": irs_limit_applied_flags,
        "inferred_value": inferred_value_flags,
    }
    payload: ContributionPayload = _draw_payload(draw, "contribution", overrides)
    return payload


@st.composite
def vestings(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str] | None = None,
    vested_percentages: SearchStrategy[Decimal] | None = None,
    source_balances_vested: SearchStrategy[Mapping[str, Decimal]] | None = None,
    vesting_schedule_types: SearchStrategy[str] | None = None,
    service_computation_dates: SearchStrategy[date] | None = None,
    service_credited_hours: SearchStrategy[int] | None = None,
    service_period_end_dates: SearchStrategy[date] | None = None,
) -> VestingPayload:
    """Payloads of vesting steps: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a graded step to nothing vested, without sources or hours,
    on 2020-01-01.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "vested_percentage": vested_percentages,
        "source_balances_vested": source_balances_vested,
        "vesting_schedule_type": vesting_schedule_types,
        "service_computation_date": service_computation_dates,
        "service_credited_hours": service_credited_hours,
        "service_period_end_date": service_period_end_dates,
    }
    payload: VestingPayload = _draw_payload(draw, "vesting", overrides)
    return payload


@st.composite
def forfeitures(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str] | None = None,
    forfeited_from_sources: SearchStrategy[str] | None = None,
    amounts: SearchStrategy[Decimal] | None = None,
    reasons: SearchStrategy[str] | None = None,
    vested_percentages: SearchStrategy[Decimal] | None = None,
) -> ForfeiturePayload:
    """Payloads of forfeitures: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a forfeiture of a millionth of a dollar of employer match with nothing
    vested.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "forfeited_from_source": forfeited_from_sources,
        "amount": amounts,
        "reason": reasons,
        "vested_percentage": vested_percentages,
    }
    payload: ForfeiturePayload = _draw_payload(draw, "forfeiture", overrides)
    return payload


@st.composite
def hce_statuses(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str] | None = None,
    determination_methods: SearchStrategy[str] | None = None,
    ytd_compensations: SearchStrategy[Decimal] | None = None,
    annualized_compensations: SearchStrategy[Decimal] | None = None,
    hce_thresholds: SearchStrategy[Decimal] | None = None,
    is_hce_flags: SearchStrategy[bool] | None = None,
    determination_dates: SearchStrategy[date] | None = None,
    prior_year_hce_flags: SearchStrategy[bool | None] | None = None,
) -> HCEStatusPayload:
    """Payloads of HCE determinations: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a prior-year determination on 2020-01-01 that someone
    without pay is not highly compensated.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "determination_method": determination_methods,
        "ytd_compensation": ytd_compensations,
        "annualized_compensation": annualized_compensations,
        "hce_threshold": hce_thresholds,
        "is_hce": is_hce_flags,
        "determination_date": determination_dates,
        "prior_year_hce": prior_year_hce_flags,
    }
    payload: HCEStatusPayload = _draw_payload(draw, "hce_status", overrides)
    return payload


@st.composite
def compliance_events(
    draw: DrawFn,
    *,
    plan_ids: SearchStrategy[str] | None = None,
    compliance_types: SearchStrategy[str] | None = None,
    limit_types: SearchStrategy[str] | None = None,
    applicable_limits: SearchStrategy[Decimal] | None = None,
    current_amounts: SearchStrategy[Decimal] | None = None,
    monitoring_dates: SearchStrategy[date] | None = None,
) -> ComplianceEventPayload:
    """Payloads of compliance observations: everything that is valid, boundaries often.

    A strategy given for a field replaces its own.

    Raises InvalidArgument if an argument is no strategy.

    Examples from this strategy shrink towards a 402(g) observation on 2020-01-01 of nothing against a
    limit of a millionth of a dollar.
    """
    overrides: Overrides = {
        "plan_id": plan_ids,
        "compliance_type": compliance_types,
        "limit_type": limit_types,
        "applicable_limit": applicable_limits,
        "current_amount": current_amounts,
        "monitoring_date": monitoring_dates,
    }
    payload: ComplianceEventPayload = _draw_payload(draw, "compliance", overrides)
    return payload
