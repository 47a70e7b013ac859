"""Service, vested shares, and the employer money that is lost by those who leave too early."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from dcprops.population.assumptions import NEVER, WHOLE
from dcprops.population.calendars import PayYear
from dcprops.population.careers import Careers, Lives, WorkYear
from dcprops.population.draws import Flags, Integers
from dcprops.population.payroll import PaidYear
from dcprops.reference.vesting import FULL_YEAR_HOURS

__all__ = ["BUCKETS", "Loss", "Vested", "Vesting"]


class _Bucket(NamedTuple):
    """Where a bucket's money comes from: each pay period, once a year, and the rates that promise it."""

    each_period: tuple[str, ...]
    once_a_year: tuple[str, ...]
    rates: tuple[str, ...]


#: The buckets of employer money, in the order of the schema.
BUCKETS: Final[Mapping[str, _Bucket]] = MappingProxyType(
    {
        "employer_match": _Bucket(("employer_match",), ("employer_match_true_up",), ("match_rate",)),
        "employer_nonelective": _Bucket(("employer_nonelective",), (), ("nonelective_rate",)),
        "employer_profit_sharing": _Bucket(
            (), ("employer_profit_sharing", "forfeiture_allocation"), ("profit_sharing_rate", "allocation_rate")
        ),
    }
)
_HOURS_A_YEAR: Final = 2_080
_DAYS_A_YEAR: Final = 365
#: The vested money is paid out so many days after the person left, and then the rest is lost.
_PAID_OUT_AFTER: Final = (60, 120)
#: Five one-year breaks in service (IRC §411(a)(6)(C)).
_FIVE_BREAKS: Final = 5 * 366
_LONGEST_SCHEDULE: Final = 16


class Vested(NamedTuple):
    """Service credited to each of `lives`: the day, the hours, the vested share and each bucket's vested money.

    A bucket that the plan design doesn't fund has -1.
    """

    lives: Integers
    days: Integers
    hours: Integers
    share: Integers
    balances: Mapping[str, Integers]


class Loss(NamedTuple):
    """Forfeitures from one bucket, one for each of `lives`."""

    lives: Integers
    days: Integers
    bucket: str
    amounts: Integers
    share: Integers
    after_breaks: Integers


class _Money:
    """One bucket of every life: what is settled, and what was given since the last forfeiture closed it."""

    def __init__(self, count: int) -> None:
        self.settled = np.zeros(count, np.int64)
        self._closed_on = np.full(count, -1, np.int64)
        self._given_before = np.zeros(count, np.int64)
        self._years: list[tuple[Integers, Integers]] = []

    def take_in(self, days: Integers, amounts: Integers) -> None:
        """A year's deposits: their days, and the amounts by life and day."""
        self._years.append((days, amounts))
        if len(self._years) > 2:  # the last deposits of a year come early in the next
            days, amounts = self._years.pop(0)
            self._given_before += np.where(days > self._closed_on[:, None], amounts, 0).sum(axis=1)

    def given(self, up_to: Integers) -> Integers:
        """What came in up to a day of each life."""
        total = self._given_before
        for days, amounts in self._years:
            counts = (days > self._closed_on[:, None]) & (days <= up_to[:, None])
            total = total + np.where(counts, amounts, 0).sum(axis=1)
        return total

    def close(self, chosen: Flags, on: Integers, kept: Integers) -> None:
        """What a forfeiture leaves is the person's own, and what comes later vests afresh."""
        self.settled = self.settled + np.where(chosen, kept, 0)
        self._given_before = np.where(chosen, 0, self._given_before)
        self._closed_on = np.where(chosen, on, self._closed_on)


