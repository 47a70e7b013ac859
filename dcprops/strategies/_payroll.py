"""What payroll pays into the plans over a life: every deposit, stopped where the year's limits stop it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

from dcprops.reference.balances import EMPLOYEE_SOURCES
from dcprops.strategies._limits import catch_up, figures_of
from dcprops.strategies._lives import CENT, Election, Life, recorded, share
from dcprops.strategies._timelines import Stretch

__all__ = ["Deposit", "Paid", "run_payroll"]

#: Money that comes in: the source, the amount, the end of the pay period (or of the year) that it is for, the day,
#: whether a limit made it less, and the spell that it was earned in. A plain tuple, because there are so many.
Deposit: TypeAlias = tuple[str, int, date, date, bool, int]


class Paid(NamedTuple):
    """All deposits of a life, and by year what was paid at least: no less than went into the plans."""

    deposits: list[Deposit]
    pay_by_year: dict[int, int]


@dataclass(slots=True)
class _Year:
    """One person's year: how much room is left below each limit, and what yearly money is reckoned from.

    Catch-up is what exceeds the limit of IRC §402(g), and only that is no addition under §415(c).
    """

    year: int
    regular_room: int
    catch_up_room: int
    additions_room: int
    paydays: int
    most_deferrals: int
    may_catch_up: bool
    pay: int = 0
    elected: int = 0
    matched: int = 0
    contributed: int = 0
    last_spell: int = 0

    def add(self, amount: int) -> int:
        """As much of an employer's or after-tax amount as is allowed."""
        amount = min(amount, self.additions_room)
        self.additions_room -= amount
        self.contributed += amount
        return amount

    def defer(self, amount: int) -> tuple[int, int]:
        """As much of a deferral as is allowed: the regular part and the catch-up."""
        regular = min(amount, self.regular_room, self.additions_room)
        self.regular_room -= regular
        self.additions_room -= regular
        caught_up = 0
        if self.regular_room == 0:
            caught_up = min(amount - regular, self.catch_up_room)
            self.catch_up_room -= caught_up
        self.contributed += regular + caught_up
        return regular, caught_up


def _open_year(year: int, life: Life, paydays: int) -> _Year:
    figures = figures_of(year)
    allowed = catch_up(year, life.birth_year)
    regular, beyond = figures.deferrals, allowed if life.catches_up else 0
    match life.deferral_aim:
        case "the limit":
            beyond = 0
        case "a cent below the limit":
            regular, beyond = regular - CENT, 0
        case "a cent above the limit":
            beyond = min(CENT, allowed)
        case "the limit with catch-up":
            beyond = allowed
        case "a cent below the limit with catch-up":
            beyond = max(0, allowed - CENT)
    additions = figures.additions - life.spare_room - (CENT if life.additions_aim == "a cent below the limit" else 0)
    return _Year(
        year,
        regular_room=regular,
        catch_up_room=beyond,
        additions_room=additions,
        paydays=paydays,
        most_deferrals=regular + beyond,
        may_catch_up=allowed > 0,
    )


def run_payroll(life: Life, stretches: Sequence[Stretch], event_types: Collection[str]) -> Paid:
    """Everything that comes into the plans over the stretches of a life."""
    paydays = Counter(end.year for stretch in stretches for end in stretch.period_ends)
    years = {year: _open_year(year, life, number) for year, number in paydays.items()}
    payroll = _Payroll(life, _sources(life, event_types), years)
    for number, stretch in enumerate(stretches):
        current, changes = stretch.opening, list(stretch.changes)
        for end in stretch.period_ends:
            while changes and changes[0].day <= end:
                current = changes.pop(0)
            payroll.run_period(end, current.pay, current.election, number)
    for year in years.values():
        payroll.end_year(year)
    pay_by_year = {number: max(year.pay, year.contributed) for number, year in years.items()}
    # A life that has money has at least one deposit on record.
    deposits = list(recorded(payroll.deposits, life.recorded_deposits)) or payroll.deposits[:1]
    return Paid(deposits, pay_by_year)


