"""A calculator with running totals of every account, event by event. What the wrong ones differ in is a method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

NOTHING = Decimal(0)
MILLIONTH = Decimal("0.000001")
EMPLOYER = ("employer_match", "employer_nonelective", "employer_profit_sharing")


class Bucket:
    """Totals of money that vests together."""

    def __init__(self, percentage: Decimal = NOTHING) -> None:
        self.percentage = percentage
        self.settled = self.given = self.lost = NOTHING

    @property
    def left(self) -> Decimal:
        return self.given - self.lost

    def earned(self, percentage: Decimal) -> Decimal:
        return self.rounded(percentage * self.given)

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(MILLIONTH, ROUND_HALF_UP)

    def contribute(self, amount: Decimal) -> None:
        self.given += amount

    def vest(self, percentage: Decimal) -> None:
        self.percentage = percentage

    def forfeit(self, amount: Decimal, percentage: Decimal) -> None:
        self.lost += amount
        if self.is_settled(percentage):
            self.close()

    def is_settled(self, percentage: Decimal) -> bool:
        return self.left <= self.earned(percentage)

    def close(self) -> None:
        self.settled += self.left
        self.given = self.lost = NOTHING

    @property
    def vested(self) -> Decimal:
        return self.settled + min(self.earned(self.percentage), self.left)

    @property
    def net(self) -> Decimal:
        return self.settled + self.left


class Account:
    """Totals of one account."""

    bucket_class = Bucket
    keys: tuple[str, ...] = ("scenario_id", "plan_design_id", "employee_id")
    day_order = ("hire", "promotion", "merit", "eligibility", "enrollment", "contribution", "vesting", "termination",
                 "forfeiture", "hce_status", "compliance")  # fmt: skip
    own_sources: tuple[str, ...] = ("employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up")
    kept_with = {  # noqa: RUF012  # nobody changes it
        "employer_match_true_up": "employer_match",
        "forfeiture_allocation": "employer_profit_sharing",
    }
    account_kinds: tuple[str, ...] = ("eligibility", "enrollment", "contribution", "vesting", "forfeiture")

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.own = Bucket(Decimal(1))
        self.buckets = {name: self.bucket_class() for name in EMPLOYER}
        self.by_source: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.forfeited = self.percentage = NOTHING

    # Which events count, and in which order.

    @classmethod
    def balances(cls, documents: Iterable[dict[str, Any]], as_of: date) -> Iterable[dict[str, Any]]:
        accounts = {}
        with localcontext(prec=80):
            for document in cls.ordered(cls.once(documents)):
                if cls.is_counted(document, as_of):
                    key = cls.account_of(document)
                    if key not in accounts:
                        accounts[key] = cls(document)
                    accounts[key].take(document)
            return [account.row() for account in accounts.values() if account.is_shown()]

    @classmethod
    def once(cls, documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        counting: dict[str, dict[str, Any]] = {}
        for document in cls.ordered(documents):
            counting.setdefault(document["event_id"], document)
        return counting.values()

    @classmethod
    def ordered(cls, documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(documents, key=cls.place)

    @classmethod
    def place(cls, document: dict[str, Any]) -> tuple[Any, ...]:
        return document["effective_date"], cls.place_in_day(document), cls.moment(document), document["event_id"]

    @classmethod
    def place_in_day(cls, document: dict[str, Any]) -> int:
        return cls.day_order.index(document["payload"]["event_type"])

    @staticmethod
    def moment(document: dict[str, Any]) -> Any:
        return datetime.fromisoformat(document["created_at"])

    @classmethod
    def is_counted(cls, document: dict[str, Any], as_of: date) -> bool:
        return document["payload"]["event_type"] in cls.account_kinds and cls.is_due(document, as_of.isoformat())

    @staticmethod
    def is_due(document: dict[str, Any], day: str) -> bool:
        return document["effective_date"] <= day

    @classmethod
    def account_of(cls, document: dict[str, Any]) -> tuple[str, ...]:
        return *(document[name] for name in cls.keys), document["payload"]["plan_id"]

    # What each does.

    def take(self, document: dict[str, Any]) -> None:
        change = getattr(self, document["payload"]["event_type"], None)
        if change is not None:
            change(document["payload"])

    def contribution(self, payload: dict[str, Any]) -> None:
        amount = Decimal(payload["amount"])
        self.by_source[payload["source"]] += amount
        self.bucket_of(payload["source"]).contribute(amount)

    def bucket_of(self, source: str) -> Bucket:
        return self.own if source in self.own_sources else self.buckets[self.kept_with.get(source, source)]

    def vesting(self, payload: dict[str, Any]) -> None:
        self.percentage = Decimal(payload["vested_percentage"])
        for name in self.buckets_listed(payload):
            self.buckets[name].vest(self.percentage)

    def buckets_listed(self, payload: dict[str, Any]) -> Iterable[str]:
        return payload["source_balances_vested"]

    def forfeiture(self, payload: dict[str, Any]) -> None:
        amount = Decimal(payload["amount"])
        self.forfeited += amount
        self.buckets[payload["forfeited_from_source"]].forfeit(amount, Decimal(payload["vested_percentage"]))

    # What they come to.

    def is_shown(self) -> bool:
        return True

    def total(self, *, is_own: bool) -> Decimal:
        amounts = (amount for source, amount in self.by_source.items() if (source in self.own_sources) == is_own)
        return sum(amounts, NOTHING)

    def gross(self) -> Decimal:
        return self.total(is_own=True) + self.total(is_own=False)

    def net(self) -> Decimal:
        return self.own.net + sum(bucket.net for bucket in self.buckets.values())

    def vested(self) -> Decimal:
        return self.own.vested + sum(bucket.vested for bucket in self.buckets.values())

    def row(self) -> dict[str, Any]:
        return {
            **{name: self.document[name] for name in ("scenario_id", "plan_design_id", "employee_id")},
            "plan_id": self.document["payload"]["plan_id"],
            "total_employee_contributions": self.total(is_own=True),
            "total_employer_contributions": self.total(is_own=False),
            "total_forfeitures": self.forfeited,
            "gross_account_balance": self.gross(),
            "vested_account_balance": self.vested(),
            "unvested_balance": self.net() - self.vested(),
            "net_account_balance": self.net(),
            "current_vested_percentage": self.percentage,
            "sources": dict(self.by_source),
        }


balances = Account.balances