class Vesting:
    """The employer money of lives, year by year."""

    def __init__(self, lives: Lives, careers: Careers, first_year: int) -> None:
        self._lives, self._careers = lives, careers
        self._money = {name: _Money(lives.count) for name in BUCKETS}
        self._funded = {
            name: sum(lives.of_design(rate) for rate in bucket.rates) > 0 for name, bucket in BUCKETS.items()
        }
        schedules = [design.schedule.shares for _, design in lives.worlds]
        self._schedules = np.array([[*row, *[row[-1]] * (_LONGEST_SCHEDULE - len(row))] for row in schedules], np.int64)
        self._service = self._service_before(first_year)
        self._share = self._share_after(self._service)
        self._forfeits_on = np.full(lives.count, NEVER, np.int64)
        self._after_breaks = lives.of_design("after_breaks")

    def go_through(self, year: WorkYear, paid: PaidYear) -> tuple[list[Vested], list[Loss]]:
        """What the year vests and what is lost in it. The careers have gone through it."""
        calendar = year.calendar
        for name, money in self._money.items():
            money.take_in(*_deposits(calendar, paid, BUCKETS[name]))
        # Who left in an earlier year forfeits before leaving again; who leaves now, after.
        lost = self._forfeit(calendar)
        left = self._credit(year.leaves < NEVER, year.leaves, calendar)
        self._expect_forfeiture(year.leaves)
        lost += self._forfeit(calendar)
        last_day = np.full(self._lives.count, calendar.last_day, np.int64)
        stayed = self._credit(self._careers.works(calendar.last_day), last_day, calendar)
        self._service = self._service + _is_enough(self._hours(calendar, last_day))
        return [left, stayed], lost

    def _service_before(self, first_year: int) -> Integers:
        """Years of service before the first year: each that had room for enough hours."""
        hired = self._careers.starts[0].astype("datetime64[D]")
        year = hired.astype("datetime64[Y]")
        days_left = ((year + np.timedelta64(1, "Y")).astype("datetime64[D]") - hired).astype(np.int64)
        whole_years = first_year - 1 - (year.astype(np.int64) + 1970)
        return np.where(whole_years < 0, 0, whole_years + _is_enough(days_left * _HOURS_A_YEAR // _DAYS_A_YEAR))

    def _share_after(self, service: Integers) -> Integers:
        share: Integers = self._schedules[self._lives.world, np.minimum(service, _LONGEST_SCHEDULE - 1)]
        return share

    def _hours(self, calendar: PayYear, up_to: Integers) -> Integers:
        """Hours credited in the year, up to a day of each life."""
        first = np.maximum(self._careers.starts, calendar.first_day)
        last = np.minimum(self._careers.ends, np.minimum(up_to, calendar.last_day))
        days = np.maximum(last - first + 1, 0)
        hours: Integers = (days[0] + days[1]) * _HOURS_A_YEAR // _DAYS_A_YEAR
        return np.minimum(hours, _HOURS_A_YEAR)

    def _credit(self, chosen: Flags, day: Integers, calendar: PayYear) -> Vested:
        """Service credited on a day to those chosen who take part in the plan."""
        chosen = chosen & (self._careers.eligible <= day).any(axis=0)
        hours = self._hours(calendar, day)
        self._share = np.where(chosen, self._share_after(self._service + _is_enough(hours)), self._share)
        who = np.flatnonzero(chosen)
        balances = {
            name: np.where(self._funded[name], money.settled + _part(money.given(day), self._share), -1)[who]
            for name, money in self._money.items()
        }
        return Vested(who, day[who], hours[who], self._share[who], balances)

    def _expect_forfeiture(self, leaves: Integers) -> None:
        least, most = _PAID_OUT_AFTER
        paid_out = leaves + least + self._lives.below(most - least, "paid out after")
        forfeits_on = np.where(self._after_breaks > 0, leaves + _FIVE_BREAKS, paid_out)
        self._forfeits_on = np.where(leaves < NEVER, forfeits_on, self._forfeits_on)

    def _forfeit(self, calendar: PayYear) -> list[Loss]:
        """What is lost in the year by those who have left and not come back before."""
        day = self._forfeits_on
        back = (self._careers.starts[1] <= day) & (day < self._careers.ends[1])
        due = (day <= calendar.last_day) & ~back
        self._forfeits_on = np.where(day <= calendar.last_day, NEVER, day)
        lost = []
        for name, money in self._money.items():
            given = money.given(day)
            kept = _part(given, self._share)
            loses = due & (given > kept) & (self._share < WHOLE)
            money.close(loses, day, kept)
            who = np.flatnonzero(loses)
            lost.append(
                Loss(who, day[who], name, (given - kept)[who], self._share[who], self._after_breaks[who])
            )  # fmt: skip
        return lost


def _deposits(calendar: PayYear, paid: PaidYear, bucket: _Bucket) -> tuple[Integers, Integers]:
    """A year's deposits into a bucket: their days, and the amounts by life and day."""
    yearly = np.array([calendar.yearly_deposit])
    days = [calendar.deposits for _ in bucket.each_period] + [yearly for _ in bucket.once_a_year]
    amounts = [paid.by_period[source].amounts for source in bucket.each_period]
    amounts += [paid.for_the_year[source].amounts for source in bucket.once_a_year]
    return np.concatenate(days), np.concatenate(amounts, axis=1)


def _is_enough(hours: Integers) -> Flags:
    return hours >= FULL_YEAR_HOURS


def _part(amounts: Integers, share: Integers) -> Integers:
    """A share of amounts, rounded half up to the millionth."""
    return (amounts * share + WHOLE // 2) // WHOLE
