"""A year against the limits, worked by hand from the published figures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dcprops.reference import MissingYearError, compliance
from dcprops.reference.compliance import (
    annual_additions_limit,
    catch_up_limit,
    is_highly_compensated,
    measured_pay,
    split_deferrals,
)
from dcprops.reference.documents import compliance as compliance_of_documents

# Year, age attained in it, and what may be caught up: nothing below 50; from 60 to 63 the higher limit, from 2025 on.
CATCH_UP = [
    (2024, 49, 0), (2024, 50, 7500), (2024, 59, 7500), (2024, 60, 7500), (2024, 63, 7500), (2024, 64, 7500),
    (2025, 49, 0), (2025, 50, 7500), (2025, 59, 7500), (2025, 60, 11250), (2025, 63, 11250), (2025, 64, 7500),
    (2026, 49, 0), (2026, 50, 8000), (2026, 59, 8000), (2026, 60, 11250), (2026, 63, 11250), (2026, 64, 8000),
]  # fmt: skip
HIRE = {
    "employee_id": "E1", "effective_date": "2027-01-01", "scenario_id": "S1", "plan_design_id": "D1",
    "source_system": "test", "payload": {"event_type": "hire", "hire_date": "2027-01-01", "department": "IT",
    "job_level": 1, "annual_compensation": "1"},
}  # fmt: skip
BASE = {2024: 23000, 2025: 23500, 2026: 24500}


@pytest.mark.parametrize(("year", "age", "catch_up"), CATCH_UP)
def test_catch_up_goes_by_the_age_attained_in_the_year(year, age, catch_up):
    assert catch_up_limit(year, year - age) == catch_up


def test_without_a_birth_year_there_is_no_catch_up():
    assert catch_up_limit(2025, None) == 0


@pytest.mark.parametrize(("year", "age", "catch_up"), CATCH_UP)
@pytest.mark.parametrize("beyond", ["-0.01", "0", "0.01", "1000"])
def test_deferrals_at_and_beyond_all_limits(year, age, catch_up, beyond):
    deferred = BASE[year] + catch_up + Decimal(beyond)
    regular, caught_up, excess = split_deferrals(deferred, year, year - age)
    assert regular + caught_up + excess == deferred
    assert regular == min(deferred, BASE[year])
    assert excess == max(Decimal(beyond), Decimal(0))


@pytest.mark.parametrize(
    ("deferred", "parts"),
    [
        ("0", ("0", "0", "0")),
        ("23499.99", ("23499.99", "0", "0")),
        ("23500", ("23500", "0", "0")),
        ("23500.000001", ("23500", "0.000001", "0")),
        ("31000", ("23500", "7500", "0")),
        ("31000.01", ("23500", "7500", "0.01")),
        ("34750", ("23500", "7500", "3750")),
    ],
)
def test_the_partition_at_50_in_2025(deferred, parts):
    assert split_deferrals(Decimal(deferred), 2025, 1975) == tuple(map(Decimal, parts))


@pytest.mark.parametrize(
    "work",
    [
        lambda: catch_up_limit(2027, 1960),
        lambda: split_deferrals(Decimal(1), 2027, 1960),
        lambda: annual_additions_limit(2027, None),
        lambda: is_highly_compensated(2028, Decimal(1)),
        lambda: compliance_of_documents([HIRE], 2027, {}),
        lambda: compliance([], 2027, {}),
    ],
)
def test_2027_is_not_published(work):
    with pytest.raises(MissingYearError, match="year=2027"):
        work()


def only(events, year, **birth_years):
    (row,) = compliance(events, year, birth_years)
    return row


def test_a_year_at_both_limits(life):
    # 2025, born 1975 (50): 10,000 pre-tax + 13,500 Roth + 7,500 catch-up = 31,000 = 23,500 + 7,500.
    # Additions 23,500 + 5,000 after-tax + 20,000 match + 1,500 true-up + 12,000 + 7,000 + 1,000 = 70,000.
    one = life()
    one.contribute("employee_pre_tax", "10000", "2025-06-30")
    one.contribute("employee_roth", "13500", "2025-06-30")
    one.contribute("employee_catch_up", "7500", "2025-06-30")
    one.contribute("employee_after_tax", "5000", "2025-06-30")
    one.contribute("employer_match", "20000", "2025-06-30")
    one.contribute("employer_match_true_up", "1500", "2026-02-28", period_end="2025-12-31")
    one.contribute("employer_nonelective", "12000", "2025-06-30")
    one.contribute("employer_profit_sharing", "7000", "2025-06-30")
    one.contribute("forfeiture_allocation", "1000", "2025-12-31")
    row = only(one.events, 2025, E1=1975)
    assert row.as_mapping() == {
        "scenario_id": "S1",
        "plan_design_id": "D1",
        "employee_id": "E1",
        "regular_deferrals": 23500,
        "catch_up_deferrals": 7500,
        "excess_deferrals": 0,
        "annual_additions": 70000,
        "annual_additions_limit": 70000,
        "is_hce": None,
    }
    # At 49 nothing may be caught up: 7,500 are in excess, and additions too.
    row = only(one.events, 2025, E1=1976)
    assert (row.regular_deferrals, row.catch_up_deferrals, row.excess_deferrals) == (23500, 0, 7500)
    assert row.annual_additions == 77500


def test_catch_up_is_what_exceeds_not_what_is_called_so(life):
    # 1,000 labelled catch-up below the limit are ordinary deferrals, and additions.
    one = life()
    one.contribute("employee_catch_up", "1000", "2025-06-30")
    row = only(one.events, 2025, E1=1960)
    assert (row.regular_deferrals, row.catch_up_deferrals, row.annual_additions) == (1000, 0, 1000)


def test_after_tax_money_is_no_deferral(life):
    one = life()
    one.contribute("employee_after_tax", "30000", "2025-06-30")
    row = only(one.events, 2025)
    assert (row.regular_deferrals, row.excess_deferrals, row.annual_additions) == (0, 0, 30000)


def test_the_year_is_that_of_the_pay_period(life):
    one = life()
    one.contribute("employer_match", "100", "2025-01-05", period_end="2024-12-31")
    assert only(one.events, 2024).annual_additions == 100
    assert only(one.events, 2025).annual_additions == 0


def test_limits_are_per_person_over_all_plans_and_per_scenario(life):
    first, second = life(), life(plan="P2")
    elsewhere = life(scenario="S2"), life(design="D2"), life(employee="E2")
    for one in (first, second, *elsewhere):
        one.contribute("employee_roth", "12000", "2025-06-30")
    rows = compliance([event for one in (first, second, *elsewhere) for event in one.events], 2025, {})
    assert [(row.scenario_id, row.plan_design_id, row.employee_id, row.regular_deferrals, row.excess_deferrals)
            for row in rows] == [
        ("S1", "D1", "E1", 23500, 500),
        ("S1", "D1", "E2", 12000, 0),
        ("S1", "D2", "E1", 12000, 0),
        ("S2", "D1", "E1", 12000, 0),
    ]  # fmt: skip


def test_a_repeated_event_counts_once_and_order_does_not(life):
    one = life()
    one.contribute("employee_roth", "12000", "2025-06-30")
    one.contribute("employee_pre_tax", "11000", "2025-07-31")
    assert only([*one.events, *reversed(one.events)], 2025).regular_deferrals == 23000


def test_additions_are_limited_by_pay_where_it_was_measured(life):
    one = life()
    one.contribute("employer_profit_sharing", "100", "2025-06-30")
    one.determine("2026-01-01", "40000.50", False, "160000")
    assert only(one.events, 2025).annual_additions_limit == Decimal("40000.50")
    assert only(one.events, 2026).annual_additions_limit == 72000
    assert annual_additions_limit(2025, Decimal("70000.01")) == 70000


class TestMeasuredPay:
    def test_by_the_prior_year_method_in_the_year_after(self, life):
        one = life()
        one.determine("2025-01-01", "100", False, "155000")
        assert measured_pay(one.events, 2024) == 100
        assert measured_pay(one.events, 2025) is None

    @pytest.mark.parametrize(("on", "pay"), [("2024-12-31", 100), ("2024-12-30", None), ("2025-01-01", None)])
    def test_by_the_current_year_method_only_when_the_year_is_over(self, life, on, pay):
        one = life()
        one.determine(on, "100", False, "155000", method="current_year")
        assert measured_pay(one.events, 2024) == pay

    def test_the_last_one_holds(self, life):
        one = life()
        one.determine("2025-02-01", "200", False, "155000")
        one.determine("2025-01-01", "100", False, "155000")
        assert measured_pay(one.events, 2024) == 200

    def test_a_rate_of_pay_is_not_pay(self, life):
        one = life()
        one.hire("2024-01-01", pay="500000")
        assert measured_pay(one.events, 2024) is None


class TestHighlyCompensated:
    # 2026 looks back at 2025 (160,000), 2025 at 2024 (155,000), 2024 at 2023 (150,000).
    @pytest.mark.parametrize(("year", "threshold"), [(2024, 150000), (2025, 155000), (2026, 160000)])
    def test_is_more_than_the_threshold_of_the_year_before(self, year, threshold):
        assert not is_highly_compensated(year, Decimal(threshold) - Decimal("0.01"))
        assert not is_highly_compensated(year, Decimal(threshold))
        assert is_highly_compensated(year, Decimal(threshold) + Decimal("0.000001"))

    def test_by_the_pay_of_the_year_before_whatever_the_event_concluded(self, life):
        one = life()
        one.hire("2020-01-01")
        one.determine("2026-01-01", "160000.01", False, "1")
        one.determine("2027-01-01", "1", True, "1")
        assert only(one.events, 2026).is_hce is True

    def test_a_new_hire_is_not(self, life):
        one = life()
        one.hire("2026-01-01", pay="900000")
        assert only(one.events, 2026).is_hce is False

    def test_someone_hired_the_year_before_is_unknown_without_measured_pay(self, life):
        one = life()
        one.hire("2025-12-31", pay="900000")
        one.hire("2026-05-01", pay="900000")
        assert only(one.events, 2026).is_hce is None

    def test_a_look_back_year_without_a_row_is_refused(self, life):
        one = life()
        one.determine("2015-01-01", "1", False, "1")
        with pytest.raises(MissingYearError, match="year=2014"):
            compliance(one.events, 2015, {})


def test_documents_give_the_same_as_mappings(life):
    one = life()
    one.contribute("employee_roth", "12000", "2025-06-30")
    documents = [event.model_dump(mode="json") for event in one.events]
    assert compliance_of_documents(documents, 2025, {"E1": 1960}) == [only(one.events, 2025, E1=1960).as_mapping()]


def test_money_has_six_places(life):
    one = life()
    one.contribute("employee_roth", "40000", "2025-06-30")
    row = only(one.events, 2025, E1=1960).as_mapping()
    exponents = {value.as_tuple().exponent for value in row.values() if isinstance(value, Decimal)}
    assert exponents == {-6}
