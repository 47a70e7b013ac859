"""`dcprops merge`: the reports of all shards of a run as one, and their example databases too."""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from pathlib import Path

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.pages import HTML_HELP, expect_html
from dcprops.commands.terminal import count, screen
from dcprops.properties import PROPERTIES, Report
from dcprops.properties.examples import is_database, join_databases
from dcprops.properties.merging import MergeError, merged, report_from_json
from dcprops.reports import junit_xml, print_report

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops merge` takes."""
    parser.add_argument("reports", nargs="+", metavar="REPORT", help="the JSON report of a shard: all of one run")
    parser.add_argument(
        "--database",
        action="append",
        default=[],
        metavar="DIR",
        help="the example database of a shard; may be repeated",
    )
    parser.add_argument("--into", metavar="DIR", help="the example database that gets the examples of all of them")
    parser.add_argument("--show", metavar="N", type=count, default=3, help="failures to print of each (default: 3)")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON, with - to standard output")
    parser.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML")
    parser.add_argument("--html", metavar="FILE", help=HTML_HELP)


def run(arguments: argparse.Namespace) -> int:
    """Merge them. 0 if all that was run holds, else 1."""
    named = {"--json": arguments.json, "--junit": arguments.junit, "--html": arguments.html}
    refuse_to_mix(named, {f"the report {name}": name for name in arguments.reports})
    if bool(arguments.database) != bool(arguments.into):
        raise UsageError("--database and --into go together: the folders to join, and the one that gets all examples")
    if arguments.html:
        expect_html()
    report = _merged(arguments.reports)
    summary = None if STANDARD_OUTPUT in named.values() else screen()
    new = _joined(arguments.database, arguments.into) if arguments.into else None
    with ExitStack() as outputs:
        files = {option: outputs.enter_context(output_file(name)) for option, name in named.items() if name}
        if "--json" in files:
            write_json(report.to_json(), files["--json"])
        if "--junit" in files:
            files["--junit"].write(junit_xml(report))
        if "--html" in files:
            from dcprops.reports.html import check_html  # noqa: PLC0415  # an extra, which has been asked for above

            files["--html"].write(check_html(report))
    if summary is not None:
        print_report(report, summary, arguments.show)
        if new is not None:
            summary.print_line(f"{new:,} examples are new in {arguments.into}")
    return 0 if report.ok else 1


def _merged(names: list[str]) -> Report:
    reports = []
    for name in names:
        try:
            reports.append(report_from_json(json.loads(Path(name).read_text(encoding="utf-8"))))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise UsageError(f"{name} cannot be read: {reason}") from error
    try:
        return merged(reports, PROPERTIES)
    except MergeError as error:
        raise UsageError(f"{error}") from error


def _joined(folders: list[str], into: str) -> int:
    for folder in folders:
        if not Path(folder).is_dir():
            raise UsageError(f"{folder} is no folder: expected the example database of a shard")
    try:
        if Path(into).exists() and not is_database(Path(into)):
            raise UsageError(f"{into} has other things in it than examples: name a new folder, or a database of them")
        return join_databases(folders, into)
    except OSError as error:
        raise UsageError(f"{into} cannot be written: {error.strerror or error}") from error
