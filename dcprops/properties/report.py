"""The `report.` suite: what a report must tell of a file of events, in figures, in counts and by its exit status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from dcprops.events import SimulationEvent
from dcprops.properties.balances import compare_rows, differs_as_money
from dcprops.properties.cases import LedgerCase
from dcprops.properties.failures import Breaking
from dcprops.properties.registry import Property
from dcprops.properties.report_cases import day_of, fixed_reports, fixed_statuses, reports
from dcprops.properties.report_target import CSV, JSON, ReporterTarget, Told, lines_of
from dcprops.reference import Account, BalanceRow, anomalies, balances
from dcprops.reference.balances import EXACT, SOURCES

__all__ = ["REPORT_SUITE"]

Row: TypeAlias = Mapping[str, Any]

#: Characters with which a spreadsheet's formula begins, by the advice of OWASP on CSV injection.
_TRIGGERS: Final = ("=", "+", "-", "@", "\t", "\r")
_KEYS: Final = Account._fields
_SUMMED: Final = tuple(
    name for name in BalanceRow.__dataclass_fields__ if name not in {*_KEYS, "sources", "current_vested_percentage"}
)


@dataclass(frozen=True)
class _Truth:
    """What is so of a file: the valid events, the numbers of the lines that aren't, the balances, and errors."""

    events: list[SimulationEvent]
    lines: int
    invalid: frozenset[int]
    balances: dict[Account, BalanceRow]
    errors: tuple[str, ...]


def _truth(case: LedgerCase) -> _Truth:
    return _truth_of(tuple(lines_of(case.documents)), day_of(case))


@lru_cache(64)
def _truth_of(lines: tuple[str, ...], as_of: date) -> _Truth:
    events, invalid = [], set()
    for number, line in enumerate(lines, 1):
        try:
            events.append(SimulationEvent.model_validate_json(line))
        except ValidationError:
            invalid.add(number)
    rows = {row.account: row for row in balances(events, as_of)}
    errors = tuple(f"{each.code}: {each.message}" for each in anomalies(events) if each.severity == "error")
    return _Truth(events, len(lines), frozenset(invalid), rows, errors)


def _of_report(law: Callable[[Told, _Truth, date], None]) -> Callable[[ReporterTarget, LedgerCase], None]:
    """The law, asked of what the target tells. A file without a line is no file of events, and not judged."""

    def holds(target: ReporterTarget, case: LedgerCase) -> None:
        if case.documents:
            day = day_of(case)
            law(target.told(case.documents, day), _truth(case), day)

    return holds


def _csv_is_right(told: Told, truth: _Truth, day: date) -> None:
    _same_accounts([_of_csv(row) for row in told.rows()], truth, day)


def _of_csv(row: Mapping[str, str]) -> Row:
    """The row of an account, as the balance row has it; of a key that was made inert, the apostrophe is taken off."""
    keys = {key: row[key].removeprefix("'") for key in _KEYS if key in row}
    paid = {source: row[source] or "0" for source in SOURCES if source in row}
    return {**{name: cell for name, cell in row.items() if name not in SOURCES}, **keys, "sources": paid}


def _json_is_right(told: Told, truth: _Truth, day: date) -> None:
    rows = told.json().get("balances")
    if not isinstance(rows, list):
        raise Breaking("there are no balances", field="balances", expected="a list of rows", got=ascii(rows))
    _same_accounts(rows, truth, day)


def _same_accounts(rows: Iterable[object], truth: _Truth, day: date) -> None:
    """Raises Breaking unless there is one row for each account, and each field in it is the reference's."""
    given: dict[Account, Row] = {}
    for row in rows:
        if not isinstance(row, Mapping) or any(key not in row for key in _KEYS):
            raise Breaking("a row lacks keys", expected=f"a mapping with {', '.join(_KEYS)}", got=ascii(row))
        account = Account(*(str(row[key]) for key in _KEYS))
        if account in given:
            raise Breaking("an account has two rows", field="/".join(account), expected="one row", got="two rows")
        given[account] = row
    for account in sorted(truth.balances.keys() | given.keys()):
        compare_rows(truth.events, account, day, truth.balances.get(account), given.get(account))


def _is_inert(told: Told, truth: _Truth, day: date) -> None:
    for row in told.rows():
        for key in _KEYS:
            if row.get(key, "").lstrip(" ").startswith(_TRIGGERS):
                raise Breaking(
                    "a spreadsheet would run a cell as a formula", field=key, expected=f"'{row[key]}", got=row[key]
                )


def _totals_are_right(told: Told, truth: _Truth, day: date) -> None:
    totals = told.json().get("totals")
    if totals is None:
        return
    if not isinstance(totals, Mapping):
        raise Breaking("the totals are none", field="totals", expected="a mapping", got=ascii(totals))
    if totals.get("accounts", len(truth.balances)) != len(truth.balances):
        raise Breaking(
            "accounts are counted wrong", field="accounts", expected=len(truth.balances), got=totals["accounts"]
        )
    for name in _SUMMED:
        with localcontext(EXACT):
            expected = sum((getattr(row, name) for row in truth.balances.values()), Decimal("0.000000"))
        if name in totals and differs_as_money(expected, totals[name]):
            raise Breaking(
                "a total is not the sum of its accounts", field=name, expected=str(expected), got=ascii(totals[name]),
                workings="\n".join(f"{'/'.join(key)}  {getattr(row, name)}" for key, row in truth.balances.items()),
            )  # fmt: skip


