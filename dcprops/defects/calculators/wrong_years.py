"""Years that are judged wrongly in one place each. `caught_by` names the laws that say so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dcprops.defects.calculators.yearly import (
    CATCH_UP,
    DEFERRAL,
    FIGURES,
    HIGHER_CATCH_UP,
    HIGHLY_PAID,
    Year,
    millionths,
)

PARTITION = "compliance.deferrals-partition"
ADDED = "compliance.additions-and-limit"
AGE = "compliance.catch-up-by-age"
LOOK_BACK = "compliance.hce-looks-back"
MISSING = "compliance.missing-year-refused"


class AddsCatchUp(Year):
    """All that is contributed is an addition."""

    caught_by = (ADDED,)

    def additions(self) -> int:
        return super().additions() + self.parts()[1]


class TrustsTheLabel(Year):
    """Catch-up is what payroll calls catch-up."""

    caught_by = (PARTITION,)

    def parts(self) -> tuple[int, int, int]:
        deferred = sum(self.amounts(self.deferrals))
        caught_up = min(sum(self.amounts(["employee_catch_up"])), self.catch_up_limit())
        regular = min(deferred - caught_up, self.figure(DEFERRAL, self.year))
        return regular, caught_up, deferred - regular - caught_up


class WaitsForTheBirthday(Year):
    """The age of who was born on December 31, on any day before."""

    caught_by = (PARTITION, AGE)

    def age(self) -> int:
        return super().age() - 1


class StartsAfterFifty(Year):
    """`>` where `>=` is meant."""

    caught_by = (PARTITION, AGE)

    def catch_up_limit(self) -> int:
        return 0 if self.birth_year is not None and self.age() == 50 else super().catch_up_limit()


class KeepsTheHigherLimitAt64(Year):
    """60 to 63 is taken to include 64, or the limit never to fall."""

    caught_by = (PARTITION, AGE)

    def age(self) -> int:
        return min(super().age(), 63)


class AddsBothCatchUps(Year):
    """The higher limit is taken for an extra one."""

    caught_by = (PARTITION, AGE)

    def catch_up_limit(self) -> int:
        limit = super().catch_up_limit()
        higher = self.figure(HIGHER_CATCH_UP, self.year)
        return limit + self.figure(CATCH_UP, self.year) if limit == higher and self.year >= 2025 else limit


class RaisesCatchUpTooSoon(Year):
    """The higher limit without its first year, 2025."""

    caught_by = (PARTITION, AGE)

    def figure(self, name: int, year: int) -> int:
        return super().figure(name, max(year, 2025) if name == HIGHER_CATCH_UP else year)


class CatchesUpAtAnyAge(Year):
    """Who has no birth year is taken to be old enough."""

    caught_by = (PARTITION,)

    def age(self) -> int:
        return 50 if self.birth_year is None else super().age()

    def catch_up_limit(self) -> int:
        return self.figure(CATCH_UP, self.year) if self.birth_year is None else super().catch_up_limit()


class DatesByPayment(Year):
    """The year in which the money arrives."""

    caught_by = (PARTITION, ADDED)

    def year_of(self, contribution: dict[str, Any]) -> int:
        return int(contribution["contribution_date"][:4])


class CountsCopies(Year):
    """A file that is read twice."""

    caught_by = (PARTITION, ADDED)

    @staticmethod
    def once(documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        return documents


class MixesScenarios(Year):
    """The scenario was added to the schema later."""

    caught_by = (PARTITION, ADDED)
    keys = ("plan_design_id", "employee_id")


class LimitsEachPlan(Year):
    """The limit is applied by each plan's own administrator."""

    caught_by = (PARTITION,)

    def parts(self) -> tuple[int, int, int]:
        plans = {event["plan_id"] for event in self.events}
        whole, parts = self.events, []
        for plan in plans:
            self.events = [event for event in whole if event["plan_id"] == plan]
            parts.append(super().parts())
        self.events = whole
        regular, caught_up, excess = (sum(each) for each in zip(*parts, strict=True))
        return regular, caught_up, excess


class IncludesTheThreshold(Year):
    """`>=` where `>` is meant."""

    caught_by = (LOOK_BACK,)

    def is_highly_paid(self, pay: int) -> bool:
        return pay >= self.figure(HIGHLY_PAID, self.year - 1)


class TakesThisYearsThreshold(Year):
    """Last year's pay against the figure in this year's notice."""

    caught_by = (LOOK_BACK,)

    def is_highly_paid(self, pay: int) -> bool:
        return pay > self.figure(HIGHLY_PAID, self.year)


class TakesThisYearsPay(Year):
    """Who earns much is highly compensated."""

    caught_by = (LOOK_BACK,)

    def is_hce(self) -> bool | None:
        pay = self.pay_of(self.year)
        return super().is_hce() if pay is None else self.is_highly_paid(pay)


class TakesTheRateOfPay(Year):
    """Pay is annualized first."""

    caught_by = (LOOK_BACK,)

    def pay_in(self, determination: dict[str, Any]) -> int:
        return millionths(determination["annualized_compensation"])


class DoesNotKnowTheNewlyHired(Year):
    """Without last year's pay nothing is said, even of who wasn't there last year."""

    caught_by = (LOOK_BACK,)

    def is_hce(self) -> bool | None:
        return None if self.pay_of(self.year - 1) is None else super().is_hce()


class TakesTheNearestYear(Year):
    """The last limits that are known, until there are new ones."""

    caught_by = (MISSING,)

    def figure(self, name: int, year: int) -> int:
        return super().figure(name, min(max(year, min(FIGURES)), max(FIGURES)))


class TakesLastYearsLimit(Year):
    """The table wasn't brought up to date."""

    caught_by = (PARTITION,)

    def figure(self, name: int, year: int) -> int:
        return super().figure(name, year - 1 if name == DEFERRAL else year)


class ForgetsRoth(Year):
    """Deferrals are what is pre-tax."""

    caught_by = (PARTITION,)
    deferrals = ("employee_pre_tax", "employee_catch_up")


class DefersAfterTax(Year):
    """Whatever the employee pays is a deferral."""

    caught_by = (PARTITION,)
    deferrals = (*Year.deferrals, "employee_after_tax")


class LeavesOutAfterTax(Year):
    """After-tax money isn't limited by 402(g), so by nothing."""

    caught_by = (ADDED,)
    no_additions = ("employee_after_tax",)


class LeavesOutTrueUp(Year):
    """The list of sources is older than the true-up."""

    caught_by = (ADDED,)
    no_additions = ("employer_match_true_up",)


class LeavesOutAllocations(Year):
    """A forfeiture that is allocated is old money."""

    caught_by = (ADDED,)
    no_additions = ("forfeiture_allocation",)


class LeavesOutExcess(Year):
    """What is over the limit is thought to be refunded, though the ledger says nothing of it."""

    caught_by = (ADDED,)

    def additions(self) -> int:
        return super().additions() - self.parts()[2]


class ForgetsThePay(Year):
    """The limit is in dollars, and nobody earns less."""

    caught_by = (ADDED,)

    def additions_limit(self) -> int:
        return self.figure(3, self.year)


class CutsOffCents(Year):
    """Limits are in whole dollars, so all is."""

    caught_by = (PARTITION, ADDED)

    def amounts(self, sources: Iterable[str]) -> list[int]:
        return [amount - amount % 10**6 for amount in super().amounts(sources)]


DEFECTS = tuple(
    each for each in list(vars().values()) if isinstance(each, type) and issubclass(each, Year) and each is not Year
)
