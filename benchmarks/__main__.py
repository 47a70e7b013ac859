"""Measures dcprops beside its peers: `python -m benchmarks`, from a checkout."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from benchmarks.jobs import Inputs, by_event_type, lines_of, repeated
from benchmarks.measure import CannotRun, measure
from benchmarks.report import CANNOT_RUN, Result, as_json, as_table, exit_status
from benchmarks.rows import ROWS, Row

_SAMPLE: Final = Path(__file__).parents[1] / "tests" / "data" / "planwise_sample.ndjson"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what `arguments` ask for and print the table. Returns the exit status."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal has µ
    options = _parser().parse_args(arguments)
    rows = [row for row in ROWS if any(fnmatchcase(row.name, pattern) for pattern in options.only or ["*"])]
    if not rows:
        return _complain(f"no row is named {' or '.join(options.only)}; there are {', '.join(r.name for r in ROWS)}")
    try:
        inputs = _inputs(options)
    except CannotRun as failure:
        return _complain(str(failure))
    results = [_measured(row, inputs, options.repeat) for row in rows]
    print(as_table(results, options.repeat))
    if options.json is not None:
        text = json.dumps(as_json(results, options.repeat), indent=2) + "\n"
        try:
            options.json.write_text(text, encoding="utf-8")
        except OSError as error:
            return _complain(f"{options.json} can't be written: {error.strerror}")
    for result in results:
        if result.failure is not None:
            _complain(f"{result.row.name} can't be measured: {result.failure}")
    return exit_status(results, strict=options.strict)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure dcprops beside its peers, by turns in one process. "
        "The rows validate-TYPE and dump-TYPE work on the sample that comes with the tests.",
        epilog="exit status: 0 measured, 1 with --strict if a row falls short, 2 if something can't be measured",
    )
    parser.add_argument("--only", action="append", metavar="NAME", help="rows of this name, or like 'validate*'")
    parser.add_argument("--repeat", type=_positive, default=7, metavar="N", help="turns of each (default 7)")
    parser.add_argument("--examples", type=_positive, default=2000, metavar="N", help="per draw (default 2000)")
    parser.add_argument("--lines", type=_positive, default=20_000, metavar="N", help="at least (default 20000)")
    parser.add_argument(
        "--events", type=Path, default=_SAMPLE, metavar="FILE", help="NDJSON, plain or gzip, to work on"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a row falls short of what is wanted")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not above 0")
    return number


def _inputs(options: argparse.Namespace) -> Inputs:
    return Inputs(
        lines=repeated(lines_of(options.events), options.lines),
        lines_by_event_type=by_event_type(lines_of(_SAMPLE), at_least=options.lines // 10),
        examples=options.examples,
    )


def _measured(row: Row, inputs: Inputs, repeats: int) -> Result:
    print(f"{row.name} ...", file=sys.stderr, flush=True)
    try:
        peer = None if row.peer is None else row.peer(inputs)
        return Result(row, measure(row.ours(inputs), peer, repeats, row.clock))
    except CannotRun as failure:
        return Result(row, None, str(failure))


def _complain(message: str) -> int:
    print(f"python -m benchmarks: {message}", file=sys.stderr)
    return CANNOT_RUN


if __name__ == "__main__":
    sys.exit(main())
