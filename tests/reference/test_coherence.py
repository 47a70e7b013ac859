"""Every anomaly in a ledger that is coherent but for it, and coherent ledgers that look wrong and aren't."""

from __future__ import annotations

import random
from decimal import localcontext

import pytest

from dcprops.reference import Account, Person, anomalies
from dcprops.rules.anomalies import ANOMALIES


def codes(events, **birth_years):
    return [anomaly.code for anomaly in anomalies(events, birth_years)]


def employed(life, *, pay="100000"):
    """Hired, eligible and enrolled on the first day of 2024."""
    one = life()
    one.hire("2024-01-01", pay=pay)
    one.eligible("2024-01-01")
    one.enroll("2024-01-01", pre_tax="0.06", roth="0.04", after_tax="0.02")
    return one


def gone(life):
    """Left in mid-2025 with 100 of match, of which 40 are vested."""
    one = employed(life)
    one.contribute("employer_match", "100", "2024-06-30")
    one.vest("0.4", "2024-12-31")
    one.leave("2025-06-30")
    return one


# Each gives a ledger and the event at fault, which by default is the last one made.
def date_mismatch(life):
    one = employed(life)
    one.promote("2025-03-01", dated="2025-03-02")
    return one.events


def rates_over_one(life):
    one = employed(life)
    one.enroll("2025-01-01", pre_tax="0.5", roth="0.4", after_tax="0.1001")
    return one.events


def opt_out_before_enrollment(life):
    one = employed(life)
    one.enroll("2025-01-01", opt_out="2024-12-31")
    return one.events


def ytd_below_amount(life):
    one = employed(life)
    one.contribute("employee_pre_tax", "100", "2024-01-31", ytd="99.999999")
    return one.events


def contribution_before_period_end(life):
    one = employed(life)
    one.contribute("employee_pre_tax", "100", "2024-01-30", period_end="2024-01-31")
    return one.events


def late_deposit(life):
    # February 2024 has 21 weekdays; its 17th is Friday the 23rd.
    one = employed(life)
    one.contribute("employee_pre_tax", "100", "2024-02-24", period_end="2024-01-15")
    return one.events


def service_starts_after_period(life):
    one = employed(life)
    one.vest("0", "2024-12-31", since="2025-01-01")
    return one.events


def vesting_off_schedule(life):
    one = employed(life)
    one.vest("0.9999", "2024-12-31", schedule="immediate")
    return one.events


def vesting_off_the_cliff(life):
    one = employed(life)
    one.vest("0.2", "2024-12-31", schedule="cliff")
    return one.events


def forfeiture_when_fully_vested(life):
    one = employed(life)
    one.contribute("employer_match", "100", "2024-06-30")
    one.vest("1", "2024-12-31")
    one.leave("2025-06-30")
    one.forfeit("1", "1", "2025-07-31")
    return one.events


def hce_threshold_of_another_year(life):
    # For 2025 the figure of 2024 counts: 155,000, not 160,000.
    one = employed(life)
    one.determine("2025-01-01", "200000", True, "160000")
    return one.events


def hce_status_denied(life):
    one = employed(life)
    one.determine("2025-01-01", "155000.000001", False, "155000")
    return one.events


def hce_status_denied_in_the_running_year(life):
    one = employed(life)
    one.determine("2025-10-01", "160001", False, "160000", method="current_year", annualized="200000")
    return one.events


def hce_status_unexplained(life):
    one = employed(life)
    one.determine("2025-01-01", "155000", True, "155000")
    return one.events


def hce_status_undecided(life):
    one = employed(life)
    one.determine("2025-10-01", "160000", True, "160000", method="current_year", annualized="200000")
    return one.events


def hce_annualized_below_ytd(life):
    one = employed(life)
    one.determine("2025-10-01", "100001", False, "160000", method="current_year", annualized="100000")
    return one.events


def limit_type_mismatch(life):
    one = employed(life)
    one.monitor("2025-10-01", "23500", "20000", limit_type="annual_additions")
    return one.events


def wrong_deferral_limit(life):
    one = employed(life)
    one.monitor("2025-10-01", "23000", "20000")
    return one.events


