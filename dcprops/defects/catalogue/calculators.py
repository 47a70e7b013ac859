"""Seeded defects of balance calculators: rounding, as-of and order, whose money, buckets, vesting, forfeitures.

A witness is said in dollars. 100 given at 40 % leave 60 to be forfeited; a half of 0.000001 is a tie in rounding.
"""

from __future__ import annotations

from typing import Final

from dcprops.defects.defect import Defect, Kind
from dcprops.defects.witnesses import (
    FIRST,
    LAST,
    LATER,
    eligible,
    enrolled,
    forfeits,
    hired,
    leaves,
    ledger,
    paid,
    vests,
)
from dcprops.properties.cases import LedgerCase

__all__ = ["CALCULATORS"]

_HOUSE: Final = "dcprops.defects.calculators.wrong"
_MATCHES: Final = "balances.matches-reference"
_ID: Final = "00000000-0000-4000-8000-000000000001"
_AFTER: Final = "2025-01-01T00:00:01Z"
_HALF: Final = "2025-01-01T00:00:00.500000Z"
_FIX_IT: Final = "IRS 401(k) Plan Fix-It Guide"


def _row(id_: str, kind: Kind, name: str, witness: LedgerCase, source: str = "") -> Defect:
    return Defect(id_, kind, f"{_HOUSE}:{name}", _MATCHES, witness, len(witness.documents), source)


_TIE = ledger(paid("0.000001"), vests("0.5000"))
_TWO_STEPS = (vests("0.4000", day=FIRST), vests("0.5000"))
_ALL_FORFEITED = ledger(paid("100.000000"), forfeits("60.000000", "0.4000"))
_TEN_FORFEITED = ledger(paid("100.000000"), forfeits("10.000000", "0.0000"))
_VESTED_THEN_TEN = ledger(paid("100.000000"), vests("1.0000"), forfeits("10.000000", "0.0000"))
_SAME_DAY = ledger(paid("100.000000", day=FIRST), forfeits("40.000000", "0.6000", day=FIRST))

