"""What every account comes to on a day: money given, forfeited, vested and unvested, exact to the millionth.

Vesting law: IRC §411(a)(1) (employee money is always vested), §411(a)(2) (employer money vests with service),
Reg. 1.411(a)-7 (what may be forfeited is what isn't vested).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, localcontext
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from dcprops.events import SimulationEvent
from dcprops.events.payloads import (
    ContributionPayload,
    ContributionSource,
    EmployeeSource,
    ForfeiturePayload,
    VestingBucket,
    VestingPayload,
)
from dcprops.reference.order import canonical_order, distinct

__all__ = [
    "BUCKETS",
    "BUCKET_OF_SOURCE",
    "EMPLOYEE",
    "EMPLOYEE_SOURCES",
    "PLAN_EVENTS",
    "SOURCES",
    "Account",
    "BalanceRow",
    "Step",
    "arithmetic",
    "balances",
    "buckets_of",
    "running_balances",
    "steps",
]

SOURCES: Final[tuple[str, ...]] = get_args(ContributionSource)
#: The person's own money, vested from the start (IRC §411(a)(1)).
EMPLOYEE_SOURCES: Final[frozenset[str]] = frozenset(get_args(EmployeeSource))
#: The buckets in which employer money vests.
BUCKETS: Final[tuple[str, ...]] = get_args(VestingBucket)
#: What the person's own money is kept in: a bucket that is always fully vested.
EMPLOYEE: Final = "employee"
#: Where each source is kept: a true-up with the match it completes, reallocated forfeitures with profit sharing.
BUCKET_OF_SOURCE: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(get_args(EmployeeSource), EMPLOYEE),
        "employer_match": "employer_match",
        "employer_match_true_up": "employer_match",
        "employer_nonelective": "employer_nonelective",
        "employer_profit_sharing": "employer_profit_sharing",
        "forfeiture_allocation": "employer_profit_sharing",
    }
)
#: The events that make an account exist.
PLAN_EVENTS: Final = frozenset({"eligibility", "enrollment", "contribution", "vesting", "forfeiture"})

ZERO: Final = Decimal("0.000000")
_MILLIONTH: Final = Decimal("0.000001")
# Sums and products are exact whatever context the caller has set: 60 digits hold any ledger, and a lost digit raises.
EXACT: Final = Context(prec=60, Emin=-999999, Emax=999999, traps=[Inexact, InvalidOperation])
_ROUNDING: Final = Context(prec=60, Emin=-999999, Emax=999999, rounding=ROUND_HALF_UP, traps=[InvalidOperation])


class Account(NamedTuple):
    """Whose money: one person in one plan, within one scenario and plan design."""

    scenario_id: str
    plan_design_id: str
    employee_id: str
    plan_id: str


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """What one account comes to on a day; money in dollars with six places, the percentage from 0 to 1 with four.

    `current_vested_percentage` is the latest vesting event's, 0 before the first. `sources` has the sources that were
    contributed to, in the order of the schema. Always `gross = net + forfeitures` and `net = vested + unvested`.
    """

    scenario_id: str
    plan_design_id: str
    employee_id: str
    plan_id: str
    total_employee_contributions: Decimal
    total_employer_contributions: Decimal
    total_forfeitures: Decimal
    gross_account_balance: Decimal
    vested_account_balance: Decimal
    unvested_balance: Decimal
    net_account_balance: Decimal
    current_vested_percentage: Decimal
    sources: Mapping[str, Decimal]

    @property
    def account(self) -> Account:
        """The account's four keys."""
        return Account(self.scenario_id, self.plan_design_id, self.employee_id, self.plan_id)

    def as_mapping(self) -> dict[str, Any]:
        """The row by field name; `sources` is a dict of its own."""
        row = {each.name: getattr(self, each.name) for each in fields(self)}
        row["sources"] = dict(self.sources)
        return row


