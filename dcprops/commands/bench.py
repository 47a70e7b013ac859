"""`dcprops bench`: how fast dcprops is on this machine, beside its peers, and whether that is what it promises."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.terminal import count, progress, screen
from dcprops.printable import printable

if TYPE_CHECKING:
    from dcprops.benchmarks.report import Result
    from dcprops.benchmarks.rows import Row
    from dcprops.commands.screen import Screen

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops bench` takes."""
    parser.add_argument(
        "--only", action="append", metavar="PATTERN", help="rows of this name, or like 'draw-*'; may be repeated"
    )
    parser.add_argument("--repeat", type=_positive, default=5, metavar="N", help="turns of each (default: 5)")
    parser.add_argument(
        "--events", metavar="FILE", help="NDJSON, plain or gzip, to read, write and balance (default: a sample of 200)"
    )
    parser.add_argument("--lines", type=_positive, metavar="N", help="read and written (default: 10000)")
    parser.add_argument("--examples", type=_positive, metavar="N", help="drawn of a strategy (default: 1000)")
    parser.add_argument("--appended", type=_positive, metavar="N", help="events appended (default: 200000)")
    parser.add_argument("--objects", type=_positive, metavar="N", help="appended as objects (default: 40000)")
    parser.add_argument("--stored", type=_positive, metavar="N", help="events in the store asked (default: 500000)")
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON, with - to standard output")
    parser.epilog = "exit status: 0; 1 if a promise is not met, or a row that has one fails for want of something else"


def run(arguments: argparse.Namespace) -> int:
    """Measure the rows. 0 if every promise that was measured is met, else 1."""
    refuse_to_mix({"--json": arguments.json}, {"the events": arguments.events} if arguments.events else {})
    summary = None if arguments.json == STANDARD_OUTPUT else screen()
    with ExitStack() as outputs:
        stream = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        found = _measured(arguments)
        if stream is not None:
            from dcprops.benchmarks.report import as_json  # noqa: PLC0415

            write_json(as_json(found, arguments.repeat), stream)
    if summary is not None:
        _print(found, arguments.repeat, summary)
    return 1 if any(result.met is False for result in found) else 0


def _positive(text: str) -> int:
    number = count(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not above 0")
    return number


def _measured(arguments: argparse.Namespace) -> list[Result]:
    # Only now: they import the strategies, which --help needn't wait for.
    from dcprops.benchmarks.inputs import Inputs, Sizes  # noqa: PLC0415
    from dcprops.benchmarks.measure import CannotRun  # noqa: PLC0415
    from dcprops.benchmarks.rows import ROWS  # noqa: PLC0415
    from dcprops.benchmarks.run import results  # noqa: PLC0415

    rows = _chosen(ROWS, arguments.only)
    given = {name: getattr(arguments, name) for name in ("lines", "examples", "appended", "objects", "stored")}
    sizes = replace(Sizes(), **{name: size for name, size in given.items() if size is not None})
    with tempfile.TemporaryDirectory(prefix="dcprops-bench-") as folder:
        inputs = Inputs(sizes, Path(arguments.events) if arguments.events else None, Path(folder))
        try:
            if inputs.path is not None:
                inputs.file_lines  # noqa: B018  # a file that is of no use is told before anything is measured
            with progress("bench") as bar:
                return list(results(rows, inputs, arguments.repeat, bar))
        except CannotRun as failure:
            raise UsageError(str(failure)) from failure
        finally:
            inputs.close()


def _chosen(rows: Sequence[Row], patterns: Sequence[str] | None) -> list[Row]:
    for pattern in patterns or ():
        if not any(fnmatchcase(row.name, pattern) for row in rows):
            raise UsageError(f"--only {pattern}: no row is named so; there are {', '.join(row.name for row in rows)}")
    return [row for row in rows if any(fnmatchcase(row.name, pattern) for pattern in patterns or ["*"])]


def _print(results: Sequence[Result], repeats: int, summary: Screen) -> None:
    from dcprops.benchmarks.report import HEADINGS, cells, machine  # noqa: PLC0415

    on = machine()
    packages = ", ".join(f"{name} {number}" for name, number in on["packages"].items())
    summary.print_line(printable(f"{on['processor']}, {on['cores']} cores, Python {on['python']}, {packages}"))
    summary.print_line(f"medians of {repeats} (least-greatest); a ratio is how many times the peer's speed ours is")
    summary.print_table(HEADINGS, [tuple(map(printable, cells(result))) for result in results])
    summary.print_line("")
    for result in results:
        if result.failure is not None:
            summary.print_line(printable(f"{result.row.name}: not measured: {result.failure}"))
    short = [result.row.name for result in results if result.met is False]
    promised = [result for result in results if result.met is not None]
    told = f"short: {', '.join(short)}" if short else "all met"
    summary.print_line(f"{len(promised)} promises measured, {told}")