def wrong_additions_limit(life):
    one = employed(life)
    one.monitor("2025-10-01", "69000", "20000", kind="415c_limit_approach", limit_type="annual_additions")
    return one.events


def wrong_additions_limit_above_the_dollars(life):
    one = employed(life)
    one.monitor("2025-10-01", "70000.01", "20000", kind="415c_limit_approach", limit_type="annual_additions")
    return one.events


def wrong_catch_up_limit(life):
    one = employed(life)
    one.monitor("2026-10-01", "7500", "0", kind="catch_up_eligible", limit_type="catch_up")
    return one.events


def over_limit(life):
    one = employed(life)
    one.monitor("2025-10-01", "23500", "23500.01")
    return one.events


def duplicate_event(life):
    one = employed(life)
    event = one.contribute("employee_pre_tax", "100", "2024-01-31")
    return [*one.events, event]


def conflicting_event_id(life):
    one = employed(life)
    first = one.contribute("employee_pre_tax", "100", "2024-01-31")
    second = one.contribute("employee_pre_tax", "100", "2024-02-29")
    return [*one.events[:-1], second.model_copy(update={"event_id": first.event_id})]


def before_hire(life):
    one = employed(life)
    one.determine("2023-12-31", "1", False, "160000", method="current_year")
    return one.events


def hired_twice(life):
    one = employed(life)
    one.hire("2025-01-01")
    return one.events


def terminated_twice(life):
    one = gone(life)
    one.leave("2025-07-01")
    return one.events


def promotion_after_termination(life):
    one = gone(life)
    one.promote("2025-07-01")
    return one.events


def rise_after_termination(life):
    one = gone(life)
    one.rise("2025-07-01")
    return one.events


def enrollment_after_termination(life):
    one = gone(life)
    one.enroll("2025-07-01", pre_tax="0.0001")
    return one.events


def eligibility_after_termination(life):
    one = gone(life)
    one.eligible("2025-07-01")
    return one.events


def contribution_after_final_pay(life):
    # The last pay is on July 15; a period to August 16 ends 32 days later.
    one = employed(life)
    one.leave("2025-06-30", last_pay="2025-07-15")
    one.contribute("employee_pre_tax", "100", "2025-08-16")
    return one.events


def plan_unknown(life):
    one = employed(life)
    one.plan = "P2"
    one.contribute("employer_nonelective", "100", "2024-06-30")
    return one.events


def enrollment_without_eligibility(life):
    one = life()
    one.hire("2024-01-01")
    one.enroll("2024-06-30")
    return one.events


def contribution_without_eligibility(life):
    one = life()
    one.hire("2024-01-01")
    event = one.contribute("employer_nonelective", "100", "2024-06-29")
    one.eligible("2024-06-30")
    return one.events, event


def contribution_while_never_eligible(life):
    one = life()
    one.hire("2024-01-01")
    one.eligible("2024-01-01", eligible=False)
    one.contribute("employer_nonelective", "100", "2024-06-29")
    return one.events


def contribution_without_enrollment(life):
    one = life()
    one.hire("2024-01-01")
    one.eligible("2024-01-01")
    one.contribute("employer_match", "50", "2024-06-30")
    one.contribute("employee_roth", "100", "2024-06-30")
    return one.events


def contribution_not_elected(life):
    one = life()
    one.hire("2024-01-01")
    one.eligible("2024-01-01")
    one.enroll("2024-01-01", pre_tax="0.06", roth="0")
    one.contribute("employee_pre_tax", "100", "2024-06-30")
    one.contribute("employee_roth", "100", "2024-06-30")
    return one.events


def contribution_above_election(life):
    # 0.06 of 130,000 in a year of 27 fortnights are 7,800 x 27/26 = 8,100.
    one = employed(life, pay="130000")
    one.contribute("employee_pre_tax", "8100", "2024-06-30")
    one.contribute("employee_pre_tax", "0.000001", "2024-07-31")
    return one.events


def ytd_not_running_total(life):
    one = employed(life)
    for month in range(1, 7):
        one.contribute("employee_pre_tax", "100", f"2024-{month:02}-28")
    wrong = one.contribute("employee_pre_tax", "100", "2024-07-28", ytd="800")
    one.contribute("employee_pre_tax", "100", "2024-08-28", ytd="800")
    return one.events, wrong


