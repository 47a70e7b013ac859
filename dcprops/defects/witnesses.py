"""Witnesses in the words of a ledger: who paid in what, what vested, what was forfeited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeAlias

from dcprops.properties import cases
from dcprops.properties.cases import LedgerCase
from dcprops.reference.limits import dollar_limits
from dcprops.rules import SAMPLES

__all__ = [
    "determined",
    "eligible",
    "enrolled",
    "forfeits",
    "hired",
    "leaves",
    "ledger",
    "paid",
    "sample",
    "vests",
]

Document: TypeAlias = dict[str, Any]
#: An event that still has no number.
Entry: TypeAlias = Callable[[int], Document]

#: The day of most events, a Friday, and two later ones.
FIRST, LATER, LAST = "2025-01-31", "2025-02-28", "2025-06-30"


def ledger(*entries: Entry, year: int = 2025, born: int | None = None, as_of: date = date.max) -> LedgerCase:
    """The events in order of arrival, numbered; for compliance, the year asked about and E1's year of birth."""
    documents = tuple(entry(number) for number, entry in enumerate(entries, 1))
    return LedgerCase(documents, as_of, year, MappingProxyType({} if born is None else {"E1": born}))


def _on(day: str, payload: Mapping[str, Any], plan: str = "P1", **envelope: str) -> Entry:
    return lambda number: cases.event(number, day, {**payload, "plan_id": plan}, **envelope)


def paid(
    amount: str,
    source: str = "employer_match",
    day: str = FIRST,
    *,
    period_end: str | None = None,
    plan: str = "P1",
    **envelope: str,
) -> Entry:
    """A contribution, by default of the match, for a period that ends on its day."""
    return _on(day, cases.contribution(source, amount, day, period_end), plan, **envelope)


def vests(percentage: str, *buckets: str, day: str = LATER, **envelope: str) -> Entry:
    """A vesting step, by default of the match."""
    return _on(day, cases.vesting(percentage, buckets or ("employer_match",), day), **envelope)


def forfeits(amount: str, percentage: str, bucket: str = "employer_match", day: str = LAST, **envelope: str) -> Entry:
    """A forfeiture, by default from the match."""
    return _on(day, cases.forfeiture(bucket, amount, percentage), **envelope)


def eligible(day: str = FIRST, **envelope: str) -> Entry:
    """An eligibility, which opens an account without money."""
    return _on(day, cases.eligibility(day), **envelope)


def enrolled(day: str = FIRST) -> Entry:
    """An enrollment, which opens an account without money."""
    return _on(day, cases.enrollment(day))


def hired(day: str = FIRST) -> Entry:
    """A hire, which opens none though it names a plan."""
    return _on(day, cases.hire(day))


def leaves(day: str = LAST) -> Entry:
    """A termination, which takes nothing from anybody."""
    return _on(day, cases.termination(day))


def determined(pay: str, day: str, *, method: str = "prior_year", annualized: str | None = None) -> Entry:
    """A determination of who is highly compensated, which tells what was paid in the year before, or in this one."""
    year = int(day[:4]) - (method == "prior_year")
    payload = {
        "event_type": "hce_status",
        "determination_method": method,
        "ytd_compensation": pay,
        "annualized_compensation": annualized or pay,
        "hce_threshold": f"{dollar_limits(year).hce_threshold_414q:.6f}",
        "is_hce": False,
        "determination_date": day,
        "prior_year_hce": None,
    }
    return _on(day, payload)


def sample(event_type: str, **changed: Any) -> Document:
    """The sample of an event type with some fields changed, be they the envelope's or the payload's."""
    document = SAMPLES[event_type]
    payload = document["payload"]
    within = {name: value for name, value in changed.items() if name in payload}
    around = {name: value for name, value in changed.items() if name not in payload}
    return {**document, **around, "payload": {**payload, **within}}
