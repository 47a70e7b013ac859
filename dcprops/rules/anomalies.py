"""The anomalies: what can be wrong with a ledger whose documents are all valid, each with its severity and its source.

An error is something that a history can't have: the law forbids it, or the ledger contradicts itself. A warning is
something that has an explanation which a ledger can't give. What a ledger doesn't prove is not reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

__all__ = ["ANOMALIES", "AnomalyRule", "Severity"]

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True)
class AnomalyRule:
    """One anomaly: its code, its severity, the sentence that says what is wrong, and the law or rule behind it."""

    code: str
    severity: Severity
    sentence: str
    source: str


_SCHEMA = "the event schema"

_ANOMALIES = (
    # The fields of one event disagree.
    AnomalyRule("date-mismatch", "error", "the envelope has another date than the payload", _SCHEMA),
    AnomalyRule("rates-over-one", "error", "the elected rates sum to more than all of the pay", "IRC §415(c)(3)"),
    AnomalyRule("opt-out-before-enrollment", "error", "the opt-out window closes before it opens", "IRC §414(w)(2)"),
    AnomalyRule("ytd-below-amount", "error", "the year's total is less than the contribution in it", _SCHEMA),
    AnomalyRule(
        "contribution-before-period-end", "warning", "money is paid in before the pay period ends", "29 CFR 2510.3-102"
    ),
    AnomalyRule(
        "late-deposit",
        "warning",
        "the person's money is paid in after the 15th business day of the month that follows the pay period",
        "29 CFR 2510.3-102(b)(1)",
    ),
    AnomalyRule(
        "service-starts-after-period", "error", "service is counted from a day after the period that it is counted for",
        "IRC §411(a)(5)",
    ),
    AnomalyRule(
        "vesting-off-schedule", "error", "the percentage is one that the schedule never gives: a cliff has 0 and 1, "
        "immediate vesting 1", "IRC §411(a)(2)(B)",
    ),
    AnomalyRule(
        "forfeiture-when-fully-vested", "error", "money is forfeited though all of it is vested", "IRC §411(a)(2)"
    ),
    AnomalyRule(
        "hce-threshold-of-another-year", "error", "the threshold is not the one published for the look-back year",
        "IRC §414(q)(1)(B), Notice 97-45",
    ),
    AnomalyRule(
        "hce-status-denied", "error", "pay is above the threshold, yet the person isn't found highly compensated",
        "IRC §414(q)(1)(B)",
    ),
    AnomalyRule(
        "hce-status-unexplained", "warning", "pay isn't above the threshold, so that only ownership of more than 5 % "
        "makes the person highly compensated", "IRC §414(q)(1)(A), (2)",
    ),
    AnomalyRule(
        "hce-status-undecided", "warning", "pay so far isn't above the threshold, but the year's would be: the status "
        "can't be told yet", "Notice 97-45",
    ),
    AnomalyRule(
        "hce-annualized-below-ytd", "warning", "a year's pay is less than the pay so far", "Notice 97-45"
    ),
    AnomalyRule(
        "limit-type-mismatch", "error", "the limit is not of the kind that the compliance type is about",
        "IRC §402(g), §415(c), §414(v)",
    ),
    AnomalyRule("wrong-limit", "error", "the limit isn't the one published for the year", "the IRS notice of the year"),
    AnomalyRule("over-limit", "warning", "the observed amount exceeds the limit", "IRC §402(g), §415(c), §414(v)"),
    # The same event again.
    AnomalyRule("duplicate-event", "warning", "the event is there again; it counts once", _SCHEMA),
    AnomalyRule(
        "conflicting-event-id", "error", "another event has the same event_id; the first in canonical order counts",
        _SCHEMA,
    ),
    # A career that can't be.
    AnomalyRule("before-hire", "error", "something happens before the person is hired", "29 CFR 2530.200b-2"),
    AnomalyRule("hired-twice", "error", "a person who is employed is hired", "29 CFR 2530.200b-2"),
    AnomalyRule("terminated-twice", "error", "a person who has left leaves", "29 CFR 2530.200b-2"),
    AnomalyRule(
        "after-termination", "error", "a promotion, raise, entry into the plan or election after the person left",
        "Reg. 1.401(k)-1(a)(3)",
    ),
    AnomalyRule(
        "contribution-after-final-pay", "error", "a contribution is for a pay period that the last pay can't be from",
        "Reg. 1.401(k)-1(a)(3)",
    ),
    # Taking part in a plan.
    AnomalyRule(
        "plan-unknown", "error", "the person takes part in a plan while only others were open", "IRC §410(a)(1)"
    ),
    AnomalyRule(
        "enrollment-without-eligibility", "warning", "the person enrols without being eligible by then",
        "IRC §410(a)(1)",
    ),
    AnomalyRule(
        "contribution-without-eligibility", "error", "money comes in for a person who wasn't eligible by then",
        "IRC §410(a)(1)",
    ),
    AnomalyRule(
        "contribution-without-enrollment", "error", "money is deferred for a person who hadn't enrolled by then",
        "Reg. 1.401(k)-1(a)(3)",
    ),
    AnomalyRule(
        "contribution-not-elected", "error", "money is deferred into a source that the person never elected by then",
        "Reg. 1.401(k)-1(a)(3)",
    ),
    AnomalyRule(
        "contribution-above-election", "warning", "the year's money from a source is more than the highest elected "
        "rate of the highest annual pay", "Reg. 1.401(k)-1(a)(3)",
    ),
    AnomalyRule(
        "ytd-not-running-total", "error", "the year's total is not what the year's contributions sum to", _SCHEMA
    ),
    # Vesting and forfeiture.
    AnomalyRule(
        "vesting-fell", "error", "the vested percentage is less than before", "IRC §411(a)(4), §411(a)(10)"
    ),
    AnomalyRule(
        "forfeiture-without-termination", "error", "unvested money of a person who hasn't left is forfeited",
        "IRC §411(a)(6), Reg. 1.411(a)-7(d)(4)",
    ),
    AnomalyRule(
        "break-too-short", "error", "less than five years since hire can't hold five one-year breaks in service",
        "IRC §411(a)(6)(C)",
    ),
    AnomalyRule("forfeiture-over-balance", "error", "more is forfeited than there is", "Reg. 1.411(a)-7(d)"),
    AnomalyRule("forfeiture-takes-vested", "error", "vested money is forfeited", "IRC §411(a)(2)"),
    AnomalyRule(
        "forfeiture-percentage-differs", "warning", "the forfeiture has another percentage than the last vesting",
        "Reg. 1.411(a)-7(d)",
    ),
    AnomalyRule(
        "forfeiture-leaves-unvested", "warning", "only a part of the unvested money is forfeited", "Reg. 1.411(a)-7(d)"
    ),
    # A year's limits.
    AnomalyRule(
        "limit-year-missing", "error", "the table of limits has no row for the year, so that nothing in it was checked",
        "the IRS notice of the year",
    ),
    AnomalyRule(
        "deferrals-over-limit", "error", "the year's deferrals exceed the limit with all the catch-up there can be",
        "IRC §402(g)(1), §414(v)(2)",
    ),
    AnomalyRule(
        "deferrals-need-catch-up", "warning", "the year's deferrals are within the limit only for a person of 50 or "
        "more, and the ledger doesn't say the age", "IRC §414(v)(5)",
    ),
    AnomalyRule(
        "additions-over-limit", "error", "the year's additions exceed the dollar limit even with all the catch-up that "
        "there can be", "IRC §415(c)(1)(A)",
    ),
    AnomalyRule(
        "additions-over-pay", "warning", "the year's additions exceed the pay that was measured for the year",
        "IRC §415(c)(1)(B)",
    ),
    AnomalyRule(
        "catch-up-noted-twice", "warning", "catch-up eligibility is noted more than once in a year",
        "Reg. 1.414(v)-1(g)(3)",
    ),
)  # fmt: skip

#: Every anomaly by its code.
ANOMALIES: Final[Mapping[str, AnomalyRule]] = MappingProxyType({rule.code: rule for rule in _ANOMALIES})
