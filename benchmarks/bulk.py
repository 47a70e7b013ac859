"""Measures validation in bulk beside a loop of the model and beside DuckDB's bare typed reading of JSON.

Run `python -m benchmarks.bulk` from a checkout. All three read the same file: the events given, as often as it takes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from benchmarks.jobs import lines_of, repeated
from benchmarks.measure import CannotRun, Job, Measured, measure
from dcprops.events import SimulationEvent
from dcprops.events.kinds import Kind, MoneyBySource
from dcprops.events.schema import ENVELOPE, PAYLOADS
from dcprops.schemas.duckdb_ddl import sql_type
from dcprops.store.bulk import stage_file

__all__ = ["bare_reading", "main", "staging", "validating_lines"]

_SAMPLE: Final = Path(__file__).parents[1] / "tests" / "data" / "planwise_sample.ndjson"
#: What is wanted: the least ratio of our rate to the peer's.
_WANTED: Final = {"a loop of model_validate_json": 8.0, "a bare typed read_json": 0.5}


def staging(path: Path, threads: int) -> Job:
    """The file validated, into a table of typed columns."""

    def stage(_: int) -> int:
        with duckdb.connect(config={"threads": threads}) as connection:
            staged = stage_file(connection, path)
        if staged.valid != staged.documents:
            raise CannotRun(f"{path}: {staged.documents - staged.valid} documents are not valid")
        return staged.documents

    return stage


def validating_lines(path: Path) -> Job:
    """Each line of the file read by the model, keeping none of the events."""

    def read_lines(_: int) -> int:
        read = SimulationEvent.model_validate_json
        count = 0
        with path.open("rb") as file:
            for line in file:
                read(line)
                count += 1
        return count

    return read_lines


def bare_reading(path: Path, threads: int) -> Job:
    """The file read by DuckDB into a table of the same types, nothing checked but that they can be cast."""
    payload: dict[str, str] = {}
    for fields in PAYLOADS.values():
        payload |= {field.name: _type_of(field.kind) for field in fields}
    types = {field.name: _type_of(field.kind) for field in ENVELOPE}
    types["payload"] = f"STRUCT({', '.join(f'{name} {type_}' for name, type_ in payload.items())})"
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in types.items())

    def read_table(_: int) -> int:
        with duckdb.connect(config={"threads": threads}) as connection:
            connection.execute(
                "CREATE TEMP TABLE events AS SELECT * FROM "
                f"read_json(?, format = 'newline_delimited', columns = {{{columns}}})",
                [str(path)],
            )
            ((count,),) = connection.execute("SELECT count(*) FROM events").fetchall()
        return int(count)

    return read_table


def _type_of(kind: Kind) -> str:
    if isinstance(kind, MoneyBySource):
        return f"STRUCT({', '.join(f'{source} {sql_type(kind.money)}' for source in kind.sources)})"
    return sql_type(kind)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print a line for each peer. Returns 1 if something falls short of what is wanted, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    parser.add_argument("--events", type=Path, default=_SAMPLE, metavar="FILE", help="NDJSON, plain or gzip")
    parser.add_argument("--lines", type=int, default=1_000_000, metavar="N", help="at least (default 1000000)")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="turns of each (default 3)")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="DuckDB's threads (default 2)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        path.write_bytes(b"\n".join([*repeated(lines_of(options.events), options.lines), b""]))
        peers = (validating_lines(path), bare_reading(path, options.threads))
        met = True
        for (name, wanted), peer in zip(_WANTED.items(), peers, strict=True):
            measured = measure(staging(path, options.threads), peer, options.repeat, time.perf_counter)
            print(_told(name, measured, wanted))
            met = met and (measured.ratio or 0) >= wanted
    return 0 if met else 1


def _told(name: str, measured: Measured, wanted: float) -> str:
    low, high = measured.ratio_range or (0, 0)
    ours, theirs = (1 / min(seconds) for seconds in (measured.ours, measured.peer or (0,)))
    return (
        f"{ours:,.0f} events a second validated, {theirs:,.0f} by {name}: "
        f"{measured.ratio:.2f} times ({low:.2f}-{high:.2f}), wanted {wanted:g}"
    )


if __name__ == "__main__":
    sys.exit(main())
