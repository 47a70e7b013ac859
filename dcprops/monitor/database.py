"""The database that runs are kept in: one SQLite file, to which several processes may record at once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Final

from dcprops.monitor.machine import Machine
from dcprops.monitor.report import as_utc_text
from dcprops.monitor.runs import History, Measurement, MonitorError, Run

__all__ = ["FORM", "MonitorDatabase"]

#: The form that the tables have. A file of a newer one is refused.
FORM: Final = 1
#: What SQLite keeps in the file's header to tell whose it is: the letters "dcpm".
_APPLICATION: Final = int.from_bytes(b"dcpm")
#: How long to wait for another process that is writing.
_PATIENCE_SECONDS: Final = 60.0


class MonitorDatabase:
    """The runs and baselines in a file, a context manager. With `create` it is made if it isn't there.

    Raises MonitorError for a file that isn't such a database, is one of a newer dcprops, can't be opened or is damaged.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = False) -> None:
        self._path = os.fspath(path)
        if not create and not Path(self._path).exists():
            raise MonitorError(f"{self._path} is not there: make it with dcprops monitor baseline --db {self._path}")
        with self._told():
            self._connection = sqlite3.connect(self._path, timeout=_PATIENCE_SECONDS, isolation_level=None)
        try:
            self._prepare(create=create)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> MonitorDatabase:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def record(self, runs: Sequence[Run]) -> list[int]:
        """Keep some runs, all or none. Returns their numbers."""
        with self._writing():
            return [self._record(run) for run in runs]

    def make_baseline(self, runs: Mapping[str, Sequence[int]]) -> None:
        """Keep a new baseline: the numbers of its runs by metric. It counts from now on for those metrics."""
        with self._writing():
            number = self._add("add_baseline", made_at=as_utc_text(datetime.now(UTC)))
            for metric, numbers in runs.items():
                for run in numbers:
                    self._add("add_baseline_run", baseline=number, metric=metric, run=run)

    def history(self) -> History:
        """All runs and baselines, as they were at one moment."""
        with self._told(), self._connection:
            self._connection.execute("BEGIN")
            try:
                return self._history()
            except MonitorError:
                raise
            except ValueError as error:
                raise MonitorError(f"{self._path} is damaged: {error}") from error

    def _history(self) -> History:
        measured = {
            run: tuple(_measurements(rows))
            for run, rows in groupby(self._connection.execute(_statement("measurements")), lambda row: row["run"])
        }
        runs = tuple(
            Run(
                row["commit_id"],
                Machine.from_text(row["facts"]),
                measured.get(row["run"], ()),
                row["subject"],
                datetime.fromisoformat(row["recorded_at"]),
                row["run"],
            )
            for row in self._connection.execute(_statement("runs"))
        )
        baselines = tuple(
            {
                metric: frozenset(row["run"] for row in own)
                for metric, own in groupby(rows, lambda row: str(row["metric"]))
            }
            for _, rows in groupby(self._connection.execute(_statement("baselines")), lambda row: row["baseline"])
        )
        return History(runs, baselines)

    def _record(self, run: Run) -> int:
        facts = run.machine.as_json()
        self._add("add_machine", facts=facts)
        number = self._add(
            "add_run", recorded_at=as_utc_text(run.recorded_at), commit=run.commit, facts=facts, subject=run.subject
        )
        for each in run.measurements:
            measurement = self._add(
                "add_measurement", run=number, metric=each.metric, unit=each.unit, better=each.better, of=each.of
            )
            for place, value in enumerate(each.samples):
                self._add("add_sample", measurement=measurement, place=place, value=value)
        return number

    def _add(self, name: str, **values: object) -> int:
        return int(self._connection.execute(_statement(name), values).lastrowid or 0)

    def _prepare(self, *, create: bool) -> None:
        """See that the file is one of ours, and make its tables if it is empty."""
        self._connection.row_factory = sqlite3.Row
        with self._told():
            self._connection.execute("PRAGMA foreign_keys = ON")
            empty = self._is_empty()
        if empty and create:
            with self._writing():
                if self._is_empty():  # no other process has made them meanwhile
                    for sql in _statement("schema").split(";\n"):
                        self._connection.execute(sql)
                    self._connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                    self._connection.execute(f"PRAGMA user_version = {FORM}")
        with self._told():
            if self._pragma("application_id") != _APPLICATION:
                raise MonitorError(f"{self._path} is not a database of the monitor: name another file")
            form = self._pragma("user_version")
        if form > FORM:
            raise MonitorError(
                f"{self._path} was made by a newer dcprops (form {form}, this one knows {FORM}): upgrade dcprops"
            )

    def _is_empty(self) -> bool:
        found = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        return found == 0 and self._pragma("application_id") == 0

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, which waits for those of other processes and is kept as a whole or not at all."""
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise MonitorError(f"{self._path} can't be used as a database of the monitor: {error}") from error


def _measurements(rows: Iterator[sqlite3.Row]) -> Iterator[Measurement]:
    for metric, own in groupby(rows, lambda row: row["metric"]):
        first, *others = own
        samples = (first["value"], *(row["value"] for row in others))
        yield Measurement(metric, first["unit"], first["better"], samples, first["of_number"])


@cache
def _statement(name: str) -> str:
    return files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")
