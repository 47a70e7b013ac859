"""From a file to the smallest ledger: whatever is wrong with a calculator, few events show it, and the same thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcprops.defects.calculators import wrong
from dcprops.disagreements import AgreementError, NotAnonymousError, NothingComparedError, Shrunk, shrink
from dcprops.disagreements.anonymous import identifiers
from dcprops.disagreements.questions import CalculatorQuestion, PredicateQuestion
from dcprops.event_files import EventFileError
from dcprops.events import EventFactory
from dcprops.properties import TargetError, reproduce
from dcprops.properties.cases import contribution, event, vesting
from dcprops.properties.targets import function_target
from dcprops.reducing import Entry, Trial, single_steps
from dcprops.reference import Account, anomalies
from dcprops.reference.documents import balances as reference
from dcprops.strategies import ledgers

Written = Callable[[Iterable[dict[str, Any]]], Path]
Document = dict[str, Any]


def career(name: str = "Ann", scenario: str = "Base", plan: str = "Main") -> list[Document]:
    """Three years of one person, with all that changes money, an event that came twice, and odd amounts."""
    keys = {"employee_id": name, "scenario_id": scenario, "plan_design_id": "Standard"}
    eligibility = {
        "event_type": "eligibility",
        "eligible": True,
        "eligibility_date": "2022-01-03",
        "reason": "immediate",
    }
    listed: list[tuple[str, dict[str, Any]]] = [("2022-01-03", eligibility)]
    for number in range(36):
        day = f"{2022 + number // 12}-{number % 12 + 1:02}-28"
        listed += [
            (day, contribution("employee_pre_tax", f"{501 + number}.25", day)),
            (day, contribution("employer_match", f"{100 + number}.333333", day)),
        ]
        if number % 12 == 11:
            listed += [
                (day, contribution("employee_catch_up", "77.70", day)),
                (day, contribution("employer_match_true_up", "12.345678", day)),
                (day, vesting(f"0.{number // 12 * 3 + 2}500", ("employer_match",), day)),
            ]
    gone = {"event_type": "forfeiture", "forfeited_from_source": "employer_match", "amount": "2800.500000",
            "reason": "unvested_termination", "vested_percentage": "0.2500"}  # fmt: skip
    listed += [
        ("2025-02-01", gone),
        ("2025-03-01", contribution("employer_match", "40.000001", "2025-03-01")),
        ("2025-03-05", vesting("0.9000", ("employer_match",), "2025-03-05")),
    ]
    number = sum(map(ord, name + scenario + plan)) * 1000
    documents = [
        event(
            number + place, day, {**payload, "plan_id": plan}, **keys, created_at=f"{day}T{23 - place % 24:02}:00:00Z"
        )
        for place, (day, payload) in enumerate(listed)
    ]
    late = {**documents[3], "created_at": "2026-01-01T00:00:00Z"}
    return [*documents[::-1], late]


def file_of_four() -> list[Document]:
    return [*career(), *career("Bob"), *career("Ann", "Other"), *career("Ann", plan="Second")]


#: Wrong calculators that are wrong on this file.
WRONG = (
    "RoundsHalfEven", "RoundsDown", "RoundsToCents", "NeverRounds", "RoundsEachContribution", "AddsUpInFloats",
    "ForgetsTheDayItself", "ForgetsTheDay", "TakesArrivalOrder", "CountsCopies", "MixesScenarios", "MixesPeople",
    "MixesPlans", "DropsCatchUp", "VestsEmployeeMoney", "LeavesTrueUpUnvested", "TakesNetForGross",
    "ForfeitsOfVested", "SubtractsForfeituresFromVested", "RevivesWhatWasForfeited",
)  # fmt: skip
_MOST = 4


def calculator_of(name: str) -> Any:
    return getattr(wrong, name).balances


@pytest.mark.parametrize("name", WRONG)
def test_few_events_show_whatever_is_wrong(name: str, written: Written) -> None:
    path = written(file_of_four())
    found = shrink(path, calculator=calculator_of(name), by_month=True)
    assert 1 <= len(found.documents) <= _MOST
    assert found.is_minimal
    assert found.calls <= 300
    assert found.failure.title == found.found.message
    assert found.as_of is not None
    question = CalculatorQuestion(function_target(calculator_of(name)))
    account = Account(*found.failure.field.partition(" as of ")[0].partition(":")[0].split("/"))
    least = Trial(tuple(map(Entry.of, found.documents)), found.as_of, account)
    shows = question.shows(found.found)
    assert least.is_valid
    assert shows(least)
    assert [each.documents for each in single_steps(least) if each.is_valid and shows(each)] == []
    again = shrink(path, calculator=calculator_of(name), by_month=True)
    assert json.dumps(again.to_json()) == json.dumps(found.to_json())


def test_a_calculator_that_is_right_agrees(written: Written) -> None:
    with pytest.raises(AgreementError, match="agrees with the reference on all 344 events"):
        shrink(written(file_of_four()), calculator=reference)


def wrong_on(condition: Callable[[Account, date, dict[str, Any]], bool]) -> Any:
    """A calculator that says a dollar too much wherever the condition holds."""

    def calculator(documents: list[Document], as_of: date) -> Any:
        for row in reference(documents, as_of):
            account = Account(*(row[key] for key in Account._fields))
            too_much = Decimal(condition(account, as_of, row))
            yield {**row, "gross_account_balance": row["gross_account_balance"] + too_much}

    return calculator


def test_the_least_by_hand(written: Written) -> None:
    """Employee money that vests by the percentage is wrong as soon as there is a dollar of it."""
    found = shrink(written(file_of_four()), calculator=calculator_of("VestsEmployeeMoney"))
    assert [(each["effective_date"], each["payload"]) for each in found.documents] == [
        (
            "2025-12-31",
            {
                "event_type": "contribution", "plan_id": "P1", "source": "employee_pre_tax", "amount": "1.000000",
                "pay_period_end": "2025-12-31", "contribution_date": "2025-12-31", "ytd_amount": "0.000000",
                "payroll_id": "PR1",
            },
        )
    ]  # fmt: skip
    assert found.as_of == date(2025, 12, 31)
    assert (found.failure.field, found.failure.expected, found.failure.got) == (
        "S1/D1/E1/P1: vested_account_balance as of 2025-12-31", "1.000000", "0.000000",
    )  # fmt: skip
    assert "given G = 1.000000" in found.failure.workings


def test_the_account_that_is_asked_for(written: Written) -> None:
    calculator = wrong_on(lambda account, _, row: row["gross_account_balance"] > 1000)
    path = written(file_of_four())
    assert shrink(path, calculator=calculator, account="Bob").found.account == Account(
        "Base", "Standard", "Bob", "Main"
    )
    of_four = shrink(path, calculator=calculator, account="Other/Standard/Ann/Main")
    assert of_four.found.account == Account("Other", "Standard", "Ann", "Main")
    with pytest.raises(NothingComparedError, match="has no account 'Zoe'"):
        shrink(path, calculator=calculator, account="Zoe")


def test_a_day_on_which_they_disagree_is_found(written: Written) -> None:
    """On the last day all is well; one month end of three years is wrong."""
    path = written(file_of_four())
    calculator = wrong_on(lambda account, day, _: day == date(2023, 8, 31))
    assert shrink(path, calculator=calculator, by_month=True).found.as_of == date(2023, 8, 31)
    with pytest.raises(AgreementError, match="agrees with the reference on all 344 events"):
        shrink(path, calculator=calculator)
    with pytest.raises(AgreementError, match="as of 2023-07-31"):
        shrink(path, calculator=calculator, as_of=date(2023, 7, 31))


def test_another_disagreement_on_the_way_is_not_taken_for_it(written: Written) -> None:
    """Cents are wrong from 1,000 dollars on; of one event alone nothing is right, of two it dies."""

    def calculator(documents: list[Document], as_of: date) -> Any:
        if len(documents) == 2:
            raise ZeroDivisionError
        for row in reference(documents, as_of):
            if len(documents) == 1:
                yield {**row, "net_account_balance": Decimal(-1), "gross_account_balance": Decimal(-1)}
            elif row["vested_account_balance"] > 1000:
                yield {
                    **row,
                    "vested_account_balance": row["vested_account_balance"].quantize(Decimal("0.01"), ROUND_HALF_UP),
                }
            else:
                yield row

    found = shrink(written(file_of_four()), calculator=calculator)
    assert found.failure.title == "vested_account_balance differs"
    assert len(found.documents) == 3


def test_a_crash_is_shrunk_to_the_same_crash(written: Written) -> None:
    def calculator(documents: list[Document], as_of: date) -> Any:
        if not documents:
            raise IndexError
        if any(each["payload"]["event_type"] == "forfeiture" for each in documents):
            raise KeyError("forfeiture")
        return reference(documents, as_of)

    found = shrink(written(file_of_four()), calculator=calculator)
    assert found.found.message == "the calculator crashes: KeyError"
    assert [each["payload"]["event_type"] for each in found.documents] == ["forfeiture"]


def test_coherent_ledgers_stay_coherent(written: Written) -> None:
    forfeited = {
        "event_type": "forfeiture", "forfeited_from_source": "employer_match", "amount": "60",
        "reason": "unvested_termination", "vested_percentage": "0.4000",
    }  # fmt: skip
    days = [f"2024-{month:02}-28" for month in range(1, 13)]
    coherent = [
        *(
            event(number, day, {**contribution("employer_match", "25", day), "ytd_amount": str(25 * number)})
            for number, day in enumerate(days, 1)
        ),
        event(20, "2024-12-31", vesting("0.4000", ("employer_match",), "2024-12-31")),
        event(21, "2025-01-31", forfeited),
    ]
    assert errors_of(coherent) == []
    path = written(coherent)
    asked: list[list[Document]] = []

    def calculator(documents: list[Document], as_of: date) -> Any:
        asked.append(documents)
        return calculator_of("TakesNetForGross")(documents, as_of)

    found = shrink(path, calculator=calculator, coherent=True)
    assert [errors_of(documents) for documents in asked] == [[]] * len(asked)
    assert [each["payload"]["event_type"] for each in found.documents] == ["contribution", "forfeiture"]
    alone = shrink(path, calculator=calculator_of("TakesNetForGross"))
    assert [each["payload"]["event_type"] for each in alone.documents] == ["forfeiture"]
    assert errors_of(alone.documents) == ["forfeiture-over-balance"]


def errors_of(documents: Iterable[Document]) -> list[str]:
    events = [EventFactory.create_event(document) for document in documents]
    return [each.code for each in anomalies(events) if each.severity == "error"]


def test_a_budget_is_kept_and_told(written: Written) -> None:
    found = shrink(written(file_of_four()), calculator=calculator_of("RoundsDown"), budget=1)
    assert (found.calls, found.is_minimal, found.reason) == (1, False, "the budget of 1 is spent")
    assert _MOST < len(found.documents) < 344


def test_the_test_fails_as_long_as_it_is_wrong(written: Written) -> None:
    found = shrink(written(file_of_four()), calculator=calculator_of("RoundsDown"))
    example = {"ledger": list(found.documents), "as_of": str(found.as_of), "year": 2025, "birth_years": {}}
    with pytest.raises(AssertionError, match="vested_account_balance differs"):
        reproduce("balances.matches-reference", example, calculator=calculator_of("RoundsDown"))
    reproduce("balances.matches-reference", example, calculator=reference)
    assert "import RoundsDown" in found.failure.test


# Other targets.


class Picky:
    """Refuses amounts above 500 dollars, and whoever is called Bob."""

    def validate(self, document: Document) -> Any:
        if Decimal(document["payload"].get("amount", 0)) > 500:
            raise ValueError("too much")
        if document["employee_id"] == "Bob":
            raise LookupError("who is that")
        return document

    def dump(self, value: Any) -> Any:
        return value


def test_a_model_that_refuses_too_much(written: Written) -> None:
    found = shrink(written(file_of_four()), model=Picky)
    (left,) = found.documents
    assert found.failure.title == "a valid document is refused: ValueError"
    assert left["payload"]["amount"] == "1000.000000"  # no simpler amount is above 500
    assert found.is_minimal


def test_a_model_that_accepts_too_much(written: Written) -> None:
    odd = career()[5]
    invalid = {**odd, "payload": {**odd["payload"], "vesting_note": "x"}, "correlation_id": "Something long"}
    found = shrink(written([*career()[:5], invalid]), model=Tolerant)
    (left,) = found.documents
    assert found.failure.title.startswith("an invalid document is accepted: unknown-field")
    assert left["payload"]["vesting_note"] == "x"
    assert "correlation_id" not in left
    assert left["employee_id"] == "E1"


class Tolerant:
    def validate(self, document: Document) -> Any:
        return document

    def dump(self, value: Any) -> Any:
        return value


def test_a_function_of_ones_own(written: Written) -> None:
    def has_two_forfeitures(documents: list[Document]) -> bool:
        return sum(each["payload"]["event_type"] == "forfeiture" for each in documents) >= 2

    found = shrink(written(file_of_four()), predicate=has_two_forfeitures)
    assert [each["payload"]["event_type"] for each in found.documents] == ["forfeiture", "forfeiture"]

    def nothing_yet(documents: list[Document], as_of: date) -> bool:
        return bool(documents) and all(each["effective_date"] > as_of.isoformat() for each in documents)

    late = shrink(written(file_of_four()), predicate=nothing_yet, as_of=date(2021, 1, 1))
    assert [each["effective_date"] for each in late.documents] == ["2026-01-01"]
    assert "date.fromisoformat('2025-12-31')" in late.failure.test
    assert PredicateQuestion(function_target(has_two_forfeitures)).ask(Trial((), None)) == []


@pytest.mark.parametrize(("name", "title"), [
    ("RoundsToCents", "store.values-exact: amount is another than was appended"),
    ("AppendsTwiceOnRetry", "store.append-is-idempotent"),
    ("ForgetsOnReopen", "store.reopen-preserves"),
])  # fmt: skip
def test_a_store_that_does_not_keep_what_it_is_given(name: str, title: str, written: Written) -> None:
    path = written(career())
    found = shrink(path, store=f"dcprops.defects.stores.wrong:{name}")
    assert found.failure.title.startswith(title)
    assert len(found.documents) <= 2
    assert found.is_minimal


def test_a_function_that_never_answers_is_told(written: Written) -> None:
    with pytest.raises(TargetError, match="has no answer for the first people of the file: the call raised KeyError"):
        shrink(written(career()), predicate=lambda documents: documents[0]["amount"] > 5)
    with pytest.raises(AgreementError, match=r"says no on all 86 events \(8 calls\)"):
        shrink(written(career()), predicate=lambda documents: False)


def test_a_target_that_changes_its_mind_is_told(written: Written) -> None:
    calls = iter(range(10**6))

    def calculator(documents: list[Document], as_of: date) -> Any:
        return [{**row, "total_forfeitures": 7} if next(calls) < 3 else row for row in reference(documents, as_of)]

    with pytest.raises(TargetError, match="a target's answer must depend on nothing else"):
        shrink(written(career()), calculator=calculator, budget=2)


# Leaving the company.


@given(
    ledger=ledgers(),
    names=st.lists(st.sampled_from(["Ann Smith", "E1", "S1", "P1", "D1", "X1", "Zoë", "9-A"]), min_size=4, max_size=4),
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_identifier_is_left(ledger: Any, names: list[str], written: Written) -> None:
    keys = dict(zip(("employee_id", "scenario_id", "plan_design_id"), names, strict=False))
    paid = {**contribution("employer_match", "1234.567891", "2024-05-05"), "plan_id": names[3], "payroll_id": "PR1"}
    documents = [*ledger.documents[:30], event(1, "2024-05-05", paid, **keys)]
    original = identifiers(map(Entry.of, documents))
    found = shrink(written(documents), calculator=wrong_on(lambda *_: True), anonymise=True)
    assert found.is_anonymous
    assert identifiers(map(Entry.of, found.documents)).isdisjoint(original)
    assert "found" not in found.to_json()
    for told in (json.dumps(found.to_json()), found.failure.test, found.failure.workings):
        assert "Ann Smith" not in told
        assert "1234.567891" not in told


def test_amounts_are_others_where_any_would_do(written: Written) -> None:
    """A calculator that is wrong of amounts with many digits keeps the digits' number, not the digits."""

    def many_digits(account: Account, day: date, row: dict[str, Any]) -> bool:
        return len(row["gross_account_balance"].normalize().as_tuple().digits) >= 9

    paid = event(1, "2024-05-05", contribution("employer_match", "1234.56789", "2024-05-05"))
    found = shrink(written([paid]), calculator=wrong_on(many_digits), anonymise=True)
    assert [each["payload"]["amount"] for each in found.documents] == ["2345.678900"] or found.documents[0]["payload"][
        "amount"
    ] != "1234.567890"


