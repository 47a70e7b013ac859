"""Verification: every figure of a scenario against the reference, and what differs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any, Final, NamedTuple

from dcprops.events import SimulationEvent
from dcprops.golden.scenario import Scenario, ScenarioError
from dcprops.reference import Account, MissingYearError, Person, anomalies, as_json, balances, compliance
from dcprops.reference.balances import EXACT

__all__ = ["Drift", "Verification", "verify"]

_ABSENT: Final = "absent"
_PRESENT: Final = "present"


class _Figure(NamedTuple):
    """One thing that is compared: whose, what, and as text what was expected and what came out."""

    account: Account | Person
    field: str
    expected: str
    got: str


@dataclass(frozen=True)
class Drift:
    """One figure that differs. `difference` is got minus expected, None where they aren't numbers."""

    scenario: str
    account: Account | Person
    field: str
    expected: str
    got: str
    difference: str | None

    def to_json(self) -> dict[str, Any]:
        """The drift as JSON values; `account` has the four keys, plan_id None for what is over all plans."""
        return {
            "scenario": self.scenario,
            "account": {**self.account._asdict(), "plan_id": getattr(self.account, "plan_id", None)},
            "field": self.field,
            "expected": self.expected,
            "got": self.got,
            "difference": self.difference,
        }


@dataclass(frozen=True)
class Verification:
    """What came of it: the scenarios by name, how many figures were compared, and every one that differs."""

    scenarios: tuple[str, ...]
    figures: int
    drift: tuple[Drift, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.drift

    def to_json(self) -> dict[str, Any]:
        """The verification as JSON values."""
        return {
            "scenarios": list(self.scenarios),
            "figures": self.figures,
            "drift": [drift.to_json() for drift in self.drift],
        }


def verify(
    scenarios: Sequence[Scenario],
    *,
    full: bool = False,
    on_progress: Callable[[float, str], None] | None = None,
) -> Verification:
    """Compare every figure of the scenarios with the reference calculators; with `full`, the long series, too.

    `on_progress(share, name)` is called before each scenario. Raises ScenarioError for a scenario that can't be
    calculated: of a year for which there are no limits.
    """
    figures = 0
    drift: list[Drift] = []
    for number, scenario in enumerate(scenarios):
        if on_progress:
            on_progress(number / len(scenarios), scenario.name)
        for figure in _figures(scenario, full=full):
            figures += 1
            if figure.expected != figure.got:
                drift.append(Drift(scenario.name, *figure, difference=_difference(figure)))
    return Verification(tuple(scenario.name for scenario in scenarios), figures, tuple(drift))


def _figures(scenario: Scenario, *, full: bool) -> Iterator[_Figure]:
    events = scenario.ledger(full=full)
    yield from _rows(Account, scenario.expected_balances(full=full), map(as_json, balances(events, scenario.as_of)))
    yield from _anomalies(scenario, events)
    for year, expected in scenario.compliance.items():
        try:
            got = compliance(events, int(year), scenario.birth_years)
        except MissingYearError as error:
            raise ScenarioError(f"{scenario.name}: compliance of {year}: {error}") from error
        yield from _rows(Person, expected, map(as_json, got), f"{year} ")


def _rows(
    owner: type[Account | Person], expected: Iterable[Mapping[str, Any]], got: Iterable[Mapping[str, Any]], of: str = ""
) -> Iterator[_Figure]:
    """Row by row, and in each field by field. A row that only one side has is one figure."""
    wanted, found = _by_owner(owner, expected), _by_owner(owner, got)
    for key in sorted(wanted | found):
        if key not in found or key not in wanted:
            present = [_PRESENT if key in rows else _ABSENT for rows in (wanted, found)]
            yield _Figure(key, f"{of}row", *present)
            continue
        one, other = _flat(wanted[key]), _flat(found[key])
        for name in one | other:
            if name not in owner._fields:
                yield _Figure(key, of + name, one.get(name, _ABSENT), other.get(name, _ABSENT))


def _by_owner(
    owner: type[Account | Person], rows: Iterable[Mapping[str, Any]]
) -> dict[Account | Person, Mapping[str, Any]]:
    return {owner(*(row[key] for key in owner._fields)): row for row in rows}


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    """The fields as text, each source one of its own."""
    sources = {f"sources.{source}": amount for source, amount in row.get("sources", {}).items()}
    return {name: _text(value) for name, value in row.items() if name != "sources"} | sources


def _text(value: str | bool | None) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _anomalies(scenario: Scenario, events: Sequence[SimulationEvent]) -> Iterator[_Figure]:
    wanted = Counter((anomaly.event_id, anomaly.code) for anomaly in scenario.anomalies)
    reported = anomalies(events, scenario.birth_years)
    found = Counter((anomaly.event_id, anomaly.code) for anomaly in reported)
    owners: dict[Any, Account | Person] = {event.event_id: _owner(event) for event in scenario.events}
    owners |= {anomaly.event_id: anomaly.account for anomaly in reported}
    for key in wanted | found:
        event_id, code = key
        yield _Figure(owners[event_id], f"{code} of {event_id}", str(wanted[key]), str(found[key]))


def _owner(event: SimulationEvent) -> Account | Person:
    person = Person(event.scenario_id, event.plan_design_id, event.employee_id)
    return person if event.payload.plan_id is None else Account(*person, event.payload.plan_id)


def _difference(figure: _Figure) -> str | None:
    try:
        with localcontext(EXACT):
            return f"{Decimal(figure.got) - Decimal(figure.expected):+f}"
    except InvalidOperation:
        return None
