"""Seeded defects of compliance and of limits: 402(g), catch-up, 415(c), highly compensated, missing years.

A witness stands a cent beside a figure of the IRS notices: 23,500 deferred in 2025, 7,500 and 11,250 of catch-up.
"""

from __future__ import annotations

from typing import Any, Final

from dcprops.defects.defect import Defect
from dcprops.defects.witnesses import determined, hired, ledger, paid
from dcprops.properties.cases import LedgerCase

__all__ = ["COMPLIANCE"]

_HOUSE: Final = "dcprops.defects.calculators"
_FIX_IT: Final = "IRS 401(k) Plan Fix-It Guide"
_PARTITION: Final = "compliance.deferrals-partition"
_ADDED: Final = "compliance.additions-and-limit"
_AGE: Final = "compliance.catch-up-by-age"
_LOOK_BACK: Final = "compliance.hce-looks-back"
_MISSING: Final = "compliance.missing-year-refused"
_PUBLISHED: Final = "compliance.limits-match-published"
_REFUSED: Final = "compliance.limits-of-missing-year-refused"


def _row(id_: str, name: str, law: str, witness: LedgerCase, source: str = "") -> Defect:
    target = f"{_HOUSE}.wrong_years:{name}"
    return Defect(id_, "compliance and limits", target, law, witness, len(witness.documents), source)


def _table(id_: str, name: str, law: str, witness: Any, source: str = "") -> Defect:
    return Defect(id_, "compliance and limits", f"{_HOUSE}.wrong_limits:{name}", law, witness, 0, source)


def _deferred(amount: str, source: str = "employee_pre_tax", **when: Any) -> LedgerCase:
    return ledger(paid(amount, source, f"{when.get('year', 2025)}-06-30"), **when)


_ID: Final = "00000000-0000-4000-8000-000000000001"
_OVER: Final = "24000.000000"

COMPLIANCE: Final = (
    _row("adds-catch-up", "AddsCatchUp", _ADDED, _deferred(_OVER, born=1975)),
    _row("trusts-the-label", "TrustsTheLabel", _PARTITION, _deferred("1.000000", "employee_catch_up", born=1975)),
    _row(
        "waits-for-the-birthday", "WaitsForTheBirthday", _AGE, _deferred(_OVER, born=1975),
        f"{_FIX_IT}, catch-up: whoever turns 50 within the year may catch up all year (Reg. 1.414(v)-1(g)(3))",
    ),
    _row("starts-after-fifty", "StartsAfterFifty", _AGE, _deferred(_OVER, born=1975)),
    _row("keeps-the-higher-limit-at-64", "KeepsTheHigherLimitAt64", _AGE, _deferred("31000.010000", born=1961)),
    _row("adds-both-catch-ups", "AddsBothCatchUps", _AGE, _deferred("34750.010000", born=1965)),
    _row(
        "raises-catch-up-too-soon", "RaisesCatchUpTooSoon", _AGE, _deferred("30500.010000", year=2024, born=1964)
    ),
    _row("catches-up-at-any-age", "CatchesUpAtAnyAge", _PARTITION, _deferred(_OVER)),
    _row(
        "dates-by-payment", "DatesByPayment", _PARTITION,
        ledger(paid("1.000000", "employee_pre_tax", "2025-01-05", period_end="2024-12-31")),
    ),
    _row(
        "counts-copies-in-a-year", "CountsCopies", _PARTITION,
        ledger(paid("1.000000", "employee_pre_tax", event_id=_ID), paid("1.000000", "employee_pre_tax", event_id=_ID)),
    ),
    _row(
        "mixes-scenarios-in-a-year", "MixesScenarios", _PARTITION,
        ledger(paid("1.000000", "employee_pre_tax"), paid("1.000000", "employee_pre_tax", scenario_id="S2")),
    ),
    _row(
        "limits-each-plan", "LimitsEachPlan", _PARTITION,
        ledger(paid("23500.000000", "employee_pre_tax"), paid("0.010000", "employee_pre_tax", plan="P2")),
        f"{_FIX_IT}, 402(g): deferrals to all plans count against one limit",
    ),
    _row(
        "includes-the-threshold", "IncludesTheThreshold", _LOOK_BACK,
        ledger(determined("155000.000000", "2025-01-01")),
    ),
    _row(
        "takes-this-years-threshold", "TakesThisYearsThreshold", _LOOK_BACK,
        ledger(determined("157500.000000", "2025-01-01")),
        f"{_FIX_IT}, highly compensated: the wrong year's figure (Notice 97-45)",
    ),
    _row(
        "takes-this-years-pay", "TakesThisYearsPay", _LOOK_BACK,
        ledger(hired("2025-03-01"), determined("200000.000000", "2025-12-31", method="current_year")),
        f"{_FIX_IT}, highly compensated: the status looks back at the year before",
    ),
    _row(
        "takes-the-rate-of-pay", "TakesTheRateOfPay", _LOOK_BACK,
        ledger(determined("100000.000000", "2025-01-01", annualized="200000.000000")),
        f"{_FIX_IT}, compensation: the wrong definition of pay",
    ),
    _row("does-not-know-the-newly-hired", "DoesNotKnowTheNewlyHired", _LOOK_BACK, ledger(hired("2025-03-01"))),
    _row(
        "takes-the-nearest-year", "TakesTheNearestYear", _MISSING,
        ledger(paid("1.000000", "employee_pre_tax", "2027-06-30"), year=2027),
    ),
    _row(
        "takes-last-years-limit", "TakesLastYearsLimit", _PARTITION, _deferred("23000.010000"),
        f"{_FIX_IT}, plan document and limits: figures that were not brought up to date",
    ),
    _row("forgets-roth", "ForgetsRoth", _PARTITION, _deferred("1.000000", "employee_roth")),
    _row("defers-after-tax", "DefersAfterTax", _PARTITION, _deferred("1.000000", "employee_after_tax")),
    _row(
        "leaves-out-after-tax", "LeavesOutAfterTax", _ADDED, _deferred("1.000000", "employee_after_tax"),
        f"{_FIX_IT}, 415(c): not every annual addition was counted",
    ),
    _row("leaves-out-true-up", "LeavesOutTrueUp", _ADDED, _deferred("1.000000", "employer_match_true_up")),
    _row("leaves-out-allocations", "LeavesOutAllocations", _ADDED, _deferred("1.000000", "forfeiture_allocation")),
    _row("leaves-out-excess", "LeavesOutExcess", _ADDED, _deferred(_OVER)),
    _row(
        "forgets-the-pay", "ForgetsThePay", _ADDED,
        ledger(determined("40000.000000", "2026-01-01"), year=2025),
    ),
    _row("cuts-off-cents", "CutsOffCents", _PARTITION, _deferred("0.010000")),
    _table("one-figure-wrong", "one_figure_wrong", _PUBLISHED, 2026),
    _table("provision-before-its-time", "provision_before_its_time", _PUBLISHED, 2024),
    _table("limits-in-floats", "in_floats", _PUBLISHED, 2025),
    _table("recent-years-only", "recent_years_only", _PUBLISHED, 2024),
    _table(
        "nearest-year", "nearest_year", _REFUSED, 2027,
        f"{_FIX_IT}, plan document and limits: last year's figures, carried on",
    ),
    _table("nothing-for-missing-years", "nothing_for_missing_years", _REFUSED, 2027),
)  # fmt: skip
