"""What reading a store costs: balances, a participant's history and a snapshot, beside bare SQL over the same events.

`python -m benchmarks.balances` makes two files of the same events, one in the order of a payroll (unsorted) and one by
participant (as an append leaves them), and measures by turns. Ratios are of CPU time, so that whatever else the machine
does doesn't count; the wall clock's figures stand beside them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from dcprops.reference import Account
from dcprops.schemas import COLUMNS
from dcprops.schemas.duckdb_ddl import sql_type
from dcprops.store.balances import balance_table
from dcprops.store.history import history
from dcprops.store.snapshots import build_snapshots, snapshot_of

__all__ = ["Figure", "files_of_events", "main", "measured"]

#: A person of `workforce.sql` has some 302 events.
EVENTS_OF_A_PERSON: Final = 302
_AS_OF: Final = date(2024, 12, 31)
_FRIDAY: Final = date(2023, 6, 30)
_BARE: Final = "SELECT scenario_id, plan_design_id, employee_id, plan_id, source, sum(amount) FROM events GROUP BY ALL"
_SCAN: Final = "SELECT * FROM events WHERE employee_id = $employee_id"


class Figure(NamedTuple):
    """One comparison: medians of ours and of the bare SQL in milliseconds of CPU and of the wall clock."""

    name: str
    cpu: float
    wall: float
    bare_cpu: float | None
    bare_wall: float | None
    longest: float | None
    least_ratio: float | None

    @property
    def ratio(self) -> float | None:
        """How many times the bare SQL's speed ours is, in CPU time."""
        return None if self.bare_cpu is None else self.bare_cpu / self.cpu

    @property
    def met(self) -> bool:
        """Whether it is as fast as wanted: by the clock at most `longest` milliseconds, and at least `least_ratio`."""
        in_time = self.longest is None or self.wall < self.longest
        return in_time and (self.least_ratio is None or (self.ratio is not None and self.ratio >= self.least_ratio))

    def __str__(self) -> str:
        beside = "" if self.ratio is None else (
            f"; bare SQL {self.bare_cpu:.1f} ms of CPU, {self.bare_wall:.1f} ms; ratio {self.ratio:.2f}"
        )  # fmt: skip
        limits = ((self.longest, "< {:g} ms"), (self.least_ratio, "ratio >= {:g}"))
        wanted = ", ".join(text.format(limit) for limit, text in limits if limit is not None)
        verdict = "met" if self.met else "NOT met"
        return f"{self.name}: {self.cpu:.1f} ms of CPU, {self.wall:.1f} ms{beside}  wanted {wanted}: {verdict}"


def files_of_events(folder: Path, people: int) -> tuple[Path, Path]:
    """Two files of the same events of so many people: in a payroll's order, and by participant."""
    unsorted, by_participant = folder / "unsorted.duckdb", folder / "by_participant.duckdb"
    columns = ", ".join(f"{column.name} {sql_type(column.kind)}" for column in COLUMNS)
    workforce = Path(__file__).with_name("workforce.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(unsorted)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE events ({columns}, batch BIGINT)")
        connection.execute(workforce, {"people": people})
    with duckdb.connect(str(by_participant)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE events ({columns}, batch BIGINT)")
        connection.execute(f"ATTACH '{unsorted}' AS arrived (READ_ONLY)")
        connection.execute("INSERT INTO events FROM arrived.events ORDER BY employee_id, effective_date")
    return unsorted, by_participant


def measured(unsorted: Path, by_participant: Path, repeats: int, *, with_snapshots: bool) -> Iterable[Figure]:
    """The figures, one after the other; medians of so many repeats after one that doesn't count.

    The snapshots are built first, where they are wanted: that judges every participant by the reference, which takes
    about 100 µs an event.
    """
    for path in (unsorted, by_participant):
        with _opened(path) as connection:
            yield _figure(
                f"balances of all, {path.stem}",
                lambda: balance_table(connection, _AS_OF),
                lambda: connection.sql(_BARE).to_arrow_table(),
                repeats,
                least_ratio=0.5,
            )
    with _opened(by_participant) as connection, _opened(unsorted) as arrived:
        who = _someone(connection)
        yield _figure(
            "history of one",
            lambda: history(connection, who),
            lambda: arrived.sql(_SCAN, params={"employee_id": who}).to_arrow_table(),
            repeats,
            longest=50,
            least_ratio=5,
        )
    if with_snapshots:
        with _opened(by_participant, read_only=False) as connection:
            build_snapshots(connection)
            account = _account_of(connection, who)
            yield _figure(
                "snapshot look-up", lambda: snapshot_of(connection, account, _FRIDAY), None, repeats, longest=5
            )


def _opened(path: Path, *, read_only: bool = True) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), read_only=read_only)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _someone(connection: duckdb.DuckDBPyConnection) -> str:
    ((who,),) = connection.execute("SELECT median(employee_id) FROM events WHERE event_type = 'hire'").fetchall()
    return str(who)


def _account_of(connection: duckdb.DuckDBPyConnection, employee_id: str) -> Account:
    keys = ", ".join(Account._fields)
    (row,) = connection.execute(
        f"SELECT DISTINCT {keys} FROM events WHERE event_type = 'enrollment' AND employee_id = ?", [employee_id]
    ).fetchall()
    return Account(*row)


def _figure(
    name: str,
    ours: Callable[[], object],
    bare: Callable[[], object] | None,
    repeats: int,
    *,
    longest: float | None = None,
    least_ratio: float | None = None,
) -> Figure:
    turns = [(_timed(ours), None if bare is None else _timed(bare)) for _ in range(repeats + 1)][1:]
    cpu, wall = (statistics.median(own[place] for own, _ in turns) for place in (0, 1))
    if bare is None:
        return Figure(name, cpu, wall, None, None, longest, least_ratio)
    bare_cpu, bare_wall = (statistics.median(other[place] for _, other in turns if other) for place in (0, 1))
    return Figure(name, cpu, wall, bare_cpu, bare_wall, longest, least_ratio)


def _timed(job: Callable[[], object]) -> tuple[float, float]:
    """How many milliseconds of CPU and of the wall clock a job takes."""
    cpu, wall = time.process_time(), time.perf_counter()
    job()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what `arguments` ask for and print a line for each. Returns 1 if something falls short, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.balances", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000, help="so many, or a little more (default 10000000)")
    parser.add_argument("--repeat", type=int, default=5, help="turns of each (default 5)")
    parser.add_argument("--no-snapshots", action="store_true", help="leave out the look-up, for which all are built")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        files = files_of_events(Path(folder), -(-options.events // EVENTS_OF_A_PERSON))
        figures = []
        for figure in measured(*files, options.repeat, with_snapshots=not options.no_snapshots):
            print(figure, flush=True)
            figures.append(figure)
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
