"""Ledgers: coherent by construction, everywhere a career can go, small when shrunk; and with one anomaly put in."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal, localcontext
from itertools import pairwise

import pytest
from hypothesis import Phase, find, given, seed, settings
from hypothesis.errors import InvalidArgument
from hypothesis.vendor.pretty import pretty

from dcprops.events import EventFactory, SimulationEvent
from dcprops.events.schema import EVENT_TYPES
from dcprops.reference import anomalies, balances, canonical_order, dollar_limits, years
from dcprops.reference.vesting import meets_legal_minimum
from dcprops.rules.anomalies import ANOMALIES
from dcprops.strategies import Ledger, incoherent_ledgers, ledgers
from dcprops.strategies._incoherent import PUT_IN
from dcprops.strategies._lives import SCHEDULES

from . import seeded_calculators

CENT = Decimal("0.01")
DEFERRALS = {"employee_pre_tax", "employee_roth", "employee_catch_up"}
ERRORS = sorted(code for code, rule in ANOMALIES.items() if rule.severity == "error")


def errors(ledger: Ledger) -> set[str]:
    found = [*anomalies(ledger.events), *anomalies(ledger.events, ledger.birth_years)]
    return {anomaly.code for anomaly in found if anomaly.severity == "error"}


# --- what every ledger is ---


@given(ledgers())
@settings(max_examples=300)
def test_a_ledger_is_coherent_in_canonical_order_and_never_empty(ledger):
    assert ledger.events
    assert list(ledger.events) == sorted(ledger.events, key=canonical_order)
    assert len({event.event_id for event in ledger.events}) == len(ledger.events)
    assert errors(ledger) == set()


@given(ledgers(max_periods=13))
@settings(max_examples=50)
def test_the_events_are_what_the_models_make_of_their_documents(ledger):
    assert len(ledger.documents) == len(ledger.events)
    for event, document in zip(ledger.events, ledger.documents, strict=True):
        reloaded = EventFactory.create_event(document)
        assert reloaded == event
        assert hash(reloaded) == hash(event)
        assert reloaded.model_dump_json() == event.model_dump_json()
        assert SimulationEvent.model_validate(event) == event
        assert type(event.payload) is type(reloaded.payload)
        assert event.payload.model_fields_set == set(type(event.payload).model_fields)


@given(ledgers())
@settings(max_examples=50)
def test_a_ledger_says_who_is_in_it(ledger):
    places = {(life.scenario_id, life.design.plan_design_id, life.employee_id) for life in ledger.people}
    assert {(event.scenario_id, event.plan_design_id, event.employee_id) for event in ledger.events} <= places
    assert len(places) == len(ledger.people)
    assert {design.plan_design_id for design in ledger.plans} == {plan_design_id for _, plan_design_id, _ in places}
    assert set(ledger.birth_years) == {employee_id for _, _, employee_id in places}


def drawn(strategy, examples, start=1):
    values = []

    @seed(start)
    @settings(max_examples=examples, phases=[Phase.generate], database=None, deadline=None)
    @given(strategy)
    def draw(value):
        values.append(value)

    draw()
    return values


@pytest.mark.parametrize("strategy", [ledgers(), incoherent_ledgers()], ids=["coherent", "incoherent"])
def test_the_callers_decimal_context_changes_nothing(strategy):
    usual = drawn(strategy, 60)
    with localcontext(prec=3):
        assert drawn(strategy, 60) == usual


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_lawful(name):
    assert meets_legal_minimum([Decimal(share).scaleb(-4) for share in SCHEDULES[name].percentages])


def test_a_ledger_is_shown_event_by_event_as_far_as_one_can_read():
    def shown(least):
        return pretty(find(ledgers(), lambda ledger: len(ledger.events) >= least, settings=settings(database=None)))

    assert shown(1) == (
        "<Ledger of 1 events:\n  2020-01-31 S1/D1/E1/P1 contribution source=employer_match amount=0.000001 "
        "ytd_amount=0.000001 payroll_id=PR20200131>"
    )
    of_many = shown(40).splitlines()
    assert len(of_many) == 22
    assert of_many[-1] == f"  and {int(of_many[0].split()[2]) - 20} more>"


# --- arguments ---


@given(ledgers(max_people=1, max_scenarios=1, max_plan_designs=1, max_plans=1, first_year=2021, last_year=2022))
@settings(max_examples=100)
def test_a_ledger_keeps_to_its_scope(ledger):
    assert len(ledger.people) == 1
    assert len({event.payload.plan_id for event in ledger.events} - {None}) <= 1
    ends = {event.payload.pay_period_end.year for event in ledger.events if event.payload.event_type == "contribution"}
    assert ends <= {2021, 2022}
    assert ledger.people[0].first_day.year in {2021, 2022}


@given(ledgers(max_periods=3, event_types={"contribution", "vesting"}))
@settings(max_examples=100)
def test_a_ledger_has_no_other_event_types_than_those_asked_for(ledger):
    assert {event.payload.event_type for event in ledger.events} <= {"contribution", "vesting"}
    assert all(spell.periods <= 3 for life in ledger.people for spell in life.spells)


@given(ledgers(max_people=8, max_plan_designs=9, max_plans=5, first_year=2026))
@settings(max_examples=20)
def test_a_large_scope_has_coherent_ledgers_too(ledger):
    assert errors(ledger) == set()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"max_people": 0}, "max_people=0"),
        ({"max_scenarios": 0}, "max_scenarios=0"),
        ({"max_plan_designs": -1}, "max_plan_designs=-1"),
        ({"max_plans": True}, "max_plans=True"),
        ({"max_periods": 1.5}, "max_periods=1.5"),
        ({"first_year": years()[0] - 1}, f"first_year={years()[0] - 1}"),
        ({"last_year": years()[-1] + 1}, f"last_year={years()[-1] + 1}"),
        ({"first_year": 2022, "last_year": 2021}, "first_year=2022 is after last_year=2021"),
        ({"event_types": {"hire"}}, "add contribution"),
        ({"event_types": {"contribution", "merger"}}, "merger"),
    ],
)
def test_arguments_that_no_ledger_has_are_refused(arguments, said):
    with pytest.raises(InvalidArgument, match=said):
        find(ledgers(**arguments), lambda ledger: True)


def test_anomaly_codes_that_are_no_errors_are_refused():
    with pytest.raises(InvalidArgument, match="late-deposit"):
        find(incoherent_ledgers(codes={"late-deposit"}), lambda pair: True)


# --- what shrinks to what ---


def test_the_simplest_ledger_is_one_contribution_of_a_millionth():
    ledger = find(ledgers(), lambda ledger: True, settings=settings(database=None))
    (event,) = ledger.events
    assert (event.payload.source, event.payload.amount) == ("employer_match", Decimal("0.000001"))
    assert event.effective_date.isoformat() == "2020-01-31"


#: At most so many events, in one of so many tries.
SMALL = 4
TRIES = 2


def last_day(ledger):
    return max(event.effective_date for event in ledger.events)


def is_miscalculated(ledger, defect):
    events, day = ledger.events, last_day(ledger)
    return seeded_calculators.balances(events, day, defect) != seeded_calculators.balances(events, day)


@given(ledgers())
@settings(max_examples=100)
def test_the_calculator_without_a_defect_agrees_with_the_reference(ledger):
    expected = {
        tuple(row.account): (
            row.total_employee_contributions, row.gross_account_balance, row.net_account_balance,
            row.vested_account_balance, row.total_forfeitures,
        )
        for row in balances(ledger.events, last_day(ledger))
    }  # fmt: skip
    got = seeded_calculators.balances(ledger.events, last_day(ledger))
    assert {
        account: tuple(Decimal(amount).scaleb(-6) for amount in row[:5]) for account, row in got.items()
    } == expected


@pytest.mark.parametrize("defect", seeded_calculators.DEFECTS)
def test_the_smallest_ledger_that_shows_a_defect_is_small(defect):
    sizes = []
    while len(sizes) < TRIES and min(sizes, default=SMALL + 1) > SMALL:
        smallest = find(
            ledgers(),
            lambda ledger: is_miscalculated(ledger, defect),
            settings=settings(max_examples=2000, database=None),
            random=random.Random(len(sizes) + 1),
        )
        sizes.append(len(smallest.events))
    assert min(sizes) <= SMALL, sizes


# --- how far ledgers reach ---


def of(ledger, *event_types):
    return [event for event in ledger.events if event.payload.event_type in event_types]


def contributes(ledger, **fields):
    return any(
        all(getattr(event.payload, name) == value for name, value in fields.items())
        for event in of(ledger, "contribution")
    )


def by_person(ledger):
    lives = defaultdict(list)
    for event in ledger.events:
        lives[event.scenario_id, event.plan_design_id, event.employee_id].append(event)
    return lives.values()


def year_totals(ledger, sources=None):
    """What each person contributed to some sources in each year."""
    totals = defaultdict(Decimal)
    for event in of(ledger, "contribution"):
        if sources is None or event.payload.source in sources:
            person = event.scenario_id, event.plan_design_id, event.employee_id
            totals[person, event.payload.pay_period_end.year] += event.payload.amount
    return totals


def deferrals_end(ledger, away, *, with_catch_up=False, ages=range(200)):
    """Whether someone of these ages deferred as much as the year's limit and `away` dollars more."""
    for ((_, _, employee_id), year), total in year_totals(ledger, DEFERRALS).items():
        age, figures = year - ledger.birth_years[employee_id], dollar_limits(year)
        limit = figures.elective_deferral_402g
        if with_catch_up:
            is_super = 60 <= age <= 63 and figures.super_catch_up_60_63 is not None
            limit += figures.super_catch_up_60_63 if is_super else figures.catch_up_414v
        if age in ages and total == limit + away:
            return True
    return False


