"""Of whom SQL proves, many at a time, that the reference would find no anomaly; the others are for it to judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import duckdb

from dcprops.events.schema import OWN_DATE
from dcprops.reference.coherence.career import (
    ELECTED_RATES,
    FORTNIGHTS_PAID,
    FORTNIGHTS_RECKONED,
    LONGEST_PAY_PERIOD_DAYS,
)
from dcprops.reference.coherence.event import DAYS_NEVER_LATE
from dcprops.reference.coherence.money import BREAK_YEARS
from dcprops.reference.compliance import DEFERRAL_SOURCES
from dcprops.reference.limits import dollar_limits, years
from dcprops.schemas.columns import COLUMNS, PAYLOAD
from dcprops.store.queries import query

__all__ = ["prove_coherent"]


def prove_coherent(connection: duckdb.DuckDBPyConnection, first: str, last: str) -> None:
    """Take those out of the table `changed_people` who are proven to have no anomaly, from one employee_id to another.

    The table has the three keys of a person and `person`, a number of its own. Who stays there may have an anomaly.
    """
    ends = {"first": first, "last": last}
    connection.execute(query("flags_unproven_people", unproven=query("flags_unproven", **_PARTS)), ends)
    connection.execute(query("flags_forget_proven"), ends)


def _texts(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def _limits() -> str:
    """The rows of the table of limits: the year, 402(g), 414(v) by the usual age and the highest, 415(c), 414(q)."""
    found = {year: dollar_limits(year) for year in years()}
    return ", ".join(
        f"({year}, {of.elective_deferral_402g}, {of.catch_up_414v}, {of.highest_catch_up}, "
        f"{of.annual_additions_415c}, {of.hce_threshold_414q})"
        for year, of in found.items()
    )


def _own_date() -> str:
    """The date that an event's payload repeats, null where it has none."""
    columns = {(column.path, event_type): column.name for column in COLUMNS for event_type in column.uses}
    cases = (f"WHEN '{kind}' THEN {columns[(PAYLOAD, field), kind]}" for kind, field in OWN_DATE.items())
    return f"CASE event_type {' '.join(cases)} END"


def _elected_rates() -> str:
    return ", ".join(
        f"{{'source': '{source}', 'rate': {' + '.join(fields)}}}" for source, fields in ELECTED_RATES.items()
    )


_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "limits": _limits(),
        "own_date": _own_date(),
        "elected_rates": _elected_rates(),
        "deferral_sources": _texts(DEFERRAL_SOURCES),
        "days_never_late": str(DAYS_NEVER_LATE),
        "longest_pay_period": str(LONGEST_PAY_PERIOD_DAYS),
        "fortnights_reckoned": str(FORTNIGHTS_RECKONED),
        "fortnights_paid": str(FORTNIGHTS_PAID),
        "break_years": str(BREAK_YEARS),
    }
)
