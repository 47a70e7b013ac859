"""Whether one person's career can have happened: hired, employed, gone, and taking part in plans meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Final

from dcprops.events import SimulationEvent
from dcprops.events.payloads import (
    ContributionPayload,
    EligibilityPayload,
    EnrollmentPayload,
    ForfeiturePayload,
    HirePayload,
    MeritPayload,
    PromotionPayload,
    TerminationPayload,
    VestingPayload,
)
from dcprops.reference.balances import EMPLOYEE_SOURCES, ZERO
from dcprops.reference.coherence.finding import Finding, Findings

__all__ = [
    "ELECTED_RATES",
    "FORTNIGHTS_PAID",
    "FORTNIGHTS_RECKONED",
    "LONGEST_PAY_PERIOD_DAYS",
    "career_findings",
]

#: A pay period that holds the last day of work ends at most a month after it.
LONGEST_PAY_PERIOD_DAYS: Final = 31
#: A year can have 27 fortnightly paydays where the annual rate of pay reckons with 26, and no other rhythm gives more.
FORTNIGHTS_RECKONED: Final = 26
FORTNIGHTS_PAID: Final = 27
_PAID_FROM_PAY: Final = EMPLOYEE_SOURCES | {"employer_match"}
ELECTED_RATES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "employee_pre_tax": ("pre_tax_contribution_rate",),
        "employee_roth": ("roth_contribution_rate",),
        "employee_after_tax": ("after_tax_contribution_rate",),
        "employee_catch_up": ("pre_tax_contribution_rate", "roth_contribution_rate"),
    }
)


@dataclass
class _Participation:
    """What is known so far about a person in one plan."""

    eligible: bool = False
    enrolled: bool = False
    highest_rates: dict[str, Decimal] = field(default_factory=dict)
    deferred: dict[tuple[str, int], Decimal] = field(default_factory=dict)


@dataclass
class _Career:
    """What is known so far about a person; `left` is the termination since which the person hasn't been rehired."""

    hired: date
    plans_open: frozenset[str]
    employed: bool = False
    left: TerminationPayload | None = None
    left_on: date | None = None
    highest_pay: Decimal = ZERO
    plans: dict[str, _Participation] = field(default_factory=dict)
    plans_unknown: set[str] = field(default_factory=set)


def _spells(events: Sequence[SimulationEvent]) -> Iterator[SimulationEvent]:
    """A person's events in canonical order, except that who leaves and is hired on one day does so in that order."""
    employed = False
    for _, day in groupby(events, key=lambda event: event.effective_date):
        today = list(day)
        kinds = {event.payload.event_type for event in today}
        if employed and {"hire", "termination"} <= kinds:
            today.sort(key=lambda event: event.payload.event_type == "hire")
        for event in today:
            employed = {"hire": True, "termination": False}.get(event.payload.event_type, employed)
        yield from today


def career_findings(events: Sequence[SimulationEvent]) -> Findings:
    """What is wrong with one person's career; the events once each and in canonical order.

    Without a hire the ledger may have begun late, and then nothing that is missing in it proves anything.
    """
    hires = [event.effective_date for event in events if isinstance(event.payload, HirePayload)]
    if not hires:
        return
    plans = frozenset(event.payload.plan_id for event in events if isinstance(event.payload, EligibilityPayload))
    career = _Career(hires[0], plans)
    for event in _spells(events):
        if event.effective_date < career.hired:
            said = f"{event.payload.event_type} on {event.effective_date}, hired on {career.hired}"
            yield Finding("before-hire", event, said)
        yield from _employment(event, career)
        yield from _participation(event, career)


def _employment(event: SimulationEvent, career: _Career) -> Findings:
    payload = event.payload
    if isinstance(payload, HirePayload):
        if career.employed:
            yield Finding("hired-twice", event, f"hired on {event.effective_date} while employed")
        career.employed, career.left, career.left_on = True, None, None
        career.highest_pay = max(career.highest_pay, payload.annual_compensation)
    elif isinstance(payload, TerminationPayload):
        if career.left_on is not None:
            yield Finding("terminated-twice", event, f"left on {event.effective_date}, and before on {career.left_on}")
        career.employed, career.left, career.left_on = False, payload, event.effective_date
    elif career.left_on is not None and _needs_employment(event):
        said = f"{payload.event_type} on {event.effective_date}, left on {career.left_on}"
        yield Finding("after-termination", event, said)
    if isinstance(payload, PromotionPayload):
        career.highest_pay = max(career.highest_pay, payload.new_annual_compensation)
    elif isinstance(payload, MeritPayload):
        career.highest_pay = max(career.highest_pay, payload.new_compensation)


