"""What every account has come to at the end of a day."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ORDER = (
    "hire", "promotion", "merit", "eligibility", "enrollment", "contribution", "vesting", "termination", "forfeiture",
    "hce_status", "compliance",
)  # fmt: skip
OF_PLANS = {"eligibility", "enrollment", "contribution", "vesting", "forfeiture"}
BUCKETS = ("employer_match", "employer_nonelective", "employer_profit_sharing")
KEYS = ("scenario_id", "plan_design_id", "employee_id")
KEPT_WITH = {"employer_match_true_up": "employer_match", "forfeiture_allocation": "employer_profit_sharing"}


def place(document: dict[str, Any]) -> tuple[Any, ...]:
    """Where an event stands among all: by its day, what it is, when it was recorded, and its id."""
    kind = document["payload"]["event_type"]
    recorded = datetime.fromisoformat(document["created_at"])
    return document["effective_date"], ORDER.index(kind), recorded, document["event_id"]


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.000001"), ROUND_HALF_UP)


class Bucket:
    """Employer money that vests together."""

    def __init__(self) -> None:
        self.settled = self.given = self.forfeited = self.percentage = Decimal(0)

    def forfeit(self, amount: Decimal, percentage: Decimal) -> None:
        self.forfeited += amount
        if self.given - self.forfeited <= rounded(percentage * self.given):  # nothing unvested is left
            self.settled += self.given - self.forfeited
            self.given = self.forfeited = Decimal(0)

    @property
    def net(self) -> Decimal:
        return self.settled + self.given - self.forfeited

    @property
    def vested(self) -> Decimal:
        return self.settled + min(rounded(self.percentage * self.given), self.given - self.forfeited)


class Account:
    """What is known of an account after some of its events."""

    def __init__(self) -> None:
        self.employee = self.employer = self.forfeited = Decimal(0)
        self.buckets = {name: Bucket() for name in BUCKETS}

    def take(self, payload: dict[str, Any]) -> None:
        match payload["event_type"]:
            case "contribution":
                self.contribute(payload["source"], Decimal(payload["amount"]))
            case "vesting":
                for name in payload["source_balances_vested"]:
                    self.buckets[name].percentage = Decimal(payload["vested_percentage"])
            case "forfeiture":
                amount = Decimal(payload["amount"])
                self.forfeited += amount
                self.buckets[payload["forfeited_from_source"]].forfeit(amount, Decimal(payload["vested_percentage"]))

    def contribute(self, source: str, amount: Decimal) -> None:
        if source.startswith("employee_"):
            self.employee += amount
        else:
            self.employer += amount
            self.buckets[KEPT_WITH.get(source, source)].given += amount

    def row(self) -> dict[str, Decimal]:
        net = self.employee + sum(bucket.net for bucket in self.buckets.values())
        vested = self.employee + sum(bucket.vested for bucket in self.buckets.values())
        return {
            "total_employee_contributions": self.employee,
            "total_employer_contributions": self.employer,
            "total_forfeitures": self.forfeited,
            "gross_account_balance": self.employee + self.employer,
            "net_account_balance": net,
            "vested_account_balance": vested,
            "unvested_balance": net - vested,
        }


def balances(documents: list[dict[str, Any]], as_of: date) -> list[dict[str, Any]]:
    """A row for each account: its keys, and its amounts in dollars."""
    once: dict[str, dict[str, Any]] = {}
    for document in sorted(documents, key=place):
        once.setdefault(document["event_id"], document)
    accounts: dict[tuple[str, ...], Account] = {}
    for document in once.values():
        payload = document["payload"]
        if payload["event_type"] in OF_PLANS and document["effective_date"] <= as_of.isoformat():
            account = *(document[name] for name in KEYS), payload["plan_id"]
            accounts.setdefault(account, Account()).take(payload)
    return [dict(zip((*KEYS, "plan_id"), key, strict=True)) | account.row() for key, account in accounts.items()]
