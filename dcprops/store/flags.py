"""The table of a ledger's anomalies, which the reference finds person by person, for whatever SQL wants to flag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

import duckdb
import pyarrow as pa

from dcprops.events import SimulationEvent
from dcprops.reference import Anomaly, anomalies
from dcprops.reference.compliance import Person
from dcprops.store.bulk.events import READABLE, events_of
from dcprops.store.proving import prove_coherent
from dcprops.store.queries import ANOMALIES, query
from dcprops.store.ranges import ranges
from dcprops.store.transactions import in_one_transaction

__all__ = ["refresh_anomalies", "refreshed"]

#: So many participants are judged at once: enough to spread the cost of a query, few enough to stay small in memory.
PARTICIPANTS_AT_ONCE: Final = 500
#: Of fewer people the reference has judged every event before a query that proves something of them is even planned.
WORTH_A_PROOF: Final = 25
_SCHEMA: Final = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("scenario_id", pa.string(), nullable=False),
        pa.field("plan_design_id", pa.string(), nullable=False),
        pa.field("employee_id", pa.string(), nullable=False),
        pa.field("plan_id", pa.string()),
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("effective_date", pa.date32(), nullable=False),
        pa.field("place", pa.int32(), nullable=False),
    ]
)


class _Judged(NamedTuple):
    """An anomaly and its place among those of its person, in the order in which the reference has them."""

    anomaly: Anomaly
    event: SimulationEvent
    place: int


def refresh_anomalies(connection: duckdb.DuckDBPyConnection) -> int:
    """Judge everyone who has new events since the last time, and write what is wrong; how many people were judged.

    The table `anomalies` has a row for each anomaly that `dcprops.reference.anomalies` finds in all the events: its
    code, severity, account (`plan_id` null where the event names none), event_id, effective_date, and its place among
    those of the person, from 0. Who has no new events is not read; of whom SQL proves that there is none isn't judged.
    """
    with in_one_transaction(connection):
        return refreshed(connection)


def refreshed(connection: duckdb.DuckDBPyConnection) -> int:
    """Does what `refresh_anomalies` does, within a transaction of the caller's."""
    connection.execute(query("flags"))
    connection.execute(query("flags_changed"))
    connection.execute(query("flags_forget"))
    everyone = _changed(connection)
    if len(everyone) >= WORTH_A_PROOF:
        for first, last in ranges(everyone):
            prove_coherent(connection, first, last)
    employees = [employee_id for employee_id, _ in _changed(connection)]
    for start in range(0, len(employees), PARTICIPANTS_AT_ONCE):
        _judge(connection, employees[start : start + PARTICIPANTS_AT_ONCE])
    connection.execute("DROP TABLE changed_people")
    connection.execute(query("built", table_name=ANOMALIES))
    return len(everyone)


def _changed(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """The employees who are still to be judged, in order, each with how many new events there are."""
    return connection.execute(query("flags_changed_employees")).fetchall()


def _judge(connection: duckdb.DuckDBPyConnection, employees: Sequence[str]) -> None:
    """Write down the anomalies of the participants from the first to the last of some that stand in order."""
    ends = {"first": employees[0], "last": employees[-1]}
    events = events_of(connection.execute(query("flags_events", readable=READABLE), ends).fetchall())
    connection.register("found_anomalies", _table(list(_judged(events))))
    connection.execute(query("flags_insert"))
    connection.unregister("found_anomalies")


def _judged(events: Sequence[SimulationEvent]) -> Iterator[_Judged]:
    by_id = {event.event_id: event for event in events}
    for _, found in groupby(anomalies(events), key=_person_of):
        for place, anomaly in enumerate(found):
            yield _Judged(anomaly, by_id[anomaly.event_id], place)


def _person_of(anomaly: Anomaly) -> Person:
    return Person(*anomaly.account[:3])


def _table(judged: Sequence[_Judged]) -> pa.Table:
    columns = (
        [each.anomaly.code for each in judged],
        [each.anomaly.severity for each in judged],
        *([each.anomaly.account[key] for each in judged] for key in range(3)),
        [each.event.payload.plan_id for each in judged],
        [str(each.event.event_id) for each in judged],
        [each.event.effective_date for each in judged],
        [each.place for each in judged],
    )
    arrays = [pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)