def test_a_name_on_which_it_hangs_cannot_go(written: Written) -> None:
    path = written(career())
    with pytest.raises(NotAnonymousError, match="employee_id cannot be replaced: without 'Ann'"):
        shrink(path, calculator=wrong_on(lambda account, *_: account.employee_id == "Ann"), anonymise=True)
    shaped = shrink(path, calculator=wrong_on(lambda account, *_: len(account.employee_id) == 3), anonymise=True)
    assert shaped.documents[0]["employee_id"] != "Ann"
    assert len(shaped.documents[0]["employee_id"]) == 3


# What is of no use.


def test_exactly_one_target(written: Written) -> None:
    with pytest.raises(TypeError, match="expected one of calculator, model, store and predicate, got 0"):
        shrink(written(career()))
    with pytest.raises(TypeError, match="got 2"):
        shrink(written(career()), calculator=reference, model=Picky)


def test_what_is_of_no_use_is_said(written: Written, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="nowhere cannot be imported"):
        shrink(written(career()), calculator="nowhere:balances")
    with pytest.raises(EventFileError, match="does not exist"):
        shrink(tmp_path / "none.ndjson", calculator=reference)
    no_json = tmp_path / "no.ndjson"
    no_json.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(EventFileError, match="is not an event file"):
        shrink(no_json, calculator=reference)


def test_the_type_of_what_is_found() -> None:
    assert Shrunk.__dataclass_params__.frozen  # type: ignore[attr-defined]  # a result that nobody changes
