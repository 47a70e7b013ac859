"""`dcprops history`: every event of one participant in a store, with the running balance after each."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.stores import add_store_option, opened
from dcprops.commands.terminal import screen
from dcprops.printable import cut, printable
from dcprops.reference import as_json

if TYPE_CHECKING:
    from dcprops.store.history import HistoryEntry

__all__ = ["add_options", "run"]

_WIDTH = 60
_COLUMNS = {
    "Day": False,
    "Scenario / design": False,
    "Event": False,
    "Plan": False,
    "Amount": True,
    "Vested": True,
    "Net": True,
    "Event id": False,
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops history` takes."""
    add_store_option(parser)
    parser.add_argument("employee", metavar="EMPLOYEE", help="the participant's employee_id")
    parser.add_argument("--scenario", metavar="ID", help="only in this scenario")
    parser.add_argument("--plan-design", metavar="ID", help="only in this plan design")
    parser.add_argument("--json", metavar="FILE", help="write the history as JSON, with - to standard output")
    parser.epilog = "exit status: 0, or 1 if the store has no event of the participant"


def run(arguments: argparse.Namespace) -> int:
    """Tell the history. 0 if there is one, else 1."""
    refuse_to_mix({"--json": arguments.json}, {"the store that is read": arguments.db})
    summary = None if arguments.json == STANDARD_OUTPUT else screen()
    with ExitStack() as outputs:
        as_json_file = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        with opened(arguments.db) as store:
            entries = store.history(
                arguments.employee, scenario_id=arguments.scenario, plan_design_id=arguments.plan_design
            )
        if as_json_file is not None:
            report = {
                "db": arguments.db,
                "employee_id": arguments.employee,
                "history": [_as_json(entry) for entry in entries],
            }
            write_json(report, as_json_file)
    if summary is not None:
        counted = f"{len(entries):,} event{'' if len(entries) == 1 else 's'}"
        summary.print_line(printable(f"{arguments.employee}: {counted}"))
        if entries:
            summary.print_table(_COLUMNS, [_cells(entry) for entry in entries])
    return 0 if entries else 1


def _as_json(entry: HistoryEntry) -> dict[str, Any]:
    balance = None if entry.balance is None else as_json(entry.balance)
    return {"event": entry.event.model_dump(mode="json"), "balance": balance}


def _cells(entry: HistoryEntry) -> tuple[str, ...]:
    event, balance = entry.event, entry.balance
    amount = getattr(event.payload, "amount", None)
    return (
        event.effective_date.isoformat(),
        cut(f"{event.scenario_id} / {event.plan_design_id}", _WIDTH),
        event.payload.event_type,
        cut(event.payload.plan_id or "", _WIDTH),
        "" if amount is None else f"{amount:,f}",
        "" if balance is None else f"{balance.vested_account_balance:,f}",
        "" if balance is None else f"{balance.net_account_balance:,f}",
        str(event.event_id),
    )
