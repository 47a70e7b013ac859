"""Calculators of a person's year with one mistake each, kept apart from those that the properties were made with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dcprops.defects.calculators.yearly import ADDITIONS, CATCH_UP, DEFERRAL, HIGHER_CATCH_UP, Year


class HigherCatchUpOnTop(Year):
    """From 60 to 63 the higher catch-up is added to the regular one instead of taking its place. The statute's word for
    it, an increase, was read so."""

    def catch_up_limit(self) -> int:
        regular = super().catch_up_limit()
        is_on_top = regular and self.year >= 2025 and 60 <= self.age() <= 63
        return regular + self.figure(CATCH_UP, self.year) if is_on_top else regular


class ExcessIsNoAddition(Year):
    """Excess deferrals are left out of the annual additions, as if each had been refunded by April 15. The refund is
    assumed, though no event tells of it."""

    def additions(self) -> int:
        return super().additions() - self.parts()[2]


class AmountsInCents(Year):
    """Amounts are cut to cents before they are summed. Payroll never sends more places, but a correction may."""

    def amounts(self, sources: Iterable[str]) -> list[int]:
        return [amount // 10_000 * 10_000 for amount in super().amounts(sources)]


class CatchUpByLabel(Year):
    """Only money that payroll labelled as catch-up counts as such, so the rest above the limit is excess. The law looks
    at the sum, but the code at the source."""

    def parts(self) -> tuple[int, int, int]:
        regular, caught_up, excess = super().parts()
        labelled = min(caught_up, sum(self.amounts(["employee_catch_up"])))
        return regular, labelled, excess + caught_up - labelled


class EmployerMoneyByDeposit(Year):
    """Employer money belongs to the year of its deposit instead of the year in which the pay period ends. Deposits for
    December come in January."""

    def year_of(self, contribution: dict[str, Any]) -> int:
        day = "pay_period_end" if contribution["source"].startswith("employee") else "contribution_date"
        return int(contribution[day][:4])


class PartialYearIsPay(Year):
    """A determination by the current-year method within the year counts as that year's pay, though the year isn't over.
    Only the year of its day is looked at."""

    @staticmethod
    def is_about(determination: dict[str, Any], year: int) -> bool:
        if determination["determination_method"] == "current_year":
            return determination["determination_date"].startswith(f"{year:04}-")
        return Year.is_about(determination, year)


class NoPayIsUnknownPay(Year):
    """Pay of zero is taken for pay that isn't known, so the dollar limit stands where nothing may be added. The test is
    for truth where it should be for None."""

    def additions_limit(self) -> int:
        return super().additions_limit() or self.figure(ADDITIONS, self.year)


class HigherCatchUpBeforeItsTime(Year):
    """From 60 to 63 the catch-up is one and a half times the regular one in the years before 2025 too. The rule has no
    year of beginning."""

    def catch_up_limit(self) -> int:
        limit = super().catch_up_limit()
        is_early = limit and self.year < 2025 and 60 <= self.age() <= 63
        return self.figure(HIGHER_CATCH_UP, self.year) * 3 // 2 if is_early else limit


class LimitForEachSource(Year):
    """Pre-tax and Roth deferrals each have the whole limit to themselves. The check runs where a payroll code is
    posted, and sees that code only."""

    def parts(self) -> tuple[int, int, int]:
        deferred = [sum(self.amounts([source])) for source in self.deferrals]
        regular = sum(min(amount, self.figure(DEFERRAL, self.year)) for amount in deferred)
        caught_up = min(sum(deferred) - regular, self.catch_up_limit())
        return regular, caught_up, sum(deferred) - regular - caught_up


class EqualContributionsOnce(Year):
    """Two contributions of one source, amount and pay period count once, whatever their ids. Duplicates are told by
    what a row says, because the ids were not trusted."""

    @staticmethod
    def once(documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        content = ("event_type", "plan_id", "source", "amount", "pay_period_end", "contribution_date")
        whose = ("scenario_id", "plan_design_id", "employee_id")
        told: dict[tuple[Any, ...], dict[str, Any]] = {}
        for each in Year.once(documents):
            payload = each["payload"]
            is_money = payload["event_type"] == "contribution"
            said = (*(payload[name] for name in content), *(each[name] for name in whose)) if is_money else ()
            told[said or (each["event_id"],)] = each
        return told.values()


class FirstPlanOnly(Year):
    """Only the contributions to the person's first plan by name count, though the limits are the person's. One
    plan is looked up for each person."""

    def __init__(self, documents: Iterable[dict[str, Any]], year: int, birth_year: int | None) -> None:
        super().__init__(documents, year, birth_year)
        plans = [event["plan_id"] for event in self.events if event["event_type"] == "contribution"]
        self.events = [
            event for event in self.events if event["event_type"] != "contribution" or event["plan_id"] == min(plans)
        ]