def _sources(life: Life, event_types: Collection[str]) -> frozenset[str]:
    """The kinds of money that come in: only after a hire is it asked whether the person may take part."""
    if life.complete and "eligibility" not in event_types:
        return frozenset()
    if life.complete and "enrollment" not in event_types:
        return life.design.sources - EMPLOYEE_SOURCES
    return life.design.sources


class _Payroll:
    """One person's payroll. Where no pay is told, at least a millionth comes in, so that a ledger isn't empty."""

    def __init__(self, life: Life, sources: frozenset[str], years: dict[int, _Year]) -> None:
        design = life.design
        self.life = life
        self.design = design
        self.sources = sources
        self.years = years
        self.deposits: list[Deposit] = []
        self.least = 0 if life.complete else 1
        self.employee_lag = timedelta(life.deposit_lag)
        self.employer_lag = timedelta(design.match_lag)
        self.defers = "employee_pre_tax" in sources
        self.matches = "employer_match" in sources and not design.matches_at_year_end

    def run_period(self, end: date, pay: int, election: Election, spell: int) -> None:
        """The deposits of one pay period."""
        year, design, least = self.years[end.year], self.design, self.least
        year.pay += pay
        year.last_spell = spell
        deposited = end + self.employee_lag
        if self.defers and election.deferred:
            self._defer(year, end, pay, election)
        if self.defers and election.after_tax:
            self._give(year, "employee_after_tax", share(pay, election.after_tax) or least, end, deposited)
        deposited = end + self.employer_lag
        rate = min(election.deferred + election.after_tax, design.match_cap)
        elected = rate and (share(pay, rate) or least)
        year.elected += elected
        if self.matches and elected:
            amount = share(elected, design.match_rate) or least
            year.matched += amount
            self._give(year, "employer_match", amount, end, deposited)
        if "employer_nonelective" in self.sources:
            self._give(year, "employer_nonelective", share(pay, design.nonelective_rate) or least, end, deposited)

    def _defer(self, year: _Year, end: date, pay: int, election: Election) -> None:
        """A deferral by source. What is labelled catch-up needn't be it, and the other way round."""
        amount = share(pay, election.deferred) or self.least
        if self.life.deferral_aim is not None:
            amount = -(-year.most_deferrals // year.paydays)
        regular, caught_up = year.defer(amount)
        limited = regular + caught_up < amount
        labelled, label = 0, self.life.catch_up_label
        if label == "from the start" and year.may_catch_up:
            regular, labelled = 0, regular + caught_up
        elif label == "beyond the limit":
            labelled = caught_up
        else:
            regular += caught_up
        pre_tax = regular * election.pre_tax // election.deferred
        for source, part in (
            ("employee_pre_tax", pre_tax if election.roth else regular),
            ("employee_roth", regular - pre_tax if election.roth else 0),
            ("employee_catch_up", labelled),
        ):
            if part:
                self.deposits.append((source, part, end, end + self.employee_lag, limited, year.last_spell))

    def _give(self, year: _Year, source: str, amount: int, end: date, deposited: date) -> None:
        allowed = year.add(amount)
        if allowed:
            self.deposits.append((source, allowed, end, deposited, allowed < amount, year.last_spell))

    def end_year(self, year: _Year) -> None:
        """The money that comes for the whole year, last the profit share, which may fill the year up to the limit."""
        end = date(year.year, 12, 31)
        for source, amount in self._yearly(year):
            if source in self.sources:
                self._give(year, source, max(amount, self.least), end, end + timedelta(self.design.year_end_lag))

    def _yearly(self, year: _Year) -> Iterator[tuple[str, int]]:
        design = self.design
        yield "employer_match_true_up", share(year.elected, design.match_rate) - year.matched
        yield "forfeiture_allocation", share(year.pay, design.nonelective_rate)
        fills = self.life.additions_aim is not None and not self.life.spare_room
        yield "employer_profit_sharing", year.additions_room if fills else share(year.pay, design.profit_sharing_rate)
