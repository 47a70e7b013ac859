"""`dcprops snapshot`: the weekly snapshots of a store, brought up to date, compared with the events, and shown."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TextIO

from dcprops.commands import UsageError
from dcprops.commands.balance_csv import inert
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.stores import account_of, add_account_option, add_store_option, opened
from dcprops.commands.terminal import count, day, screen
from dcprops.printable import cut, printable

if TYPE_CHECKING:
    from dcprops.commands.screen import Screen
    from dcprops.store import Store
    from dcprops.store.snapshots import Difference, Snapshot

__all__ = ["add_options", "run"]

_WIDTH = 60
#: What each option goes with.
_ONLY_WITH = {
    "anew": ("build",), "through": ("build", "verify"), "account": ("show",), "on": ("show",), "csv": ("show",),
}  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops snapshot` takes."""
    add_store_option(parser)
    parser.add_argument(
        "part", nargs="?", choices=("build", "verify", "show"), default="build",
        help="bring the snapshots up to date (default); compare them with the events; or show them",
    )  # fmt: skip
    parser.add_argument("--anew", action="store_true", help="build: make all snapshots again")
    parser.add_argument(
        "--through", metavar="DAY", type=day,
        help="build, verify: up to the week of this day (default: of each scenario's last event)",
    )  # fmt: skip
    add_account_option(parser, "show: only this account")
    parser.add_argument(
        "--on", metavar="DAY", type=day, help="show: at the end of this day, whether it is a Friday or not"
    )
    parser.add_argument("--show", metavar="N", type=count, default=20, help="list so many (default: 20)")
    parser.add_argument("--csv", metavar="FILE", help="show: write the snapshots as CSV, with - to standard output")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON, with - to standard output")
    parser.epilog = "exit status: 0; 1 if a snapshot isn't what the events come to, or there is none to show"


def run(arguments: argparse.Namespace) -> int:
    """Build: 0. Verify: 0 if every snapshot is right, else 1. Show: 0 if there is one, else 1."""
    _refuse_what_does_nothing(arguments)
    refuse_to_mix({"--json": arguments.json, "--csv": arguments.csv}, {"the store that is read": arguments.db})
    summary = None if STANDARD_OUTPUT in {arguments.json, arguments.csv} else screen()
    with ExitStack() as outputs:
        as_json = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        as_csv = outputs.enter_context(output_file(arguments.csv)) if arguments.csv else None
        with opened(arguments.db) as store:
            report, status = _PARTS[arguments.part](store, arguments, summary, as_csv)
        if as_json is not None:
            write_json({"db": arguments.db, **report}, as_json)
    return status


def _refuse_what_does_nothing(arguments: argparse.Namespace) -> None:
    for option, parts in _ONLY_WITH.items():
        if getattr(arguments, option) and arguments.part not in parts:
            raise UsageError(f"--{option} does nothing with {arguments.part}: it goes with {' and '.join(parts)}")
    if arguments.on and not arguments.account:
        raise UsageError("--on asks for one account: name it with --account")


def _build(
    store: Store, arguments: argparse.Namespace, summary: Screen | None, _: TextIO | None
) -> tuple[dict[str, Any], int]:
    written = store.update_snapshots(arguments.through, anew=arguments.anew)
    if summary is not None:
        summary.print_line(printable(f"{arguments.db}: {written:,} snapshots written"))
    return {"written": written}, 0


def _verify(
    store: Store, arguments: argparse.Namespace, summary: Screen | None, _: TextIO | None
) -> tuple[dict[str, Any], int]:
    found = store.verify_snapshots(arguments.through)
    if summary is not None:
        many = f"{len(found):,} snapshot{' is' if len(found) == 1 else 's are'} not"
        summary.print_line(
            printable(f"{arguments.db}: {many if found else 'every snapshot is'} what the events come to")
        )
        if found and arguments.show:
            rows = [
                (cut(" / ".join(each.account), _WIDTH), each.snapshot_date.isoformat(), cut(_differing(each), 300))
                for each in found[: arguments.show]
            ]
            summary.print_table({"Account": False, "Friday": False, "What is wrong": False}, rows)
    differences = [
        {
            "account": each.account._asdict(),
            "snapshot_date": each.snapshot_date.isoformat(),
            "expected": None if each.expected is None else _as_json(each.expected),
            "got": None if each.got is None else _as_json(each.got),
        }
        for each in found
    ]
    return {"differences": differences}, 1 if found else 0


def _differing(each: Difference) -> str:
    if each.expected is None or each.got is None:
        return "it is missing: dcprops snapshot build" if each.got is None else "there is none"
    wanted, got = each.expected.as_mapping(), each.got.as_mapping()
    return ", ".join(f"{name} {got[name]}, not {wanted[name]}" for name in wanted if wanted[name] != got[name])


def _show(
    store: Store, arguments: argparse.Namespace, summary: Screen | None, table: TextIO | None
) -> tuple[dict[str, Any], int]:
    account = account_of(arguments)
    if arguments.on and account:
        one = store.snapshot_of(account, arguments.on)
        rows = [] if one is None else [one]
    else:
        rows = [each for each in store.snapshots() if account in {None, each.account}]
    if table is not None:
        _write_csv(rows, table)
    if summary is not None:
        summary.print_line(printable(f"{arguments.db}: {len(rows):,} snapshot{'' if len(rows) == 1 else 's'}"))
        if rows and arguments.show:
            columns = {"Account": False, "Day": False, "Vested": True, "Net": True, "Status": False, "Flag": False}
            summary.print_table(columns, [_cells(row) for row in rows[: arguments.show]])
        if len(rows) > arguments.show:
            summary.print_line(f"{len(rows) - arguments.show:,} are not shown: --csv FILE and --json FILE have all")
    return {"snapshots": [_as_json(row) for row in rows]}, 0 if rows else 1


def _cells(row: Snapshot) -> tuple[str, ...]:
    return (
        cut(" / ".join(row.account), _WIDTH),
        row.snapshot_date.isoformat(),
        f"{row.vested_account_balance:,f}",
        f"{row.net_account_balance:,f}",
        row.participation_status,
        row.data_quality_flag,
    )


def _as_json(row: Snapshot) -> dict[str, str | None]:
    return {name: _text(value) for name, value in row.as_mapping().items()}


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _write_csv(rows: Iterable[Snapshot], stream: TextIO) -> None:
    """A line of headings and one for each snapshot; what names the account is made inert for spreadsheets."""
    from dcprops.store.snapshots import SNAPSHOT_COLUMNS  # noqa: PLC0415  # an extra

    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(SNAPSHOT_COLUMNS)
    for row in rows:
        writer.writerow(
            inert(text) if isinstance(value, str) else text
            for value, text in ((value, _text(value) or "") for value in row.as_mapping().values())
        )


_PARTS = {"build": _build, "verify": _verify, "show": _show}
