"""`dcprops audit`: which rows of an event file aren't valid events, what is wrong with the ledger, and its balances."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dcprops.audit import Audit, audit
from dcprops.commands import UsageError
from dcprops.commands.audit_summary import print_summary
from dcprops.commands.balance_csv import write_csv
from dcprops.commands.output import STANDARD_OUTPUT, output_file, write_json
from dcprops.commands.terminal import count, day, progress, screen
from dcprops.event_files import EventFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops audit` takes."""
    parser.add_argument("file", metavar="FILE", help="events as NDJSON (plain or gzip) or Parquet")
    parser.add_argument("--balances", action="store_true", help="what every account comes to, too")
    parser.add_argument(
        "--as-of", metavar="DAY", type=day,
        help="balances at the end of this day, YYYY-MM-DD (default: the last effective date in the file)",
    )  # fmt: skip
    parser.add_argument("--show", metavar="N", type=count, default=20, help="list so many findings (default: 20)")
    parser.add_argument("--csv", metavar="FILE", help="write the balances as CSV, with - to standard output")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON, with - to standard output")
    parser.epilog = "exit status: 0 if every row is a valid event and no anomaly is an error (warnings may be), else 1"


def run(arguments: argparse.Namespace) -> int:
    """Audit the file. 0 if every row is a valid event and no anomaly is an error, else 1."""
    _refuse_to_mix(arguments)
    summary = None if STANDARD_OUTPUT in {arguments.json, arguments.csv} else screen()
    with ExitStack() as outputs:
        report = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        table = outputs.enter_context(output_file(arguments.csv)) if arguments.csv else None
        found = _audited(arguments)
        if report is not None:
            write_json(found.to_json(), report)
        if table is not None:
            write_csv(found.balances or (), table)
    if summary is not None:
        print_summary(found, arguments.show, summary)
    return 0 if found.ok else 1


def _refuse_to_mix(arguments: argparse.Namespace) -> None:
    """Refuse outputs that would overwrite what is audited, or one another."""
    for option, name in _outputs(arguments):
        if name != STANDARD_OUTPUT and _same_file(arguments.file, name):
            raise UsageError(f"{option} {name} would overwrite the file that is audited: name another one")
    names = [name for _, name in _outputs(arguments)]
    if names == [STANDARD_OUTPUT] * 2:
        raise UsageError("--json and --csv cannot both go to standard output: name a file for one of them")
    if len(names) == 2 and os.path.realpath(names[0]) == os.path.realpath(names[1]):
        raise UsageError(f"--json and --csv both name {names[0]}: name another file for one of them")


def _outputs(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    if arguments.json:
        yield "--json", arguments.json
    if arguments.csv:
        yield "--csv", arguments.csv


def _same_file(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _audited(arguments: argparse.Namespace) -> Audit:
    try:
        with progress("audit") as bar:
            return audit(
                arguments.file,
                as_of=arguments.as_of,
                with_balances=arguments.balances or bool(arguments.csv),
                on_progress=None if bar is None else lambda share, rows: bar(share, f"{rows:,} events"),
            )
    except EventFileError as error:
        raise UsageError(str(error)) from error
