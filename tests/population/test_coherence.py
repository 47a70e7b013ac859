"""Every event is valid, every ledger could have happened, and what it says adds up by the reference."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from dcprops.events.schema import EVENT_TYPES
from dcprops.population import Population
from dcprops.reference import anomalies, balances, compliance, dollar_limits
from dcprops.reference.compliance import DEFERRAL_SOURCES, catch_up_limit
from dcprops.reference.limits import MissingYearError
from dcprops.reference.order import canonical_order

CENT, MILLIONTH = Decimal("0.01"), Decimal("0.000001")
RATES = {"employee_pre_tax": "pre_tax_contribution_rate", "employee_after_tax": "after_tax_contribution_rate"}


def test_nothing_is_wrong_with_the_default_workforce(few):
    assert anomalies(few) == []


def test_nothing_is_wrong_in_any_scenario_and_plan_design(in_every_world):
    assert anomalies(in_every_world) == []


@pytest.mark.parametrize("frequency", ["weekly", "semimonthly"])
def test_nothing_is_wrong_with_any_payday(events_in, frequency):
    assert anomalies(events_in(Population(40, 3, 11, 2019, frequency).batches())) == []


def test_there_is_every_type_of_event_and_source_of_money(events_in):
    events = events_in(Population(300).batches())
    assert {event.payload.event_type for event in events} == set(EVENT_TYPES)
    assert len({event.payload.source for event in events if event.payload.event_type == "contribution"}) == 9


def test_nothing_is_wrong_given_the_birth_years_either(every_world, in_every_world):
    assert anomalies(in_every_world, every_world.birth_years()) == []


def test_events_are_in_canonical_order_employee_by_employee(few):
    keys = [(event.employee_id, canonical_order(event)) for event in few]
    assert keys == sorted(keys)


def test_every_event_has_an_id_of_its_own(few, in_every_world):
    ids = [event.event_id for event in [*few, *in_every_world]]
    assert len(set(ids)) == len(ids)
    assert {event_id.version for event_id in ids} == {4}
    assert {event_id.variant for event_id in ids} == {"specified in RFC 4122"}


def test_a_person_is_the_same_in_every_world(in_every_world):
    hired = defaultdict(set)
    for event in in_every_world:
        if event.payload.event_type == "hire" and event.payload.hire_date < date(2015, 1, 1):
            hired[event.employee_id].add((event.payload.hire_date, event.payload.annual_compensation))
    assert hired
    assert {len(said) for said in hired.values()} == {1}


# --- the money, worked out again from the events ---


def rounded(amount: Decimal, place: Decimal) -> Decimal:
    return amount.quantize(place, ROUND_HALF_UP)


def worked_days(history, first, last):
    """The days from `first` to `last` on which a person was employed."""
    days, start = 0, None
    for event in history:
        if event.payload.event_type == "hire":
            start = event.effective_date
        elif event.payload.event_type == "termination":
            days += max(0, (min(event.effective_date, last) - max(start, first)).days + 1)
            start = None
    return days + (max(0, (last - max(start, first)).days + 1) if start else 0)


def in_force(history, day, *names):
    """The last value of any of these fields on a day."""
    payloads = [event.payload for event in history if event.effective_date <= day]
    return [getattr(payload, name) for payload in payloads for name in names if hasattr(payload, name)][-1]


def by_person(events):
    people = defaultdict(list)
    for event in events:
        people[event.scenario_id, event.plan_design_id, event.employee_id].append(event)
    return people.values()


def test_deferrals_are_the_elected_rate_of_the_pay(few):
    """A day's pay is 1/364 of the annual pay; a fortnight's is rounded to the cent, as is what is deferred."""
    compared = 0
    for history in by_person(few):
        for event in history:
            if event.payload.event_type != "contribution" or event.payload.irs_limit_applied:
                continue
            end = event.payload.pay_period_end
            rate = RATES.get(event.payload.source)
            # What is elected before tax and as Roth is worked out together and then split.
            if rate is None or in_force(history, end, "roth_contribution_rate"):
                continue
            annual = in_force(history, end, "annual_compensation", "new_compensation", "new_annual_compensation")
            days = worked_days(history, end - timedelta(13), end)
            pay = rounded((annual * days / 364).quantize(MILLIONTH, "ROUND_DOWN"), CENT)
            assert event.payload.amount == rounded(pay * in_force(history, end, rate), CENT), event
            compared += 1
    assert compared > 1_000


def test_what_vesting_events_say_is_what_the_reference_vests(few, in_every_world):
    """The buckets' vested money of an event is the account's vested balance on that day less the person's own money."""
    compared = 0
    for history in [*by_person(few), *by_person(in_every_world)]:
        for event in [event for event in history if event.payload.event_type == "vesting"][-2:]:
            (row,) = balances(history, event.effective_date)
            own = row.total_employee_contributions
            vested = sum(event.payload.source_balances_vested.values())
            assert vested == row.vested_account_balance - own, event
            compared += 1
    assert compared > 200


