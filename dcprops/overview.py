"""The overview of an event file: its valid events and their balances counted and summed, however many there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Final, TypeAlias

from dcprops.events import SimulationEvent
from dcprops.events.payloads import ContributionPayload
from dcprops.events.schema import EVENT_TYPES
from dcprops.reference import BalanceRow
from dcprops.reference.balances import EXACT, SOURCES, ZERO
from dcprops.reference.order import distinct

__all__ = ["DISTRIBUTED", "TOTALS", "Counting", "Overview", "Step"]

#: The amounts that are summed over all accounts, and what they are called.
TOTALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "total_employee_contributions": "Employee contributions",
        "total_employer_contributions": "Employer contributions",
        "total_forfeitures": "Forfeitures",
        "gross_account_balance": "Gross",
        "net_account_balance": "Net",
        "vested_account_balance": "Vested",
        "unvested_balance": "Unvested",
    }
)
#: The amounts whose distribution over the accounts is counted.
DISTRIBUTED: Final = ("net_account_balance", "vested_account_balance")

#: A step of the sizes 1, 2, 5, 10, 20, 50 … dollars: the power of ten, and 1, 2 or 5. None for zero and less.
Step: TypeAlias = tuple[int, int] | None


@dataclass(frozen=True)
class Overview:
    """What the valid events of a file come to, each event_id counted once.

    `people` are those of a scenario and plan design. `events` counts events by type and month; a month is the year and
    the month from 1. `contributions` are dollars by year of the pay period's end and by source. Of the balances there
    are the number of `accounts`, the `totals` of TOTALS, and how many accounts hold from so many dollars up to the next
    step (`distribution`, of each of DISTRIBUTED).
    """

    people: int
    events: Mapping[str, Mapping[tuple[int, int], int]]
    contributions: Mapping[int, Mapping[str, Decimal]]
    accounts: int
    totals: Mapping[str, Decimal]
    distribution: Mapping[str, Mapping[Step, int]]


class Counting:
    """Counts and sums the events of a file, some people at a time."""

    def __init__(self) -> None:
        self._people = self._accounts = 0
        self._months: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._given: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
        self._totals = dict.fromkeys(TOTALS, ZERO)
        self._steps: dict[str, Counter[Step]] = {name: Counter() for name in DISTRIBUTED}

    def add_events(self, events: Iterable[SimulationEvent]) -> None:
        """Count all events of some people, and of whoever shares an event_id with them."""
        people = set()
        with localcontext(EXACT):
            for event in distinct(events):
                payload, day = event.payload, event.effective_date
                people.add((event.scenario_id, event.plan_design_id, event.employee_id))
                self._months[payload.event_type][day.year * 12 + day.month - 1] += 1
                if isinstance(payload, ContributionPayload):
                    self._given[payload.pay_period_end.year, payload.source] += payload.amount
        self._people += len(people)

    def add_balances(self, rows: Iterable[BalanceRow]) -> None:
        """Sum the balances of some accounts."""
        with localcontext(EXACT):
            for row in rows:
                self._accounts += 1
                for name in TOTALS:
                    self._totals[name] += getattr(row, name)
                for name in DISTRIBUTED:
                    self._steps[name][_step(getattr(row, name))] += 1

    def result(self) -> Overview:
        """What was counted, in the order of the schema and of time."""
        return Overview(
            people=self._people,
            events=MappingProxyType(
                {
                    name: MappingProxyType(
                        {
                            (month // 12, month % 12 + 1): self._months[name][month]
                            for month in sorted(self._months[name])
                        }
                    )
                    for name in EVENT_TYPES
                    if name in self._months
                }
            ),
            contributions=MappingProxyType(
                {
                    year: MappingProxyType(
                        {source: self._given[year, source] for source in SOURCES if (year, source) in self._given}
                    )
                    for year in sorted({year for year, _ in self._given})
                }
            ),
            accounts=self._accounts,
            totals=MappingProxyType(self._totals),
            distribution=MappingProxyType(
                {
                    name: MappingProxyType(
                        {step: counted[step] for step in sorted(counted, key=lambda step: step or (-99, 0))}
                    )
                    for name, counted in self._steps.items()
                }
            ),
        )


def _step(amount: Decimal) -> Step:
    if amount <= 0:
        return None
    power = amount.adjusted()
    first = amount.as_tuple().digits[0]  # digits start with the first that counts
    return power, 5 if first >= 5 else 2 if first >= 2 else 1
