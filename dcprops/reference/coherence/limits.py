"""Whether one person's years stay within the limits, as far as the ledger and the birth year prove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from dcprops.events import SimulationEvent
from dcprops.events.payloads import ComplianceEventPayload, ContributionPayload, HCEStatusPayload
from dcprops.reference.balances import ZERO
from dcprops.reference.coherence.finding import Finding, Findings
from dcprops.reference.compliance import DEFERRAL_SOURCES, catch_up_limit, measured_pay
from dcprops.reference.limits import dollar_limits, years

__all__ = ["limit_findings"]


def limit_findings(events: Sequence[SimulationEvent], birth_year: int | None) -> Findings:
    """What is wrong with one person's years; the events once each and in canonical order.

    Without a birth year, the highest catch-up there is may be the person's.
    """
    contributed: defaultdict[int, list[tuple[SimulationEvent, ContributionPayload]]] = defaultdict(list)
    may_catch_up: set[int] = set()
    noted: set[tuple[str, int]] = set()
    for event in events:
        payload = event.payload
        if isinstance(payload, ContributionPayload):
            contributed[payload.pay_period_end.year].append((event, payload))
        elif isinstance(payload, ComplianceEventPayload) and payload.compliance_type == "catch_up_eligible":
            year = payload.monitoring_date.year
            if (payload.plan_id, year) in noted:
                yield Finding("catch-up-noted-twice", event, f"again for {year} on {payload.monitoring_date}")
            noted.add((payload.plan_id, year))
            may_catch_up.add(year)
    yield from _missing_years(events)
    for year, deposits in contributed.items():
        if year in years():
            pay = measured_pay(events, year)
            yield from _year(deposits, year, birth_year, pay, may_catch_up=year in may_catch_up)


def _missing_years(events: Sequence[SimulationEvent]) -> Findings:
    """One finding for each year that an event needs a limit of and the table lacks."""
    reported: set[int] = set(years())
    for event in events:
        year = _year_needed(event)
        if year is not None and year not in reported:
            reported.add(year)
            message = f"no limits for {year}: the table covers {years()[0]} to {years()[-1]}"
            yield Finding("limit-year-missing", event, message)


def _year_needed(event: SimulationEvent) -> int | None:
    payload = event.payload
    if isinstance(payload, ContributionPayload):
        return payload.pay_period_end.year
    if isinstance(payload, ComplianceEventPayload):
        return payload.monitoring_date.year
    if isinstance(payload, HCEStatusPayload) and payload.determination_method == "prior_year":
        return payload.determination_date.year - 1
    return None


def _year(
    deposits: Sequence[tuple[SimulationEvent, ContributionPayload]],
    year: int,
    birth_year: int | None,
    pay: Decimal | None,
    *,
    may_catch_up: bool,
) -> Findings:
    figures = dollar_limits(year)
    catch_up = figures.highest_catch_up if birth_year is None else catch_up_limit(year, birth_year)
    base = figures.elective_deferral_402g
    deferred = contributed = ZERO
    crossed: dict[str, Finding] = {}
    for event, payload in deposits:
        contributed += payload.amount
        if payload.source in DEFERRAL_SOURCES:
            deferred += payload.amount
        # Deferrals up to the catch-up limit are no additions if another limit is met (Reg. 1.414(v)-1(b), (d)).
        additions = contributed - min(deferred, catch_up)
        for code, amount, limit in (
            ("deferrals-over-limit", deferred, base + catch_up),
            ("deferrals-need-catch-up", deferred, base),
            ("additions-over-limit", additions, figures.annual_additions_415c),
            ("additions-over-pay", additions, additions if pay is None else pay),
        ):
            if amount > limit and code not in crossed:
                crossed[code] = Finding(code, event, f"{year}: {amount} against {limit}")
    if "deferrals-over-limit" in crossed or birth_year is not None or may_catch_up:
        crossed.pop("deferrals-need-catch-up", None)
    if "additions-over-limit" in crossed:
        crossed.pop("additions-over-pay", None)
    yield from crossed.values()