def test_a_forfeiture_takes_exactly_the_unvested_part(few):
    taken = 0
    for history in by_person(few):
        for event in history:
            if event.payload.event_type == "forfeiture":
                (before,) = balances(history, event.effective_date - timedelta(1))
                (after,) = balances(history, event.effective_date)
                assert after.unvested_balance == 0
                assert after.vested_account_balance == before.vested_account_balance
                taken += 1
    assert taken > 10


def test_limits_are_reached_to_the_cent_and_never_passed(events_in):
    population = Population(800, years=2, first_year=2024)
    events, birth_years = events_in(population.batches()), population.birth_years()
    reached = Counter()
    for year in (2024, 2025):
        figures = dollar_limits(year)
        for row in compliance(events, year, birth_years):
            assert row.excess_deferrals == 0
            assert row.annual_additions <= row.annual_additions_limit
            catch_up = catch_up_limit(year, birth_years[row.employee_id])
            reached["402(g)"] += row.regular_deferrals == figures.elective_deferral_402g
            reached["414(v)"] += 0 < catch_up == row.catch_up_deferrals
            reached["60 to 63"] += 0 < catch_up == row.catch_up_deferrals == figures.super_catch_up_60_63
            reached["415(c)"] += row.annual_additions == figures.annual_additions_415c
    assert all(reached[limit] for limit in ("402(g)", "414(v)", "60 to 63", "415(c)")), reached


def test_what_a_limit_made_less_says_so(few):
    limited = [event.payload for event in few if getattr(event.payload, "irs_limit_applied", False)]
    assert limited
    for payload in limited:
        if payload.source in DEFERRAL_SOURCES:
            figures = dollar_limits(payload.pay_period_end.year)
            assert payload.ytd_amount <= figures.elective_deferral_402g + figures.highest_catch_up


def test_five_breaks_come_before_a_forfeiture_where_the_design_says_so(in_every_world):
    left = {}
    reasons = Counter()
    for event in in_every_world:
        person = event.scenario_id, event.plan_design_id, event.employee_id
        if event.payload.event_type == "termination":
            left[person] = event.effective_date
        elif event.payload.event_type == "forfeiture":
            reasons[event.plan_design_id, event.payload.reason] += 1
            least = 5 * 365 if event.plan_design_id == "cliff" else 60
            assert (event.effective_date - left[person]).days >= least
    assert set(reasons) == {
        ("standard", "unvested_termination"),
        ("basic", "unvested_termination"),
        ("cliff", "break_in_service"),
    }


def test_a_year_without_limits_is_refused_before_anything_is_made():
    with pytest.raises(ValueError, match=r"years=7: expected a whole number from 1 to 6, since limits are known"):
        Population(1, years=7)
    assert not issubclass(MissingYearError, ValueError)
