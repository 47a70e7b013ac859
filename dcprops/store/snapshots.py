"""Weekly snapshots: what every account comes to on each Friday, built whole or brought up to date."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import duckdb
import pyarrow as pa

from dcprops.reference import Account, anomalies
from dcprops.store.flags import refreshed
from dcprops.store.history import history
from dcprops.store.queries import FRIDAY, SNAPSHOTS, query
from dcprops.store.ranges import ranges
from dcprops.store.transactions import in_one_transaction

__all__ = [
    "PARTICIPATION_STATUSES",
    "SNAPSHOT_COLUMNS",
    "Difference",
    "Snapshot",
    "build_snapshots",
    "snapshot_of",
    "snapshot_table",
    "snapshots",
    "update_snapshots",
    "verify_snapshots",
]

_MONEY: Final = "DECIMAL(38,6)"
_RATE: Final = "DECIMAL(5,4)"
#: The columns and their types. Only the two dates of taking part may be null: they come with their events.
SNAPSHOT_COLUMNS: Final = MappingProxyType(
    {
        "participant_id": "VARCHAR",
        "plan_id": "VARCHAR",
        "scenario_id": "VARCHAR",
        "plan_design_id": "VARCHAR",
        "snapshot_date": "DATE",
        "total_employee_contributions": _MONEY,
        "total_employer_contributions": _MONEY,
        "total_forfeitures": _MONEY,
        "gross_account_balance": _MONEY,
        "vested_account_balance": _MONEY,
        "unvested_balance": _MONEY,
        "net_account_balance": _MONEY,
        "current_vested_percentage": _RATE,
        "current_deferral_percentage": _RATE,
        "eligibility_date": "DATE",
        "enrollment_date": "DATE",
        "participation_status": "VARCHAR",
        "data_quality_flag": "VARCHAR",
    }
)
VALID: Final = "valid"
NULLABLE: Final = frozenset({"eligibility_date", "enrollment_date"})
#: What a person is to a plan, the first of these that holds by the Friday. A termination holds until a later hire; on
#: one day with both, who was employed before stays employed, and who wasn't does not become so. An enrollment holds
#: until another one, or until an eligibility event denies eligibility; a rehire leaves it as it is. Deferrals are what
#: is elected before tax and as Roth; after-tax money is none. Eligible is who the last eligibility event says is.
PARTICIPATION_STATUSES: Final = (
    "terminated",
    "active_participant",
    "enrolled_zero_deferral",
    "eligible_not_enrolled",
    "not_eligible",
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One account at the end of a day; money in dollars with six places, percentages from 0 on with four.

    `current_deferral_percentage` is what the last enrollment elects before tax and as Roth, 0 before the first.
    `eligibility_date` is the last eligibility event's, None if that denies eligibility or there is none yet.
    `participation_status` is one of PARTICIPATION_STATUSES; `data_quality_flag` the code of the account's first anomaly
    in canonical order, of all that is known of it now, if its event is of that day or before, else "valid".
    """

    participant_id: str
    plan_id: str
    scenario_id: str
    plan_design_id: str
    snapshot_date: date
    total_employee_contributions: Decimal
    total_employer_contributions: Decimal
    total_forfeitures: Decimal
    gross_account_balance: Decimal
    vested_account_balance: Decimal
    unvested_balance: Decimal
    net_account_balance: Decimal
    current_vested_percentage: Decimal
    current_deferral_percentage: Decimal
    eligibility_date: date | None
    enrollment_date: date | None
    participation_status: str
    data_quality_flag: str

    @property
    def account(self) -> Account:
        """The account's four keys."""
        return Account(self.scenario_id, self.plan_design_id, self.participant_id, self.plan_id)

    def as_mapping(self) -> dict[str, Any]:
        """The row by column name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Difference:
    """A snapshot that isn't what the events come to. One that is missing has no `got`, one too many no `expected`."""

    account: Account
    snapshot_date: date
    expected: Snapshot | None
    got: Snapshot | None


_READ: Final = MappingProxyType({"snapshot_columns": ", ".join(SNAPSHOT_COLUMNS)})
#: Weeks instead of events: an account is the number of one of those in question, and its moments are Fridays.
OF_WEEKS: Final = MappingProxyType(
    {
        "account": "account",
        "moment": f"greatest(least({FRIDAY}, last_friday), from_friday)",
    }
)


def statement_of_weeks(scope: str, **parts: str) -> str:
    """The statement of the snapshots of the accounts and weeks that the SQL of a scope says."""
    return query("snapshots", scope=scope, **{**OF_WEEKS, **parts})


def _of_weeks(scope: str, **parts: str) -> str:
    return statement_of_weeks(query(scope, **{**OF_WEEKS, **parts}), **parts)


def _ddl() -> str:
    columns = (f"{name} {type_}{'' if name in NULLABLE else ' NOT NULL'}" for name, type_ in SNAPSHOT_COLUMNS.items())
    return f"CREATE OR REPLACE TABLE {SNAPSHOTS} ({', '.join(columns)})"


def _all() -> str:
    return _of_weeks("snapshots_all")


def _one() -> str:
    """The statement of one account and day: of the person's events until then, which all count for that day.

    The flag in it is for Python to find.
    """
    own = {"events": f"({query('events_until_day')})", "anomalies": f"({query('no_anomalies')})"}
    return _of_weeks("snapshots_one", **own)