def ytd_that_goes_on_from_a_wrong_one(life):
    one = employed(life)
    one.contribute("employee_pre_tax", "100", "2024-01-31")
    wrong = one.contribute("employee_pre_tax", "100", "2024-02-29", ytd="250")
    one.contribute("employee_pre_tax", "100", "2024-03-31", ytd="350")
    return one.events, wrong


def vesting_fell(life):
    one = employed(life)
    one.vest("0.4", "2024-12-31", buckets=("employer_match", "employer_nonelective"))
    one.vest("0.3999", "2025-12-31")
    return one.events


def forfeiture_without_termination(life):
    one = employed(life)
    one.contribute("employer_match", "100", "2024-06-30")
    one.forfeit("100", "0", "2025-06-30")
    return one.events


def break_too_short(life):
    one = gone(life)
    one.forfeit("60", "0.4", "2028-12-31", reason="break_in_service")
    return one.events


def forfeiture_over_balance(life):
    one = gone(life)
    one.forfeit("100.000001", "0.4", "2025-07-31")
    return one.events


def forfeiture_takes_vested(life):
    one = gone(life)
    one.forfeit("60.000001", "0.4", "2025-07-31")
    return one.events


def forfeiture_takes_what_the_last_vesting_gave(life):
    one = gone(life)
    one.forfeit("80", "0.2", "2025-07-31")
    return one.events


def forfeiture_percentage_differs(life):
    one = gone(life)
    one.forfeit("40", "0.6", "2025-07-31")
    return one.events


def forfeiture_leaves_unvested(life):
    one = gone(life)
    one.forfeit("59.999999", "0.4", "2025-07-31")
    return one.events


def limit_year_missing(life):
    one = employed(life)
    event = one.contribute("employee_pre_tax", "100", "2027-01-31")
    one.contribute("employee_pre_tax", "100", "2027-02-28")
    one.monitor("2027-10-01", "25000", "20000")
    return one.events, event


def look_back_year_missing(life):
    one = life()
    one.determine("2015-01-01", "1", False, "115000")
    return one.events


def deferrals_over_limit(life):
    # At any age 23,500 + 11,250 = 34,750 is the most in 2025.
    one = employed(life, pay="1000000")
    one.monitor("2025-01-01", "11250", "0", kind="catch_up_eligible", limit_type="catch_up")
    one.contribute("employee_roth", "17000", "2025-01-31")
    one.contribute("employee_pre_tax", "17750", "2025-01-31")
    event = one.contribute("employee_pre_tax", "0.01", "2025-02-28")
    one.contribute("employee_pre_tax", "1", "2025-03-31")
    return one.events, event


def deferrals_need_catch_up(life):
    one = employed(life, pay="1000000")
    one.contribute("employee_pre_tax", "23500", "2025-01-31")
    one.contribute("employee_roth", "0.01", "2025-02-28")
    return one.events


def additions_over_limit(life):
    one = employed(life)
    one.contribute("employer_profit_sharing", "70000", "2025-12-31")
    one.contribute("employer_match", "0.01", "2025-12-31")
    return one.events


def additions_over_pay(life):
    one = employed(life)
    event = one.contribute("employer_profit_sharing", "50000.01", "2025-12-31")
    one.determine("2026-01-01", "50000", False, "160000")
    return one.events, event


def catch_up_noted_twice(life):
    one = employed(life)
    one.monitor("2025-01-01", "7500", "0", kind="catch_up_eligible", limit_type="catch_up")
    one.monitor("2025-02-01", "7500", "0", kind="catch_up_eligible", limit_type="catch_up")
    return one.events


