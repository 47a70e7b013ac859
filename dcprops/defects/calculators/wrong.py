"""Calculators that are wrong in one place each: a class's name says what is wrong, its docstring how that comes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from dcprops.defects.calculators.running_totals import EMPLOYER, MILLIONTH, NOTHING, Account, Bucket

# Rounding.


class RoundsHalfEven(Account):
    """Decimal's own rounding, where nobody has said otherwise."""

    class bucket_class(Bucket):
        def rounded(self, amount: Decimal) -> Decimal:
            return amount.quantize(MILLIONTH, ROUND_HALF_EVEN)


class RoundsDown(Account):
    """A cast to DECIMAL(18,6) that cuts off, or the wish never to give a person too much."""

    class bucket_class(Bucket):
        def rounded(self, amount: Decimal) -> Decimal:
            return amount.quantize(MILLIONTH, ROUND_DOWN)


class RoundsToCents(Account):
    """Money has two places, doesn't it."""

    class bucket_class(Bucket):
        def rounded(self, amount: Decimal) -> Decimal:
            return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


class NeverRounds(Account):
    """The vested share is kept with all its places, ten of them."""

    class bucket_class(Bucket):
        def rounded(self, amount: Decimal) -> Decimal:
            return amount


class RoundsEachContribution(Account):
    """The vested part is a column of the table of contributions, and the sum is taken of that."""

    class bucket_class(Bucket):
        def __init__(self, percentage: Decimal = NOTHING) -> None:
            super().__init__(percentage)
            self.amounts: list[Decimal] = []

        def contribute(self, amount: Decimal) -> None:
            super().contribute(amount)
            self.amounts.append(amount)

        def close(self) -> None:
            super().close()
            self.amounts.clear()

        def earned(self, percentage: Decimal) -> Decimal:
            return sum((self.rounded(percentage * amount) for amount in self.amounts), NOTHING)


class RoundsTheTotal(Account):
    """The buckets are added up first and rounded once at the end."""

    class bucket_class(Bucket):
        def rounded(self, amount: Decimal) -> Decimal:
            return amount

    def vested(self) -> Decimal:
        return super().vested().quantize(MILLIONTH, ROUND_HALF_UP)


class SharesOutInFloats(Account):
    """The percentage is a float, and is rounded in the end."""

    class bucket_class(Bucket):
        def earned(self, percentage: Decimal) -> Decimal:
            return self.rounded(Decimal(float(percentage) * float(self.given)))


class AddsUpInFloats(Account):
    """A column of doubles, made a Decimal again on the way out."""

    def total(self, *, is_own: bool) -> Decimal:
        return Decimal(float(super().total(is_own=is_own)))


class AnswersInFloats(Account):
    """The rows are made for JSON, or for a data frame."""

    def row(self) -> dict[str, Any]:
        return {name: float(value) if isinstance(value, Decimal) else value for name, value in super().row().items()}


# Which events count, and when.


class ForgetsTheDayItself(Account):
    """`<` where `<=` is meant."""

    @staticmethod
    def is_due(document: dict[str, Any], day: str) -> bool:
        return document["effective_date"] < day


class ForgetsTheDay(Account):
    """The argument is there and nobody looks at it."""

    @staticmethod
    def is_due(document: dict[str, Any], day: str) -> bool:
        return True


class DatesByRecording(Account):
    """As of a day is taken for as known on a day."""

    @staticmethod
    def is_due(document: dict[str, Any], day: str) -> bool:
        return document["created_at"][:10] <= day


class DatesByPayPeriod(Account):
    """A late match counts from the end of the period that it is for."""

    @staticmethod
    def is_due(document: dict[str, Any], day: str) -> bool:
        return document["payload"].get("pay_period_end", document["effective_date"]) <= day


