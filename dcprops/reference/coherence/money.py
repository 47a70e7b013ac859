"""Whether one account's money adds up: year-to-date totals, vesting that never falls, forfeitures of unvested money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, TypeAlias

from dcprops.events import SimulationEvent
from dcprops.events.payloads import (
    ContributionPayload,
    ForfeiturePayload,
    HirePayload,
    TerminationPayload,
    VestingPayload,
)
from dcprops.reference.balances import BUCKET_OF_SOURCE, BUCKETS, ZERO, Bucket
from dcprops.reference.coherence.finding import Finding, Findings

__all__ = ["BREAK_YEARS", "money_findings"]

BREAK_YEARS: Final = 5
Deposit: TypeAlias = tuple[SimulationEvent, ContributionPayload]


def money_findings(events: Sequence[SimulationEvent]) -> Findings:
    """What is wrong with one person's money, plan by plan; the events once each and in canonical order."""
    hired = min((event.effective_date for event in events if isinstance(event.payload, HirePayload)), default=None)
    deposits: defaultdict[tuple[str, str], list[Deposit]] = defaultdict(list)
    plans: defaultdict[str, _Vesting] = defaultdict(lambda: _Vesting(hired))
    left = False
    for event in events:
        payload = event.payload
        if isinstance(payload, ContributionPayload):
            deposits[payload.plan_id, payload.source].append((event, payload))
            plans[payload.plan_id].contribute(payload)
        elif isinstance(payload, VestingPayload):
            yield from plans[payload.plan_id].vest(event, payload)
        elif isinstance(payload, ForfeiturePayload):
            yield from plans[payload.plan_id].forfeit(event, payload, left=left)
        elif isinstance(payload, TerminationPayload):
            left = True
        elif isinstance(payload, HirePayload):
            for plan in plans.values():
                plan.floors.clear()
    for listed in deposits.values():
        yield from _totals(listed, complete=hired is not None)


class _Vesting:
    """The employer money of one account: its buckets, and the percentage below which none may vest again."""

    def __init__(self, hired: date | None) -> None:
        self.hired = hired
        self.buckets = {name: Bucket() for name in BUCKETS}
        self.vested: set[str] = set()
        self.floors: dict[str, Decimal] = {}

    def contribute(self, payload: ContributionPayload) -> None:
        name = BUCKET_OF_SOURCE[payload.source]
        if name in self.buckets:
            self.buckets[name].given += payload.amount

    def vest(self, event: SimulationEvent, payload: VestingPayload) -> Findings:
        fell = []
        for name in payload.source_balances_vested:
            if payload.vested_percentage < self.floors.get(name, payload.vested_percentage):
                fell.append(f"{name} from {self.floors[name]} to {payload.vested_percentage}")
            self.buckets[name].percentage = self.floors[name] = payload.vested_percentage
            self.vested.add(name)
        if fell:
            yield Finding("vesting-fell", event, ", ".join(fell))

    def forfeit(self, event: SimulationEvent, payload: ForfeiturePayload, *, left: bool) -> Findings:
        """At most one finding about when, and one about how much: the worst."""
        if self.hired is not None:
            yield from self._timing(event, payload, self.hired, left=left)
        name = payload.forfeited_from_source
        yield from self._amount(event, payload, self.buckets[name])
        if self.buckets[name].forfeit(payload.amount, payload.vested_percentage):
            self.floors.pop(name, None)

    @staticmethod
    def _timing(event: SimulationEvent, payload: ForfeiturePayload, hired: date, *, left: bool) -> Findings:
        day = event.effective_date
        if payload.reason == "unvested_termination" and not left:
            yield Finding("forfeiture-without-termination", event, f"forfeited on {day}, no termination by then")
        earliest = (hired.year + BREAK_YEARS, hired.month, hired.day)
        if payload.reason == "break_in_service" and (day.year, day.month, day.day) < earliest:
            yield Finding("break-too-short", event, f"forfeited on {day}, hired on {hired}")

    def _amount(self, event: SimulationEvent, payload: ForfeiturePayload, bucket: Bucket) -> Findings:
        name, amount, own = payload.forfeited_from_source, payload.amount, payload.vested_percentage
        recorded = bucket.percentage if name in self.vested else own
        left = bucket.remaining
        if own == 1:  # a finding of its own, about the event by itself
            return
        if amount > left:
            yield Finding("forfeiture-over-balance", event, f"{amount} of {name}, which has {left}")
        elif amount > left - min(bucket.earned(max(own, recorded)), left):
            said = f"{amount} of {name}, of whose {left} only {left - min(bucket.earned(max(own, recorded)), left)}"
            yield Finding("forfeiture-takes-vested", event, f"{said} is unvested at {max(own, recorded)}")
        elif own != recorded:
            yield Finding("forfeiture-percentage-differs", event, f"{own} of {name}, last vested at {recorded}")
        elif amount < left - bucket.earned(own):
            said = f"{amount} of {name}, of whose {left} {left - bucket.earned(own)} is unvested"
            yield Finding("forfeiture-leaves-unvested", event, said)


def _totals(deposits: Sequence[Deposit], *, complete: bool) -> Findings:
    """The year-to-date totals of one source that no reading explains.

    Totals may run by the year of the pay period or of the deposit, and out-of-order deposits either way; the reading
    with the fewest breaks is the one meant. Where a ledger began late, a year's first total may bring an amount along.
    """
    best: list[Finding] | None = None
    for year, order in _READINGS:
        breaks = list(_breaks(deposits, year, order, complete=complete))
        if best is None or len(breaks) < len(best):
            best = breaks
        if not best:
            return
    yield from best or ()


def _period_year(deposit: Deposit) -> int:
    return deposit[1].pay_period_end.year


def _deposit_year(deposit: Deposit) -> int:
    return deposit[1].contribution_date.year


_READINGS: Final[tuple[tuple[Callable[[Deposit], int], Callable[[Deposit], Any]], ...]] = tuple(
    (year, order)
    for year in (_period_year, _deposit_year)
    for order in (
        lambda deposit: (deposit[1].contribution_date, deposit[1].ytd_amount),
        lambda deposit: (deposit[1].pay_period_end, deposit[1].ytd_amount),
        lambda deposit: deposit[1].ytd_amount,
    )
)


def _breaks(
    deposits: Sequence[Deposit],
    year: Callable[[Deposit], int],
    order: Callable[[Deposit], Any],
    *,
    complete: bool,
) -> Iterator[Finding]:
    for of_year, listed in groupby(sorted(deposits, key=lambda one: (year(one), order(one))), key=year):
        total = last = ZERO
        first = True
        for event, payload in listed:
            said, amount = payload.ytd_amount, payload.amount
            if first and not complete and said >= amount:
                total = last = said - amount
            first = False
            total += amount
            # One wrong total is one finding: what follows may go on from the true sum or from the wrong one.
            if said not in (total, last + amount) and said >= amount:
                message = f"{payload.source} in {of_year}: ytd_amount={said}, contributions sum to {total}"
                yield Finding("ytd-not-running-total", event, message)
            last = said
