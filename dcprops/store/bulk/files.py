"""An event file judged in bounded memory: its lines set at a time, and the events that they are, some people at a time.

What is found is what reading the file row by row finds, to the letter and in the same order.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb

from dcprops.event_files import EventFile, EventFileError, event_of
from dcprops.event_files.readable import ROWS_UNTIL_GIVEN_UP, is_readable, no_event_file
from dcprops.events import SimulationEvent
from dcprops.store.bulk.events import READABLE, events_of
from dcprops.store.bulk.staging import stage_file

__all__ = ["Finding", "JudgedFile", "judged_file"]

#: What DuckDB may hold in memory before it writes to a temporary directory. Sorting takes some for each thread.
_MEMORY_LIMIT: Final = "512MB"
_MOST_THREADS: Final = 4
_EVENTS_AT_ONCE: Final = 5_000

_REFUSED: Final = "SELECT line, field, rule, message FROM refused ORDER BY line, rowid"
# A person is one of a scenario and plan design. They come in the order of their first lines, whatever the threads do.
_PEOPLE: Final = """
CREATE OR REPLACE TEMP TABLE people AS
SELECT
    scenario_id, plan_design_id, employee_id, row_number() OVER (ORDER BY min(line)) AS person,
    NULL::BIGINT AS first_of_party
FROM staged
GROUP BY scenario_id, plan_design_id, employee_id
"""
# Of the people that have an event_id in common, the first with each of the others.
_SHARING: Final = """
SELECT DISTINCT first_person, person
FROM (
    SELECT min(person) OVER (PARTITION BY event_id) AS first_person, person
    FROM staged
    SEMI JOIN (SELECT event_id FROM staged GROUP BY event_id HAVING count(*) > 1) USING (event_id)
    JOIN people USING (scenario_id, plan_design_id, employee_id)
)
WHERE first_person <> person
"""
_JOIN_PARTY: Final = "UPDATE people SET first_of_party = ? WHERE person = ?"
_BY_PARTY: Final = f"""
SELECT {READABLE}, line, coalesce(first_of_party, person) AS party
FROM staged JOIN people USING (scenario_id, plan_design_id, employee_id)
ORDER BY party, line
"""


@dataclass(frozen=True)
class Finding:
    """One rule that one line breaks. `field` is empty where the line as a whole is wrong."""

    line: int
    field: str
    rule: str
    message: str


class JudgedFile:
    """What is in an event file: how many documents, how many of them valid, what is wrong with the others by line, and
    the last effective date of the valid ones.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: str | os.PathLike[str],
        on_progress: Callable[[float, int], None] | None,
    ) -> None:
        staged = stage_file(connection, path, on_progress)
        self._connection = connection
        self.documents = staged.documents
        self.valid = staged.valid
        self.invalid = tuple(Finding(*row) for row in connection.execute(_REFUSED).fetchall())
        ((last_day,),) = connection.execute("SELECT max(effective_date) FROM staged").fetchall()
        self.last_day: date | None = last_day

    def parties(self) -> Iterator[list[SimulationEvent]]:
        """The valid events, those of many people at a time, in the order of lines among those of a person.

        All events of one person come together, and so do those of people who have an event_id in common.
        """
        for rows in self._rows_by_party():
            yield events_of(rows)

    def numbered_parties(self) -> Iterator[list[tuple[int, SimulationEvent]]]:
        """The same with the number of the line that each event is in."""
        for rows in self._rows_by_party():
            yield list(zip((int(row[-2]) for row in rows), events_of(rows), strict=True))  # type: ignore[call-overload]  # the last but one column is `line`, a BIGINT

    def _rows_by_party(self) -> Iterator[list[tuple[object, ...]]]:
        self._connection.execute(_PEOPLE)
        parties = _joined(self._connection.execute(_SHARING).fetchall())
        if parties:
            self._connection.executemany(_JOIN_PARTY, [[first, person] for person, first in parties.items()])
        rows = self._connection.execute(_BY_PARTY)
        held: list[tuple[object, ...]] = []
        while some := rows.fetchmany(_EVENTS_AT_ONCE):
            last = some[-1][-1]
            whole = next((place for place in range(len(some), 0, -1) if some[place - 1][-1] != last), 0)
            if whole or (held and held[-1][-1] != last):
                yield held + some[:whole]
                held = some[whole:]
            else:
                held += some
        if held:
            yield held


def _joined(pairs: list[tuple[int, int]]) -> dict[int, int]:
    """The first of the party that each person is in, by the pairs of people who are in one."""
    first_of: dict[int, int] = {}

    def first(person: int) -> int:
        while (above := first_of.get(person, person)) != person:
            first_of[person] = first_of.get(above, above)
            person = above
        return person

    for one, other in pairs:
        low, high = sorted((first(one), first(other)))
        if low != high:
            first_of[high] = low
    return {person: first(person) for person in list(first_of)}


@contextmanager
def judged_file(
    path: str | os.PathLike[str], on_progress: Callable[[float, int], None] | None = None
) -> Iterator[JudgedFile]:
    """Judge the NDJSON, plain or gzip, at `path`: a file, not a pipe, since its start is read twice.

    What doesn't fit into half a gigabyte is in a temporary directory meanwhile. Raises EventFileError for a file that
    can't be read as an event file, one without a document or of which no line is JSON among them, and where there is no
    room.
    """
    _expect_an_event_file(path)
    with tempfile.TemporaryDirectory(prefix="dcprops-") as directory:
        try:
            with closing(_connected(directory)) as connection:
                yield JudgedFile(connection, path, on_progress)
        except duckdb.Error as error:
            said = " ".join(str(error).split())[:300].rstrip(".")
            raise EventFileError(
                f"{os.fspath(path)} cannot be judged: {said}; make room in {tempfile.gettempdir()}, "
                "or set TMPDIR to a directory with room"
            ) from error


def _connected(directory: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "preserve_insertion_order": "false",
            "temp_directory": directory,
            "memory_limit": _MEMORY_LIMIT,
            "threads": str(min(_MOST_THREADS, os.cpu_count() or 1)),
        }
    )


def _expect_an_event_file(path: str | os.PathLike[str]) -> None:
    """Read rows until one is JSON. Raises EventFileError where none of the first thousand is."""
    first: Finding | None = None
    rows = 0
    with EventFile(path) as file:
        if file.is_parquet:
            raise EventFileError(f"{os.fspath(path)} is Parquet, whose rows are no texts: read it as Arrow")
        for row in file:
            rows += 1
            read = event_of(row)
            if isinstance(read, SimulationEvent) or is_readable(read):
                return
            first = first or Finding(row.number, read[0].field, read[0].rule, read[0].message)
            if rows == ROWS_UNTIL_GIVEN_UP:
                break
    if first is not None:
        raise no_event_file(path, rows, first.line, first.message)
