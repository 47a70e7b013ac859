"""The properties by themselves on the reference: what mutation testing runs, see docs/mutation.md.

A mutated reference can't be told from the right one by comparison with itself. So what is written otherwise, and is
known to be right, is compared with it, and where there is no such thing the laws of a ledger must hold.
"""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from dcprops import reference
from dcprops.defects.calculators import event_fold, yearly
from dcprops.events import EventFactory
from dcprops.properties import check
from dcprops.properties.cases import ledger_soups, rich_ledgers
from dcprops.reference import (
    anomalies,
    arithmetic,
    as_json,
    balances,
    canonical_order,
    compliance,
    distinct,
    running_balances,
    steps,
    timeline,
)  # fmt: skip
from dcprops.reference.balances import buckets_of
from dcprops.reference.order import DAY_ORDER
from dcprops.reference.vesting import SCHEDULES, is_year_of_service, meets_legal_minimum, vested_percentage
from dcprops.rules.anomalies import ANOMALIES
from dcprops.strategies import incoherent_ledgers, ledgers

SEED = 20_260_701
ERRORS = sorted(code for code, rule in ANOMALIES.items() if rule.severity == "error")
SUMMED = ("net_account_balance", "vested_account_balance")


def faults(**options):
    report = check(seed=SEED, profile="quick", **options)
    return [(each.id, failure.title, failure.got) for each in report.checks for failure in each.failures]


def few(examples):
    def decorated(test):
        return settings(max_examples=examples)(seed(SEED)(test))

    return decorated


def events_of(case):
    return [EventFactory.create_event(document) for document in case.documents]


#: The first of them is all the others at once.
CASES = rich_ledgers()[1:]


# Balances.


def test_balances_against_a_fold():
    assert faults(calculator=event_fold.balances, only=["balances.matches-reference"], max_examples=20) == []


def by_account(rows):
    keys = ("scenario_id", "plan_design_id", "employee_id", "plan_id")
    return {tuple(row[key] for key in keys): row for row in rows}


@few(15)
@given(st.sampled_from(CASES) | ledger_soups())
def test_running_balances_are_those_of_what_came_before(case):
    """After each event the account of its plan is what a fold makes of all that came before it in canonical order."""
    told = []
    for event, row in running_balances(sorted(distinct(events_of(case)), key=canonical_order)):
        told.append(event.model_dump(mode="json"))
        account = (event.scenario_id, event.plan_design_id, event.employee_id, event.payload.plan_id)
        expected = by_account(event_fold.balances(told, date.max)).get(account)
        assert (row is None) == (expected is None)
        if row is not None:
            assert row.account == account
            assert {name: Decimal(expected[name]) for name in SUMMED} == {name: getattr(row, name) for name in SUMMED}


@few(15)
@given(st.sampled_from(CASES) | ledger_soups())
def test_the_arithmetic_comes_to_what_a_fold_does(case):
    """The words end with the sums; every event that changes money has its line; the buckets add up to the account."""
    events = events_of(case)
    for account, row in by_account(event_fold.balances(list(case.documents), date.max)).items():
        net, vested = (Decimal(row[name]) for name in SUMMED)
        last = arithmetic(events, account, date.max).splitlines()[-1]
        assert last.startswith(f"all buckets: net {net:.6f}, vested {vested:.6f}, unvested {net:.6f} - {vested:.6f} = ")
        assert last.endswith(f" = {net - vested:.6f}")
        buckets = buckets_of(events, account, date.max)
        assert (sum(each.net for each in buckets.values()), sum(each.vested for each in buckets.values())) == (
            net,
            vested,
        )
        for step in steps(events, account, date.max):
            assert str(step).startswith(f"{step.event.effective_date}  {step.bucket}: ")
            assert step.bucket in buckets
            payload = step.event.payload
            assert str(getattr(payload, "amount", None) or payload.vested_percentage) in step.sentence


@few(10)
@given(st.sampled_from(CASES) | ledger_soups())
def test_rows_as_json_are_the_rows(case):
    for row in (*balances(events_of(case), date.max), *compliance(events_of(case), 2025, {})):
        written = as_json(row)
        assert all(not isinstance(value, Decimal | float) for value in written.values())
        for name, value in row.as_mapping().items():
            if isinstance(value, Decimal):
                assert Decimal(written[name]) == value
                assert "E" not in written[name]
            elif isinstance(value, dict):
                assert {key: Decimal(amount) for key, amount in written[name].items()} == value
            else:
                assert written[name] == value


# Order.


