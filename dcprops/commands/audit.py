"""`dcprops audit`: which rows of an event file aren't valid events, and why."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from dcprops.audit import Audit, InvalidRow, audit
from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, write_json
from dcprops.commands.terminal import count, progress, screen
from dcprops.event_files import EventFileError
from dcprops.printable import cut, printable

if TYPE_CHECKING:
    from dcprops.commands.screen import Screen

_FIELD_WIDTH: Final = 60
_MESSAGE_WIDTH: Final = 300


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops audit` takes."""
    parser.add_argument("file", metavar="FILE", help="events as NDJSON (plain or gzip) or Parquet")
    parser.add_argument("--show", metavar="N", type=count, default=20, help="list so many findings (default: 20)")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON, with - to standard output")


def run(arguments: argparse.Namespace) -> int:
    """Audit the file. 0 if every row is a valid event, else 1."""
    _refuse_to_overwrite(arguments.file, arguments.json)
    summary = None if arguments.json == STANDARD_OUTPUT else screen()
    with ExitStack() as outputs:
        report = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        found = _audited(arguments.file)
        if report is not None:
            write_json(found.to_json(), report)
    if summary is not None:
        _print_report(found, arguments.show, summary)
    return 1 if found.invalid else 0


def _refuse_to_overwrite(source: str, report: str | None) -> None:
    if report and os.path.exists(source) and os.path.exists(report) and os.path.samefile(source, report):
        raise UsageError(f"--json {report} would overwrite the file that is audited: name another one")


def _audited(path: str) -> Audit:
    try:
        with progress("audit") as bar:
            on_progress = None if bar is None else lambda share, rows: bar(share, f"{rows:,} events")
            return audit(path, on_progress=on_progress)
    except EventFileError as error:
        raise UsageError(str(error)) from error


def _print_report(found: Audit, show: int, to: Screen) -> None:
    invalid = found.events - found.valid
    to.print_line(printable(f"{found.file}: {found.events:,} events, {found.valid:,} valid, {invalid:,} invalid"))
    if found.invalid:
        by_rule = [(rule, f"{count:,}") for rule, count in found.invalid_by_rule.items()]
        to.print_table({"Rule": False, "Findings": True}, by_rule)
    if found.invalid and show:
        rows = [_cells(row) for row in found.invalid[:show]]
        to.print_table({"Line": True, "Field": False, "Rule": False, "Message": False}, rows)
    if len(found.invalid) > show:
        left = f"{len(found.invalid) - show:,} of {len(found.invalid):,} findings are not shown"
        to.print_line(f"{left}: --show N lists more, --json FILE has all")


def _cells(row: InvalidRow) -> tuple[str, ...]:
    return str(row.line), cut(row.field or "(the row)", _FIELD_WIDTH), row.rule, cut(row.message, _MESSAGE_WIDTH)