ANOMALOUS = {
    "additions-over-limit": [additions_over_limit],
    "additions-over-pay": [additions_over_pay],
    "after-termination": [
        promotion_after_termination,
        rise_after_termination,
        enrollment_after_termination,
        eligibility_after_termination,
    ],
    "before-hire": [before_hire],
    "break-too-short": [break_too_short],
    "catch-up-noted-twice": [catch_up_noted_twice],
    "conflicting-event-id": [conflicting_event_id],
    "contribution-above-election": [contribution_above_election],
    "contribution-after-final-pay": [contribution_after_final_pay],
    "contribution-before-period-end": [contribution_before_period_end],
    "contribution-not-elected": [contribution_not_elected],
    "contribution-without-eligibility": [contribution_without_eligibility, contribution_while_never_eligible],
    "contribution-without-enrollment": [contribution_without_enrollment],
    "date-mismatch": [date_mismatch],
    "deferrals-need-catch-up": [deferrals_need_catch_up],
    "deferrals-over-limit": [deferrals_over_limit],
    "duplicate-event": [duplicate_event],
    "enrollment-without-eligibility": [enrollment_without_eligibility],
    "forfeiture-leaves-unvested": [forfeiture_leaves_unvested],
    "forfeiture-over-balance": [forfeiture_over_balance],
    "forfeiture-percentage-differs": [forfeiture_percentage_differs],
    "forfeiture-takes-vested": [forfeiture_takes_vested, forfeiture_takes_what_the_last_vesting_gave],
    "forfeiture-when-fully-vested": [forfeiture_when_fully_vested],
    "forfeiture-without-termination": [forfeiture_without_termination],
    "hce-annualized-below-ytd": [hce_annualized_below_ytd],
    "hce-status-denied": [hce_status_denied, hce_status_denied_in_the_running_year],
    "hce-status-undecided": [hce_status_undecided],
    "hce-status-unexplained": [hce_status_unexplained],
    "hce-threshold-of-another-year": [hce_threshold_of_another_year],
    "hired-twice": [hired_twice],
    "late-deposit": [late_deposit],
    "limit-type-mismatch": [limit_type_mismatch],
    "limit-year-missing": [limit_year_missing, look_back_year_missing],
    "opt-out-before-enrollment": [opt_out_before_enrollment],
    "over-limit": [over_limit],
    "plan-unknown": [plan_unknown],
    "rates-over-one": [rates_over_one],
    "service-starts-after-period": [service_starts_after_period],
    "terminated-twice": [terminated_twice],
    "vesting-fell": [vesting_fell],
    "vesting-off-schedule": [vesting_off_schedule, vesting_off_the_cliff],
    "wrong-limit": [
        wrong_deferral_limit,
        wrong_additions_limit,
        wrong_additions_limit_above_the_dollars,
        wrong_catch_up_limit,
    ],
    "ytd-below-amount": [ytd_below_amount],
    "ytd-not-running-total": [ytd_not_running_total, ytd_that_goes_on_from_a_wrong_one],
}
CASES = [pytest.param(code, make, id=f"{code}-{make.__name__}") for code, all_ in ANOMALOUS.items() for make in all_]


def test_every_anomaly_has_a_ledger():
    assert set(ANOMALOUS) == set(ANOMALIES)


@pytest.mark.parametrize(("code", "make"), CASES)
def test_a_ledger_has_exactly_the_anomaly_that_was_put_in(life, code, make):
    made = make(life)
    events, at_fault = made if isinstance(made, tuple) else (made, made[-1])
    (found,) = anomalies(events)
    assert (found.code, found.event_id, found.severity) == (code, at_fault.event_id, ANOMALIES[code].severity)
    assert found.message.startswith(ANOMALIES[code].sentence + ": ")
    assert tuple(found.account) == ("S1", "D1", "E1", at_fault.payload.plan_id)


@pytest.mark.parametrize(("code", "make"), CASES)
def test_arrival_order_does_not_matter(life, code, make):
    made = make(life)
    events = made[0] if isinstance(made, tuple) else made
    found = anomalies(events)
    for seed in range(5):
        assert anomalies(random.Random(seed).sample(events, len(events))) == found