def _needs_employment(event: SimulationEvent) -> bool:
    payload = event.payload
    if isinstance(payload, EligibilityPayload):
        return payload.eligible
    if isinstance(payload, EnrollmentPayload):
        return any(_rate(payload, source) for source in ELECTED_RATES)
    return isinstance(payload, PromotionPayload | MeritPayload)


def _rate(payload: EnrollmentPayload, source: str) -> Decimal:
    return sum((getattr(payload, name) for name in ELECTED_RATES[source]), Decimal(0))


def _participation(event: SimulationEvent, career: _Career) -> Findings:
    payload = event.payload
    if isinstance(payload, EligibilityPayload):
        plan = career.plans.setdefault(payload.plan_id, _Participation())
        plan.eligible = plan.eligible or payload.eligible
        return
    if not isinstance(payload, EnrollmentPayload | ContributionPayload | VestingPayload | ForfeiturePayload):
        return
    plan = career.plans.setdefault(payload.plan_id, _Participation())
    known = not career.plans_open or payload.plan_id in career.plans_open
    if not known and payload.plan_id not in career.plans_unknown:
        career.plans_unknown.add(payload.plan_id)
        said = f"{payload.event_type} in {payload.plan_id}, eligible for {', '.join(sorted(career.plans_open))}"
        yield Finding("plan-unknown", event, said)
    if isinstance(payload, EnrollmentPayload):
        if known and not plan.eligible:
            said = f"enrolled in {payload.plan_id} on {event.effective_date}"
            yield Finding("enrollment-without-eligibility", event, said)
        plan.enrolled = True
        for source in ELECTED_RATES:
            plan.highest_rates[source] = max(plan.highest_rates.get(source, Decimal(0)), _rate(payload, source))
    elif isinstance(payload, ContributionPayload):
        yield from _contribution(event, payload, career, plan, known=known)


def _contribution(
    event: SimulationEvent, payload: ContributionPayload, career: _Career, plan: _Participation, *, known: bool
) -> Findings:
    said = f"{payload.source} {payload.amount} on {event.effective_date}"
    if known and not plan.eligible:
        yield Finding("contribution-without-eligibility", event, f"{said}, not eligible for {payload.plan_id} by then")
    elif payload.source in EMPLOYEE_SOURCES and not plan.enrolled:
        yield Finding("contribution-without-enrollment", event, f"{said}, not enrolled in {payload.plan_id} by then")
    elif payload.source in EMPLOYEE_SOURCES:
        yield from _against_election(event, payload, career, plan)
    if payload.source in _PAID_FROM_PAY and career.left is not None and career.left_on is not None:
        last_pay = max(career.left_on, career.left.final_pay_date)
        if (payload.pay_period_end - last_pay).days > LONGEST_PAY_PERIOD_DAYS:
            said = f"{payload.source} for the period to {payload.pay_period_end}, last pay on {last_pay}"
            yield Finding("contribution-after-final-pay", event, said)


def _against_election(
    event: SimulationEvent, payload: ContributionPayload, career: _Career, plan: _Participation
) -> Findings:
    source, year = payload.source, payload.pay_period_end.year
    rate = plan.highest_rates[source]
    if not rate:
        yield Finding("contribution-not-elected", event, f"{source} {payload.amount}, its elected rate was always 0")
        return
    before = plan.deferred.get((source, year), ZERO)
    after = plan.deferred[source, year] = before + payload.amount
    # Catch-up may be elected apart, on top of the rates.
    most = rate * career.highest_pay * FORTNIGHTS_PAID
    if source != "employee_catch_up" and before * FORTNIGHTS_RECKONED <= most < after * FORTNIGHTS_RECKONED:
        said = f"{source} in {year}: {after}, elected at most {rate} of {career.highest_pay} a year"
        yield Finding("contribution-above-election", event, said)