def additions_end(ledger, away):
    deferred = year_totals(ledger, DEFERRALS)
    for (person, year), total in year_totals(ledger).items():
        figures = dollar_limits(year)
        caught_up = max(Decimal(0), deferred[person, year] - figures.elective_deferral_402g)
        if total - caught_up == figures.annual_additions_415c + away:
            return True
    return False


def hce_pay(ledger, away):
    return any(
        event.payload.ytd_compensation == event.payload.hce_threshold + away for event in of(ledger, "hce_status")
    )


def follows(ledger, *event_types):
    """Whether someone has events of these types one after the other, whatever else comes between them."""
    for life in by_person(ledger):
        kinds = iter(event.payload.event_type for event in life)
        if all(event_type in kinds for event_type in event_types):
            return True
    return False


def forfeits(ledger, *, in_part):
    codes = {anomaly.code for anomaly in anomalies(ledger.events)}
    return bool(of(ledger, "forfeiture")) and ("forfeiture-leaves-unvested" in codes) is in_part


def late_match_across_year_end(ledger):
    return any(
        event.payload.source == "employer_match"
        and event.payload.contribution_date.year > event.payload.pay_period_end.year
        for event in of(ledger, "contribution")
    )


def scenarios_of_one_person(ledger):
    places = {(event.employee_id, event.scenario_id) for event in ledger.events}
    return len(places) > len({employee_id for employee_id, _ in places})


