"""What an audit found, on the screen: invalid rows, anomalies, and the totals of the balances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from dcprops.audit import Audit, InvalidRow
from dcprops.overview import TOTALS
from dcprops.printable import cut, printable
from dcprops.reference import Anomaly, BalanceRow
from dcprops.reference.balances import EXACT
from dcprops.rules.anomalies import ANOMALIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcprops.commands.screen import Screen

__all__ = ["print_summary", "print_totals"]

_FIELD_WIDTH: Final = 60
_MESSAGE_WIDTH: Final = 300


def print_summary(found: Audit, show: int, to: Screen) -> None:
    """Print the counts, then the first `show` invalid rows and the first `show` anomalies, then the totals."""
    invalid = found.events - found.valid
    counts = f"{found.events:,} events, {found.valid:,} valid, {invalid:,} invalid, {_noticed(found.anomalies)}"
    to.print_line(printable(f"{found.file}: {counts}"))
    _print_invalid(found, show, to)
    _print_anomalies(found, show, to)
    if found.balances is not None:
        print_totals(found.as_of, found.balances, to)


def _noticed(anomalies: Sequence[Anomaly]) -> str:
    if not anomalies:
        return "no anomalies"
    errors = sum(anomaly.severity == "error" for anomaly in anomalies)
    warnings = len(anomalies) - errors
    severities = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    return f"{_counted(len(anomalies), 'anomaly', 'anomalies')} ({severities})"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _print_invalid(found: Audit, show: int, to: Screen) -> None:
    if not found.invalid:
        return
    by_rule = [(rule, f"{times:,}") for rule, times in found.invalid_by_rule.items()]
    to.print_table({"Rule": False, "Findings": True}, by_rule)
    if show:
        rows = [_cells_of_row(row) for row in found.invalid[:show]]
        to.print_table({"Line": True, "Field": False, "Rule": False, "Message": False}, rows)
    _print_left(len(found.invalid), show, "findings", to)


def _print_anomalies(found: Audit, show: int, to: Screen) -> None:
    if not found.anomalies:
        return
    rules = [(ANOMALIES[code], times) for code, times in found.anomalies_by_code.items()]
    rules.sort(key=lambda each: each[0].severity)  # errors before warnings, and the most frequent first in each
    by_code = [(rule.code, rule.severity, f"{times:,}", rule.sentence) for rule, times in rules]
    to.print_table({"Anomaly": False, "Severity": False, "Count": True, "Meaning": False}, by_code)
    if show:
        rows = [_cells_of_anomaly(anomaly) for anomaly in found.anomalies[:show]]
        to.print_table({"Account": False, "Event": False, "Anomaly": False, "Message": False}, rows)
    _print_left(len(found.anomalies), show, "anomalies", to)


def _print_left(number: int, show: int, what: str, to: Screen) -> None:
    if number > show:
        left = f"{number - show:,} of {number:,} {what} are not shown"
        to.print_line(f"{left}: --show N lists more, --json FILE has all")


def _cells_of_row(row: InvalidRow) -> tuple[str, ...]:
    return str(row.line), cut(row.field or "(the row)", _FIELD_WIDTH), row.rule, cut(row.message, _MESSAGE_WIDTH)


def _cells_of_anomaly(anomaly: Anomaly) -> tuple[str, ...]:
    # The table has said the rule's sentence already.
    message = anomaly.message.removeprefix(f"{ANOMALIES[anomaly.code].sentence}: ")
    account = cut(" / ".join(anomaly.account), _FIELD_WIDTH)
    return account, str(anomaly.event_id), anomaly.code, cut(message, _MESSAGE_WIDTH)


def print_totals(as_of: date | None, balances: Sequence[BalanceRow], to: Screen) -> None:
    """Print what all accounts come to together."""
    to.print()
    to.print_line(f"Balances as of {as_of or 'no day'}: {_counted(len(balances), 'account')}")
    with localcontext(EXACT):
        totals = [
            (title, sum((getattr(row, name) for row in balances), Decimal("0.000000")))
            for name, title in TOTALS.items()
        ]
    to.print_table({"Total": False, "Dollars": True}, [(title, f"{total:,f}") for title, total in totals])
