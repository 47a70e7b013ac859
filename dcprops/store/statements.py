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

__all__ = ["BALANCE", "EVENTS", "statement"]

#: The table of the events.
EVENTS: Final = "events"
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


def statement(name: str, **parts: str) -> str:
    """The statement in `sql/<name>.sql` with `parts` and what every statement has in the places of its placeholders.

    `events` is the name of the table of events unless it is given, and `account` the columns that tell accounts apart.
    Raises KeyError for a placeholder that nothing fills.
    """
    filled = {"events": EVENTS, **_TABLES, **parts}
    filled["money"] = _text("money").substitute(filled)
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


def _of_each_source(expression: str) -> str:
    return ", ".join(f"{source} := {expression.format(source=source)}" for source in SOURCES)


def _listed_buckets() -> str:
    """The buckets that a vesting event lists, null in the place of one that it doesn't."""
    listed = (f"CASE WHEN source_balances_vested_{bucket} IS NOT NULL THEN '{bucket}' END" for bucket in BUCKETS)
    return f"[{', '.join(listed)}]"


_TABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account": ", ".join(Account._fields),
        "balance": ", ".join(BALANCE),
        "bucket_of_source": _bucket_of_source(),
        "sources_of_bucket": _sources_of_bucket(),
        "listed_buckets": _listed_buckets(),
        "employer_sources": _list(source for source in SOURCES if source not in EMPLOYEE_SOURCES),
        "plan_events": _list(sorted(PLAN_EVENTS)),
        "day_order": f"list_position([{_list(DAY_ORDER)}], event_type)",
        "sum_of_each_source": _of_each_source("sum(amount) FILTER (source = '{source}')"),
        "running_sum_of_each_source": _of_each_source(
            "sum(amount) FILTER (event_type = 'contribution' AND source = '{source}') OVER until_now"
        ),
    }
)