class TestCoherent:
    """What must not be reported."""

    def test_a_whole_career(self, life):
        one = life()
        one.hire("2019-02-28", pay="100000")
        one.eligible("2019-02-28")
        one.enroll("2019-02-28", pre_tax="0.05", roth="0.05", opt_out="2019-05-29")
        one.monitor("2019-12-01", "19000", "19000")
        one.contribute("employee_pre_tax", "5000", "2019-12-31")
        one.contribute("employee_roth", "5000", "2019-12-31")
        one.contribute("employer_match", "3000", "2020-01-15", period_end="2019-12-31")
        one.vest("0", "2019-12-31", since="2019-02-28")
        one.determine("2020-01-01", "100000", False, "125000")
        one.promote("2020-03-01", pay="200000")
        one.rise("2020-03-01", pay="210000")
        one.enroll("2020-04-01", pre_tax="0.5", roth="0.5")
        one.contribute("employee_pre_tax", "19500", "2020-12-31")
        one.contribute("employer_match_true_up", "1000", "2021-03-15", period_end="2020-12-31")
        one.vest("0.2", "2020-12-31")
        one.determine("2021-01-01", "200000", True, "130000")
        one.leave("2021-06-30", last_pay="2021-07-15")
        one.contribute("employee_pre_tax", "1000", "2021-08-15")
        one.contribute("employer_profit_sharing", "500", "2022-03-15", period_end="2021-12-31")
        one.enroll("2021-07-01", pre_tax="0", roth="0")
        one.eligible("2021-07-01", eligible=False)
        one.forfeit("3200", "0.2", "2021-09-30")
        one.hire("2023-01-01", pay="300000")
        one.eligible("2023-01-01")
        one.enroll("2023-01-01")
        one.contribute("employee_pre_tax", "1000", "2023-12-31")
        one.contribute("employer_match", "100", "2023-12-31")
        one.vest("0", "2023-12-31")
        assert anomalies(one.events) == []

    def test_nothing(self):
        assert anomalies([]) == []

    def test_a_ledger_that_begins_late_proves_no_absence(self, life):
        one = life()
        one.contribute("employee_pre_tax", "100", "2024-06-30", ytd="600")
        one.contribute("employee_pre_tax", "100", "2024-07-31", ytd="700")
        one.contribute("employer_match", "100", "2024-07-31")
        one.forfeit("100", "0", "2024-08-31")
        one.leave("2024-09-30")
        assert anomalies(one.events) == []

    @pytest.mark.parametrize("ending", ["same-day", "leap-day"])
    def test_leaving_on_the_day_of_hire(self, life, ending):
        one = life()
        on = {"same-day": "2024-06-30", "leap-day": "2024-02-29"}[ending]
        one.hire(on)
        one.leave(on)
        assert anomalies(one.events) == []

    def test_leaving_and_being_hired_again_on_one_day(self, life):
        one = employed(life)
        one.hire("2025-06-30")
        one.leave("2025-06-30")
        one.promote("2025-07-31")
        one.leave("2025-12-31")
        assert anomalies(one.events) == []

    def test_rates_that_sum_to_all_of_the_pay(self, life):
        one = employed(life)
        one.enroll("2025-01-01", pre_tax="0.3333", roth="0.3333", after_tax="0.3334", opt_out="2025-01-01")
        assert anomalies(one.events) == []

    def test_a_deposit_on_the_latest_day_there_can_be(self, life):
        # Friday, February 23, 2024 is the 17th weekday; and employer money has until the tax return.
        one = employed(life)
        one.contribute("employee_pre_tax", "100", "2024-02-23", period_end="2024-01-15")
        one.contribute("employer_match", "100", "2024-12-31", period_end="2024-01-15")
        assert anomalies(one.events) == []

    @pytest.mark.parametrize("limit", ["23500", "31000", "34750"])
    def test_a_deferral_limit_with_or_without_catch_up(self, life, limit):
        one = employed(life)
        one.monitor("2025-10-01", limit, limit)
        assert anomalies(one.events) == []

    @pytest.mark.parametrize("limit", ["70000", "54321.10"])
    def test_an_additions_limit_of_the_dollars_or_of_pay(self, life, limit):
        one = employed(life)
        one.monitor("2025-10-01", limit, "1", kind="415c_limit_approach", limit_type="annual_additions")
        assert anomalies(one.events) == []

    @pytest.mark.parametrize("limit", ["8000", "11250"])
    def test_either_catch_up_limit_once_a_year(self, life, limit):
        one = employed(life)
        for year in ("2025", "2026"):
            figure = {"2025": "7500", "2026": limit}[year]
            one.monitor(f"{year}-01-01", figure, "0", kind="catch_up_eligible", limit_type="catch_up")
        assert anomalies(one.events) == []

    @pytest.mark.parametrize(
        ("ytd", "annualized", "is_hce"),
        [("160000.01", "170000", True), ("160000", "160000", False), ("1", "160000", False)],
    )
    def test_a_projection_on_one_side_of_the_threshold(self, life, ytd, annualized, is_hce):
        one = employed(life)
        one.determine("2025-10-01", ytd, is_hce, "160000", method="current_year", annualized=annualized)
        assert anomalies(one.events) == []

    @pytest.mark.parametrize("year", ["of the pay period", "of the deposit"])
    def test_totals_by_the_year_of_the_pay_period_or_of_the_deposit(self, life, year):
        one = employed(life)
        by_deposit = year == "of the deposit"
        one.contribute("employer_match", "10", "2024-11-30", ytd="10")
        one.contribute("employer_match", "20", "2025-01-05", period_end="2024-12-31", ytd="20" if by_deposit else "30")
        one.contribute("employer_match", "5", "2025-01-31", ytd="25" if by_deposit else "5")
        assert anomalies(one.events) == []

    def test_totals_of_a_deposit_that_came_out_of_order(self, life):
        one = employed(life)
        one.contribute("employer_match", "10", "2024-01-31", ytd="10")
        one.contribute("employer_match", "10", "2024-03-31", ytd="30")
        one.contribute("employer_match", "10", "2024-04-15", period_end="2024-02-29", ytd="20")
        one.contribute("employer_match", "10", "2024-04-30", ytd="40")
        assert anomalies(one.events) == []

    def test_two_payrolls_of_one_day(self, life):
        one = employed(life)
        one.contribute("employer_match", "10", "2024-01-31", ytd="15")
        one.contribute("employer_match", "5", "2024-01-31", ytd="5")
        assert anomalies(one.events) == []

    def test_money_for_a_period_that_holds_the_last_day(self, life):
        # 31 days after the last pay; and a true-up may come at any time.
        one = employed(life)
        one.leave("2025-06-30", last_pay="2025-07-15")
        one.contribute("employee_pre_tax", "100", "2025-08-15")
        one.contribute("employer_match_true_up", "100", "2026-03-15", period_end="2025-12-31")
        assert anomalies(one.events) == []

    def test_money_after_being_hired_again(self, life):
        one = gone(life)
        one.forfeit("60", "0.4", "2025-07-31")
        one.hire("2026-01-01")
        one.contribute("employee_pre_tax", "100", "2026-06-30")
        one.vest("0.2", "2026-12-31")
        assert anomalies(one.events) == []

    def test_vesting_afresh_after_being_hired_again(self, life):
        one = gone(life)
        one.hire("2026-01-01")
        one.vest("0.2", "2026-12-31")
        assert anomalies(one.events) == []

    def test_money_that_came_after_a_full_forfeiture_vests_afresh(self, life):
        one = gone(life)
        one.forfeit("60", "0.4", "2025-07-31")
        one.contribute("employer_match_true_up", "10", "2025-12-31")
        one.vest("0", "2025-12-31")
        assert anomalies(one.events) == []

    def test_a_break_of_five_years(self, life):
        one = gone(life)
        one.forfeit("60", "0.4", "2029-01-01", reason="break_in_service")
        assert anomalies(one.events) == []

    def test_a_forfeiture_in_two_parts_is_only_noted_for_the_first(self, life):
        one = gone(life)
        first = one.forfeit("20", "0.4", "2025-07-31")
        one.forfeit("40", "0.4", "2025-08-31")
        assert [anomaly.event_id for anomaly in anomalies(one.events)] == [first.event_id]

    def test_a_forfeiture_without_any_vesting_before(self, life):
        one = employed(life)
        one.contribute("employer_match", "100", "2024-06-30")
        one.leave("2025-06-30")
        one.forfeit("80", "0.2", "2025-07-31")
        assert anomalies(one.events) == []

    def test_two_plans(self, life):
        one = employed(life)
        one.plan = "P2"
        one.eligible("2024-06-30")
        one.enroll("2024-06-30")
        one.contribute("employee_pre_tax", "100", "2024-07-31")
        one.vest("1", "2024-12-31", schedule="immediate")
        assert anomalies(one.events) == []

    def test_the_same_person_in_another_scenario_is_another_life(self, life):
        one, other = gone(life), life(scenario="S2")
        other.hire("2024-01-01")
        other.promote("2026-01-01")
        assert anomalies([*one.events, *other.events]) == []


