"""`dcprops balances`: what the accounts in a store come to on a day."""

from __future__ import annotations

import argparse
from contextlib import ExitStack

from dcprops.commands import UsageError
from dcprops.commands.audit_summary import print_totals
from dcprops.commands.balance_csv import write_csv
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.stores import account_of, add_account_option, add_store_option, opened
from dcprops.commands.terminal import count, day, screen
from dcprops.printable import cut
from dcprops.reference import BalanceRow, as_json

__all__ = ["add_options", "run"]

_WIDTH = 60


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops balances` takes."""
    add_store_option(parser)
    parser.add_argument(
        "--as-of", metavar="DAY", type=day,
        help="at the end of this day, YYYY-MM-DD (default: the last effective date in the store)",
    )  # fmt: skip
    add_account_option(parser, "only this account")
    parser.add_argument("--show", metavar="N", type=count, default=20, help="list so many accounts (default: 20)")
    parser.add_argument("--csv", metavar="FILE", help="write every balance as CSV, with - to standard output")
    parser.add_argument("--json", metavar="FILE", help="write every balance as JSON, with - to standard output")
    parser.epilog = "exit status: 0, or 1 if the account that was named isn't there by that day"


def run(arguments: argparse.Namespace) -> int:
    """Balance the accounts. 0 unless an account was named that isn't there by that day."""
    refuse_to_mix({"--json": arguments.json, "--csv": arguments.csv}, {"the store that is read": arguments.db})
    summary = None if STANDARD_OUTPUT in {arguments.json, arguments.csv} else screen()
    account = account_of(arguments)
    with ExitStack() as outputs:
        as_json_file = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        as_csv = outputs.enter_context(output_file(arguments.csv)) if arguments.csv else None
        with opened(arguments.db) as store:
            as_of = arguments.as_of or store.last_day()
            if as_of is None:
                raise UsageError(f"{arguments.db} has no events: append some with dcprops audit EVENTS --db FILE")
            rows = store.balances(as_of, account)
        if as_json_file is not None:
            report = {"db": arguments.db, "as_of": as_of.isoformat(), "balances": [as_json(row) for row in rows]}
            write_json(report, as_json_file)
        if as_csv is not None:
            write_csv(rows, as_csv)
    if summary is not None:
        if arguments.show and rows:
            columns = {name: name.startswith("Dollars") for name in ("Account", "Dollars vested", "Dollars net")}
            summary.print_table(columns, [_cells(row) for row in rows[: arguments.show]])
        if len(rows) > arguments.show:
            left = f"{len(rows) - arguments.show:,} of {len(rows):,} accounts are not shown"
            summary.print_line(f"{left}: --show N lists more, --json FILE and --csv FILE have all")
        print_totals(as_of, rows, summary)
    return 0 if account is None or rows else 1


def _cells(row: BalanceRow) -> tuple[str, ...]:
    account = cut(" / ".join(row.account), _WIDTH)
    return account, f"{row.vested_account_balance:,f}", f"{row.net_account_balance:,f}"