def _every_line_counts(told: Told, truth: _Truth, day: date) -> None:
    report = told.json()
    counts = {"events": truth.lines, "valid": truth.lines - len(truth.invalid)}
    for name, expected in counts.items():
        if report.get(name, expected) != expected:
            raise Breaking("lines are counted wrong", field=name, expected=str(expected), got=ascii(report[name]))
    invalid = report.get("invalid")
    if invalid is None:
        return
    if not isinstance(invalid, list) or not all(isinstance(each, Mapping) and "line" in each for each in invalid):
        raise Breaking(
            "lines that are no events aren't listed", field="invalid", expected="mappings with line", got=ascii(invalid)
        )
    lines = {each["line"] for each in invalid}
    if lines != truth.invalid:
        raise Breaking(
            "other lines are called invalid than those that are", field="invalid",
            expected=_numbers(truth.invalid), got=_numbers(lines),
        )  # fmt: skip


def _numbers(lines: Iterable[object]) -> str:
    return ", ".join(sorted(map(ascii, lines), key=lambda each: (len(each), each))) or "none"


def _status_tells(told: Told, truth: _Truth, day: date) -> None:
    expected = 1 if truth.invalid or truth.errors else 0
    status = 0 if told.status is None else told.status
    if isinstance(status, int) and status == expected:
        return
    why = [f"line {number} is no valid event" for number in sorted(truth.invalid)] + list(truth.errors)
    raise Breaking(
        "the exit status says that all is well" if status == 0 else "the exit status is not what came of it",
        field="status", expected=str(expected), got=ascii(status), workings="\n".join(why or ["nothing is wrong"]),
    )  # fmt: skip


def _lacks_csv(target: ReporterTarget) -> str:
    return target.lacks(CSV)


def _lacks_json(target: ReporterTarget) -> str:
    return target.lacks(JSON)


#: A report is slow to make, for it is a command with its files, and says all of a ledger at once.
_FEW: Final = 0.1

REPORT_SUITE: Final = (
    Property(
        "report.csv-equals-balances",
        "The CSV has one line for each account, with every amount exact to the millionth.",
        "the balance row; RFC 4180",
        "0.000001 dollars of the match are 0.000001 in the column of the match",
        "an account without money has no line",
        _of_report(_csv_is_right),
        reports,
        fixed_reports,
        _lacks_csv,
        share=_FEW,
        target="reporter",
    ),
    Property(
        "report.csv-is-inert",
        "No text of an event is run as a formula by a spreadsheet that opens the CSV.",
        "OWASP, CSV injection; CVE-2021-41270",
        "employee =1+1 is written '=1+1",
        "employee =1+1 is written =1+1",
        _of_report(_is_inert),
        reports,
        fixed_reports,
        _lacks_csv,
        share=_FEW,
        target="reporter",
    ),
    Property(
        "report.json-equals-balances",
        "The JSON has one row for each account, with every amount exact to the millionth and none as a float.",
        "the balance row; RFC 8259, section 6: numbers in JSON are as exact as a double",
        'a balance of "999999999999.999999"',
        "a balance of 1000000000000.0",
        _of_report(_json_is_right),
        reports,
        fixed_reports,
        _lacks_json,
        share=_FEW,
        target="reporter",
    ),
    Property(
        "report.totals-leave-nothing-out",
        "The totals are the exact sums of all accounts, of all scenarios and plan designs.",
        "a trial balance: what is summed is what is listed",
        "two accounts of 0.000001 make 0.000002",
        "the account that is written last isn't in the totals",
        _of_report(_totals_are_right),
        reports,
        fixed_reports,
        _lacks_json,
        share=_FEW,
        target="reporter",
    ),
    Property(
        "report.every-line-counts",
        "Every line is counted once, as a valid event or as none, and those that are none are named by their numbers.",
        "nothing lost, nothing silently repaired",
        "of three lines, of which the second is no event, two are valid and line 2 is listed",
        "a line that breaks two rules is counted twice",
        _of_report(_every_line_counts),
        reports,
        fixed_reports,
        _lacks_json,
        share=_FEW,
        target="reporter",
    ),
    Property(
        "report.status-tells",
        "The exit status is 0 where every line is a valid event and no anomaly is an error, else 1.",
        "IEEE Std 1003.1, section 2.8.2: what comes next in a script goes by the status",
        "a file with a late deposit, which is a warning, ends with 0",
        "a file whose last line is no event ends with 0",
        _of_report(_status_tells),
        reports,
        fixed_statuses,
        share=_FEW,
        target="reporter",
    ),
)
