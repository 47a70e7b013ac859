"""A life laid out in days: when the person works, is paid, is credited with service, and leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from dcprops.strategies._limits import highest_deferrals, highest_hce_threshold
from dcprops.strategies._lives import FREQUENCIES, WHOLE, Election, Life, Spell, share

__all__ = ["YEARLY_SOURCES", "Change", "Stretch", "lay_out", "years_later"]

_WEEKS: Final = {"weekly": 1, "biweekly": 2}
_MONTHS: Final = {"monthly": 1, "semimonthly": 1, "quarterly": 3, "annual": 12}
_ONE_DAY: Final = timedelta(days=1)
#: Money that comes in once for a whole year.
YEARLY_SOURCES: Final = frozenset({"employer_match_true_up", "employer_profit_sharing", "forfeiture_allocation"})


class Change(NamedTuple):
    """A raise (merit), promotion or new election (enrollment), and what holds from its day on."""

    day: date
    event_type: str
    pay: int
    job_level: int
    election: Election


@dataclass(frozen=True, slots=True)
class Stretch:
    """One spell in days: employed from `first_day` to `last_day`, in the plans and paid from `takes_part`.

    `opening` is what holds on the day of `takes_part`; `leaves` says whether the leaving is recorded.
    """

    spell: Spell
    first_day: date
    takes_part: date
    opening: Change
    changes: tuple[Change, ...]
    period_ends: tuple[date, ...]
    service_ends: tuple[date, ...]
    last_day: date
    leaves: bool


def lay_out(life: Life, event_types: Collection[str], last_year: int) -> list[Stretch]:
    """The spells of a life, one after the other, as far as they begin by the end of `last_year`.

    Who has been hired is hired again only after leaving.
    """
    laid_out: list[Stretch] = []
    first_day, waits = life.first_day, life.waits if life.complete else 0
    state = Change(first_day, "", _sufficient_pay(life), life.job_level, life.election)
    for spell in life.spells:
        if first_day.year > last_year:
            break
        takes_part = min(first_day + timedelta(waits), date(last_year, 12, 31))
        state = state._replace(day=takes_part)
        ends = tuple(_period_ends(life, spell, takes_part, last_year))
        changes = tuple(_changes(life, spell, state, ends, event_types))
        services = tuple(_service_ends(life, spell, takes_part, ends[-1] if ends else takes_part))
        last_day = max((takes_part, *ends[-1:], *services[-1:]))
        leaves = spell.leaves and "termination" in event_types
        laid_out.append(Stretch(spell, first_day, takes_part, state, changes, ends, services, last_day, leaves))
        if life.complete and not leaves:
            break
        state = changes[-1] if changes else state
        first_day, waits = last_day + timedelta(spell.forfeited_after + life.days_away), 0
    return laid_out


def _sufficient_pay(life: Life) -> int:
    """The pay of a period, raised to what the limits that the life aims at take, if its hire is told."""
    pay, paydays = life.pay, FREQUENCIES[life.design.frequency]
    if not life.complete:
        return pay
    if life.deferral_aim is not None and life.election.deferred:
        pay = max(pay, -(-highest_deferrals() * WHOLE // (life.election.deferred * paydays)))
    if life.hce_aim is not None:
        pay = max(pay, -(-highest_hce_threshold() // paydays))
    return pay


def _period_ends(life: Life, spell: Spell, first_day: date, last_year: int) -> Iterator[date]:
    """The last days of the pay periods. A first one is cut short at the end of `last_year` rather than left out."""
    last_day = date(last_year, 12, 31)
    for number in range(spell.periods or (0 if life.complete else 1)):
        end = _period_end(life.design.frequency, first_day)
        if end > last_day:
            if number == 0:
                yield last_day
            return
        yield end
        first_day = end + _ONE_DAY


def _period_end(frequency: str, day: date) -> date:
    """The last day of the pay period that begins on a day."""
    if frequency in _WEEKS:
        return day + timedelta(7 * _WEEKS[frequency] - 1)
    if frequency == "semimonthly" and day.day <= 15:
        return day.replace(day=15)
    months = _MONTHS[frequency]
    month = (day.month - 1) // months * months + months
    return date(day.year + month // 12, month % 12 + 1, 1) - _ONE_DAY


def _changes(
    life: Life, spell: Spell, state: Change, ends: tuple[date, ...], event_types: Collection[str]
) -> Iterator[Change]:
    """What changes from the state of the spell's first day on; `ends` of the pay periods, which begin after each."""
    starts = (state.day, *(end + _ONE_DAY for end in ends[:-1])) if ends else ()
    for number, day in enumerate(starts):
        if number == spell.promotion_in and "promotion" in event_types:
            pay = state.pay + share(state.pay, spell.merit_rate) + 1
            state = Change(day, "promotion", pay, min(10, state.job_level + 1), state.election)
            yield state
        if number == spell.merit_in and "merit" in event_types:
            pay = state.pay + share(state.pay, spell.merit_rate)
            state = Change(day, "merit", pay, state.job_level, state.election)
            yield state
        # Who aims at a limit stays with the election that the pay was set for.
        if number == spell.election_change_in and "enrollment" in event_types and life.deferral_aim is None:
            state = Change(day, "enrollment", state.pay, state.job_level, spell.new_election)
            yield state


def _service_ends(life: Life, spell: Spell, takes_part: date, last_period: date) -> Iterator[date]:
    """The last days of the periods for which service is credited, in order."""
    match spell.service_ends_with:
        case "the last deposit":
            day = _last_deposit(life, last_period)
        case "the calendar year":
            day = date(takes_part.year, 12, 31)
        case _:
            day = years_later(takes_part, 1) - _ONE_DAY
    for number in range(spell.service_periods):
        yield years_later(day, number)


def _last_deposit(life: Life, last_period: date) -> date:
    design = life.design
    if design.sources <= YEARLY_SOURCES:
        return date(last_period.year, 12, 31) + timedelta(design.year_end_lag)
    return last_period + timedelta(max(life.deposit_lag, design.match_lag))


def years_later(day: date, years: int) -> date:
    """The same day so many years later; February 28 where the year has no 29th."""
    if (day.month, day.day) == (2, 29) and (day.year + years) % 4:
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)
