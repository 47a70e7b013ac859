"""The reduction on ledgers that are drawn: what is left shows the same, is minimal, and is the same each time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops.properties.cases import contribution, event, vesting
from dcprops.reducing import Entry, Reduced, Reducer, Trial, single_steps
from dcprops.reducing.trials import NEUTRAL_DAY
from dcprops.reference import Account
from dcprops.strategies import ledgers

Shows = Callable[[Trial], bool]


def trial_of(documents: Any, as_of: date | None = None) -> Trial:
    return Trial(tuple(map(Entry.of, documents)), as_of)


def reduced(trial: Trial, shows: Shows, **options: Any) -> Reduced:
    return Reducer(trial, shows, **{"budget": 5_000, **options}).run()


def kinds(trial: Trial) -> Counter[str]:
    return Counter(document["payload"]["event_type"] for document in trial.documents)


def money(trial: Trial) -> Decimal:
    return sum((Decimal(each["payload"].get("amount", 0)) for each in trial.documents), Decimal(0))


def says(document: Any, name: str) -> str:
    """A field of the payload, empty where there is none."""
    return str(document["payload"].get(name, ""))


#: Questions of many kinds: about which events there are, their number, values, order, names and days.
QUESTIONS: dict[str, Shows] = {
    "two kinds": lambda trial: len(kinds(trial)) >= 2,
    "three of a kind": lambda trial: any(number >= 3 for number in kinds(trial).values()),
    "an odd millionth": lambda trial: any(says(each, "amount")[-1:] in tuple("13579") for each in trial.documents),
    "so much money": lambda trial: money(trial) > 1234,
    "two days": lambda trial: len({each["effective_date"] for each in trial.documents}) >= 2,
    "in February": lambda trial: any(each["effective_date"][5:7] == "02" for each in trial.documents),
    "two people": lambda trial: len({each["employee_id"] for each in trial.documents}) >= 2,
    "two plans": lambda trial: len({says(each, "plan_id") for each in trial.documents}) >= 2,
    "a later one first": lambda trial: any(
        one["effective_date"] > other["effective_date"] for one, other in pairwise(trial.documents)
    ),
    "before the day": lambda trial: any(each["effective_date"] < str(trial.as_of) for each in trial.documents),
    "a long name": lambda trial: any(len(each["employee_id"]) > 2 for each in trial.documents),
    "always": lambda trial: True,
}


@pytest.mark.parametrize("name", QUESTIONS)
@given(ledger=ledgers(), days=st.integers(0, 400))
@settings(max_examples=10, deadline=None)
def test_what_is_left_shows_it_and_no_single_step_does(name: str, ledger: Any, days: int) -> None:
    shows = QUESTIONS[name]
    # The career's events are last, so that every question has something to show in each of the ledgers.
    documents = [*list(ledger.documents)[:40], *career()[:4], *career()[-2:], elsewhere()]
    start = trial_of(documents, NEUTRAL_DAY - timedelta(days))
    assert shows(start)
    asked: list[Trial] = []

    def asking(trial: Trial) -> bool:
        assert trial.is_valid
        asked.append(trial)
        return shows(trial)

    found = reduced(start, asking)
    assert shows(found.trial)
    assert found.is_minimal
    assert [each.documents for each in single_steps(found.trial) if each.is_valid and shows(each)] == []
    assert found.calls == len(asked) == len({each.key for each in asked})
    assert reduced(start, shows).trial.documents == found.trial.documents


def career() -> list[dict[str, Any]]:
    paid = [
        event(number, day, contribution("employer_match", f"{number}.123457", day), employee_id="Somebody")
        for number, day in ((number, f"2024-{number % 12 + 1:02}-15") for number in range(1, 1500, 7))
    ]
    return [*paid, event(900, "2024-06-30", vesting("0.3333", ("employer_match",), "2024-06-30"))]


def elsewhere() -> dict[str, Any]:
    return event(950, "2024-02-15", {**contribution("employer_match", "1", "2024-02-15"), "plan_id": "Another plan"})


def test_an_event_and_a_value_are_found_by_few_calls() -> None:
    found = reduced(
        trial_of(career(), date(2024, 12, 31)), lambda trial: kinds(trial) >= Counter(vesting=1, contribution=1)
    )
    assert kinds(found.trial) == Counter(vesting=1, contribution=1)
    assert found.calls < 60
    (paid,) = (each for each in found.trial.documents if each["payload"]["event_type"] == "contribution")
    assert paid == {
        "event_id": "00000000-0000-4000-8000-000000000001",
        "employee_id": "E1",
        "effective_date": "2025-12-31",
        "created_at": "2025-12-31T00:00:00Z",
        "scenario_id": "S1",
        "plan_design_id": "D1",
        "source_system": "payroll",
        "payload": {
            "event_type": "contribution",
            "plan_id": "P1",
            "source": "employee_pre_tax",
            "amount": "1.000000",
            "pay_period_end": "2025-12-31",
            "contribution_date": "2025-12-31",
            "ytd_amount": "0.000000",
            "payroll_id": "PR1",
        },
    }


def test_amounts_keep_the_digits_that_matter() -> None:
    found = reduced(
        trial_of(career()),
        lambda trial: any(each["payload"].get("amount", "").endswith("57") for each in trial.documents),
    )
    assert [each["payload"]["amount"] for each in found.trial.documents] == ["0.000057"]


def test_the_account_is_followed_under_its_new_names() -> None:
    account = Account("Scenario", "Design", "Somebody", "Plan")
    document = event(
        7, "2024-01-01", {**contribution("employee_roth", "5", "2024-01-01"), "plan_id": "Plan"},
        scenario_id="Scenario", plan_design_id="Design", employee_id="Somebody",
    )  # fmt: skip
    start = Trial((Entry.of(document),), date(2024, 1, 1), account)

    def shows(trial: Trial) -> bool:
        return bool(trial.documents) and trial.account == (
            *(trial.documents[0][name] for name in account._fields[:3]),
            trial.documents[0]["payload"]["plan_id"],
        )

    assert reduced(start, shows).trial.account == Account("S1", "D1", "E1", "P1")


def test_other_people_are_kept_only_where_they_matter() -> None:
    people = [
        event(number, "2024-01-01", contribution("employee_roth", "5", "2024-01-01"), employee_id=f"P{number}")
        for number in range(1, 300)
    ]
    of_two = reduced(trial_of(people), lambda trial: len({each["employee_id"] for each in trial.documents}) >= 2)
    assert [each["employee_id"] for each in of_two.trial.documents] == ["E1", "E2"]
    assert of_two.calls < 60


@pytest.mark.parametrize("budget", [0, 1, 7])
def test_a_spent_budget_leaves_the_best_so_far(budget: int) -> None:
    asked = []
    found = reduced(
        trial_of(career()), lambda trial: bool(asked.append(trial)) or len(trial.entries) >= 3, budget=budget
    )
    assert (len(asked), found.calls, found.is_minimal) == (budget, budget, False)
    assert found.reason == f"the budget of {budget:,} is spent"
    assert found.trial is next((each for each in reversed(asked) if len(each.entries) >= 3), found.trial)
    assert len(found.trial.entries) <= 216


def test_an_interrupt_leaves_the_best_so_far() -> None:
    calls = 0

    def shows(trial: Trial) -> bool:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return len(trial.entries) >= 3

    found = reduced(trial_of(career()), shows)
    assert (found.reason, found.is_minimal) == ("interrupted", False)
    assert 3 <= len(found.trial.entries) < 216


def test_what_is_not_admissible_is_never_asked_about() -> None:
    def is_admissible(trial: Trial) -> bool:
        return "vesting" in kinds(trial)

    def shows(trial: Trial) -> bool:
        assert is_admissible(trial)
        return True

    assert kinds(reduced(trial_of(career()), shows, is_admissible=is_admissible).trial) == Counter(vesting=1)


def test_progress_is_told_of_each_call() -> None:
    told: list[tuple[int, int]] = []
    found = reduced(
        trial_of(career()),
        lambda trial: len(trial.entries) >= 3,
        on_progress=lambda calls, best: told.append((calls, len(best.entries))),
    )
    assert [calls for calls, _ in told] == list(range(1, found.calls + 1))
    assert told[-1][1] == 3
    assert all(after <= before for (_, before), (_, after) in pairwise(told))


def test_an_invalid_document_becomes_simple_around_what_is_wrong() -> None:
    document = json.loads(json.dumps(career()[0] | {"effective_date": "2024-02-30", "employee_id": "Somebody"}))
    found = reduced(
        trial_of([document]),
        lambda trial: any(each["effective_date"] == "2024-02-30" for each in trial.documents),
        is_admissible=lambda trial: True,
    )
    (left,) = found.trial.documents
    assert left["effective_date"] == "2024-02-30"
    assert (left["employee_id"], left["payload"]["amount"]) == ("E1", "1.000000")