class TakesArrivalOrder(Account):
    """The file was sorted when it was tried out."""

    @classmethod
    def ordered(cls, documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(documents)


class TakesOrderOfRecording(Account):
    """`ORDER BY created_at`, because that is how an event log is read."""

    @classmethod
    def place(cls, document: dict[str, Any]) -> tuple[Any, ...]:
        return cls.moment(document), document["effective_date"], cls.place_in_day(document), document["event_id"]


class TakesMomentsAsText(Account):
    """Texts of moments are sorted, and half a second after comes before the second, since a point is before a Z."""

    @staticmethod
    def moment(document: dict[str, Any]) -> Any:
        return document["created_at"]


class IgnoresTheMoment(Account):
    """Two events of one day are ordered by their ids alone."""

    @staticmethod
    def moment(document: dict[str, Any]) -> Any:
        return None


class ForfeitsFirst(Account):
    """The kinds of one day in the order of their names, or money out before money in."""

    @classmethod
    def place_in_day(cls, document: dict[str, Any]) -> int:
        return 0 if document["payload"]["event_type"] == "forfeiture" else super().place_in_day(document)


class OrdersTheDayByMoment(Account):
    """The kinds of one day stand as they were recorded."""

    @classmethod
    def place_in_day(cls, document: dict[str, Any]) -> int:
        return 0


class CountsCopies(Account):
    """Delivered at least once, and nobody looks whether more often."""

    @classmethod
    def once(cls, documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        return documents


class TakesTheLastCopy(Account):
    """`{document["event_id"]: document for ...}`"""

    @classmethod
    def once(cls, documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        return {document["event_id"]: document for document in documents}.values()


class TakesTheCopyThatArrivedFirst(Account):
    """`INSERT ... ON CONFLICT DO NOTHING`"""

    @classmethod
    def once(cls, documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        return {document["event_id"]: document for document in reversed(list(documents))}.values()


class TakesTheLatestVersion(Account):
    """An event with an id that is known is taken for a correction."""

    @classmethod
    def once(cls, documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        return {document["event_id"]: document for document in cls.ordered(documents)}.values()


# Whose money.


class MixesScenarios(Account):
    """The scenario was added to the schema later."""

    keys = ("plan_design_id", "employee_id")


class MixesPlanDesigns(Account):
    """A plan is taken for its design."""

    keys = ("scenario_id", "employee_id")


class MixesPeople(Account):
    """A key too few in a GROUP BY."""

    keys = ("scenario_id", "plan_design_id")


class MixesPlans(Account):
    """One account a person."""

    @classmethod
    def account_of(cls, document: dict[str, Any]) -> tuple[str, ...]:
        return tuple(document[name] for name in cls.keys)


class ShowsOnlyMoney(Account):
    """An inner join with the contributions."""

    def is_shown(self) -> bool:
        return bool(self.by_source)


class ForgetsTheEligible(Account):
    """Who is eligible has no account before the first event that changes something."""

    account_kinds = ("enrollment", "contribution", "vesting", "forfeiture")


class ForgetsTheEnrolled(Account):
    """Who is enrolled and pays nothing in has no account."""

    account_kinds = ("eligibility", "contribution", "vesting", "forfeiture")


class OpensAccountsAtHire(Account):
    """Whatever names a plan opens an account in it."""

    account_kinds = (*Account.account_kinds, "hire")


# Sources and buckets.


class DropsCatchUp(Account):
    """A list of sources that is older than the catch-up."""

    def contribution(self, payload: dict[str, Any]) -> None:
        if payload["source"] != "employee_catch_up":
            super().contribution(payload)


class TakesAfterTaxForEmployerMoney(Account):
    """Employee money is what is deferred."""

    own_sources = ("employee_pre_tax", "employee_roth", "employee_catch_up")
    kept_with = {**Account.kept_with, "employee_after_tax": "employer_match"}  # noqa: RUF012


class VestsEmployeeMoney(Account):
    """The percentage is applied to the whole account."""

    def vested(self) -> Decimal:
        own = (self.percentage * self.own.given).quantize(MILLIONTH, ROUND_HALF_UP)
        return super().vested() - self.own.vested + own


class LeavesTrueUpUnvested(Account):
    """No vesting event lists a true-up, so it never vests."""

    kept_with = {**Account.kept_with, "employer_match_true_up": "true-up"}  # noqa: RUF012

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(document)
        self.buckets["true-up"] = self.bucket_class()


class KeepsTrueUpApart(LeavesTrueUpUnvested):
    """One bucket for each source, vested together with the match."""

    def buckets_listed(self, payload: dict[str, Any]) -> Iterable[str]:
        listed = list(super().buckets_listed(payload))
        return [*listed, "true-up"] if "employer_match" in listed else listed


class AllocatesForfeituresToMatch(Account):
    """What is forfeited is mostly match, so it goes back there."""

    kept_with = {**Account.kept_with, "forfeiture_allocation": "employer_match"}  # noqa: RUF012


class ReportsTrueUpAsMatch(Account):
    """The sources are shown by bucket."""

    def row(self) -> dict[str, Any]:
        row = super().row()
        if "employer_match_true_up" in row["sources"]:
            row["sources"]["employer_match"] = self.buckets["employer_match"].given
            del row["sources"]["employer_match_true_up"]
        return row


class TakesNetForGross(Account):
    """Gross is what there is."""

    def gross(self) -> Decimal:
        return self.net()


# Vesting.


class VestsEveryBucket(Account):
    """One percentage a person, whatever the event lists."""

    def buckets_listed(self, payload: dict[str, Any]) -> Iterable[str]:
        return EMPLOYER


class VestsWhatIsListedWithMoney(Account):
    """A bucket that is listed with nothing is skipped."""

    def buckets_listed(self, payload: dict[str, Any]) -> Iterable[str]:
        return [name for name, amount in payload["source_balances_vested"].items() if Decimal(amount)]


class TakesThePercentageRecordedLast(Account):
    """`max(events, key=created_at)`"""

    recorded = ""

    def take(self, document: dict[str, Any]) -> None:
        if document["payload"]["event_type"] != "vesting":
            super().take(document)
        elif str(self.moment(document)) >= self.recorded:
            self.recorded = str(self.moment(document))
            super().take(document)


class NeverVestsLess(Account):
    """Vesting can't fall, so the highest percentage counts."""

    class bucket_class(Bucket):
        def vest(self, percentage: Decimal) -> None:
            self.percentage = max(self.percentage, percentage)


class StartsAgainAtNothing(Account):
    """With the bucket its percentage is cleared, too."""

    class bucket_class(Bucket):
        def close(self) -> None:
            super().close()
            self.percentage = NOTHING


# Forfeitures.


class ForfeitsOfVested(Account):
    """vested = p * net: the same percentage of what is left."""

    class bucket_class(Bucket):
        @property
        def vested(self) -> Decimal:
            return self.settled + self.rounded(self.percentage * self.left)


class SubtractsForfeituresFromVested(Account):
    """vested = p * given - forfeited."""

    class bucket_class(Bucket):
        @property
        def vested(self) -> Decimal:
            return self.settled + self.earned(self.percentage) - self.lost


class VestsMoreThanThereIs(Account):
    """vested = p * given, whatever was forfeited."""

    class bucket_class(Bucket):
        @property
        def vested(self) -> Decimal:
            return self.settled + self.earned(self.percentage)


class RevivesWhatWasForfeited(Account):
    """What is vested is there, so a higher percentage brings forfeited money back."""

    class bucket_class(Bucket):
        @property
        def net(self) -> Decimal:
            return self.settled + max(self.earned(self.percentage), self.left)


class NeverSettles(Account):
    """Forfeited money and what it was a part of stay in the sum, so a rehire's new percentage revives it."""

    class bucket_class(Bucket):
        def is_settled(self, percentage: Decimal) -> bool:
            return False


class SettlesAtAnyForfeiture(Account):
    """A forfeiture is taken for the end of employment."""

    class bucket_class(Bucket):
        def is_settled(self, percentage: Decimal) -> bool:
            return True


class SettlesOnlyToTheMillionth(Account):
    """`==` where `<=` is meant: a forfeiture of too much is never seen."""

    class bucket_class(Bucket):
        def is_settled(self, percentage: Decimal) -> bool:
            return self.left == self.earned(percentage)


class SettlesWhenNothingIsLeft(Account):
    """A bucket is done when it is empty."""

    class bucket_class(Bucket):
        def is_settled(self, percentage: Decimal) -> bool:
            return self.left <= 0


class SettlesAtTheCurrentPercentage(Account):
    """The forfeiture's own percentage is taken for a copy of the bucket's."""

    class bucket_class(Bucket):
        def is_settled(self, percentage: Decimal) -> bool:
            return super().is_settled(self.percentage)


class VestsAtForfeiture(Account):
    """A forfeiture's percentage is taken for a vesting step."""

    class bucket_class(Bucket):
        def forfeit(self, amount: Decimal, percentage: Decimal) -> None:
            self.vest(percentage)
            super().forfeit(amount, percentage)


class LosesWhatIsSettled(Account):
    """Closing clears the bucket and forgets to put away what is left."""

    class bucket_class(Bucket):
        def close(self) -> None:
            super().close()
            self.settled = NOTHING


class TakesNoMoreThanThereIs(Account):
    """A forfeiture of more than there is is cut off without a word."""

    class bucket_class(Bucket):
        def forfeit(self, amount: Decimal, percentage: Decimal) -> None:
            super().forfeit(min(amount, self.left), percentage)


class ForfeitsAtTermination(Account):
    """Who leaves loses what isn't vested, at once."""

    account_kinds = (*Account.account_kinds, "termination")

    def termination(self, payload: dict[str, Any]) -> None:
        for bucket in self.buckets.values():
            unvested = bucket.net - bucket.vested
            self.forfeited += unvested
            bucket.forfeit(unvested, bucket.percentage)


class ForfeitsMatchOnly(Account):
    """The source of a forfeiture is left out of account."""

    def forfeiture(self, payload: dict[str, Any]) -> None:
        super().forfeiture({**payload, "forfeited_from_source": "employer_match"})


class SaysNothing(Account):
    """The canary: whoever doesn't see that there are no rows at all sees nothing."""

    def is_shown(self) -> bool:
        return False


DEFECTS = tuple(
    each
    for each in list(vars().values())
    if isinstance(each, type) and issubclass(each, Account) and each is not Account
)
