"""`dcprops shrink`: the smallest ledger, made from an event file, on which your code disagrees with the reference."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from typing import TextIO

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.terminal import count, day, progress, screen
from dcprops.disagreements import AgreementError, NotAnonymousError, NothingComparedError, Shrunk, shrink
from dcprops.disagreements.shrinking import BUDGET
from dcprops.event_files import EventFileError
from dcprops.printable import printable
from dcprops.properties import TargetError
from dcprops.reducing import INTERRUPTED
from dcprops.reports import failure_lines
from dcprops.reports.console import Printer

__all__ = ["add_options", "run"]

_INTERRUPTED = 130


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops shrink` takes."""
    parser.add_argument("file", metavar="FILE", help="events as NDJSON (plain or gzip) or Parquet")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--calculator", metavar="MODULE:FUNCTION", help="your calculator(documents, as_of)")
    target.add_argument("--model", metavar="MODULE:ATTRIBUTE", help="your event model")
    target.add_argument("--store", metavar="MODULE:CLASS", help="your Store(path)")
    target.add_argument(
        "--predicate", metavar="MODULE:FUNCTION",
        help="any function(documents) or function(documents, as_of) that is true of what you look for",
    )  # fmt: skip
    parser.add_argument(
        "--account", metavar="NAME",
        help="an employee_id, or scenario/plan design/employee/plan (default: the first that disagrees)",
    )  # fmt: skip
    parser.add_argument(
        "--as-of", metavar="DAY", type=day,
        help="the day asked about, YYYY-MM-DD (default: the last in the file)",
    )  # fmt: skip
    parser.add_argument("--month-ends", action="store_true", help="where they agree on that, ask about every month end")
    parser.add_argument("--coherent", action="store_true", help="let no new anomaly in on the way")
    parser.add_argument(
        "--budget", metavar="N", type=count, default=BUDGET,
        help=f"ask at most so often about smaller ledgers (default: {BUDGET:,})",
    )  # fmt: skip
    parser.add_argument(
        "--anonymise", action="store_true", help="leave no identifier, name or telling amount of the file"
    )
    parser.add_argument("--ndjson", metavar="FILE", help="write the ledger as NDJSON, with - to standard output")
    parser.add_argument("--test", metavar="FILE", help="write the pytest test, with - to standard output")
    parser.add_argument("--json", metavar="FILE", help="write all of it as JSON, with - to standard output")
    parser.epilog = "exit status: 0 if they agree on the whole file, 1 if a ledger was found, 130 if interrupted"


def run(arguments: argparse.Namespace) -> int:
    """Shrink. 0 if they agree on the file, 1 if there is a ledger on which they don't."""
    if arguments.month_ends and arguments.as_of:
        raise UsageError("--month-ends and --as-of exclude each other: name a day, or ask about every month end")
    named = {"--ndjson": arguments.ndjson, "--test": arguments.test, "--json": arguments.json}
    refuse_to_mix(named, {"the file": arguments.file})
    summary = None if STANDARD_OUTPUT in named.values() else screen()
    with ExitStack() as report:
        told = report.enter_context(output_file(arguments.json)) if arguments.json else None
        try:
            # The inner ones end without a result where they agree, so a ledger or test that was there before stays.
            with ExitStack() as outputs:
                files = {
                    option: outputs.enter_context(output_file(name))
                    for option, name in named.items()
                    if name and option != "--json"
                }
                shrunk = _shrunk(arguments)
                _write(shrunk, files)
        except AgreementError as agreement:
            if summary is not None:
                summary.print_line(printable(str(agreement)))
            elif told is None:  # standard output is for the ledger or the test that there isn't
                print(printable(str(agreement)), file=sys.stderr)
            if told is not None:
                write_json({"agreement": str(agreement)}, told)
            return 0
        if told is not None:
            write_json(shrunk.to_json(), told)
    if summary is not None:
        _print(shrunk, summary)
    return _INTERRUPTED if shrunk.reason == INTERRUPTED else 1


def _shrunk(arguments: argparse.Namespace) -> Shrunk:
    try:
        with progress("shrink") as bar:
            return shrink(
                arguments.file,
                calculator=arguments.calculator,
                model=arguments.model,
                store=arguments.store,
                predicate=arguments.predicate,
                account=arguments.account,
                as_of=arguments.as_of,
                by_month=arguments.month_ends,
                coherent=arguments.coherent,
                budget=arguments.budget,
                anonymise=arguments.anonymise,
                on_progress=bar,
            )
    except (EventFileError, TargetError, NotAnonymousError, NothingComparedError) as error:
        raise UsageError(str(error)) from error


def _write(shrunk: Shrunk, files: dict[str, TextIO]) -> None:
    if "--ndjson" in files:
        files["--ndjson"].writelines(f"{json.dumps(document)}\n" for document in shrunk.documents)
    if "--test" in files:
        files["--test"].write(shrunk.failure.test)


def _print(shrunk: Shrunk, to: Printer) -> None:
    if not shrunk.is_anonymous:
        when = f" as of {shrunk.found.as_of}" if shrunk.found.as_of else ""
        account = "/".join(shrunk.found.account or ())
        where = f" in {account}" if account else f" in line {shrunk.found.line}" if shrunk.found.line else ""
        to.print_line(printable(f"{shrunk.target}: {shrunk.found.message}{where}{when}"))
    events = len(shrunk.documents)
    calls = f"{_calls(shrunk.search_calls)} to find it, {_calls(shrunk.calls)} to shrink it"
    to.print_line(f"{shrunk.events:,} events in the file, {events:,} {'is' if events == 1 else 'are'} left; {calls}")
    to.print_line(
        "minimal: without any one event, and with any one value simpler, they agree"
        if shrunk.is_minimal
        else f"perhaps not minimal: {shrunk.reason}"
    )
    to.print_line("")
    for line in failure_lines(shrunk.failure):
        to.print_line(line)
    to.print_line("  as NDJSON:")
    for document in shrunk.documents:
        to.print_line(f"    {json.dumps(document)}")


def _calls(number: int) -> str:
    return f"{number:,} call{'' if number == 1 else 's'}"
