"""Event stores with one mistake each, kept apart from those that the properties were made with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, Self

from dcprops.defects.stores import duckdb_file, ndjson_file, reading, sqlite_file
from dcprops.schemas.arrow import arrow_schema


class RemembersWhatItRefused(ndjson_file.Store):
    """A batch that is refused for its last event leaves those before it in memory until the file is opened again. They
    are noted while they are being checked."""

    def checked(self, documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        batch: dict[str, dict[str, Any]] = {}
        for each in documents:
            new = super().checked([each])
            batch.update(new)
            self.kept.update(new)
        return batch


class LastBatchTakenForTorn(ndjson_file.Store):
    """Opening a file of two or more batches leaves out the last one. It is taken for one that a crash cut short,
    without a look at whether its line ends."""

    def read(self) -> None:
        self.file.seek(0)
        *lines, last = self.file.read().splitlines(keepends=True) or [b""]
        for line in lines or [last]:
            if line.endswith(b"\n"):
                self.kept.update((self.identity(each), each) for each in json.loads(line))


class LinesByUnicode(ndjson_file.Store):
    """A text with Unicode's line separator cannot be read again. Text is written as it is, and read by a function that
    breaks lines at more than line feeds."""

    def line_of(self, documents: Iterable[dict[str, Any]]) -> bytes:
        return json.dumps(documents, ensure_ascii=False).encode() + b"\n"

    def read(self) -> None:
        self.file.seek(0)
        whole_lines, _, _ = self.file.read().rpartition(b"\n")
        for line in whole_lines.decode().splitlines():
            self.kept.update((self.identity(each), each) for each in json.loads(line))


class HistoryByPattern(sqlite_file.Store):
    """A person's history has the events of others whose id matches it as a pattern: in either case, or with any letter
    for an underscore. LIKE stands where = should."""

    def history(self, employee_id: str) -> Iterable[dict[str, Any]]:
        found = list(self.documents("SELECT content FROM event WHERE employee_id LIKE ?", employee_id))
        return sorted(found, key=reading.place)


class BalancesOfTheFirstAsking(ndjson_file.Store):
    """Balances asked for a second time are those of the first, whatever was appended between. They are cached by day,
    and nothing clears the cache."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.answers: dict[date, list[dict[str, Any]]] = {}

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        if as_of not in self.answers:
            self.answers[as_of] = list(super().balances(as_of))
        return self.answers[as_of]


def _friday_of_numbered_week(day: date) -> date:
    week = reading.week_of(day).isocalendar().week
    return date.fromisocalendar(day.year, 1, 5) + timedelta(weeks=week - 1)


class WeeksOfTheCalendarYear(ndjson_file.Store):
    """An event in the days around New Year has its snapshots from a week that is a year off. The number of an ISO week
    is put together with the calendar year instead of the week's own."""

    def snapshots(self) -> Iterable[dict[str, Any]]:
        return reading.snapshots(self.events(), _friday_of_numbered_week)


def _matches(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_matches(one[name], other[name]) for name in one)
    return one is None or other is None or one == other


class NullMatchesAnything(ndjson_file.Store):
    """An id that comes again with a value where there was null, or the other way round, is not refused. A comparison
    with null is neither true nor false, and only what is false was looked for."""

    def is_same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return _matches(one, other)


class LargeAmountsInDoubles(ndjson_file.Store):
    """Amounts of more than about sixteen digits come back changed in their last places. They pass through a binary
    double on the way out."""

    def shown(self, document: dict[str, Any]) -> Any:
        payload = document["payload"]
        if "amount" in payload:
            payload = {**payload, "amount": f"{float(payload['amount']):.6f}"}
        return {**document, "payload": payload}


class TimesInMilliseconds(duckdb_file.Store):
    """The time of recording comes back in milliseconds. The column was exported in the unit that JavaScript knows."""

    def events(self) -> Any:
        names = "event_id::VARCHAR AS event_id, date_trunc('milliseconds', created_at) AS created_at"
        return self.connection.sql(f"SELECT * REPLACE ({names}) FROM events").to_arrow_table().cast(arrow_schema())


class SyncedBeforeFlushed(ndjson_file.Store):
    """A batch is lost if the process dies after append returned. The file is synced while what was written still waits
    in Python's own buffer."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.file.close()
        self.buffered = open(self.path, "ab")
        return self

    def __exit__(self, *error: object) -> None:
        self.buffered.close()

    def write(self, documents: Iterable[dict[str, Any]]) -> None:
        if documents:
            self.buffered.write(self.line_of(documents))
            os.fsync(self.buffered.fileno())


class CommitsByTens(sqlite_file.Store):
    """A batch of more than ten events is committed ten at a time, so a conflict after the tenth leaves part of it. It
    was cut up to keep transactions short."""

    def inserted(self, rows: Iterable[tuple[str, ...]]) -> SimpleNamespace:
        listed = list(rows)
        result = SimpleNamespace(created=0, exists=0, conflicts=[])
        for start in range(0, len(listed), 10):
            if start:
                self.connection.execute("COMMIT")
                self.connection.execute("BEGIN IMMEDIATE")
            part = super().inserted(listed[start : start + 10])
            result.created, result.exists = result.created + part.created, result.exists + part.exists
            result.conflicts += part.conflicts
            if result.conflicts:
                break
        return result


class OneOfEachIdInABatch(duckdb_file.Store):
    """Of two events of one batch that share an id, one is dropped without a word. Only what is stored already is looked
    at for conflicts."""

    def insert(self) -> None:
        self.connection.execute("CREATE OR REPLACE TEMP TABLE single AS SELECT DISTINCT ON (event_id) * FROM batch")
        self.connection.unregister("batch")
        self.connection.register("batch", self.connection.sql("SELECT * FROM single").to_arrow_table())
        super().insert()


class AllWhereNoneIsDue(sqlite_file.Store):
    """Balances as of a day before the first event are those of all events. An empty result is taken for a missing
    filter."""

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        return list(super().balances(as_of)) or list(super().balances(date.max))


class SnapshotsNeverRevised(ndjson_file.Store):
    """A Friday that was reported once is never reported otherwise, though an event dated before it came later. New
    snapshots are added to a table whose old rows nobody touches."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.reported: dict[tuple[Any, ...], dict[str, Any]] = {}

    def snapshots(self) -> Iterable[dict[str, Any]]:
        keys = ("scenario_id", "plan_design_id", "participant_id", "plan_id", "snapshot_date")
        for row in super().snapshots():
            yield self.reported.setdefault(tuple(row[key] for key in keys), row)


class RunReplacesScenario(sqlite_file.Store):
    """A batch takes the place of all earlier events of its scenarios. Each batch is thought to be a whole run of the
    simulation."""

    def inserted(self, rows: Iterable[tuple[str, ...]]) -> SimpleNamespace:
        listed = list(rows)
        result = super().inserted(listed)
        scenarios = {json.loads(content)["scenario_id"] for *_, content in listed}
        kept = {row[0] for row in listed}
        for document in list(self.documents("SELECT content FROM event")):
            if document["scenario_id"] in scenarios and document["event_id"] not in kept:
                self.connection.execute("DELETE FROM event WHERE event_id = ?", [document["event_id"]])
        return result
