"""Whether the fields of one event agree with each other and with what the IRS published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from dcprops.events import SimulationEvent
from dcprops.events.payloads import (
    ComplianceEventPayload,
    ContributionPayload,
    EnrollmentPayload,
    ForfeiturePayload,
    HCEStatusPayload,
    VestingPayload,
)
from dcprops.events.schema import OWN_DATE
from dcprops.reference.balances import EMPLOYEE_SOURCES
from dcprops.reference.coherence.finding import Finding, Findings
from dcprops.reference.limits import DollarLimits, dollar_limits, years

__all__ = ["DAYS_NEVER_LATE", "event_findings"]

#: A deposit so many days after the end of its pay period is in time whatever the month.
DAYS_NEVER_LATE: Final = 28

_LIMIT_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "402g_limit_approach": "elective_deferral",
        "415c_limit_approach": "annual_additions",
        "catch_up_eligible": "catch_up",
    }
)


def event_findings(event: SimulationEvent) -> Findings:
    """What is wrong with one event by itself."""
    payload = event.payload
    own_date = OWN_DATE.get(payload.event_type)
    if own_date is not None and getattr(payload, own_date) != event.effective_date:
        said = f"effective_date={event.effective_date} but {own_date}={getattr(payload, own_date)}"
        yield Finding("date-mismatch", event, said)
    check = _CHECKS.get(type(payload))
    if check is not None:
        yield from check(event, payload)


def _enrollment(event: SimulationEvent, payload: EnrollmentPayload) -> Findings:
    rates = (
        payload.pre_tax_contribution_rate,
        payload.roth_contribution_rate,
        payload.after_tax_contribution_rate,
    )
    if sum(rates) > 1:
        yield Finding("rates-over-one", event, f"{rates[0]} + {rates[1]} + {rates[2]} = {sum(rates)}")
    closes = payload.opt_out_window_expires
    if closes is not None and closes < payload.enrollment_date:
        said = f"opt_out_window_expires={closes}, enrollment_date={payload.enrollment_date}"
        yield Finding("opt-out-before-enrollment", event, said)


def _contribution(event: SimulationEvent, payload: ContributionPayload) -> Findings:
    if payload.ytd_amount < payload.amount:
        yield Finding("ytd-below-amount", event, f"ytd_amount={payload.ytd_amount}, amount={payload.amount}")
    deposited, period_end = payload.contribution_date, payload.pay_period_end
    if deposited < period_end:
        said = f"contribution_date={deposited}, pay_period_end={period_end}"
        yield Finding("contribution-before-period-end", event, said)
    elif (
        payload.source in EMPLOYEE_SOURCES
        and (deposited - period_end).days > DAYS_NEVER_LATE
        and deposited > _deadline(period_end)
    ):
        said = f"{payload.source} for the period to {period_end} came in on {deposited}"
        yield Finding("late-deposit", event, said)


def _deadline(period_end: date) -> date:
    """The last day that the 15th business day of the month after `period_end` can be.

    That is the 17th weekday, because no month has more than two federal holidays.
    """
    if (period_end.year, period_end.month) >= (9999, 11):
        return date.max
    first = date(period_end.year + period_end.month // 12, period_end.month % 12 + 1, 1)
    weekdays = [day for day in (first + timedelta(days) for days in range(25)) if day.weekday() < 5]
    return weekdays[16]


def _vesting(event: SimulationEvent, payload: VestingPayload) -> Findings:
    if payload.service_computation_date > payload.service_period_end_date:
        said = f"from {payload.service_computation_date} for the period to {payload.service_period_end_date}"
        yield Finding("service-starts-after-period", event, said)
    schedule, percentage = payload.vesting_schedule_type, payload.vested_percentage
    if (schedule == "immediate" and percentage != 1) or (schedule == "cliff" and percentage not in (0, 1)):
        yield Finding("vesting-off-schedule", event, f"{schedule} vesting at {percentage}")


def _forfeiture(event: SimulationEvent, payload: ForfeiturePayload) -> Findings:
    if payload.vested_percentage == 1:
        said = f"{payload.amount} of {payload.forfeited_from_source} at {payload.vested_percentage}"
        yield Finding("forfeiture-when-fully-vested", event, said)


def _hce_status(event: SimulationEvent, payload: HCEStatusPayload) -> Findings:
    so_far, of_the_year = payload.ytd_compensation, payload.annualized_compensation
    threshold, look_back = payload.hce_threshold, payload.determination_date.year - 1
    prior_year = payload.determination_method == "prior_year"
    if prior_year and look_back in years() and threshold != dollar_limits(look_back).hce_threshold_414q:
        published = dollar_limits(look_back).hce_threshold_414q
        said = f"hce_threshold={threshold}, but {published} was published for {look_back}"
        yield Finding("hce-threshold-of-another-year", event, said)
    said = f"ytd {so_far}, annualized {of_the_year}, threshold {threshold}, is_hce={payload.is_hce}"
    if not prior_year and of_the_year < so_far:
        yield Finding("hce-annualized-below-ytd", event, said)
    # A completed year's pay is what it is; of a running year both the pay so far and its projection must agree.
    low, high = (so_far, so_far) if prior_year else (so_far, max(so_far, of_the_year))
    if low > threshold and not payload.is_hce:
        yield Finding("hce-status-denied", event, said)
    elif high <= threshold and payload.is_hce:
        yield Finding("hce-status-unexplained", event, said)
    elif low <= threshold < high:
        yield Finding("hce-status-undecided", event, said)


def _compliance(event: SimulationEvent, payload: ComplianceEventPayload) -> Findings:
    about, limit, year = payload.limit_type, payload.applicable_limit, payload.monitoring_date.year
    if _LIMIT_OF[payload.compliance_type] != about:
        yield Finding("limit-type-mismatch", event, f"{payload.compliance_type} with {about}")
    elif year in years() and not _LIMIT_CHECKS[about](limit, year):
        said = f"applicable_limit={limit} for {about} in {year}"
        yield Finding("wrong-limit", event, said)
    if payload.current_amount > limit:
        yield Finding("over-limit", event, f"current_amount={payload.current_amount}, applicable_limit={limit}")


def _catch_ups(figures: DollarLimits) -> set[Decimal]:
    return {figures.catch_up_414v, figures.highest_catch_up}


def _is_deferral_limit(limit: Decimal, year: int) -> bool:
    """The base limit; or, for a person who may catch up, with that."""
    base = dollar_limits(year).elective_deferral_402g
    return limit in {base, *(base + catch_up for catch_up in _catch_ups(dollar_limits(year)))}


def _is_additions_limit(limit: Decimal, year: int) -> bool:
    """The dollar limit; or a person's pay, which is less, and hardly ever just another year's dollar limit."""
    dollars = dollar_limits(year).annual_additions_415c
    return limit == dollars or (
        limit < dollars and limit not in {dollar_limits(other).annual_additions_415c for other in years()}
    )


_LIMIT_CHECKS: Final[Mapping[str, Callable[[Decimal, int], bool]]] = MappingProxyType(
    {
        "elective_deferral": _is_deferral_limit,
        "annual_additions": _is_additions_limit,
        "catch_up": lambda limit, year: limit in _catch_ups(dollar_limits(year)),
    }
)

_CHECKS: Final[Mapping[type, Callable[[SimulationEvent, Any], Findings]]] = MappingProxyType(
    {
        EnrollmentPayload: _enrollment,
        ContributionPayload: _contribution,
        VestingPayload: _vesting,
        ForfeiturePayload: _forfeiture,
        HCEStatusPayload: _hce_status,
        ComplianceEventPayload: _compliance,
    }
)
