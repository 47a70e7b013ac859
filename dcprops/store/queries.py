"""The store's SQL: files whose placeholders are filled from the tables that the reference calculator has, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from string import Template
from types import MappingProxyType
from typing import Final

from dcprops.reference.balances import BUCKET_OF_SOURCE, BUCKETS, EMPLOYEE_SOURCES, PLAN_EVENTS, SOURCES, Account
from dcprops.reference.order import DAY_ORDER

__all__ = ["ANOMALIES", "BALANCE", "BUILT", "EVENTS", "FRIDAY", "SNAPSHOTS", "query"]

EVENTS: Final = "events"
#: What is wrong with the ledger, found by the reference; see `flags`.
ANOMALIES: Final = "anomalies"
SNAPSHOTS: Final = "fct_participant_balance_snapshots"
#: The last batch of events that each table made from them holds.
BUILT: Final = "built"
#: The Friday that the week of an event ends with. isodow is 5 on a Friday; date_trunc would give a timestamp, and for a
#: Saturday the Friday before it.
FRIDAY: Final = "effective_date + CAST((12 - isodow(effective_date)) % 7 AS INTEGER)"
#: What an account comes to: the fields of a balance row between its keys and its sources.
BALANCE: Final = (
    "total_employee_contributions",
    "total_employer_contributions",
    "total_forfeitures",
    "gross_account_balance",
    "vested_account_balance",
    "unvested_balance",
    "net_account_balance",
    "current_vested_percentage",
)


class _Sql(Template):
    delimiter = "@"


def query(name: str, **parts: str) -> str:
    """The statement in `sql/<name>.sql`, its placeholders filled with `parts` and with what all statements have.

    `account` are the columns that tell accounts apart, by default the four keys; `events`, `anomalies`, `snapshots` and
    `built` the tables. Raises KeyError for a placeholder that nothing fills.
    """
    filled = {**_TABLES, **parts}
    for included in ("vested", "money", "worth", "last_weeks"):
        if included not in parts:
            filled[included] = _text(included).substitute(filled)
    return _text(name).substitute(filled)


@cache
def _text(name: str) -> _Sql:
    lines = files("dcprops.store").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8").splitlines()
    # The comments tell readers of the file about its placeholders, too, which are not to be filled.
    return _Sql("\n".join(line for line in lines if not line.lstrip().startswith("--")))


def _list(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _bucket_of_source() -> str:
    cases = " ".join(f"WHEN '{source}' THEN '{BUCKET_OF_SOURCE[source]}'" for source in SOURCES)
    return f"CASE source {cases} END"


def _sources_of_bucket() -> str:
    sources = {bucket: [name for name in SOURCES if BUCKET_OF_SOURCE[name] == bucket] for bucket in BUCKETS}
    cases = " ".join(f"WHEN '{bucket}' THEN [{_list(names)}]" for bucket, names in sources.items())
    return f"CASE bucket {cases} END"


def _listed_buckets() -> str:
    """The buckets that a vesting event lists, null in the place of one that it doesn't."""
    listed = (f"CASE WHEN source_balances_vested_{bucket} IS NOT NULL THEN '{bucket}' END" for bucket in BUCKETS)
    return f"[{', '.join(listed)}]"


def _of_each_balance(function: str) -> str:
    return ", ".join(f"{function.format(name)} AS {name}" for name in BALANCE)


# No list that a column is looked up in has more than four values: of a longer one DuckDB 2.0 makes a join, and with
# several threads that now and then fails ("dict-surviving cache: global dictionary column 14 changed identity").
_TABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "events": EVENTS,
        "anomalies": ANOMALIES,
        "snapshots": SNAPSHOTS,
        "snapshots_name": SNAPSHOTS,
        "anomalies_name": ANOMALIES,
        "built": BUILT,
        "account": ", ".join(Account._fields),
        "account_keys": ", ".join(Account._fields),
        "balance": ", ".join(BALANCE),
        "bucket_of_source": _bucket_of_source(),
        "sources_of_bucket": _sources_of_bucket(),
        "listed_buckets": _listed_buckets(),
        "employee_sources": _list(sorted(EMPLOYEE_SOURCES)),
        "plan_events_without_money": _list(sorted(PLAN_EVENTS - {"contribution"})),
        "day_order": f"list_position([{_list(DAY_ORDER)}], event_type)",
        "max_of_each_balance": _of_each_balance("max({})"),
        "last_of_each_balance": _of_each_balance("last_value({} IGNORE NULLS) OVER until_now"),
        "friday_of_effective_date": FRIDAY,
        "last_day": "$last_day",
        "sum_of_each_source": ", ".join(f"{source} := sum(amount) FILTER (source = '{source}')" for source in SOURCES),
    }
)
