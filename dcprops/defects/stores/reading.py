"""What the stores of the tests make of their events: histories, balances and weekly snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from dcprops.defects.calculators import running_totals

DAY = (
    "hire", "promotion", "merit", "eligibility", "enrollment", "contribution", "vesting", "termination", "forfeiture",
    "hce_status", "compliance",
)  # fmt: skip


def place(document: dict[str, Any]) -> tuple[Any, ...]:
    return (
        document["effective_date"],
        DAY.index(document["payload"]["event_type"]),
        datetime.fromisoformat(document["created_at"]),
        document["event_id"],
    )


def of_plans(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that the calculator knows: all that have to do with money."""
    return [each for each in documents if each["payload"]["event_type"] in running_totals.Account.account_kinds]


def balances(documents: Iterable[dict[str, Any]], as_of: date) -> Iterable[dict[str, Any]]:
    return running_totals.balances(of_plans(documents), as_of)


def history(documents: Iterable[dict[str, Any]], employee_id: str) -> Iterable[dict[str, Any]]:
    return sorted((each for each in documents if each["employee_id"] == employee_id), key=place)


def week_of(day: date) -> date:
    """The Friday that a day's week ends on."""
    return day + timedelta(days=(4 - day.weekday()) % 7)


def snapshots(
    documents: Iterable[dict[str, Any]], week_of: Callable[[date], date] = week_of
) -> Iterable[dict[str, Any]]:
    """A row for each account and Friday, from its first event's week to the last week of all."""
    days = sorted({date.fromisoformat(each["effective_date"]) for each in of_plans(documents)})
    if not days:
        return
    rows: list[dict[str, Any]] = []
    fridays = {week_of(day): day for day in days}
    friday = min(fridays)
    while friday <= max(fridays):
        if friday in fridays:
            rows = list(balances(documents, friday))
        for row in rows:
            kept = {name: value for name, value in row.items() if name not in {"employee_id", "sources"}}
            yield {**kept, "participant_id": row["employee_id"], "snapshot_date": friday}
        friday += timedelta(days=7)