def plans_of_one_person(ledger):
    return any(
        len({event.payload.plan_id for event in life if event.payload.event_type == "contribution"}) > 1
        for life in by_person(ledger)
    )


def left_on_the_day_of_hire(ledger):
    left = {(event.employee_id, event.effective_date) for event in of(ledger, "termination")}
    return any((event.employee_id, event.effective_date) in left for event in of(ledger, "hire"))


def vests_on_a_tie(ledger):
    """Whether the vested share of someone's match ends in half a millionth."""
    given_ = defaultdict(Decimal)
    for event in ledger.events:
        payload = event.payload
        place = event.scenario_id, event.plan_design_id, event.employee_id, payload.plan_id
        if payload.event_type == "contribution" and payload.source == "employer_match":
            given_[place] += payload.amount
        elif payload.event_type == "vesting" and given_[place] * payload.vested_percentage * 10**6 % 1 == Decimal(
            "0.5"
        ):
            return True
    return False


def recorded_out_of_order(ledger):
    return any(
        earlier.created_at > later.created_at
        for life in by_person(ledger)
        for earlier, later in pairwise(event for event in life if event.payload.event_type == "vesting")
    )


def elections_differ(ledger):
    return any(
        len({event.payload.pre_tax_contribution_rate for event in life if event.payload.event_type == "enrollment"}) > 1
        for life in by_person(ledger)
    )


def catch_up_noted_at(ledger, *ages):
    return any(
        event.payload.compliance_type == "catch_up_eligible"
        and event.effective_date.year - ledger.birth_years[event.employee_id] in ages
        for event in of(ledger, "compliance")
    )


