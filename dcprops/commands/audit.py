"""`dcprops audit`: which rows of an event file aren't valid events, what is wrong with the ledger, and its balances."""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dcprops.audit import Audit, audit
from dcprops.commands import UsageError
from dcprops.commands.audit_summary import print_summary
from dcprops.commands.balance_csv import write_csv
from dcprops.commands.disagreement_summary import print_comparison
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.pages import HTML_HELP, expect_html
from dcprops.commands.recording import add_recording_options, record, refuse_what_records_nothing
from dcprops.commands.stores import written
from dcprops.commands.terminal import count, day, progress, screen
from dcprops.event_files import EventFileError
from dcprops.printable import printable

if TYPE_CHECKING:
    from dcprops.disagreements import Comparison

__all__ = ["add_options", "report", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops audit` takes."""
    parser.add_argument("file", metavar="FILE", help="events as NDJSON (plain or gzip) or Parquet")
    parser.add_argument("--balances", action="store_true", help="what every account comes to, too")
    parser.add_argument("--totals", action="store_true", help="the sums over all accounts in the JSON, too")
    parser.add_argument(
        "--as-of", metavar="DAY", type=day,
        help="balances at the end of this day, YYYY-MM-DD (default: the last effective date in the file)",
    )  # fmt: skip
    parser.add_argument(
        "--calculator", metavar="MODULE:FUNCTION",
        help="your calculator(documents, as_of): where it differs from the reference, the worst first",
    )  # fmt: skip
    parser.add_argument("--month-ends", action="store_true", help="compare the calculator on every month end")
    parser.add_argument(
        "--model", metavar="MODULE:ATTRIBUTE", help="your event model: the rows on which its verdict differs"
    )
    parser.add_argument(
        "--db", metavar="FILE", help="append the valid events to this store, which is made if it isn't there"
    )
    add_recording_options(parser)
    parser.add_argument("--show", metavar="N", type=count, default=20, help="list so many findings (default: 20)")
    parser.add_argument("--csv", metavar="FILE", help="write the balances as CSV, with - to standard output")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON, with - to standard output")
    parser.add_argument("--html", metavar="FILE", help=HTML_HELP)
    parser.epilog = (
        "exit status: 0 if every row is a valid event, no anomaly is an error (warnings may be), and nothing is "
        "disagreed on, else 1"
    )


def run(arguments: argparse.Namespace) -> int:
    """Audit the file. 0 if every row is a valid event and no anomaly is an error, else 1."""
    refuse_what_records_nothing(arguments)
    kept = {"the store": arguments.db, "the monitor's database": arguments.record}
    read = {"the file that is audited": arguments.file}
    named = {"--json": arguments.json, "--csv": arguments.csv, "--html": arguments.html}
    refuse_to_mix(named, read | {what: name for what, name in kept.items() if name})
    refuse_to_mix({"--db": arguments.db, "--record": arguments.record}, read)
    if arguments.html:
        expect_html()
    _expect_comparable(arguments)
    summary = None if STANDARD_OUTPUT in named.values() else screen()
    with ExitStack() as outputs:
        files = {option: outputs.enter_context(output_file(name)) for option, name in named.items() if name}
        found = _audited(arguments)
        compared = _compared(arguments)
        stored = _stored(arguments) if arguments.db else None
        recorded = record(found, arguments) if arguments.record else None
        if "--json" in files:
            totals = found.totals_json() if arguments.totals else None
            also = {
                "totals": totals,
                "stored": stored.to_json() if stored else None,
                "recorded": recorded,
                **{what: each.to_json() for what, each in compared.items()},
            }
            write_json({**found.to_json(), **{name: each for name, each in also.items() if each}}, files["--json"])
        if "--csv" in files:
            write_csv(found.balances or (), files["--csv"])
        if "--html" in files:
            from dcprops.reports.html import audit_html  # noqa: PLC0415  # an extra, which has been asked for above

            files["--html"].write(audit_html(found, () if stored is None else (str(stored),)))
    if summary is not None:
        print_summary(found, arguments.show, summary)
        for each in compared.values():
            print_comparison(each, arguments.show, summary)
        if stored is not None:
            summary.print_line(printable(str(stored)))
        if recorded is not None:
            summary.print_line(printable("{db}: recorded as run {run} of {name}".format_map(recorded)))
    agreed = all(each.ok for each in compared.values())
    return 0 if found.ok and agreed and (stored is None or stored.ok) else 1


def _expect_comparable(arguments: argparse.Namespace) -> None:
    """Raises UsageError for options of a comparison that is not asked for, or a file that can't be read twice."""
    if arguments.month_ends and not arguments.calculator:
        raise UsageError("--month-ends goes with --calculator: name the calculator that is compared")
    if arguments.month_ends and arguments.as_of:
        raise UsageError("--month-ends and --as-of exclude each other: name a day, or compare every month end")
    wanted = [option for option in ("calculator", "model") if getattr(arguments, option)]
    if wanted and Path(arguments.file).exists() and not Path(arguments.file).is_file():
        raise UsageError(f"--{wanted[0]} needs a file that can be read again: {arguments.file} is none, save it first")


def _compared(arguments: argparse.Namespace) -> dict[str, Comparison]:
    """What the calculator and the model differ in, where they are given."""
    compared: dict[str, Comparison] = {}
    if not (arguments.calculator or arguments.model):
        return compared
    # Only now: whoever compares nothing needs none of the properties.
    from dcprops.disagreements import compare_calculator, compare_model  # noqa: PLC0415
    from dcprops.properties import TargetError  # noqa: PLC0415

    try:
        if arguments.calculator:
            with progress("compare") as bar:
                compared["calculator"] = compare_calculator(
                    arguments.file, arguments.calculator,
                    as_of=arguments.as_of, by_month=arguments.month_ends, on_progress=bar,
                )  # fmt: skip
        if arguments.model:
            with progress("compare") as bar:
                compared["model"] = compare_model(arguments.file, arguments.model, on_progress=bar)
    except (TargetError, EventFileError) as error:
        raise UsageError(str(error)) from error
    return compared


def report(events: Path, folder: Path, as_of: date) -> int:
    """The command as a reporter, see `dcprops.properties.report_target`: what it is checked as by the properties."""
    from dcprops.cli import main  # noqa: PLC0415  # which stands above the commands

    files = ["--csv", str(folder / "balances.csv"), "--json", str(folder / "report.json")]
    return main(["audit", str(events), "--totals", "--as-of", as_of.isoformat(), *files])


def _audited(arguments: argparse.Namespace) -> Audit:
    try:
        with progress("audit") as bar:
            return audit(
                arguments.file,
                as_of=arguments.as_of,
                with_balances=arguments.balances or arguments.totals or bool(arguments.csv),
                with_overview=bool(arguments.html),
                on_progress=None if bar is None else lambda share, rows: bar(share, f"{rows:,} events"),
            )
    except EventFileError as error:
        raise UsageError(str(error)) from error


@dataclass(frozen=True)
class _Stored:
    """What became of the valid events in the store: how many are new, how many were there, or why it took none.

    `receipt` proves what the store then holds; it is one line of JSON, to be kept outside of the store.
    """

    db: str
    created: int = 0
    exists: int = 0
    refused: str = ""
    receipt: str = ""

    @property
    def ok(self) -> bool:
        """Whether the store took the events."""
        return not self.refused

    def to_json(self) -> dict[str, Any]:
        """The part of the report about the store."""
        return {
            "db": self.db,
            "created": self.created,
            "exists": self.exists,
            "refused": self.refused or None,
            "receipt": json.loads(self.receipt) if self.receipt else None,
        }

    def __str__(self) -> str:
        if self.refused:
            return f"{self.db}: nothing was stored: {self.refused}"
        return f"{self.db}: {self.created:,} events stored, {self.exists:,} were there already; receipt {self.receipt}"


def _stored(arguments: argparse.Namespace) -> _Stored:
    """Append the file to the store. An event_id that has other content there is a finding, and nothing is stored."""
    with written(arguments.db) as store:
        from dcprops.store import ConflictError  # noqa: PLC0415  # an extra, which has been asked for above

        try:
            done = store.append(Path(arguments.file))
        except ConflictError as error:
            return _Stored(arguments.db, refused=str(error))
    return _Stored(arguments.db, done.created, done.exists, receipt=done.receipt.as_text())
