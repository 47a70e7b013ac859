"""`dcprops bench`: how fast dcprops is on this machine, beside its peers, and whether that is what it promises."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from dcprops.commands import UsageError, bench_power
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.stopping import stopping_when_terminated
from dcprops.commands.terminal import count, progress, screen
from dcprops.monitor import this_machine
from dcprops.printable import printable

if TYPE_CHECKING:
    from dcprops.benchmarks.report import Result
    from dcprops.benchmarks.rows import Row
    from dcprops.benchmarks.scale import PhaseDone
    from dcprops.commands.screen import Screen

__all__ = ["add_options", "run"]

_REPEATS = 5
_SIZES = ("lines", "examples", "appended", "objects", "stored")
#: What only the rows take, and what only the run of a whole workforce does.
_OF_ROWS = ("only", "repeat", "events", *_SIZES)
_OF_SCALE = ("years", "partitions", "keep")
_YEARS = 5


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops bench` takes."""
    parser.add_argument(
        "--only", action="append", metavar="PATTERN", help="rows of this name, or like 'draw-*'; may be repeated"
    )
    parser.add_argument("--repeat", type=_positive, metavar="N", help=f"turns of each (default: {_REPEATS})")
    parser.add_argument(
        "--events", metavar="FILE", help="NDJSON, plain or gzip, to read, write and balance (default: a sample of 200)"
    )
    parser.add_argument("--lines", type=_positive, metavar="N", help="read and written (default: 10000)")
    parser.add_argument("--examples", type=_positive, metavar="N", help="drawn of a strategy (default: 1000)")
    parser.add_argument("--appended", type=_positive, metavar="N", help="events appended (default: 200000)")
    parser.add_argument("--objects", type=_positive, metavar="N", help="appended as objects (default: 40000)")
    parser.add_argument("--stored", type=_positive, metavar="N", help="events in the store asked (default: 500000)")
    parser.add_argument(
        "--scale", type=_positive, metavar="N",
        help="instead of the rows: generate, ingest, balance, snapshot and look up a workforce of N people",
    )  # fmt: skip
    parser.add_argument("--years", type=_positive, metavar="Y", help="--scale: so many years (default: 5)")
    parser.add_argument("--partitions", type=_positive, metavar="K", help="--scale: appended in so many parts")
    parser.add_argument("--keep", metavar="DIR", help="--scale: work in this folder, and leave the store there")
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON, with - to standard output")
    power = parser.add_subparsers(dest="part", metavar="power").add_parser(
        "power", help="how soon the properties find seeded defects, beside what teams use today",
        description="How soon the properties find seeded defects, beside what teams use today.", allow_abbrev=False,
    )  # fmt: skip
    bench_power.add_options(power)
    parser.epilog = "exit status: 0; 1 if a promise is not met, or a row that has one fails for want of something else"


def run(arguments: argparse.Namespace) -> int:
    """Measure the rows. 0 if every promise that was measured is met, else 1."""
    if arguments.part == "power":
        _refuse_before_power(arguments)
        return bench_power.run(arguments)
    refuse_to_mix({"--json": arguments.json}, {"the events": arguments.events} if arguments.events else {})
    _refuse_what_does_nothing(arguments)
    summary = None if arguments.json == STANDARD_OUTPUT else screen()
    with ExitStack() as outputs:
        stream = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        found = _measured(arguments) if arguments.scale is None else _scaled(arguments, summary)
        if stream is not None:
            from dcprops.benchmarks.report import as_json  # noqa: PLC0415

            write_json(as_json(found, arguments.repeat or _REPEATS), stream)
    if summary is not None:
        _print(found, 1 if arguments.scale else arguments.repeat or _REPEATS, summary)
    return 1 if any(result.met is False for result in found) else 0


