"""Weekly snapshots against the events: the rows that there must be, and what stands in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

from dcprops.events import SimulationEvent
from dcprops.properties.balances import differs_as_money, no_float
from dcprops.properties.failures import Breaking
from dcprops.reference.balances import Account, BalanceRow, arithmetic, balances, histories

__all__ = ["compare_snapshots"]

Row: TypeAlias = Mapping[str, Any]

_FRIDAY: Final = 4
_KEYS: Final = ("scenario_id", "plan_design_id", "participant_id", "plan_id", "snapshot_date")
#: What a snapshot has of the account's balance row, by the same names.
_OF_BALANCE: Final = (
    "total_employee_contributions", "total_employer_contributions", "total_forfeitures", "gross_account_balance",
    "vested_account_balance", "unvested_balance", "net_account_balance", "current_vested_percentage",
)  # fmt: skip


def compare_snapshots(events: list[SimulationEvent], rows: Iterable[Row]) -> None:
    """Raises Breaking unless there is one row for each account and Friday, with the balances of that day.

    An account's Fridays begin in the week of its first plan event, and there is no gap in them up to the week of its
    last; later ones are the store's to give or not. A week ends on Friday. Fields that a row lacks are not judged.
    """
    by_account = _by_account(rows)
    expected = _balances_by_day(events)
    for account in sorted(by_account.keys() | expected.keys()):
        days, given = expected.get(account, {}), by_account.get(account, {})
        for friday in sorted(given.keys() | _fridays(days)):
            known = max((day for day in days if day <= friday), default=None)
            _compare(events, account, friday, None if known is None else days[known], given.get(friday))


def _by_account(rows: Iterable[Row]) -> dict[Account, dict[date, Row]]:
    found: dict[Account, dict[date, Row]] = {}
    for row in rows:
        if any(key not in row for key in _KEYS):
            raise Breaking("a snapshot lacks keys", expected=f"a mapping with {', '.join(_KEYS)}", got=ascii(row))
        account, day = Account(*(str(row[key]) for key in _KEYS[:4])), _day(row["snapshot_date"])
        where = f"{'/'.join(account)} on {day}"
        if day.weekday() != _FRIDAY:
            raise Breaking("a snapshot is not of a Friday", field=where, expected="a Friday", got=f"{day:%A}")
        if day in found.setdefault(account, {}):
            raise Breaking("an account has two snapshots of a day", field=where, expected="one row", got="two rows")
        found[account][day] = row
    return found


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise Breaking("a snapshot_date is no date", expected="a date or YYYY-MM-DD", got=ascii(value)) from error


def _balances_by_day(events: list[SimulationEvent]) -> dict[Account, dict[date, BalanceRow]]:
    """Each account's balances at the end of each day on which it has an event: they are the same until the next."""
    days: dict[Account, set[date]] = {
        account: {event.effective_date for event in history} for account, history in histories(events, date.max).items()
    }
    found: dict[Account, dict[date, BalanceRow]] = {account: {} for account in days}
    for day in sorted(set().union(*days.values())):
        for row in balances(events, day):
            if day in days[row.account]:
                found[row.account][day] = row
    return found


def _fridays(days: Iterable[date]) -> set[date]:
    """The Fridays that there must be a row of."""
    fridays: set[date] = set()
    if days:
        friday, last = _friday_of(min(days)), _friday_of(max(days))
        while friday <= last:
            fridays.add(friday)
            friday += timedelta(days=7)
    return fridays


def _friday_of(day: date) -> date:
    """The end of the week that a day is in."""
    return day + timedelta(days=(_FRIDAY - day.weekday()) % 7)


def _compare(
    events: list[SimulationEvent], account: Account, friday: date, wanted: BalanceRow | None, given: Row | None
) -> None:
    where = f"{'/'.join(account)} on {friday}"
    if wanted is None or given is None:
        raise Breaking(
            "a snapshot is missing" if given is None else "there is a snapshot without an account",
            field=where,
            expected="no row" if wanted is None else "a row",
            got="no row" if given is None else "a row",
        )
    for name in _OF_BALANCE:
        if name in given and differs_as_money(getattr(wanted, name), given[name]):
            raise Breaking(
                f"{name} differs from the events on that day",
                field=f"{where}: {name}",
                expected=str(getattr(wanted, name)),
                got=str(given[name]) if no_float(given[name]) else ascii(given[name]),
                workings=arithmetic(events, account, friday),
            )
