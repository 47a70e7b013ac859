"""The published static checks: not null, unique, in range, and sums that add up, of whatever a target gives out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from dcprops.defects.power.tries import Subject
from dcprops.events.kinds import FixedPoint
from dcprops.events.schema import ENVELOPE, PAYLOADS
from dcprops.properties.cases import LedgerCase, handed_over
from dcprops.properties.failures import Breaking
from dcprops.properties.registry import TargetKind
from dcprops.properties.report_cases import day_of
from dcprops.properties.store_cases import first_of_each
from dcprops.properties.store_session import holding
from dcprops.properties.targets import Crashed, NoRowsError, Rejected

__all__ = ["object_to"]

Row = Mapping[str, Any]
_ACCOUNT: Final = ("scenario_id", "plan_design_id", "employee_id", "plan_id")
_PERSON: Final = _ACCOUNT[:3]
_SNAPSHOT: Final = ("scenario_id", "plan_design_id", "participant_id", "plan_id", "snapshot_date")
#: A total, and what it is the sum of; with the sign of each part.
_SUMS: Final = (
    ("gross_account_balance", (("total_employee_contributions", 1), ("total_employer_contributions", 1))),
    ("net_account_balance", (("gross_account_balance", 1), ("total_forfeitures", -1))),
    ("net_account_balance", (("vested_account_balance", 1), ("unvested_balance", 1))),
)
_AT_LEAST_ZERO: Final = (
    "total_employee_contributions", "total_employer_contributions", "total_forfeitures", "gross_account_balance",
    "regular_deferrals", "catch_up_deferrals", "excess_deferrals", "annual_additions", "annual_additions_limit",
)  # fmt: skip
_SHARES: Final = ("current_vested_percentage",)


def object_to(subject: Subject, example: Any) -> bool:
    """Whether a static check fails on what the target makes of the example, or the target crashes."""
    try:
        return _OBJECTIONS[subject.law.target](subject.target, example)
    except Rejected:
        return False
    except (Crashed, NoRowsError):
        return True


def _calculator(target: Any, case: LedgerCase) -> bool:
    return _rows_fail(target.rows(handed_over(case.documents), case.as_of), _ACCOUNT)


def _compliance(target: Any, case: LedgerCase) -> bool:
    try:
        rows = target.rows(handed_over(case.documents), case.year, dict(case.birth_years))
    except Crashed:
        return False  # a year without limits is refused
    return _rows_fail(rows, _PERSON)


def _limits(target: Any, year: int) -> bool:
    try:
        figures = target(year)
    except Crashed:
        return False
    return not figures or any(_number(figure) < 0 for name, figure in figures.items() if name != "source" and figure)


def _store(target: Any, case: LedgerCase) -> bool:
    try:
        with holding(target, first_of_each(case.documents)) as session:
            events = session.store.events()
            failing = _rows_fail(events, ("event_id",), not_null=("employee_id", "scenario_id", "effective_date"))
            if not target.lacks("balances"):
                failing = failing or _rows_fail(session.store.balances(date.max), _ACCOUNT)
            if not target.lacks("snapshots") and _is_short(events):
                failing = failing or _rows_fail(session.store.snapshots(), _SNAPSHOT)
            return failing
    except Breaking:
        return True  # a valid batch is refused


#: A weekly table of all the calendar has half a million rows an account, and is no static check's to go through.
_YEARS: Final = 20


def _is_short(events: Iterable[Row]) -> bool:
    years = [int(str(event.get("effective_date"))[:4]) for event in events]
    return max(years, default=0) - min(years, default=0) <= _YEARS


def _reporter(target: Any, case: LedgerCase) -> bool:
    if not case.documents:
        return False
    try:
        told = target.told(case.documents, day_of(case))
        cells, report = told.rows(), told.json()
    except Breaking:
        return True  # a file that can't be read
    rows, totals = report.get("balances") or [], report.get("totals") or {}
    if _rows_fail(cells, _ACCOUNT) or _rows_fail(rows, _ACCOUNT):
        return True
    return any(
        _number(totals[name]) != sum(_number(row[name]) for row in rows) for name in _AT_LEAST_ZERO if name in totals
    )


def _model(target: Any, document: Any) -> bool:
    dumped = target.dump(target.validate(document))
    payload = dumped.get("payload") or {}
    fields = PAYLOADS.get(str(payload.get("event_type")), ())
    return any(
        (record.get(field.name) is None and field.required)
        or (isinstance(field.kind, FixedPoint) and not _in_range(field.kind, record.get(field.name)))
        for record, owned in ((dumped, ENVELOPE), (payload, fields))
        for field in owned
    )


def _in_range(kind: FixedPoint, value: object) -> bool:
    least, most = kind.from_quanta(kind.quanta[0]), kind.from_quanta(kind.quanta[-1])
    return value is None or least <= _number(value) <= most


_OBJECTIONS: Final[Mapping[TargetKind, Callable[[Any, Any], bool]]] = {
    "calculator": _calculator,
    "compliance": _compliance,
    "limits": _limits,
    "store": _store,
    "model": _model,
    "reporter": _reporter,
}


def _rows_fail(rows: Iterable[Row], key: tuple[str, ...], *, not_null: tuple[str, ...] = ()) -> bool:
    rows = list(rows)
    keys = [tuple(str(row.get(name)) for name in key) for row in rows]
    return len(set(keys)) < len(keys) or any(_row_fails(row, (*key, *not_null)) for row in rows)


def _row_fails(row: Row, not_null: tuple[str, ...]) -> bool:
    if any(row.get(name) is None for name in not_null):
        return True
    if any(name in row and _number(row[name]) < 0 for name in _AT_LEAST_ZERO):
        return True
    if any(name in row and not 0 <= _number(row[name]) <= 1 for name in _SHARES):
        return True
    return any(
        _number(row[total]) != sum(sign * _number(row[part]) for part, sign in parts)
        for total, parts in _SUMS
        if total in row and all(part in row for part, _ in parts)
    )


def _number(value: object) -> Decimal:
    """The number in a column, a float included; something impossible where there is none."""
    try:
        return Decimal(str(value)) if isinstance(value, Decimal | int | str | float) else Decimal(-1)
    except InvalidOperation:
        return Decimal(-1)
