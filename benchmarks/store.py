"""How fast the store takes events, beside DuckDB by itself: `python -m benchmarks.store`, from a checkout."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

import duckdb
import pandas
import pyarrow as pa

from benchmarks.jobs import lines_of
from benchmarks.measure import Clock, Job, measure
from dcprops.events import SimulationEvent
from dcprops.schemas.arrow import arrow_schema, to_table
from dcprops.store import Store

_SAMPLE = Path(__file__).parents[1] / "tests" / "data" / "planwise_sample.ndjson"
_USUAL_TABLE = """
    CREATE TABLE events (
        event_id VARCHAR, employee_id VARCHAR, effective_date DATE, created_at TIMESTAMPTZ, scenario_id VARCHAR,
        plan_design_id VARCHAR, source_system VARCHAR, correlation_id VARCHAR, document VARCHAR
    )
"""


def events_of(path: Path, count: int) -> list[SimulationEvent]:
    """So many events, those of the file with ids and employees of their own in each copy."""
    lines = lines_of(path)
    events = []
    for number in range(count):
        event = SimulationEvent.model_validate_json(lines[number % len(lines)])
        own = {"event_id": UUID(int=number), "employee_id": f"EMP_{number % 9973:06d}"}
        events.append(event.model_copy(update=own))
    return events


def create_table_as(table: pa.Table) -> Job:
    """DuckDB by itself: no checks, no types, no identity."""

    def run(_: int) -> int:
        with closing(duckdb.connect()) as connection:
            connection.register("incoming", table)
            connection.execute("CREATE TABLE events AS SELECT * FROM incoming")
        return int(table.num_rows)

    return run


def append_to_memory(source: pa.Table | Sequence[SimulationEvent]) -> Job:
    """The store, in memory, with everything that it checks."""

    def run(_: int) -> int:
        with Store() as store:
            return store.append(source).created

    return run


def append_to_file(source: pa.Table) -> Job:
    """The store in a file, in order and durable."""

    def run(_: int) -> int:
        with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "events.duckdb") as store:
            return store.append(source).created

    return run


def usual_route(events: Sequence[SimulationEvent]) -> Job:
    """What one writes without a store: each event as a dict and as text, a pandas frame of them, INSERT ... SELECT."""

    def run(_: int) -> int:
        rows = []
        for event in events:
            row = event.model_dump()
            del row["payload"]
            row["event_id"] = str(row["event_id"])
            row["document"] = event.model_dump_json()
            rows.append(row)
        with closing(duckdb.connect()) as connection:
            connection.execute(_USUAL_TABLE)
            connection.register("frame", pandas.DataFrame(rows))
            connection.execute("INSERT INTO events BY NAME SELECT * FROM frame")
        return len(rows)

    return run


def report(name: str, ours: Job, peer: Job, repeats: int, clock: Clock, wanted: float | None) -> None:
    """Print the rates of both and their ratio, by turns in this process."""
    measured = measure(ours, peer, repeats, clock)
    assert measured.peer is not None
    assert measured.ratio is not None
    assert measured.ratio_range is not None
    rates = [1 / statistics.median(seconds) for seconds in (measured.ours, measured.peer)]
    low, high = measured.ratio_range
    met = "" if wanted is None else f"  wanted >= {wanted:g}: {'met' if measured.ratio >= wanted else 'NOT met'}"
    print(
        f"{name:34} ours {rates[0]:>11,.0f}/s  peer {rates[1]:>11,.0f}/s  ratio {measured.ratio:5.2f} "
        f"({low:.2f}-{high:.2f}){met}",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what `arguments` ask for and print it. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    parser.add_argument("--events", type=Path, default=_SAMPLE, metavar="FILE", help="NDJSON, plain or gzip")
    parser.add_argument("--rows", type=int, default=200_000, metavar="N", help="events appended (default 200000)")
    parser.add_argument("--objects", type=int, default=60_000, metavar="N", help="as objects (default 60000)")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="turns of each (default 5)")
    parser.add_argument("--wall", action="store_true", help="the wall's time, not this process's own on all cores")
    options = parser.parse_args(arguments)
    clock: Callable[[], float] = time.perf_counter if options.wall else time.process_time
    events = events_of(options.events, max(options.rows, options.objects))
    table = to_table(events[: options.rows])
    assert table.schema.equals(arrow_schema())
    chunked = pa.Table.from_batches(table.to_batches(max_chunksize=50_000))
    objects = events[: options.objects]
    del events[options.objects :]
    bare = create_table_as(table)
    report("Arrow table, beside CREATE AS", append_to_memory(table), bare, options.repeat, clock, 0.5)
    report("the same in chunks", append_to_memory(chunked), create_table_as(chunked), options.repeat, clock, 0.5)
    report("Arrow table to a file", append_to_file(table), bare, options.repeat, clock, None)
    report("objects, beside the usual route", append_to_memory(objects), usual_route(objects), options.repeat, clock, 4)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
