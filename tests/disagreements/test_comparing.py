"""A whole file compared with a calculator or a model: what differs, where, on which days, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dcprops.disagreements import compare_calculator, compare_model
from dcprops.disagreements.comparing import month_ends
from dcprops.disagreements.disagreement import between_rows
from dcprops.event_files import EventFileError
from dcprops.events import EventFactory, SimulationEvent
from dcprops.properties import TargetError
from dcprops.properties.cases import contribution, event, vesting
from dcprops.reference import Account, balances
from dcprops.reference.documents import balances as reference

Written = Callable[[Iterable[dict[str, Any]]], Path]
A = Account("S1", "D1", "E1", "P1")


def ledger() -> list[dict[str, Any]]:
    """E1 is given 100 in January and 50 in March; E2 is given 10 in February."""
    return [
        event(1, "2025-01-15", contribution("employer_match", "100", "2025-01-15")),
        event(2, "2025-02-10", contribution("employee_roth", "10", "2025-02-10"), employee_id="E2"),
        event(3, "2025-03-05", contribution("employer_match", "50", "2025-03-05")),
    ]


def with_change(**changes: Any) -> Any:
    """A calculator whose rows are the reference's, but for E1's fields that are given a function of what is right."""

    def calculator(documents: Iterable[dict[str, Any]], as_of: date) -> Iterator[dict[str, Any]]:
        for row in reference(documents, as_of):
            changed = (
                {name: change(row[name]) for name, change in changes.items()} if row["employee_id"] == "E1" else {}
            )
            yield {**row, **changed}

    return calculator


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2025, 1, 15), (2025, 1, 15), ["2025-01-15"]),
        ((2025, 1, 31), (2025, 3, 1), ["2025-01-31", "2025-02-28", "2025-03-01"]),
        ((2023, 12, 31), (2024, 2, 29), ["2023-12-31", "2024-01-31", "2024-02-29"]),
        ((9999, 11, 30), (9999, 12, 31), ["9999-11-30", "9999-12-31"]),
    ],
)
def test_month_ends(first: tuple[int, int, int], last: tuple[int, int, int], expected: list[str]) -> None:
    assert [day.isoformat() for day in month_ends(date(*first), date(*last))] == expected


def test_a_calculator_that_is_right_agrees(written: Written) -> None:
    found = compare_calculator(written(ledger()), reference, by_month=True)
    assert found.ok
    assert (found.compared, found.disagreements) == (3, ())
    assert [day.isoformat() for day in found.days] == ["2025-01-31", "2025-02-28", "2025-03-05"]


def test_each_account_and_field_once_on_its_worst_day(written: Written) -> None:
    calculator = with_change(gross_account_balance=lambda right: right * 2, total_forfeitures=lambda right: right + 1)
    found = compare_calculator(written(ledger()), calculator, by_month=True)
    told = [
        (each.account, each.field, str(each.as_of), each.expected, each.got, each.difference)
        for each in found.disagreements
    ]
    assert told == [
        (A, "gross_account_balance", "2025-03-05", "150.000000", "300.000000", Decimal(150)),
        (A, "total_forfeitures", "2025-01-31", "0.000000", "1.000000", Decimal(1)),
    ]
    assert [found.days_of(each) for each in found.disagreements] == [3, 3]
    assert found.by_message == {"gross_account_balance differs": 1, "total_forfeitures differs": 1}


def test_what_cannot_be_compared_is_worst(written: Written) -> None:
    calculator = with_change(gross_account_balance=float, net_account_balance=lambda right: right + 10**9)
    first, second = compare_calculator(written(ledger()), calculator).disagreements
    assert (first.field, first.difference, first.got) == ("gross_account_balance", None, "150.0")
    assert (second.field, second.difference) == ("net_account_balance", Decimal(10**9))


def test_sources_differ_by_the_sum_of_what_differs(written: Written) -> None:
    calculator = with_change(sources=lambda right: {"employer_match": right["employer_match"] - 5, "employee_roth": 2})
    (found,) = compare_calculator(written(ledger()), calculator).disagreements
    assert (found.field, found.difference) == ("sources", Decimal(7))
    assert found.got == "employer_match 145.000000, employee_roth 2"


def test_on_a_day(written: Written) -> None:
    found = compare_calculator(
        written(ledger()), with_change(gross_account_balance=lambda right: right + 1), as_of=date(2025, 2, 1)
    )
    (only,) = found.disagreements
    assert (only.expected, only.got, found.days) == ("100.000000", "101.000000", (date(2025, 2, 1),))


def test_a_row_too_few_and_one_too_many() -> None:
    (row,) = balances([EventFactory.create_event(ledger()[0])], date(2025, 12, 31))
    assert [(each.message, each.expected, each.got) for each in between_rows(A, date.max, row, None)] == [
        ("an account has no row", "a row", "no row")
    ]
    assert [(each.message, each.expected, each.got) for each in between_rows(A, date.max, None, row.as_mapping())] == [
        ("there is a row without an account", "no row", "a row")
    ]
    assert list(between_rows(A, date.max, None, None)) == []
    assert list(between_rows(A, date.max, row, row.as_mapping())) == []


def test_a_crash_is_about_the_whole_answer(written: Written) -> None:
    def crashing(documents: Any, as_of: date) -> Any:
        raise KeyError("payload")

    (found,) = compare_calculator(written(ledger()), crashing).disagreements
    assert (found.message, found.account, found.field) == ("the calculator crashes: KeyError", None, "")


def test_what_a_calculator_does_to_its_documents_changes_nothing(written: Written) -> None:
    def greedy(documents: list[dict[str, Any]], as_of: date) -> Any:
        rows = reference(documents, as_of)
        for document in documents:
            document["payload"].clear()
        documents.clear()
        return rows

    assert compare_calculator(written(ledger()), greedy, by_month=True).ok


def test_rows_that_are_no_events_are_left_out(written: Written) -> None:
    wrong = {**ledger()[0], "event_id": "no id"}
    assert compare_calculator(written([wrong, *ledger()]), reference).compared == 3


def test_the_json_has_all_of_it(written: Written) -> None:
    found = compare_calculator(written(ledger()), with_change(gross_account_balance=lambda right: right + 1))
    assert {**found.to_json(), "target": ""} == {
        "target": "",
        "compared": 3,
        "days": ["2025-03-05"],
        "by_message": {"gross_account_balance differs": 1},
        "disagreements": [
            {
                "message": "gross_account_balance differs",
                "field": "gross_account_balance",
                "account": {"scenario_id": "S1", "plan_design_id": "D1", "employee_id": "E1", "plan_id": "P1"},
                "as_of": "2025-03-05",
                "line": None,
                "expected": "150.000000",
                "got": "151.000000",
                "difference": "1.000000",
                "on_days": 1,
            }
        ],
    }


CRASH = "validate raised ZeroDivisionError: no hours"


class Picky:
    """Refuses employees whose name ends in 2, takes any amount, and dies of a vesting event."""

    errors = (ValueError,)

    def validate(self, document: dict[str, Any]) -> Any:
        if document["payload"]["event_type"] == "vesting":
            raise ZeroDivisionError("no hours")
        if document["employee_id"].endswith("2"):
            raise ValueError("not this one")
        return document

    def dump(self, value: Any) -> Any:
        return value


def test_verdicts_of_a_model_differ_in_both_directions(written: Written) -> None:
    negative = {**ledger()[0], "payload": {**ledger()[0]["payload"], "amount": "-1"}}
    refused_by_both = {**negative, "employee_id": "E2"}
    served = event(9, "2025-03-05", vesting("0.5", ("employer_match",), "2025-03-05"))
    path = written([*ledger(), negative, refused_by_both, served])
    found = compare_model(path, Picky)
    assert found.compared == 6
    told = [(each.line, each.message, each.field, each.expected[:7], each.got) for each in found.disagreements]
    assert told == [
        (2, "a valid document is refused: ValueError", "", "accepte", "not this one"),
        (4, "an invalid document is accepted: negative", "amount", "refused", "accepted"),
        (6, "a valid document crashes the model: ZeroDivisionError", "", "accepte", CRASH),
    ]
    assert compare_model(path, SimulationEvent).ok


def test_what_is_of_no_use_is_said(written: Written, tmp_path: Any) -> None:
    path = written(ledger())
    with pytest.raises(TargetError, match="nowhere cannot be imported"):
        compare_calculator(path, "nowhere:balances")
    with pytest.raises(EventFileError, match="does not exist"):
        compare_calculator(tmp_path / "none.ndjson", reference)
    with pytest.raises(EventFileError, match="does not exist"):
        compare_model(tmp_path / "none.ndjson", SimulationEvent)
