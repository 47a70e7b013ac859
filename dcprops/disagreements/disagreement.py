"""A disagreement as data: in what, in which field of which account, what was expected and what came instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dcprops.events import SimulationEvent
from dcprops.properties.balances import amount_of, is_same_amount, rows_by_account, shown
from dcprops.properties.failures import Breaking
from dcprops.properties.targets import Crashed, FunctionTarget
from dcprops.reference import Account, BalanceRow, balances

__all__ = ["Disagreement", "between_rows", "of_calculator"]


@dataclass(frozen=True)
class Disagreement:
    """One thing in which a target and the reference differ.

    `message` says what it is, `field` which field of a row, empty where it is no field. `account` is None where it is
    about the answer as a whole, or where there are no accounts; `line` is then that of the file, if it is one row's.
    `difference` is how far apart two amounts are, in dollars; None where they can't be compared.
    """

    message: str
    field: str = ""
    account: Account | None = None
    as_of: date | None = None
    line: int | None = None
    expected: str = ""
    got: str = ""
    difference: Decimal | None = None

    @property
    def sign(self) -> tuple[str, str, Account | None]:
        """What makes it the same disagreement in another ledger."""
        return self.message, self.field, self.account

    @property
    def weight(self) -> tuple[bool, Decimal]:
        """How bad it is: what can't be compared is worse than any amount."""
        return self.difference is None, self.difference or Decimal(0)

    @property
    def where(self) -> str:
        """The account, and the field in it; or the line."""
        parts = ("/".join(self.account) if self.account else f"line {self.line}" if self.line else "", self.field)
        return ": ".join(part for part in parts if part)

    def to_json(self) -> dict[str, Any]:
        """The disagreement as JSON values: money as text, a day as YYYY-MM-DD."""
        return {
            "message": self.message,
            "field": self.field,
            "account": None if self.account is None else self.account._asdict(),
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "line": self.line,
            "expected": self.expected,
            "got": self.got,
            "difference": None if self.difference is None else f"{self.difference:f}",
        }


def of_calculator(
    target: FunctionTarget, events: Iterable[SimulationEvent], documents: Iterable[Mapping[str, Any]], day: date
) -> list[Disagreement]:
    """Every field in which a calculator's rows for the end of a day are not the reference's, by account."""
    expected = {row.account: row for row in balances(events, day)}
    try:
        got = rows_by_account(target, documents, day)
    except Breaking as breaking:
        return [_of_the_whole(breaking, day)]
    return [
        each
        for account in sorted(expected.keys() | got.keys())
        for each in between_rows(account, day, expected.get(account), got.get(account))
    ]


def _of_the_whole(breaking: Breaking, day: date) -> Disagreement:
    """What is wrong with the answer as a whole; a crash is the same only if the same is raised."""
    cause = breaking.__cause__
    raised = f": {type(cause.error).__name__}" if isinstance(cause, Crashed) else ""
    expected, got = (str(each or "") for each in (breaking.expected, breaking.got))
    return Disagreement(f"{breaking.message}{raised}", as_of=day, expected=expected, got=got)


def between_rows(
    account: Account, day: date, expected: BalanceRow | None, got: Mapping[str, Any] | None
) -> Iterator[Disagreement]:
    """The fields of one account in which two rows differ, in the order of the reference's."""
    if expected is None or got is None:
        if expected is not None:
            yield Disagreement("an account has no row", "", account, day, expected="a row", got="no row")
        elif got is not None:
            yield Disagreement("there is a row without an account", "", account, day, expected="no row", got="a row")
        return
    for name, wanted in expected.as_mapping().items():
        if name in got and name not in Account._fields and not is_same_amount(wanted, got[name]):
            yield Disagreement(
                f"{name} differs", name, account, day,
                expected=shown(wanted), got=shown(got[name]), difference=_difference(wanted, got[name]),
            )  # fmt: skip


def _difference(wanted: object, got: object) -> Decimal | None:
    """How far apart two amounts are, or two mappings of amounts in all."""
    if isinstance(wanted, Mapping):
        if not isinstance(got, Mapping):
            return None
        parts = [_difference(wanted.get(name, Decimal(0)), got.get(name, 0)) for name in {*wanted, *got}]
        return None if None in parts else sum((part for part in parts if part is not None), Decimal(0))
    one, other = amount_of(wanted), amount_of(got)
    return None if one is None or other is None else abs(one - other)