def build_snapshots(connection: duckdb.DuckDBPyConnection, last_day: date | None = None) -> int:
    """Make the table of snapshots anew; how many there are.

    Each account has a row for each Friday from that of its first plan event's week to that of the week of the last
    event in its scenario and plan design, or of `last_day`. A week ends with its Friday, so a Saturday's events belong
    to the next one. `connection` has a table `events` with the event schema's columns and `batch`, the number of the
    append that each came with.
    """
    with in_one_transaction(connection):
        refreshed(connection)
        connection.execute(_ddl())
        _insert_all(connection, last_day)
        connection.execute(query("built", table_name=SNAPSHOTS))
    return _count(connection)


def _insert_all(connection: duckdb.DuckDBPyConnection, last_day: date | None) -> None:
    """Make every snapshot, some participants at a time: what the statement of all would hold in memory has no bound."""
    connection.execute(query("snapshots_last_weeks", **OF_WEEKS), {"last_day": last_day})
    employees = connection.execute(query("snapshots_employees")).fetchall()
    own = {"events": f"({query('events_of_range')})", "last_weeks": "FROM last_weeks_of_all"}
    text = query("snapshots_insert", computed=_of_weeks("snapshots_all", **own))
    for first, last in ranges(employees):
        connection.execute(text, {"first": first, "last": last})
    connection.execute("DROP TABLE last_weeks_of_all")


def update_snapshots(connection: duckdb.DuckDBPyConnection, last_day: date | None = None) -> int:
    """Bring the table of snapshots up to date; how many rows were written.

    Only weeks that are not as they should be are made again: those from the earliest new event of a person on, however
    late it came, those that bear another flag than they should, and those that are not there yet. Afterwards the table
    is what `build_snapshots` would make of it. Where there is no table yet, it is built.
    """
    if not _is_built(connection):
        return build_snapshots(connection, last_day)
    with in_one_transaction(connection):
        refreshed(connection)
        changed = _of_weeks("snapshots_changed")
        connection.execute(query("snapshots_make_again", computed=changed), {"last_day": last_day})
        connection.execute(query("snapshots_replace"))
        connection.execute(query("snapshots_beyond", **OF_WEEKS), {"last_day": last_day})
        ((written,),) = connection.execute("SELECT count(*) FROM changed_weeks").fetchall()
        connection.execute("DROP TABLE changed_weeks")
        connection.execute(query("built", table_name=SNAPSHOTS))
    return int(written)


def snapshots(connection: duckdb.DuckDBPyConnection) -> list[Snapshot]:
    """Every snapshot in the table, by account and day; none where there is no table yet."""
    if not _is_built(connection):
        return []
    return [Snapshot(*row) for row in connection.execute(query("snapshots_read", **_READ)).fetchall()]


def snapshot_table(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The snapshots as an Arrow table, in the same order. Raises CatalogException where there is none yet."""
    return connection.sql(query("snapshots_read", **_READ)).to_arrow_table()


def snapshot_of(connection: duckdb.DuckDBPyConnection, account: Account, day: date) -> Snapshot | None:
    """What an account comes to at the end of a day, None if it doesn't exist by then.

    It is looked up among the snapshots. Where there is none of that day, because it is no Friday or beyond the weeks
    that were built, or where events of the person have come since, the events say it instead.
    """
    keys = {**account._asdict(), "day": day}
    try:
        found = connection.execute(query("snapshot_of", **_READ), keys).fetchall()
    except duckdb.CatalogException:  # there is no table yet, and to ask whether there is takes longer than to look
        found = []
    if found:
        return Snapshot(*found[0])
    rows = connection.execute(_one(), {**keys, "last_day": day}).fetchall()
    if not rows:
        return None
    return replace(Snapshot(*rows[0]), data_quality_flag=_flag(connection, account, day))


def _flag(connection: duckdb.DuckDBPyConnection, account: Account, day: date) -> str:
    """The code of an account's first anomaly by a day, of all that is known of the person."""
    *person, plan_id = account
    entries = history(connection, account.employee_id, scenario_id=person[0], plan_design_id=person[1])
    events = {entry.event.event_id: entry.event for entry in entries}
    for anomaly in anomalies(events.values()):
        if events[anomaly.event_id].payload.plan_id in {None, plan_id}:
            return anomaly.code if events[anomaly.event_id].effective_date <= day else VALID
    return VALID


def verify_snapshots(connection: duckdb.DuckDBPyConnection, last_day: date | None = None) -> list[Difference]:
    """Every account and Friday whose snapshot isn't what the events come to; none if all are right.

    Anomalies of events that have come since the last build are found first. Without a table every snapshot is missing.
    """
    with in_one_transaction(connection):
        refreshed(connection)
    if not _is_built(connection):
        rows = connection.execute(_all(), {"last_day": last_day}).fetchall()
        return [Difference(each.account, each.snapshot_date, each, None) for each in (Snapshot(*row) for row in rows)]
    text = query("snapshots_verify", recomputed=_all(), **_READ)
    found: dict[tuple[Account, date], dict[str, Snapshot]] = {}
    for side, *row in connection.execute(text, {"last_day": last_day}).fetchall():
        snapshot = Snapshot(*row)
        found.setdefault((snapshot.account, snapshot.snapshot_date), {})[side] = snapshot
    return [Difference(*key, sides.get("expected"), sides.get("got")) for key, sides in found.items()]


def _is_built(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(connection.execute(query("has_table"), {"name": SNAPSHOTS}).fetchall())


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    ((count,),) = connection.execute(query("snapshots_count")).fetchall()
    return int(count)
