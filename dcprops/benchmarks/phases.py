"""What is done with a whole workforce, phase by phase: `python -m dcprops.benchmarks.phases` is a process for one.

Its argument is a Task as JSON. The process writes lines of JSON: what is done so far, and at the end the Outcome.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from dcprops.population import Partition, Population
from dcprops.schemas.arrow import arrow_schema
from dcprops.store import Store

__all__ = ["PHASES", "Outcome", "Task", "main"]

#: What DuckDB may hold; it writes the rest to disk. Arrow and Python come on top.
MEMORY_LIMIT: Final = "800MB"
_LOOK_UPS: Final = 200
_SECONDS_BETWEEN_LOOKS: Final = 0.2
_FRIDAY: Final = 4
#: For what two balances come to.
_WIDE: Final = pa.decimal256(40, 6)

OnProgress: TypeAlias = Callable[[float, str], None]


@dataclass(frozen=True)
class Task:
    """One phase of a workforce of so many employees and years, in the store at a path."""

    phase: str
    store: str
    employees: int
    years: int
    partitions: int

    @property
    def population(self) -> Population:
        """The workforce."""
        return Population(employees=self.employees, years=self.years)


@dataclass(frozen=True)
class Outcome:
    """What a phase came to: so many rows in so many seconds of each of its parts; `milliseconds` are medians of one.

    `peak_bytes` is the most memory that the process had, `duckdb_bytes` the most that DuckDB was seen to hold.
    """

    rows: int
    seconds: dict[str, float]
    milliseconds: dict[str, float]
    peak_bytes: int = 0
    duckdb_bytes: int = 0
    store_bytes: int = 0


class PhaseError(Exception):
    """What a phase found that can't be."""


def _ingest(store: Store, task: Task, on_progress: OnProgress) -> Outcome:
    """Each partition is made batch by batch and appended as a stream, with everything that an append checks."""
    generating = appending = 0.0
    generated = 0

    def timed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        nonlocal generating, generated
        while True:
            start = time.perf_counter()
            batch = next(batches, None)
            generating += time.perf_counter() - start
            if batch is None:
                return
            generated += batch.num_rows
            yield batch

    population = task.population
    for number in range(1, task.partitions + 1):
        start = time.perf_counter()
        batches = population.batches(Partition(number, task.partitions))
        done = store.append(pa.RecordBatchReader.from_batches(arrow_schema(), timed(batches)))
        appending += time.perf_counter() - start
        if done.exists or done.rejected or done.receipt.rows != generated:
            raise PhaseError(
                f"of {generated:,} events generated {done.receipt.rows:,} are stored, {done.exists:,} were there, "
                f"{done.rejected:,} were refused"
            )
        on_progress(number / task.partitions, f"{generated:,} events")
    return Outcome(generated, {"generate": generating, "ingest": appending - generating}, {})


def _balance(store: Store, _: Task, __: OnProgress) -> Outcome:
    """The balances of all accounts on the last day; that they add up is checked."""
    start = time.perf_counter()
    rows = store.balances_table(store.last_day() or date.max)
    seconds = time.perf_counter() - start
    gross, forfeited, net, vested, unvested = (
        rows[name].cast(_WIDE)
        for name in (
            "gross_account_balance", "total_forfeitures", "net_account_balance", "vested_account_balance",
            "unvested_balance",
        )
    )  # fmt: skip
    if not pc.all(pc.equal(pc.subtract(gross, forfeited), net)).as_py():
        raise PhaseError("some account's gross balance is not its net balance and its forfeitures")
    if not pc.all(pc.equal(pc.subtract(net, unvested), vested)).as_py():
        raise PhaseError("some account's net balance is not what is vested and unvested of it")
    return Outcome(rows.num_rows, {"balance": seconds}, {})


def _snapshot(store: Store, _: Task, __: OnProgress) -> Outcome:
    """The weekly snapshots of all accounts, with the flags of what is wrong with their ledgers."""
    start = time.perf_counter()
    rows = store.update_snapshots()
    return Outcome(rows, {"snapshot": time.perf_counter() - start}, {})


def _look_up(store: Store, task: Task, on_progress: OnProgress) -> Outcome:
    """The history of some participants, evenly spread, and a snapshot of each account, which must agree with it."""
    last = store.last_day() or date.max
    friday = last - timedelta(days=(last.weekday() - _FRIDAY) % 7 + 364)
    times: dict[str, list[float]] = {"history": [], "snapshot": []}
    everyone = range(0, task.employees, max(1, task.employees // _LOOK_UPS))
    population = task.population
    for place in everyone:
        events = population.batch(range(place, place + 1))
        who = events.column("employee_id")[0].as_py()
        with _timed(times["history"]):
            entries = store.history(who)
        if len(entries) != events.num_rows:
            raise PhaseError(f"{who} has {events.num_rows:,} events, but {len(entries):,} in the store")
        by_then = [entry.balance for entry in entries if entry.event.effective_date <= friday]
        for account, balance in {each.account: each for each in by_then if each is not None}.items():
            with _timed(times["snapshot"]):
                snapshot = store.snapshot_of(account, friday)
            if snapshot is None or snapshot.net_account_balance != balance.net_account_balance:
                raise PhaseError(f"the snapshot of {'/'.join(account)} on {friday} isn't what its history comes to")
        on_progress(len(times["history"]) / len(everyone), who)
    medians = {name: statistics.median(seconds) * 1000 for name, seconds in times.items() if seconds}
    return Outcome(sum(map(len, times.values())), {"look up": sum(map(sum, times.values()))}, medians)


@contextmanager
def _timed(seconds: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - start)


#: The phases, in their order.
PHASES: Final = MappingProxyType({"ingest": _ingest, "balance": _balance, "snapshot": _snapshot, "look up": _look_up})


class _Watch:
    """Looks now and then at how much memory DuckDB holds, and keeps the most."""

    def __init__(self, store: Store) -> None:
        self.most = 0
        self._store = store
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
            self.most = max(self.most, self._store.memory_used())


def _peak_bytes() -> int:
    """The most memory that this process has had, in bytes; 0 where the system doesn't tell."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says there is also what the process was started by has had
        (line,) = (line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    try:
        import resource  # noqa: PLC0415  # not on Windows
    except ModuleNotFoundError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _say(said: dict[str, object]) -> None:
    print(json.dumps(said), flush=True)


def main(argument: str) -> None:
    """Do the phase of the task that `argument` says as JSON."""
    task = Task(**json.loads(argument))
    with Store(task.store, memory_limit=MEMORY_LIMIT) as store, _Watch(store) as watch:
        outcome = PHASES[task.phase](store, task, lambda share, note: _say({"share": share, "note": note}))
    file = Path(task.store)
    figures = {"peak_bytes": _peak_bytes(), "duckdb_bytes": watch.most, "store_bytes": file.stat().st_size}
    _say({"outcome": asdict(outcome) | figures})


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception as error:  # noqa: BLE001  # whatever it is, the parent says it in one line
        _say({"error": f"{type(error).__name__}: {' '.join(str(error).split())}"})
        sys.exit(1)