@dataclass(slots=True)
class Bucket:
    """Money that vests together: settled S, given G and lost F since then, and the vested percentage p."""

    settled: Decimal = ZERO
    given: Decimal = ZERO
    lost: Decimal = ZERO
    percentage: Decimal = Decimal("0.0000")

    @property
    def remaining(self) -> Decimal:
        """What is left of the money given: G - F."""
        return self.given - self.lost

    def earned(self, percentage: Decimal) -> Decimal:
        """The share of the money given that a percentage makes the person's own, to the millionth, half up."""
        return (percentage * self.given).quantize(_MILLIONTH, context=_ROUNDING)

    def forfeit(self, amount: Decimal, percentage: Decimal) -> bool:
        """Take `amount` back at a vested `percentage`; True if that closes the bucket.

        When only the vested share is left, that share is settled: it is the person's own for good, and money given
        later vests afresh.
        """
        self.lost += amount
        if self.remaining > self.earned(percentage):
            return False
        self.settled += self.remaining
        self.given = self.lost = ZERO
        return True

    @property
    def vested(self) -> Decimal:
        """The person's own: S + min(round(p·G), G - F)."""
        return self.settled + min(self.earned(self.percentage), self.remaining)

    @property
    def net(self) -> Decimal:
        """What is there: S + G - F."""
        return self.settled + self.remaining


def _opening() -> dict[str, Bucket]:
    """An account before its first event."""
    return {EMPLOYEE: Bucket(percentage=Decimal(1)), **{name: Bucket() for name in BUCKETS}}


def histories(events: Iterable[SimulationEvent], as_of: date) -> dict[Account, list[SimulationEvent]]:
    """The plan events of every account up to and including `as_of`, each once, in canonical order; accounts sorted."""
    by_account: defaultdict[tuple[str, str, str, str | None], list[SimulationEvent]] = defaultdict(list)
    for event in distinct(events):
        payload = event.payload
        if payload.event_type in PLAN_EVENTS and event.effective_date <= as_of:
            by_account[event.scenario_id, event.plan_design_id, event.employee_id, payload.plan_id].append(event)
    return {Account(*key): sorted(by_account[key], key=canonical_order) for key in sorted(by_account)}  # type: ignore[arg-type]  # the plan events all have a plan_id


def balances(events: Iterable[SimulationEvent], as_of: date) -> list[BalanceRow]:
    """What every account comes to at the end of `as_of`, one row per account, sorted by its four keys.

    An account exists from its first plan event on (eligibility, enrollment, contribution, vesting or forfeiture).
    Events may come in any order and more than once. Any list of valid events has balances; this never raises.
    """
    with localcontext(EXACT):
        return [_row(account, history) for account, history in histories(events, as_of).items()]


def running_balances(events: Iterable[SimulationEvent]) -> Iterator[tuple[SimulationEvent, BalanceRow | None]]:
    """Each event with what its account comes to after it, None where there is no account by then.

    The events come in canonical order and each once, of as many accounts as there are.
    """
    states: defaultdict[tuple[str, str, str, str | None], _State] = defaultdict(_State)
    for event in events:
        plan_id = event.payload.plan_id
        key = event.scenario_id, event.plan_design_id, event.employee_id, plan_id
        with localcontext(EXACT):
            if event.payload.event_type in PLAN_EVENTS:
                states[key].take(event)
            account = plan_id is not None and Account(*key[:3], plan_id)
            row = states[key].row(account) if account and key in states else None
        yield event, row


def _row(account: Account, history: Iterable[SimulationEvent]) -> BalanceRow:
    state = _State()
    for event in history:
        state.take(event)
    return state.row(account)


@dataclass(slots=True)
class _State:
    """An account after some of its events: what it was given by source, its buckets, and the latest percentage."""

    contributed: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    buckets: dict[str, Bucket] = field(default_factory=_opening)
    percentage: Decimal = Decimal("0.0000")
    forfeited: Decimal = ZERO

    def take(self, event: SimulationEvent) -> None:
        """Let one more event count."""
        payload = event.payload
        if isinstance(payload, ContributionPayload):
            self.contributed[payload.source] += payload.amount
            self.buckets[BUCKET_OF_SOURCE[payload.source]].given += payload.amount
        elif isinstance(payload, VestingPayload):
            self.percentage = payload.vested_percentage
            for name in payload.source_balances_vested:
                self.buckets[name].percentage = payload.vested_percentage
        elif isinstance(payload, ForfeiturePayload):
            self.forfeited += payload.amount
            self.buckets[payload.forfeited_from_source].forfeit(payload.amount, payload.vested_percentage)

    def row(self, account: Account) -> BalanceRow:
        """What it comes to."""
        given = self.contributed
        employee = sum((amount for source, amount in given.items() if source in EMPLOYEE_SOURCES), ZERO)
        employer = sum((amount for source, amount in given.items() if source not in EMPLOYEE_SOURCES), ZERO)
        net, vested = _net_and_vested(self.buckets)
        return BalanceRow(
            *account,
            total_employee_contributions=employee,
            total_employer_contributions=employer,
            total_forfeitures=self.forfeited,
            gross_account_balance=employee + employer,
            vested_account_balance=vested,
            unvested_balance=net - vested,
            net_account_balance=net,
            current_vested_percentage=self.percentage,
            sources=MappingProxyType({source: given[source] for source in SOURCES if source in given}),
        )


