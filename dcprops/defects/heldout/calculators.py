"""Calculators of balances with one mistake each, kept apart from those that the properties were made with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from dcprops.defects.calculators import event_fold
from dcprops.defects.calculators.running_totals import NOTHING, Account, Bucket

MILLION = 10**6


class CatchUpOutsideGross(Account):
    """The gross balance leaves catch-up contributions out. It was written before the plan offered any."""

    def gross(self) -> Decimal:
        return super().gross() - self.by_source.get("employee_catch_up", NOTHING)


class TrueUpVestedAtOnce(Account):
    """A true-up of the match is kept with the person's own money, vested in full. Whoever added it took the year-end
    correction for a safe-harbor contribution."""

    def bucket_of(self, source: str) -> Bucket:
        return self.own if source == "employer_match_true_up" else super().bucket_of(source)


class EmployerTotalAfterForfeitures(Account):
    """The employer's total has forfeitures taken off already, so the gross balance lacks them. The report of what the
    plan cost was taken for the report of what was paid in."""

    def total(self, *, is_own: bool) -> Decimal:
        total = super().total(is_own=is_own)
        return total if is_own else total - self.forfeited


class OnlyTheEnrolled(Account):
    """An account without an enrollment is not shown. An inner join of contributions with enrollments does that."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(document)
        self.is_enrolled = False

    def enrollment(self, payload: dict[str, Any]) -> None:
        self.is_enrolled = True

    def is_shown(self) -> bool:
        return self.is_enrolled


class _RemainderVestsAgain(Bucket):
    def close(self) -> None:
        self.given, self.lost = self.left, NOTHING


class RemainderVestsAgain(Account):
    """What a full forfeiture leaves is multiplied by the vested percentage once more. The balance after the forfeiture
    was taken for money newly given."""

    bucket_class = _RemainderVestsAgain


class LateEventsDropped:
    """An event dated before one that was recorded earlier is dropped. An incremental load that reads only what is dated
    after its last high-water mark does that."""

    @staticmethod
    def balances(documents: Iterable[dict[str, Any]], as_of: date) -> Iterable[dict[str, Any]]:
        reached: dict[tuple[str, ...], str] = {}
        in_time = []
        money = (each for each in documents if each["payload"]["event_type"] in Account.account_kinds)
        for each in sorted(money, key=lambda each: (event_fold.moment(each["created_at"]), event_fold.order(each))):
            account, day = event_fold.whose(each), each["effective_date"]
            if day >= reached.get(account, day):
                reached[account] = day
                in_time.append(each)
        return event_fold.balances(in_time, as_of)


class _NeverBelowNothing(Bucket):
    @property
    def vested(self) -> Decimal:
        return max(super().vested, NOTHING)


class VestedNeverBelowNothing(Account):
    """A vested balance below zero is shown as zero, so what was forfeited beyond the balance is hidden, and unvested
    money takes the blame. Added to keep a statement from looking odd."""

    bucket_class = _NeverBelowNothing


class FirstHundredEvents(Account):
    """Only the first hundred events of an account count. The events come by pages of a hundred, and no one asks for
    the next page."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(document)
        self.taken = 0

    def take(self, document: dict[str, Any]) -> None:
        self.taken += 1
        if self.taken <= 100:
            super().take(document)


class _LatestForfeitureOnly(Bucket):
    def forfeit(self, amount: Decimal, percentage: Decimal) -> None:
        self.lost = NOTHING
        super().forfeit(amount, percentage)


class LatestForfeitureOnly(Account):
    """A second partial forfeiture takes the place of the first one. The amount was written as the bucket's state where
    it should have been added to it."""

    bucket_class = _LatestForfeitureOnly


class RepeatsOfOneScenarioOnly(Account):
    """A repeated event_id counts once in each scenario, not once in all. The table's unique key has the scenario in
    it."""

    @classmethod
    def once(cls, documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        counting: dict[tuple[str, str], dict[str, Any]] = {}
        for document in cls.ordered(documents):
            counting.setdefault((document["scenario_id"], document["event_id"]), document)
        return counting.values()


class LettersOfEitherCase(Account):
    """People whose ids differ only in upper and lower case share one account. A database whose collation ignores case
    groups them so."""

    @classmethod
    def account_of(cls, document: dict[str, Any]) -> tuple[str, ...]:
        return super().account_of({**document, "employee_id": document["employee_id"].casefold()})


class GrossInDoubles(Account):
    """The gross balance passes through a binary double of millionths, which is exact up to nine billion dollars only.
    A column that came from a data frame does that."""

    def gross(self) -> Decimal:
        return Decimal(int(float(super().gross() * MILLION))).scaleb(-6)


class RecordedInWholeSeconds(Account):
    """Of events on one day, those recorded within one second count in the order of their ids. The column of the time
    of recording has no fraction."""

    @staticmethod
    def moment(document: dict[str, Any]) -> Any:
        return datetime.fromisoformat(document["created_at"]).replace(microsecond=0)


class _ForgetsItsPercentage(Bucket):
    def close(self) -> None:
        super().close()
        self.percentage = NOTHING


class PercentageForgottenAtClosing(Account):
    """A full forfeiture sets the bucket's vested percentage back to zero, so money given after a rehire is unvested
    until the next vesting event. The whole bucket was made anew instead of its amounts."""

    bucket_class = _ForgetsItsPercentage


class BreaksInServiceNeverClose(Account):
    """What a full forfeiture leaves becomes the person's own after a termination, but not after a break in service. The
    condition was written when there was only one reason to forfeit."""

    def forfeiture(self, payload: dict[str, Any]) -> None:
        if payload["reason"] == "unvested_termination":
            super().forfeiture(payload)
        else:
            self.forfeited += Decimal(payload["amount"])
            self.buckets[payload["forfeited_from_source"]].lost += Decimal(payload["amount"])


class YearsOf365Days(Account):
    """On the last day of a leap year, the next day's events count already. Days are numbered by 365 times the year plus
    the day of the year."""

    @staticmethod
    def is_due(document: dict[str, Any], day: str) -> bool:
        effective, as_of = (
            date.fromisoformat(text).timetuple()[0] * 365 + date.fromisoformat(text).timetuple()[7]
            for text in (document["effective_date"], day)
        )
        return effective <= as_of


class VestingOfAllPlans:
    """A vesting event of one plan sets the percentage in all other plans of the person too. The join of vesting with
    accounts lacks the plan."""

    @staticmethod
    def balances(documents: Iterable[dict[str, Any]], as_of: date) -> Iterable[dict[str, Any]]:
        listed = list(documents)
        accounts = {event_fold.whose(each) for each in listed if each["payload"]["event_type"] == "contribution"}
        for each in listed[:]:
            if each["payload"]["event_type"] == "vesting":
                *person, plan = event_fold.whose(each)
                for *other_person, other_plan in accounts:
                    if other_person == person and other_plan != plan:
                        event_id = str(uuid5(UUID(each["event_id"]), other_plan))
                        payload = {**each["payload"], "plan_id": other_plan}
                        listed.append({**each, "event_id": event_id, "payload": payload})
        return event_fold.balances(listed, as_of)
