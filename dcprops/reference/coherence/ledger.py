"""The anomalies of a whole ledger: found event by event and life by life, and put in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import localcontext
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from dcprops.events import SimulationEvent
from dcprops.reference.balances import EXACT, Account
from dcprops.reference.coherence.career import career_findings
from dcprops.reference.coherence.event import event_findings
from dcprops.reference.coherence.finding import Finding, Findings
from dcprops.reference.coherence.limits import limit_findings
from dcprops.reference.coherence.money import money_findings
from dcprops.reference.compliance import Person
from dcprops.reference.order import canonical_order, distinct
from dcprops.rules.anomalies import ANOMALIES, Severity

__all__ = ["Anomaly", "anomalies"]

_NO_BIRTH_YEARS: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing that is wrong with a ledger, and the event that shows it.

    `account` is a Person where the event names no plan. `code` and `severity` are those of `rules.anomalies`.
    """

    code: str
    severity: Severity
    account: Account | Person
    event_id: UUID
    message: str

    def as_mapping(self) -> dict[str, Any]:
        """The anomaly as JSON says it; `account` has the four keys, plan_id None where the event names no plan."""
        return {
            "code": self.code,
            "severity": self.severity,
            "account": {"plan_id": None, **self.account._asdict()},
            "event_id": str(self.event_id),
            "message": self.message,
        }


def anomalies(events: Iterable[SimulationEvent], birth_years: Mapping[str, int] | None = None) -> list[Anomaly]:
    """What is wrong with a ledger: every anomaly that it proves, by person, in canonical order of the events.

    `birth_years` by employee_id makes the catch-up limits exact. Events may come in any order. What is absent (a hire,
    an enrolment) is only missed where the person's history begins with a hire. Never raises on valid events.
    """
    listed = list(events)
    people: defaultdict[Person, list[SimulationEvent]] = defaultdict(list)
    counting = distinct(listed)
    for event in counting:
        people[Person(event.scenario_id, event.plan_design_id, event.employee_id)].append(event)
    found = list(_copies(listed, counting))
    with localcontext(EXACT):
        for person in sorted(people):
            life = sorted(people[person], key=canonical_order)
            found += _life(life, (birth_years or _NO_BIRTH_YEARS).get(person.employee_id))
    found.sort(key=_order)
    return [_anomaly(finding) for finding in found]


def _life(events: Sequence[SimulationEvent], birth_year: int | None) -> Findings:
    for event in events:
        yield from event_findings(event)
    yield from career_findings(events)
    yield from money_findings(events)
    yield from limit_findings(events, birth_year)


def _copies(listed: Sequence[SimulationEvent], counting: Sequence[SimulationEvent]) -> Findings:
    """The events that don't count because another has their event_id."""
    if len(listed) == len(counting):
        return
    counts = {event.event_id: event for event in counting}
    met: set[UUID] = set()
    for event in listed:
        first = counts[event.event_id]
        if event != first:
            said = f"{event.payload.event_type} on {event.effective_date}, counting is {first.payload.event_type}"
            yield Finding("conflicting-event-id", event, f"{said} on {first.effective_date}")
        elif event.event_id in met:
            yield Finding("duplicate-event", event, f"{event.payload.event_type} on {event.effective_date}")
        else:
            met.add(event.event_id)


def _order(finding: Finding) -> tuple[Any, ...]:
    event = finding.event
    return (
        event.scenario_id,
        event.plan_design_id,
        event.employee_id,
        canonical_order(event),
        finding.code,
        finding.message,
    )


def _anomaly(finding: Finding) -> Anomaly:
    event, rule = finding.event, ANOMALIES[finding.code]
    person = Person(event.scenario_id, event.plan_design_id, event.employee_id)
    plan_id = event.payload.plan_id
    account = person if plan_id is None else Account(*person, plan_id)
    return Anomaly(rule.code, rule.severity, account, event.event_id, f"{rule.sentence}: {finding.message}")