class TestLimitsByAge:
    """A known birth year makes the limits of 2025 exact: 23,500, and at 50 31,000, at 60 34,750."""

    @pytest.mark.parametrize(
        ("deferred", "birth_year", "expected"),
        [
            ("23500", 1976, []),
            ("23500.01", 1976, ["deferrals-over-limit"]),
            ("31000", 1975, []),
            ("31000.01", 1975, ["deferrals-over-limit"]),
            ("34750", 1965, []),
            ("34750.01", 1965, ["deferrals-over-limit"]),
            ("31000.01", 1961, ["deferrals-over-limit"]),
        ],
    )
    def test_deferrals(self, life, deferred, birth_year, expected):
        one = employed(life, pay="1000000")
        one.contribute("employee_pre_tax", deferred, "2025-12-31")
        assert codes(one.events, E1=birth_year) == expected

    def test_a_noted_catch_up_explains_more(self, life):
        one = employed(life, pay="1000000")
        one.monitor("2025-01-01", "7500", "0", kind="catch_up_eligible", limit_type="catch_up")
        one.contribute("employee_catch_up", "31000", "2025-12-31")
        assert codes(one.events) == []

    @pytest.mark.parametrize(("birth_year", "expected"), [(1975, []), (1976, ["additions-over-limit"]), (None, [])])
    def test_additions_with_deferrals_that_may_count_as_catch_up(self, life, birth_year, expected):
        # 7,500 deferred and 70,000 given: within 415(c) only if the 7,500 count as catch-up.
        one = employed(life, pay="1000000")
        one.contribute("employee_pre_tax", "7500", "2025-12-31")
        one.contribute("employer_profit_sharing", "70000", "2025-12-31")
        assert codes(one.events, **({} if birth_year is None else {"E1": birth_year})) == expected