@few(30)
@given(st.sampled_from(CASES) | ledger_soups(), st.randoms(use_true_random=False))
def test_each_event_counts_once_in_whatever_order_they_arrive(case, chance):
    """The first of those that share an event_id, by day, place in the day, time of recording and id."""
    documents = [event.model_dump(mode="json") for event in events_of(case)]
    chance.shuffle(documents)

    def order(document):
        kind = document["payload"]["event_type"]
        moment = (
            document["created_at"].removesuffix("Z").ljust(26, "0")
            if "." in document["created_at"]
            else (document["created_at"].removesuffix("Z") + ".000000")
        )
        return document["effective_date"], list(DAY_ORDER).index(kind), moment, document["event_id"]

    first = {}
    for document in sorted(documents, key=order):
        first.setdefault(document["event_id"], document)
    counted = sorted(distinct([EventFactory.create_event(each) for each in documents]), key=canonical_order)
    assert [each.model_dump(mode="json") for each in counted] == list(first.values())


# Compliance and limits.


def test_years_against_another_calculation():
    assert faults(compliance=yearly.compliance, max_examples=10) == []


def test_limits():
    assert faults(limits=reference.limits, suites=["compliance"], max_examples=3) == []


# Vesting.


@few(60)
@given(st.sampled_from(sorted(SCHEDULES)), st.integers(0, 40), st.integers(0, 3000))
def test_schedules_rise_to_all_and_keep_the_law(name, years_of_service, hours):
    schedule = SCHEDULES[name]
    share = vested_percentage(schedule, years_of_service)
    cliff, graded = 0 if years_of_service < 3 else 1, min(max(years_of_service - 1, 0) * 20, 100)
    assert share == {"cliff": Decimal(cliff), "graded": Decimal(graded) / 100, "immediate": Decimal(1)}[name]
    assert meets_legal_minimum(schedule)
    assert is_year_of_service(hours) == (hours > 999)


@few(60)
@given(
    st.lists(
        st.sampled_from([Decimal(share) / 100 for share in (0, 19, 20, 40, 60, 80, 99, 100)]), min_size=1, max_size=8
    )
)
def test_a_schedule_is_lawful_if_it_never_falls_and_is_never_behind(schedule):
    shares = [schedule[min(year, len(schedule) - 1)] for year in range(9)]
    graded = all(100 * share >= min(max(year - 1, 0) * 20, 100) for year, share in enumerate(shares))
    cliff = all(share == 1 for share in shares[3:])
    assert meets_legal_minimum(schedule) == (shares == sorted(shares) and (graded or cliff))


@given(st.integers(max_value=-1))
@few(5)
def test_less_than_no_service_is_refused(years_of_service):
    with pytest.raises(ValueError, match=f"years_of_service={years_of_service}"):
        vested_percentage(SCHEDULES["cliff"], years_of_service)


# Coherence.


def codes(found):
    return {each.code for each in found if each.severity == "error"}


@few(15)
@given(ledgers())
def test_a_coherent_ledger_has_no_error(ledger):
    assert codes(anomalies(ledger.events)) == set()
    assert codes(anomalies(ledger.events, ledger.birth_years)) == set()


@pytest.mark.parametrize("code", ERRORS)
def test_what_was_put_in_is_found_and_nothing_else(code):
    @few(6)
    @given(incoherent_ledgers(codes=[code]), st.randoms(use_true_random=False))
    def is_found(pair, chance):
        ledger, _ = pair
        found = anomalies(ledger.events)
        assert codes(found) | codes(anomalies(ledger.events, ledger.birth_years)) == {code}
        shuffled = list(ledger.events)
        chance.shuffle(shuffled)
        assert anomalies(shuffled) == found
        ids = {str(event.event_id) for event in ledger.events}
        people = {(event.scenario_id, event.plan_design_id, event.employee_id) for event in ledger.events}
        for each in found:
            assert each.account[:3] in people
            assert each.event_id is None or str(each.event_id) in ids
            assert each.severity == ANOMALIES[each.code].severity
            assert each.as_mapping()["code"] == each.code

    is_found()


@few(10)
@given(st.sampled_from(CASES) | ledger_soups(), st.integers(0, 2**32))
def test_findings_don_t_depend_on_the_order_of_arrival(case, number):
    events = events_of(case)
    shuffled = list(events)
    random.Random(number).shuffle(shuffled)
    assert anomalies(shuffled) == anomalies(events)


# What is told to people.


@few(10)
@given(ledgers())
def test_a_line_tells_the_day_and_what_happened_to_whom(ledger):
    lines = timeline(ledger.documents)
    assert len(lines) == len(ledger.documents)
    for document, line in zip(ledger.documents, lines, strict=True):
        event_type = document["payload"]["event_type"]
        assert line.startswith(f"{document['effective_date']} ")
        assert f" {event_type} " in f"{line} "
        assert document["employee_id"] in line or not document["employee_id"].isascii() or "\\" in line
        if event_type == "contribution":
            assert f"amount={document['payload']['amount']}" in line