def _positive(text: str) -> int:
    number = count(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not above 0")
    return number


def _refuse_before_power(arguments: argparse.Namespace) -> None:
    for option in (*_OF_ROWS, *_OF_SCALE, "scale", "json"):
        if getattr(arguments, option) is not None:
            raise UsageError(f"--{option} says nothing before power; see dcprops bench power --help")


def _refuse_what_does_nothing(arguments: argparse.Namespace) -> None:
    idle = _OF_SCALE if arguments.scale is None else _OF_ROWS
    for option in idle:
        if getattr(arguments, option) is not None:
            raise UsageError(f"--{option} does nothing {'without' if arguments.scale is None else 'with'} --scale")


def _measured(arguments: argparse.Namespace) -> list[Result]:
    # Only now: they import the strategies, which --help needn't wait for.
    from dcprops.benchmarks.inputs import Inputs, Sizes  # noqa: PLC0415
    from dcprops.benchmarks.measure import CannotRun  # noqa: PLC0415
    from dcprops.benchmarks.rows import ROWS  # noqa: PLC0415
    from dcprops.benchmarks.run import results  # noqa: PLC0415

    rows = _chosen(ROWS, arguments.only)
    given = {name: getattr(arguments, name) for name in _SIZES}
    sizes = replace(Sizes(), **{name: size for name, size in given.items() if size is not None})
    with tempfile.TemporaryDirectory(prefix="dcprops-bench-") as folder:
        inputs = Inputs(sizes, Path(arguments.events) if arguments.events else None, Path(folder))
        try:
            if inputs.path is not None:
                inputs.file_lines  # noqa: B018  # a file that is of no use is told before anything is measured
            with progress("bench") as bar:
                return list(results(rows, inputs, arguments.repeat or _REPEATS, bar))
        except CannotRun as failure:
            raise UsageError(str(failure)) from failure
        finally:
            inputs.close()


def _scaled(arguments: argparse.Namespace, summary: Screen | None) -> list[Result]:
    try:
        from dcprops.benchmarks import scale  # noqa: PLC0415  # NumPy, pyarrow and DuckDB are extras
        from dcprops.benchmarks.measure import CannotRun  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--scale needs {error.name}, which is not installed: pip install 'dcprops[duckdb,population]'"
        ) from error
    done = []
    try:
        plan = scale.plan(arguments.scale, arguments.years or _YEARS, arguments.partitions)
        with stopping_when_terminated(), _place(arguments.keep) as folder:
            free = shutil.disk_usage(folder).free
            told = f"about {plan.events:,} events, {plan.disk_bytes / 1e9:,.1f} GB in {folder}"
            if plan.disk_bytes > free:
                raise UsageError(f"{told}, where {free / 1e9:,.1f} GB are free: name another place with --keep DIR")
            if summary is not None:
                summary.print_line(printable(told))
            with progress("bench") as bar:
                for phase in scale.run_phases(plan, folder, bar):
                    done.append(phase)
                    if summary is not None:
                        summary.print_line(_told(phase))
    except CannotRun as failure:
        raise UsageError(str(failure)) from failure
    return scale.results(plan, done)


@contextmanager
def _place(keep: str | None) -> Iterator[Path]:
    """The folder to keep, or one that is removed with all that is in it."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="dcprops-bench-") as name:
            yield Path(name)
        return
    folder = Path(keep)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--keep {keep} cannot be made: {error.strerror or error}") from error
    if any(folder.iterdir()):
        raise UsageError(f"--keep {keep} is not empty: name a new folder")
    yield folder


def _told(phase: PhaseDone) -> str:
    outcome = phase.outcome
    seconds = ", ".join(f"{name} {taken:,.1f} s" for name, taken in outcome.seconds.items())
    medians = "".join(f", a {name} {taken:,.1f} ms" for name, taken in outcome.milliseconds.items())
    return (
        f"{phase.name}: {outcome.rows:,} rows in {seconds}{medians}; "
        f"at most {outcome.peak_bytes / 1e9:.2f} GB of memory, {outcome.duckdb_bytes / 1e9:.2f} of it DuckDB's; "
        f"{outcome.store_bytes / 1e9:.2f} GB on disk"
    )


def _chosen(rows: Sequence[Row], patterns: Sequence[str] | None) -> list[Row]:
    for pattern in patterns or ():
        if not any(fnmatchcase(row.name, pattern) for row in rows):
            raise UsageError(f"--only {pattern}: no row is named so; there are {', '.join(row.name for row in rows)}")
    return [row for row in rows if any(fnmatchcase(row.name, pattern) for pattern in patterns or ["*"])]


def _print(results: Sequence[Result], repeats: int, summary: Screen) -> None:
    from dcprops.benchmarks.report import HEADINGS, cells  # noqa: PLC0415

    summary.print_line(printable(str(this_machine())))
    summary.print_line(f"medians of {repeats} (least-greatest); a ratio is how many times the peer's speed ours is")
    summary.print_table(HEADINGS, [tuple(map(printable, cells(result))) for result in results])
    summary.print_line("")
    for result in results:
        if result.failure is not None:
            summary.print_line(printable(f"{result.row.name}: {result.failure}"))
    short = [result.row.name for result in results if result.met is False]
    promised = [result for result in results if result.met is not None]
    told = f"short: {', '.join(short)}" if short else "all met"
    summary.print_line(f"{len(promised)} promises measured, {told}")
