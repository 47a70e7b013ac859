"""`dcprops golden`: the scenarios worked by hand against the reference, and drafts of new ones."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, write_json
from dcprops.commands.terminal import count, day, progress, screen
from dcprops.event_files import EventFileError
from dcprops.golden import (
    SHIPPED,
    Drift,
    ScenarioError,
    Verification,
    events_to_record,
    read_scenarios,
    recorded,
    verify,
)
from dcprops.printable import printable

if TYPE_CHECKING:
    from dcprops.commands.screen import Screen

__all__ = ["add_options", "run"]

_USAGE = """dcprops golden verify [DIR] [--full] [--show N] [--json FILE]
       dcprops golden record FILE --name NAME --as-of DAY --out FILE"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops golden` takes."""
    parser.usage = _USAGE
    parts = parser.add_subparsers(dest="part", required=True, metavar="verify|record")

    verifying = parts.add_parser(
        "verify", prog="dcprops golden verify", allow_abbrev=False,
        help="compare every figure of the scenarios with the reference",
        description="Compare every figure of the scenarios with the reference. Exit status 1 if one differs.",
    )  # fmt: skip
    verifying.add_argument(
        "place", metavar="DIR", nargs="?", type=Path, default=SHIPPED,
        help="a folder of scenario files, or one of them (default: those that come with dcprops)",
    )  # fmt: skip
    verifying.add_argument("--full", action="store_true", help="generate the long series: a million events")
    verifying.add_argument("--show", metavar="N", type=count, default=20, help="list so many figures (default: 20)")
    verifying.add_argument("--json", metavar="FILE", help="write the result as JSON, with - to standard output")

    recording = parts.add_parser(
        "record", prog="dcprops golden record", allow_abbrev=False,
        help="write a draft of a scenario from an event file",
        description="Write a draft of a scenario from an event file. Verify refuses it until its reasoning is written.",
    )  # fmt: skip
    recording.add_argument("file", metavar="FILE", help="events as NDJSON (plain or gzip) or Parquet")
    recording.add_argument("--name", required=True, help="small letters, digits and hyphens, such as late-match")
    recording.add_argument("--as-of", metavar="DAY", required=True, type=day, help="the day of the balances")
    recording.add_argument("--out", metavar="FILE", required=True, help="a new file, or - for standard output")


def run(arguments: argparse.Namespace) -> int:
    """Verify: 0 if no figure differs, else 1. Record: always 0."""
    try:
        return _verify(arguments) if arguments.part == "verify" else _record(arguments)
    except (ScenarioError, EventFileError) as error:
        raise UsageError(str(error)) from error


def _verify(arguments: argparse.Namespace) -> int:
    summary = None if arguments.json == STANDARD_OUTPUT else screen()
    with ExitStack() as outputs:
        report = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        scenarios = read_scenarios(arguments.place)
        with progress("golden verify") as bar:
            found = verify(scenarios, full=arguments.full, on_progress=bar)
        if report is not None:
            write_json(found.to_json(), report)
    if summary is not None:
        _print(found, arguments.show, summary)
    return 0 if found.ok else 1


def _print(found: Verification, show: int, to: Screen) -> None:
    scenarios = len(found.scenarios)
    compared = f"{scenarios} scenario{'' if scenarios == 1 else 's'}, {found.figures:,} figures"
    if found.ok:
        to.print_line(f"{compared}: zero variance")
        return
    to.print_line(f"{compared}: {len(found.drift):,} differ")
    if show:
        headings = {
            "Scenario": False,
            "Account": False,
            "Field": False,
            "Expected": True,
            "Got": True,
            "Difference": True,
        }
        to.print_table(headings, [_cells(drift) for drift in found.drift[:show]])
    if len(found.drift) > show:
        left = f"{len(found.drift) - show:,} of {len(found.drift):,} figures are not shown"
        to.print_line(f"{left}: --show N lists more, --json FILE has all")


def _cells(drift: Drift) -> tuple[str, ...]:
    account = printable(" / ".join(drift.account))
    return drift.scenario, account, drift.field, drift.expected, drift.got, drift.difference or ""


def _record(arguments: argparse.Namespace) -> int:
    if arguments.out != STANDARD_OUTPUT and os.path.lexists(arguments.out):
        raise UsageError(f"--out {arguments.out} is there already: name a new file")
    with output_file(arguments.out) as stream:
        stream.write(recorded(events_to_record(arguments.file), arguments.name, arguments.as_of))
    if arguments.out != STANDARD_OUTPUT:
        print(printable(f"{arguments.out}: a draft; work it by hand, write its reasoning and source, then verify it"))
    return 0
