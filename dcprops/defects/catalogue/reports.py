"""Seeded defects of reports: the figures of accounts, names in files, totals, counts of lines, and the exit status."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from dcprops.defects.defect import Defect
from dcprops.defects.witnesses import eligible, forfeits, ledger, paid, sample
from dcprops.properties.cases import LedgerCase

__all__ = ["REPORTS"]

_HOUSE: Final = "dcprops.defects.reporters.wrong"


def _row(id_: str, name: str, law: str, witness: LedgerCase, source: str = "") -> Defect:
    return Defect(id_, "report", f"{_HOUSE}:{name}", f"report.{law}", witness, len(witness.documents), source)


def _named(*names: str) -> LedgerCase:
    return ledger(*(eligible(employee_id=name) for name in names))


_CSV, _JSON, _INERT = "csv-equals-balances", "json-equals-balances", "csv-is-inert"
_TOTALS, _LINES, _STATUS = "totals-leave-nothing-out", "every-line-counts", "status-tells"

_ONE: Final = ledger(paid("1.000000"))
_MILLIONTH: Final = ledger(paid("0.000001"))
_MOST: Final = ledger(paid("999999999999.999999"))
_NOTHING: Final = ledger(eligible())
_SCENARIOS: Final = ledger(paid("1.000000"), paid("1.000000", scenario_id="S2"))
#: What is taken from a match that was never paid leaves a debt, and is an error of the ledger.
_DEBT: Final = ledger(forfeits("1.000000", "0.0000"))
#: Paid on a Friday for a period that ends a week later, which is a warning.
_EARLY: Final = ledger(paid("1.000000", period_end="2025-02-07"))


def _fault(**also: Any) -> dict[str, Any]:
    return sample("hire", employee_id="", **also)


_INVALID: Final = LedgerCase((_fault(),))

REPORTS: Final = (
    # The figures of each account.
    _row("omits-the-last-account", "OmitsTheLastAccount", _CSV, _NOTHING),
    _row("omits-accounts-without-money", "OmitsAccountsWithoutMoney", _CSV, _NOTHING),
    _row(
        "omits-accounts-that-are-empty", "OmitsAccountsThatAreEmpty", _JSON,
        ledger(paid("1.000000"), forfeits("1.000000", "0.0000")),
    ),
    _row(
        "lists-the-first-twenty", "ListsTheFirstTwenty", _CSV,
        _named(*(f"E{number}" for number in range(1, 22))),
    ),
    _row("forgets-the-scenario", "ForgetsTheScenario", _JSON, _SCENARIOS),
    _row(
        "joins-people-with-two-plans", "JoinsPeopleWithTwoPlans", _CSV,
        ledger(paid("1.000000"), paid("1.000000", plan="P2")),
    ),
    _row("rounds-to-cents-in-csv", "RoundsToCents", _CSV, _MILLIONTH),
    _row("groups-thousands", "GroupsThousands", _CSV, ledger(paid("1000.000000"))),
    _row("writes-floats", "WritesFloats", _JSON, _NOTHING, "pydantic/pydantic#7120: Decimal or float in JSON"),
    _row("writes-floats-as-text", "WritesFloatsAsText", _JSON, _MOST),
    _row("hides-debts", "HidesDebts", _CSV, _DEBT),
    _row(
        "asks-for-today", "AsksForToday", _CSV,
        ledger(paid("1.000000"), as_of=date(2025, 1, 30)),
    ),
    _row("ends-the-day-before", "EndsTheDayBefore", _CSV, _NOTHING),
    _row("swaps-headings", "SwapsHeadings", _CSV, _ONE),
    _row("has-no-column-for-true-ups", "HasNoColumnForTrueUps", _CSV,
         ledger(paid("1.000000", "employer_match_true_up"))),
    # Names in files.
    _row("joins-with-commas", "JoinsWithCommas", _CSV, _named("a,b")),
    _row("forgets-quotes-in-quotes", "ForgetsQuotesInQuotes", _CSV, _named('say "hi"')),
    _row("quotes-nothing", "QuotesNothing", _CSV, _named("a,b")),
    _row("writes-latin-1", "WritesLatin1", _CSV, _named("\u5f20")),
    _row("writes-ascii", "WritesAscii", _CSV, _named("Zo\u00eb")),
    _row("runs-formulas", "RunsFormulas", _INERT, _named("=1+1"),
         "CVE-2021-41270: Symfony's CSV encoder let cells begin with a formula"),
    _row("runs-formulas-after-plus", "RunsFormulasAfterPlus", _INERT, _named("+1")),
    _row("makes-two-names-one", "MakesTwoNamesOne", _CSV, _named("'=1+1")),
    _row("writes-numbers-of-ids", "WritesNumbersOfIds", _CSV, _named("007")),
    _row("cuts-long-names", "CutsLongNames", _CSV, _named("x" * 65)),
    # Totals.
    _row("totals-leave-out-the-last-page", "TotalsLeaveOutTheLastPage", _TOTALS, _NOTHING),
    _row("totals-of-one-scenario", "TotalsOfOneScenario", _TOTALS, _SCENARIOS),
    _row("totals-of-rounded-figures", "TotalsOfRoundedFigures", _TOTALS, _MILLIONTH),
    _row("totals-in-floats", "TotalsInFloats", _TOTALS, _MOST),
    _row("totals-skip-debts", "TotalsSkipDebts", _TOTALS, _DEBT),
    _row("counts-accounts-with-money", "CountsAccountsWithMoney", _TOTALS, _NOTHING),
    _row("nets-forfeitures-twice", "NetsForfeituresTwice", _TOTALS, _DEBT),
    # Lines, and which of them are none.
    _row("counts-valid-lines-only", "CountsValidLinesOnly", _LINES, _INVALID),
    _row("counts-faults-for-lines", "CountsFaultsForLines", _LINES, _INVALID),
    _row("counts-lines-from-zero", "CountsLinesFromZero", _LINES, _INVALID),
    _row("lists-the-first-faults", "ListsTheFirstFaults", _LINES, LedgerCase((_fault(),) * 21)),
    # The exit status.
    _row("always-ends-well", "AlwaysEndsWell", _STATUS, _INVALID),
    _row("forgives-invalid-lines", "ForgivesInvalidLines", _STATUS, _INVALID),
    _row("forgives-errors", "ForgivesErrors", _STATUS, _DEBT),
    _row("fails-on-warnings", "FailsOnWarnings", _STATUS, _EARLY),
    _row("ends-with-the-count", "EndsWithTheCount", _STATUS, LedgerCase((_fault(), _fault()))),
    _row("looks-at-the-last-line", "LooksAtTheLastLine", _STATUS, LedgerCase((_fault(), sample("hire")))),
    _row("looks-at-the-first-finding", "LooksAtTheFirstFinding", _STATUS,
         ledger(paid("1.000000", period_end="2025-02-07"), forfeits("2.000000", "0.0000"))),
)  # fmt: skip