def test_an_event_that_names_no_plan_is_the_persons(life):
    one = life()
    one.hire("2024-01-01")
    one.plan = None
    event = one.hire("2025-01-01")
    (found,) = anomalies(one.events)
    assert found.account == Person("S1", "D1", "E1")
    assert found.as_mapping() == {
        "code": "hired-twice",
        "severity": "error",
        "account": {"scenario_id": "S1", "plan_design_id": "D1", "employee_id": "E1", "plan_id": None},
        "event_id": str(event.event_id),
        "message": "a person who is employed is hired: hired on 2025-01-01 while employed",
    }


def test_an_event_that_names_a_plan_is_the_accounts(life):
    (found,) = anomalies(rates_over_one(life))
    assert found.account == Account("S1", "D1", "E1", "P1")
    assert found.as_mapping()["account"]["plan_id"] == "P1"


def test_the_end_of_the_calendar_is_no_obstacle(life):
    one = employed(life)
    one.contribute("employee_pre_tax", "1", "9999-12-31", period_end="9999-11-01")
    one.leave("9999-12-31")
    one.forfeit("1", "0", "9999-12-31", reason="break_in_service")
    assert codes(one.events) == ["limit-year-missing", "forfeiture-over-balance"]


def test_amounts_are_exact_whatever_the_decimal_context(life):
    one = employed(life)
    for number in range(3):
        one.contribute("employer_match", "33333.333333", f"2024-0{number + 1}-28")
    with localcontext() as context:
        context.prec = 4
        assert codes(one.events) == ["additions-over-limit"]


def test_severities_and_sources_are_given():
    for rule in ANOMALIES.values():
        assert rule.severity in {"error", "warning"}
        assert rule.source
        assert rule.sentence[0].islower()
        assert not rule.sentence.endswith(".")
