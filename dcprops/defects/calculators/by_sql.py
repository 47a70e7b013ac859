"""A calculator in SQL: the whole of the arithmetic is one statement over a table of events."""

from __future__ import annotations

import atexit
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

STATEMENT = Path(__file__).with_name("balances.sql").read_text(encoding="utf-8")
TABLE = """
CREATE TABLE event (
    event_id TEXT, scenario_id TEXT, plan_design_id TEXT, employee_id TEXT, plan_id TEXT, effective_date TEXT,
    day_place INTEGER, created_at TEXT, content TEXT, event_type TEXT, source TEXT, listed TEXT, percentage INTEGER,
    dollars INTEGER, millionths INTEGER
)
"""
PLACES = [
    "hire", "promotion", "merit", "eligibility", "enrollment", "contribution", "vesting", "termination", "forfeiture",
    "hce_status", "compliance",
]  # fmt: skip


@cache
def database() -> sqlite3.Connection:
    """One for all calls, since SQLite then plans the statement once."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.execute(TABLE)
    atexit.register(connection.close)
    return connection


def balances(documents: Iterable[dict[str, Any]], as_of: date) -> Iterable[dict[str, Any]]:
    with closing(database().cursor()) as cursor:
        cursor.execute("DELETE FROM event")
        cursor.executemany(f"INSERT INTO event VALUES ({', '.join('?' * 15)})", map(columns, documents))
        return [row_of(row) for row in cursor.execute(STATEMENT, {"as_of": as_of.isoformat()})]


def columns(document: dict[str, Any]) -> tuple[Any, ...]:
    payload = document["payload"]
    dollars, _, millionths = payload.get("amount", "0").partition(".")
    moment, _, fraction = document["created_at"].rstrip("Z").partition(".")
    return (
        *(document[name] for name in ("event_id", "scenario_id", "plan_design_id", "employee_id")),
        payload.get("plan_id"),
        document["effective_date"],
        PLACES.index(payload["event_type"]),
        f"{moment}.{fraction:0<6}",
        json.dumps(document, sort_keys=True),
        payload["event_type"],
        payload.get("source", payload.get("forfeited_from_source")),
        "".join(f"{name};" for name in payload.get("source_balances_vested", ())),
        int(Decimal(payload.get("vested_percentage", 0)) * 10_000),
        int(dollars),
        int(f"{millionths:0<6}"),
    )


def row_of(row: sqlite3.Row) -> dict[str, Any]:
    def money(name: str) -> Decimal:
        return Decimal(row[f"{name}_d"] * 10**6 + row[f"{name}_m"]).scaleb(-6)

    return {
        **{name: row[name] for name in ("scenario_id", "plan_design_id", "employee_id", "plan_id")},
        "total_employee_contributions": money("employee"),
        "total_employer_contributions": money("employer"),
        "total_forfeitures": money("forfeited"),
        "gross_account_balance": money("employee") + money("employer"),
        "vested_account_balance": money("vested"),
        "unvested_balance": money("net") - money("vested"),
        "net_account_balance": money("net"),
        "current_vested_percentage": Decimal(row["percentage"]).scaleb(-4),
    }