def _net_and_vested(buckets: Mapping[str, Bucket]) -> tuple[Decimal, Decimal]:
    net = sum((bucket.net for bucket in buckets.values()), ZERO)
    return net, sum((bucket.vested for bucket in buckets.values()), ZERO)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the arithmetic: the event, the bucket that it changed, and how."""

    event: SimulationEvent
    bucket: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.event.effective_date}  {self.bucket}: {self.sentence}"


def steps(events: Iterable[SimulationEvent], account: Account, as_of: date) -> list[Step]:
    """How an account got to what it is: every contribution, percentage and forfeiture, in the order they count.

    A vesting event that lists several buckets is one step for each. Eligibility and enrollment change no money.
    """
    return _worked(events, account, as_of)[0]


def arithmetic(events: Iterable[SimulationEvent], account: Account, as_of: date) -> str:
    """The whole calculation of one account as lines that a reader can check by hand: the steps, then the sums."""
    listed, buckets = _worked(events, account, as_of)
    opening = _opening()
    with localcontext(EXACT):
        net, vested = _net_and_vested(buckets)
        sums = [_sum(name, bucket) for name, bucket in buckets.items() if bucket != opening[name]]
        total = f"all buckets: net {net}, vested {vested}, unvested {net} - {vested} = {net - vested}"
    return "\n".join([*map(str, listed), *sums, total])


def buckets_of(events: Iterable[SimulationEvent], account: Account, as_of: date) -> Mapping[str, Bucket]:
    """The buckets of one account at the end of `as_of`, the person's own money among them."""
    return _worked(events, account, as_of)[1]


def _worked(events: Iterable[SimulationEvent], account: Account, as_of: date) -> tuple[list[Step], dict[str, Bucket]]:
    buckets = _opening()
    with localcontext(EXACT):
        history = histories(events, as_of).get(account, [])
        return [step for event in history for step in _explained(event, buckets)], buckets


def _explained(event: SimulationEvent, buckets: Mapping[str, Bucket]) -> Iterator[Step]:
    payload = event.payload
    if isinstance(payload, ContributionPayload):
        bucket = buckets[BUCKET_OF_SOURCE[payload.source]]
        bucket.given += payload.amount
        sentence = f"{payload.source} {payload.amount}, so given G = {bucket.given}"
        yield Step(event, BUCKET_OF_SOURCE[payload.source], sentence)
    elif isinstance(payload, VestingPayload):
        for name in payload.source_balances_vested:
            buckets[name].percentage = payload.vested_percentage
            yield Step(event, name, f"vesting, so percentage p = {payload.vested_percentage}")
    elif isinstance(payload, ForfeiturePayload):
        yield Step(event, payload.forfeited_from_source, _forfeiting(payload, buckets[payload.forfeited_from_source]))


def _forfeiting(payload: ForfeiturePayload, bucket: Bucket) -> str:
    """Forfeits, and says how that went."""
    given, earned = bucket.given, bucket.earned(payload.vested_percentage)
    lost = bucket.lost + payload.amount
    closes = bucket.forfeit(payload.amount, payload.vested_percentage)
    verdict = f"at most, so it closes: settled S = {bucket.settled}, G = F = 0" if closes else "more, so it stays open"
    return (
        f"forfeiture {payload.amount} at {payload.vested_percentage}, so lost F = {lost}; left G - F = {given - lost} "
        f"against vested round({payload.vested_percentage}·{given}) = {earned}: {verdict}"
    )


def _sum(name: str, bucket: Bucket) -> str:
    return (
        f"{name}: S = {bucket.settled}, G = {bucket.given}, F = {bucket.lost}, p = {bucket.percentage}; "
        f"net S + G - F = {bucket.net}; vested S + min(round(p·G), G - F) = "
        f"{bucket.settled} + min({bucket.earned(bucket.percentage)}, {bucket.remaining}) = {bucket.vested}"
    )