REACH = {
    "an extract without a hire": lambda ledger: any(not life.complete for life in ledger.people),
    "several people": lambda ledger: len(ledger.birth_years) > 1,
    "several scenarios of one person": scenarios_of_one_person,
    "several plan designs": lambda ledger: len(ledger.plans) > 1,
    "several plans of one person": plans_of_one_person,
    "a rehire": lambda ledger: follows(ledger, "hire", "termination", "hire"),
    "money after a forfeiture and a rehire": lambda ledger: follows(ledger, "forfeiture", "hire", "contribution"),
    "vesting after a forfeiture": lambda ledger: follows(ledger, "forfeiture", "vesting"),
    "a full forfeiture": lambda ledger: forfeits(ledger, in_part=False),
    "a partial forfeiture": lambda ledger: forfeits(ledger, in_part=True),
    "a break in service": lambda ledger: any(
        event.payload.reason == "break_in_service" for event in of(ledger, "forfeiture")
    ),
    "a late match across the year's end": late_match_across_year_end,
    "a true-up": lambda ledger: contributes(ledger, source="employer_match_true_up"),
    "profit sharing": lambda ledger: contributes(ledger, source="employer_profit_sharing"),
    "a forfeiture allocation": lambda ledger: contributes(ledger, source="forfeiture_allocation"),
    "after-tax money": lambda ledger: contributes(ledger, source="employee_after_tax"),
    "money labelled catch-up": lambda ledger: contributes(ledger, source="employee_catch_up"),
    "money that a limit made less": lambda ledger: contributes(ledger, irs_limit_applied=True),
    "a millionth": lambda ledger: contributes(ledger, amount=Decimal("0.000001")),
    "deferrals at the limit": lambda ledger: deferrals_end(ledger, 0),
    "deferrals a cent below the limit": lambda ledger: deferrals_end(ledger, -CENT),
    "deferrals a cent above the limit": lambda ledger: deferrals_end(ledger, CENT),
    "all the catch-up from 50 to 59": lambda ledger: deferrals_end(ledger, 0, with_catch_up=True, ages=range(50, 60)),
    "all the catch-up from 60 to 63": lambda ledger: deferrals_end(ledger, 0, with_catch_up=True, ages=range(60, 64)),
    "a cent less than all the catch-up": lambda ledger: deferrals_end(
        ledger, -CENT, with_catch_up=True, ages=range(50, 200)
    ),
    "catch-up noted at 50": lambda ledger: catch_up_noted_at(ledger, 50),
    "catch-up noted from 60 to 63": lambda ledger: catch_up_noted_at(ledger, 60, 61, 62, 63),
    "additions at the limit": lambda ledger: additions_end(ledger, 0),
    "additions a cent below the limit": lambda ledger: additions_end(ledger, -CENT),
    "pay at the HCE threshold": lambda ledger: hce_pay(ledger, 0),
    "pay a cent above the HCE threshold": lambda ledger: hce_pay(ledger, CENT),
    "pay a cent below the HCE threshold": lambda ledger: hce_pay(ledger, -CENT),
    "a hire on a leap day": lambda ledger: any(
        (event.effective_date.month, event.effective_date.day) == (2, 29) for event in of(ledger, "hire")
    ),
    "leaving on the day of hire": left_on_the_day_of_hire,
    "different elections": elections_differ,
    "a vested share that ends in half a millionth": vests_on_a_tie,
    "vesting recorded in another order": recorded_out_of_order,
    "999 hours": lambda ledger: any(event.payload.service_credited_hours == 999 for event in of(ledger, "vesting")),
    "1,000 hours": lambda ledger: any(event.payload.service_credited_hours == 1000 for event in of(ledger, "vesting")),
    "a hundred events": lambda ledger: len(ledger.events) >= 100,
    **{
        f"an event of type {event_type}": lambda ledger, event_type=event_type: bool(of(ledger, event_type))
        for event_type in EVENT_TYPES
    },
}  # fmt: skip

RUNS = 100
MOST_MISSES = 5
EXAMPLES = 200


class AllReachedError(Exception):
    """Everything was seen: the rest of the run can't change that."""


def missing_in_a_run(number):
    """The features that EXAMPLES ledgers of the run of that number don't have."""
    missing = dict(REACH)

    @seed(number)
    @settings(max_examples=EXAMPLES, phases=[Phase.generate], database=None, deadline=None)
    @given(ledgers())
    def look(ledger):
        for feature in [feature for feature, has in missing.items() if has(ledger)]:
            del missing[feature]
        if not missing:
            raise AllReachedError

    try:
        look()
    except AllReachedError:
        return set()
    return set(missing)


def test_ledgers_reach_every_feature_within_200_examples_in_95_of_100_runs():
    misses = defaultdict(int)
    for number in range(RUNS):
        for feature in missing_in_a_run(number):
            misses[feature] += 1
    assert {feature: times for feature, times in misses.items() if times > MOST_MISSES} == {}


# --- ledgers with an anomaly ---


def test_every_error_is_put_in():
    assert sorted(PUT_IN) == ERRORS
    # From several starts, because Hypothesis tries some choices again and again, and may leave out one of thirty.
    assert {code for start in (1, 2, 3) for _, code in drawn(incoherent_ledgers(), 600, start)} == set(ERRORS)


@pytest.mark.parametrize("code", ERRORS)
def test_a_ledger_with_an_anomaly_has_no_other_error(code):
    @settings(max_examples=20, deadline=None)
    @given(incoherent_ledgers(codes=[code]))
    def has_exactly_that(pair):
        ledger, named = pair
        assert named == code
        assert list(ledger.events) == sorted(ledger.events, key=canonical_order)
        assert {one.code for one in anomalies(ledger.events) if one.severity == "error"} == {code}
        assert errors(ledger) == {code}
        for document in ledger.documents:
            EventFactory.create_event(document)

    has_exactly_that()