CALCULATORS: Final = (
    # Rounding.
    _row("rounds-half-even", "calculator", "RoundsHalfEven", _TIE),
    _row("rounds-down", "calculator", "RoundsDown", _TIE),
    _row("rounds-to-cents", "calculator", "RoundsToCents", ledger(paid("0.010000"), vests("0.5000"))),
    _row("never-rounds", "calculator", "NeverRounds", _TIE),
    _row(
        "rounds-each-contribution", "calculator", "RoundsEachContribution",
        ledger(paid("0.000001"), paid("0.000001"), vests("0.5000")),
    ),
    # 0.000003 at 50 % is 0.000002 rounded: the forfeiture of 0.000001 leaves just that, and closes the bucket.
    _row("rounds-the-total", "calculator", "RoundsTheTotal", ledger(paid("0.000003"), forfeits("0.000001", "0.5000"))),
    _row(
        "shares-out-in-floats", "calculator", "SharesOutInFloats",
        ledger(paid("123456789012.345678"), vests("0.3333")),
        "duckdb/duckdb#3091: a double made a DECIMAL is a cent short",
    ),
    _row("adds-up-in-floats", "calculator", "AddsUpInFloats", ledger(paid("0.000001"))),
    _row(
        "answers-in-floats", "calculator", "AnswersInFloats", ledger(eligible()),
        "duckdb/duckdb#14387: decimals cast to double come out changed",
    ),
    # Which events count, and when.
    _row("forgets-the-day-itself", "history and as-of", "ForgetsTheDayItself", ledger(paid("1.000000"))),
    _row("forgets-the-day", "history and as-of", "ForgetsTheDay", ledger(paid("1.000000"))),
    _row("dates-by-recording", "history and as-of", "DatesByRecording", ledger(paid("1.000000"))),
    _row(
        "dates-by-pay-period", "history and as-of", "DatesByPayPeriod",
        ledger(paid("1.000000", period_end="2024-12-31")),
    ),
    _row("takes-arrival-order", "history and as-of", "TakesArrivalOrder", ledger(*_TWO_STEPS[::-1])),
    _row(
        "takes-order-of-recording", "history and as-of", "TakesOrderOfRecording",
        ledger(vests("0.4000", day=FIRST, created_at=_AFTER), vests("0.5000", day=LATER)),
    ),
    _row(
        "takes-moments-as-text", "history and as-of", "TakesMomentsAsText",
        ledger(vests("0.4000"), vests("0.5000", created_at=_HALF)),
    ),
    _row(
        "ignores-the-moment", "history and as-of", "IgnoresTheMoment",
        ledger(vests("0.4000", created_at=_AFTER), vests("0.5000")),
    ),
    _row("forfeits-first", "history and as-of", "ForfeitsFirst", _SAME_DAY),
    _row(
        "orders-the-day-by-moment", "history and as-of", "OrdersTheDayByMoment",
        ledger(paid("100.000000", day=FIRST, created_at=_AFTER), forfeits("40.000000", "0.6000", day=FIRST)),
    ),
    _row(
        "takes-the-percentage-recorded-last", "history and as-of", "TakesThePercentageRecordedLast",
        ledger(vests("0.4000", day=FIRST, created_at=_AFTER), vests("0.5000", day=LATER)),
    ),
    _row(
        "counts-copies", "identity and atomicity", "CountsCopies",
        ledger(paid("1.000000", event_id=_ID), paid("1.000000", event_id=_ID)),
    ),
    _row(
        "takes-the-last-copy", "identity and atomicity", "TakesTheLastCopy",
        ledger(paid("1.000000", event_id=_ID), paid("2.000000", event_id=_ID, created_at=_AFTER)),
    ),
    _row(
        "takes-the-copy-that-arrived-first", "identity and atomicity", "TakesTheCopyThatArrivedFirst",
        ledger(paid("2.000000", event_id=_ID, created_at=_AFTER), paid("1.000000", event_id=_ID)),
    ),
    _row(
        "takes-the-latest-version", "identity and atomicity", "TakesTheLatestVersion",
        ledger(paid("1.000000", event_id=_ID), paid("2.000000", event_id=_ID, created_at=_AFTER)),
    ),
    # Whose money.
    _row(
        "mixes-scenarios", "calculator", "MixesScenarios",
        ledger(eligible(), eligible(scenario_id="S2")),
    ),
    _row("mixes-plan-designs", "calculator", "MixesPlanDesigns", ledger(eligible(), eligible(plan_design_id="D2"))),
    _row("mixes-people", "calculator", "MixesPeople", ledger(eligible(), eligible(employee_id="E2"))),
    _row("mixes-plans", "calculator", "MixesPlans", ledger(paid("1.000000"), paid("1.000000", plan="P2"))),
    _row("shows-only-money", "calculator", "ShowsOnlyMoney", ledger(eligible())),
    _row("forgets-the-eligible", "calculator", "ForgetsTheEligible", ledger(eligible())),
    _row("forgets-the-enrolled", "calculator", "ForgetsTheEnrolled", ledger(enrolled())),
    _row("opens-accounts-at-hire", "calculator", "OpensAccountsAtHire", ledger(hired())),
    # Sources and buckets.
    _row("drops-catch-up", "calculator", "DropsCatchUp", ledger(paid("1.000000", "employee_catch_up"))),
    _row(
        "takes-after-tax-for-employer-money", "calculator", "TakesAfterTaxForEmployerMoney",
        ledger(paid("1.000000", "employee_after_tax")),
    ),
    _row(
        "vests-employee-money", "calculator", "VestsEmployeeMoney", ledger(paid("1.000000", "employee_pre_tax")),
        f"{_FIX_IT}, vesting: a person's own deferrals are always fully vested (IRC §411(a)(1))",
    ),
    _row(
        "leaves-true-up-unvested", "calculator", "LeavesTrueUpUnvested",
        ledger(paid("1.000000", "employer_match_true_up"), vests("1.0000")),
        f"{_FIX_IT}, matching contributions: a true-up is match",
    ),
    # The bucket of the match has a debt of 60 by itself, and the true-up of 100 stays unvested.
    _row(
        "keeps-true-up-apart", "calculator", "KeepsTrueUpApart",
        ledger(paid("100.000000", "employer_match_true_up"), forfeits("60.000000", "0.4000")),
    ),
    _row(
        "allocates-forfeitures-to-match", "calculator", "AllocatesForfeituresToMatch",
        ledger(paid("1.000000", "forfeiture_allocation"), vests("1.0000", "employer_profit_sharing")),
    ),
    _row(
        "reports-true-up-as-match", "calculator", "ReportsTrueUpAsMatch",
        ledger(paid("1.000000", "employer_match_true_up")),
    ),
    _row("takes-net-for-gross", "calculator", "TakesNetForGross", ledger(forfeits("1.000000", "0.0000"))),
    # Vesting.
    _row(
        "vests-every-bucket", "calculator", "VestsEveryBucket",
        ledger(paid("1.000000"), vests("1.0000", "employer_nonelective")),
    ),
    _row(
        "vests-what-is-listed-with-money", "calculator", "VestsWhatIsListedWithMoney",
        ledger(paid("1.000000"), vests("1.0000")),
    ),
    _row(
        "never-vests-less", "calculator", "NeverVestsLess",
        ledger(paid("1.000000"), vests("0.5000", day=FIRST), vests("0.4000", day=LATER)),
    ),
    # A debt closes the bucket just as well, and is quicker said.
    _row(
        "starts-again-at-nothing", "calculator", "StartsAgainAtNothing",
        ledger(
            vests("0.5000", day=FIRST), forfeits("1.000000", "0.0000", day=LATER), paid("1.000000", day=LAST),
        ),
        f"{_FIX_IT}, vesting: service before a rehire was left out",
    ),
    # Forfeitures.
    _row(
        "forfeits-of-vested", "calculator", "ForfeitsOfVested",
        ledger(paid("100.000000"), vests("0.5000"), forfeits("10.000000", "0.0000")),
        f"{_FIX_IT}, forfeitures: more was taken than was unvested",
    ),
    _row("subtracts-forfeitures-from-vested", "calculator", "SubtractsForfeituresFromVested", _TEN_FORFEITED),
    _row("vests-more-than-there-is", "calculator", "VestsMoreThanThereIs", _VESTED_THEN_TEN),
    _row("revives-what-was-forfeited", "calculator", "RevivesWhatWasForfeited", _VESTED_THEN_TEN),
    _row("never-settles", "calculator", "NeverSettles", _ALL_FORFEITED),
    _row("settles-at-any-forfeiture", "calculator", "SettlesAtAnyForfeiture", _TEN_FORFEITED),
    _row(
        "settles-only-to-the-millionth", "calculator", "SettlesOnlyToTheMillionth",
        ledger(paid("100.000000"), forfeits("70.000000", "0.4000")),
    ),
    _row("settles-when-nothing-is-left", "calculator", "SettlesWhenNothingIsLeft", _ALL_FORFEITED),
    _row("settles-at-the-current-percentage", "calculator", "SettlesAtTheCurrentPercentage", _ALL_FORFEITED),
    _row(
        "vests-at-forfeiture", "calculator", "VestsAtForfeiture",
        ledger(paid("100.000000"), forfeits("10.000000", "0.5000")),
    ),
    _row("loses-what-is-settled", "calculator", "LosesWhatIsSettled", ledger(forfeits("1.000000", "0.0000"))),
    _row(
        "takes-no-more-than-there-is", "calculator", "TakesNoMoreThanThereIs", ledger(forfeits("1.000000", "0.0000"))
    ),
    _row(
        "forfeits-at-termination", "calculator", "ForfeitsAtTermination", ledger(leaves()),
        f"{_FIX_IT}, forfeitures: taken before the break in service that allows it",
    ),
    _row(
        "forfeits-match-only", "calculator", "ForfeitsMatchOnly",
        ledger(
            paid("100.000000", "employer_nonelective"), forfeits("60.000000", "0.4000", "employer_nonelective"),
        ),
    ),
)  # fmt: skip
