"""Calculators that return or raise what nobody expects: that is a failure with a ledger, never the end of the run."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest

from dcprops.properties import check
from dcprops.properties.balances import BALANCES_SUITE
from dcprops.reference import documents

KEYS = {"scenario_id": "S1", "plan_design_id": "D1", "employee_id": "E1", "plan_id": "P1"}
MATCHES = "balances.matches-reference"
A_TENTH_AS_A_FLOAT = Decimal("0.1000000000000000055511151231257827021181583404541015625")
#: All but the one that is about 20,000 events, which takes its time.
LAWS = [law.id for law in BALANCES_SUITE if law.id != "balances.no-drift"]


def returns_nothing(given, day):
    return None


def returns_a_text(given, day):
    return "S1"


def returns_one_row(given, day):
    return dict(KEYS)


def returns_numbers(given, day):
    return [1, 2, 3]


def returns_rows_without_keys(given, day):
    return [{"net_account_balance": Decimal(0)}]


def returns_rows_twice(given, day):
    return documents.balances(given, day) * 2


def raises(given, day):
    raise KeyError("employee_id")


def leaves(given, day):
    sys.exit("no licence")


def raises_after_the_first_row(given, day):
    yield from documents.balances(given, day)[:1]
    raise RuntimeError("connection lost")


def leaves_after_the_first_row(given, day):
    yield from documents.balances(given, day)[:1]
    sys.exit(3)


def with_net(value):
    def calculator(given, day):
        return [{**row, "net_account_balance": value} for row in documents.balances(given, day)]

    return calculator


SAYS = {
    returns_nothing: "the call returned None, a NoneType",
    returns_a_text: "the call returned 'S1', a str",
    returns_one_row: "a dict",
    returns_numbers: "1",
    returns_rows_without_keys: "{'net_account_balance': Decimal('0')}",
    returns_rows_twice: "two rows",
    raises: "the call raised KeyError: 'employee_id'",
    leaves: "the call raised SystemExit: no licence",
    raises_after_the_first_row: "the call raised RuntimeError: connection lost",
    leaves_after_the_first_row: "the call raised SystemExit: 3",
}


@pytest.mark.parametrize("calculator", SAYS, ids=lambda calculator: calculator.__name__)
def test_what_is_no_answer_is_a_failure_that_says_so(calculator):
    report = check(calculator=calculator, only=LAWS, max_examples=5, seed=7)
    assert [each.id for each in report.checks] == LAWS
    assert {each.status for each in report.checks} == {"failed"}
    for failure in (failure for each in report.checks for failure in each.failures):
        assert SAYS[calculator] in failure.got
        assert failure.ledger


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0.1, float("nan"), "", "ten", [], {}, b"1", "NaN", Decimal("NaN"), Decimal("sNaN"),
        Decimal("Infinity"), Decimal("1E+999999"), Decimal("1E-999999"), A_TENTH_AS_A_FLOAT, "1" * 500,
    ],
    ids=lambda value: ascii(value)[:20],
)  # fmt: skip
def test_what_is_no_amount_is_a_failure_and_nothing_worse(value):
    report = check(calculator=with_net(value), only=LAWS, max_examples=5, seed=7)
    statuses = {each.id: each.status for each in report.checks}
    assert set(statuses.values()) <= {"passed", "failed"}
    assert statuses[MATCHES] == "failed"


@pytest.mark.parametrize("calculator", [returns_nothing, returns_rows_twice, with_net("NaN"), lambda given, day: []])
def test_twenty_thousand_events_make_no_difference(calculator):
    (result,) = check(calculator=calculator, only=["balances.no-drift"], seed=7).checks
    assert result.status == "failed"
    assert len(result.failures[0].ledger) <= 4


@pytest.mark.parametrize("value", [1, "1", "1.0", Decimal("1.000000"), Decimal("1E+0")], ids=ascii)
def test_an_amount_may_be_written_in_any_exact_way(value):
    def calculator(given, day):
        return [
            {**row, "current_vested_percentage": value if row["current_vested_percentage"] == 1 else same}
            for row in documents.balances(given, day)
            for same in [str(row["current_vested_percentage"].normalize())]
        ]

    assert check(calculator=calculator, only=[MATCHES], max_examples=30, seed=7).ok
