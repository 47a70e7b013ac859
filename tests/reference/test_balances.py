"""The balances of single accounts, worked by hand, and what no order, copy or cut may change."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal, localcontext

import pytest

import dcprops
from dcprops.reference import Account, arithmetic, balances, steps
from dcprops.reference.balances import BUCKET_OF_SOURCE, EMPLOYEE_SOURCES, SOURCES

END = date(9999, 12, 31)
ACCOUNT = Account("S1", "D1", "E1", "P1")


def only(events, as_of=END):
    (row,) = balances(events, as_of)
    return row


def comes_to(row, **expected):
    """Whether the row has these, written short: net, vested, unvested, lost, gross."""
    names = {
        "net": "net_account_balance",
        "vested": "vested_account_balance",
        "unvested": "unvested_balance",
        "lost": "total_forfeitures",
        "gross": "gross_account_balance",
    }
    assert {short: getattr(row, names[short]) for short in expected} == {
        short: Decimal(value) for short, value in expected.items()
    }


class TestWorkedExamples:
    """The four examples that the rule was explained with."""

    def test_partly_vested(self, life):
        one = life()
        one.contribute("employer_match", "100.00", "2024-01-31")
        one.vest("0.4", "2024-12-31")
        comes_to(only(one.events), gross="100", lost="0", net="100", vested="40", unvested="60")

    def test_full_forfeiture_then_new_money(self, life):
        one = life()
        one.contribute("employer_match", "100.00", "2024-01-31")
        one.vest("0.4", "2024-12-31")
        one.forfeit("60.00", "0.4", "2025-03-01")
        comes_to(only(one.events), gross="100", lost="60", net="40", vested="40", unvested="0")
        # The 40 are settled; of the new 50, 0.4 are 20.
        one.contribute("employer_match", "50.00", "2026-01-31")
        comes_to(only(one.events), gross="150", lost="60", net="90", vested="60", unvested="30")

    def test_partial_forfeiture_then_more_service(self, life):
        one = life()
        one.contribute("employer_match", "100.00", "2024-01-31")
        one.vest("0.4", "2024-12-31")
        one.forfeit("30.00", "0.4", "2025-03-01")
        comes_to(only(one.events), net="70", vested="40", unvested="30")
        one.vest("0.6", "2025-12-31")
        comes_to(only(one.events), net="70", vested="60", unvested="10")

    def test_half_a_millionth_rounds_up(self, life):
        one = life()
        one.contribute("employer_match", "0.000001", "2024-01-31")
        one.vest("0.5", "2024-12-31")
        comes_to(only(one.events), vested="0.000001", unvested="0")


class TestBuckets:
    @pytest.mark.parametrize("source", SOURCES)
    def test_only_employer_money_waits_for_vesting(self, life, source):
        one = life()
        one.contribute(source, "100", "2024-01-31")
        own = source in {"employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up"}
        comes_to(only(one.events), vested="100" if own else "0", unvested="0" if own else "100", net="100")

    @pytest.mark.parametrize(
        ("source", "bucket"),
        [
            ("employer_match", "employer_match"),
            ("employer_match_true_up", "employer_match"),
            ("employer_nonelective", "employer_nonelective"),
            ("employer_profit_sharing", "employer_profit_sharing"),
            ("forfeiture_allocation", "employer_profit_sharing"),
        ],
    )
    def test_each_employer_source_vests_with_its_bucket_only(self, life, source, bucket):
        one = life()
        one.contribute(source, "100", "2024-01-31")
        one.vest("0.2", "2024-12-31", buckets=(bucket,))
        others = {"employer_match", "employer_nonelective", "employer_profit_sharing"} - {bucket}
        one.vest("0.8", "2025-12-31", buckets=sorted(others))
        comes_to(only(one.events), vested="20", unvested="80")

    def test_rounding_is_once_per_bucket(self, life):
        # 0.000001 twice in one bucket at 0.25: round(0.0000005) = 0.000001; each by itself would give 0.
        # In two buckets: each 0.000001 at 0.5 rounds up to itself, 0.000002 in all; together it would be 0.000001.
        together, apart = life(), life()
        together.contribute("employer_match", "0.000001", "2024-01-31")
        together.contribute("employer_match_true_up", "0.000001", "2024-02-29")
        together.vest("0.25", "2024-12-31")
        comes_to(only(together.events), vested="0.000001", unvested="0.000001")
        apart.contribute("employer_match", "0.000001", "2024-01-31")
        apart.contribute("employer_nonelective", "0.000001", "2024-01-31")
        apart.vest("0.5", "2024-12-31", buckets=("employer_match", "employer_nonelective"))
        comes_to(only(apart.events), vested="0.000002", unvested="0")

    def test_just_below_half_rounds_down(self, life):
        one = life()
        one.contribute("employer_match", "0.000001", "2024-01-31")
        one.vest("0.4999", "2024-12-31")
        comes_to(only(one.events), vested="0", unvested="0.000001")

    def test_half_rounds_up_where_bankers_rounding_would_not(self, life):
        # 0.5 of 0.000005 is 0.0000025: half up 0.000003, half even 0.000002.
        one = life()
        one.contribute("employer_match", "0.000005", "2024-01-31")
        one.vest("0.5", "2024-12-31")
        comes_to(only(one.events), vested="0.000003", unvested="0.000002")

    def test_the_latest_percentage_holds_even_if_it_fell(self, life):
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.vest("0.8", "2024-12-31")
        one.vest("0.3", "2025-12-31")
        comes_to(only(one.events), vested="30", unvested="70")

    def test_current_percentage_is_the_latest_events_whatever_it_lists(self, life):
        one = life()
        one.eligible("2024-01-01")
        assert only(one.events).current_vested_percentage == 0
        one.vest("0.2", "2024-12-31")
        one.vest("0.6", "2025-12-31", buckets=())
        assert only(one.events).current_vested_percentage == Decimal("0.6")
        assert only(one.events, date(2025, 12, 30)).current_vested_percentage == Decimal("0.2")


class TestForfeitures:
    def test_at_zero_percent_all_is_lost_and_nothing_stays(self, life):
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.forfeit("100", "0", "2024-06-30")
        one.contribute("employer_match", "10", "2025-01-31")
        one.vest("1", "2025-12-31")
        comes_to(only(one.events), gross="110", lost="100", net="10", vested="10", unvested="0")

    def test_one_millionth_short_of_full_leaves_the_bucket_open(self, life):
        # 59.999999 of 60 unvested: G - F = 40.000001 > 40, so it stays open. New 50: round(0.4 x 150) = 60 vested,
        # net 150 - 59.999999 = 90.000001.
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.vest("0.4", "2024-12-31")
        one.forfeit("59.999999", "0.4", "2025-03-01")
        one.contribute("employer_match", "50", "2026-01-31")
        comes_to(only(one.events), net="90.000001", vested="60", unvested="30.000001")
        # And at 0.6: round(0.6 x 150) = 90, of 90.000001.
        one.vest("0.6", "2026-12-31")
        comes_to(only(one.events), vested="90", unvested="0.000001")

    def test_in_two_parts_closes_with_the_second(self, life):
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.vest("0.4", "2024-12-31")
        one.forfeit("20", "0.4", "2025-03-01")
        one.forfeit("40", "0.4", "2025-04-01")
        one.vest("1", "2026-12-31")
        one.contribute("employer_match", "5", "2027-01-31")
        comes_to(only(one.events), gross="105", lost="60", net="45", vested="45", unvested="0")

    def test_closing_is_judged_at_the_forfeitures_own_percentage(self, life):
        # Vested 0.4 by the last vesting, but forfeited at 0.2: 60 leaves 40 > 20, so the bucket stays open;
        # vested = min(40, 40).
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.vest("0.4", "2024-12-31")
        one.forfeit("60", "0.2", "2025-03-01")
        comes_to(only(one.events), net="40", vested="40", unvested="0")
        # Open, so new money mixes: round(0.4 x 200) = 80 vested of 140.
        one.contribute("employer_match", "100", "2026-01-31")
        comes_to(only(one.events), net="140", vested="80", unvested="60")

    def test_no_more_is_vested_than_is_left(self, life):
        # 70 forfeited at 0.2 leave 30 > 20: open. By the last vesting 0.4 x 100 = 40 would be vested, of 30.
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.vest("0.4", "2024-12-31")
        one.forfeit("70", "0.2", "2025-03-01")
        comes_to(only(one.events), net="30", vested="30", unvested="0")

    def test_more_than_there_is_goes_below_zero_and_still_adds_up(self, life):
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.forfeit("130", "0", "2025-03-01")
        comes_to(only(one.events), gross="100", lost="130", net="-30", vested="-30", unvested="0")

    def test_without_any_money_before(self, life):
        one = life()
        one.forfeit("5", "0.5", "2025-03-01", bucket="employer_nonelective")
        comes_to(only(one.events), gross="0", lost="5", net="-5", vested="-5", unvested="0")

    def test_touches_its_own_bucket_only(self, life):
        one = life()
        one.contribute("employee_pre_tax", "1000", "2024-01-31")
        one.contribute("employer_match", "100", "2024-01-31")
        one.contribute("employer_profit_sharing", "200", "2024-01-31")
        one.vest("0.5", "2024-12-31", buckets=("employer_match", "employer_profit_sharing"))
        one.forfeit("50", "0.5", "2025-03-01")
        # 1000 own, 50 settled match, 100 of 200 profit sharing.
        comes_to(only(one.events), gross="1300", lost="50", net="1250", vested="1150", unvested="100")

    def test_a_percentage_stays_after_closing(self, life):
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.vest("0.4", "2024-12-31")
        one.forfeit("60", "0.4", "2025-03-01")
        one.contribute("employer_match", "10", "2026-01-31")
        comes_to(only(one.events), vested="44", unvested="6")
        one.vest("0", "2026-12-31")
        comes_to(only(one.events), vested="40", unvested="10")

    def test_closing_rounds_the_vested_share(self, life):
        # round(0.3333 x 0.000002) = round(0.0000006666) = 0.000001: forfeiting 0.000001 closes the bucket.
        one = life()
        one.contribute("employer_match", "0.000002", "2024-01-31")
        one.forfeit("0.000001", "0.3333", "2025-03-01")
        comes_to(only(one.events), net="0.000001", vested="0.000001", unvested="0")


class TestOrder:
    def test_one_day_is_contribution_then_vesting_then_forfeiture(self, life):
        # Recorded the other way round. In order: G = 100, p = 0.4, 60 of 60 unvested lost, closed.
        one = life()
        one.forfeit("60", "0.4", "2025-03-01")
        one.vest("0.4", "2025-03-01")
        one.contribute("employer_match", "100", "2025-03-01")
        one.contribute("employer_match", "10", "2025-03-02")
        comes_to(only(one.events), net="50", vested="44", unvested="6")

    def test_on_one_day_the_later_record_of_a_percentage_holds(self, life):
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.vest("0.2", "2024-12-31")
        one.vest("0.6", "2024-12-31")
        one.events.reverse()
        comes_to(only(one.events), vested="60")

    def test_effective_date_beats_the_time_of_recording(self, life):
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        one.vest("0.6", "2025-12-31")
        one.vest("0.2", "2024-12-31")
        comes_to(only(one.events), vested="60")

    def test_the_same_instant_is_decided_by_event_id(self, life):
        one = life()
        one.contribute("employer_match", "100", "2024-01-31")
        first, second = one.vest("0.2", "2024-12-31"), one.vest("0.6", "2024-12-31")
        tied = [event.model_copy(update={"created_at": first.created_at}) for event in (first, second)]
        assert first.event_id < second.event_id
        comes_to(only([one.events[0], *reversed(tied)]), vested="60")

    def test_as_of_includes_the_day_itself(self, life, day):
        one = life()
        one.contribute("employer_match", "100", "2024-06-30")
        assert balances(one.events, day("2024-06-29")) == []
        comes_to(only(one.events, day("2024-06-30")), net="100")

    def test_as_of_is_the_effective_date_not_the_payloads(self, life, day):
        one = life()
        event = one.contribute("employer_match", "100", "2024-06-30")
        late = event.model_copy(update={"effective_date": day("2024-07-05")})
        assert balances([late], day("2024-07-04")) == []


class TestAccounts:
    def test_exist_from_the_first_plan_event(self, life, day):
        one = life()
        one.hire("2024-01-01")
        one.promote("2024-02-01")
        one.rise("2024-02-02")
        one.determine("2024-03-01", "1", False, "150000")
        one.monitor("2024-03-01", "23000", "1")
        one.leave("2024-12-31")
        assert balances(one.events, END) == []
        one.eligible("2024-04-01")
        row = only(one.events, day("2024-04-01"))
        assert row.account == ACCOUNT
        assert row.sources == {}
        comes_to(row, gross="0", lost="0", net="0", vested="0", unvested="0")

    def test_are_told_apart_by_each_of_the_four_keys(self, life):
        lives = [
            life(),
            life(employee="E2"),
            life(plan="P2"),
            life(scenario="S2"),
            life(design="D2"),
        ]
        for number, one in enumerate(lives, start=1):
            one.contribute("employer_match", f"{number}00", "2024-01-31")
        rows = balances([event for one in lives for event in one.events], END)
        assert [(row.account, row.net_account_balance) for row in rows] == [
            (Account("S1", "D1", "E1", "P1"), 100),
            (Account("S1", "D1", "E1", "P2"), 300),
            (Account("S1", "D1", "E2", "P1"), 200),
            (Account("S1", "D2", "E1", "P1"), 500),
            (Account("S2", "D1", "E1", "P1"), 400),
        ]

    def test_sources_and_totals(self, life):
        one = life()
        for number, source in enumerate(SOURCES):
            one.contribute(source, str(10**number), "2024-01-31")
            one.contribute(source, str(10**number), "2024-02-29")
        row = only(one.events)
        assert list(row.sources) == list(SOURCES)
        assert row.sources["employer_match"] == 2 * 10 ** SOURCES.index("employer_match")
        assert row.total_employee_contributions == 2222
        assert row.total_employer_contributions == 222_220_000
        assert set(BUCKET_OF_SOURCE) == set(SOURCES) >= EMPLOYEE_SOURCES


class TestDuplicates:
    def test_the_same_event_counts_once(self, life):
        one = life()
        event = one.contribute("employer_match", "100", "2024-01-31")
        comes_to(only([event, event, event.model_copy()]), net="100")

    def test_of_two_with_one_id_the_first_in_canonical_order_counts(self, life, day):
        one = life()
        event = one.contribute("employer_match", "100", "2024-01-31")
        other = one.contribute("employer_match", "7", "2024-01-30")
        clash = other.model_copy(update={"event_id": event.event_id})
        for arrived in ([event, clash], [clash, event], [event, clash, event, clash]):
            comes_to(only(arrived), net="7")

    def test_a_tie_is_the_same_whichever_arrives_first(self, life):
        one = life()
        event = one.contribute("employer_match", "100", "2024-01-31")
        payload = event.payload.model_copy(update={"amount": Decimal("7.000000")})
        clash = event.model_copy(update={"payload": payload})
        assert balances([event, clash], END) == balances([clash, event], END)

    def test_ids_count_over_the_whole_ledger(self, life):
        mine, yours = life(), life(employee="E2")
        event = mine.contribute("employer_match", "100", "2024-01-31")
        clash = yours.contribute("employer_match", "7", "2024-02-29").model_copy(update={"event_id": event.event_id})
        assert [row.employee_id for row in balances([clash, event], END)] == ["E1"]


def a_long_ledger(life):
    one, other = life(), life(employee="E2")
    for year in range(2020, 2026):
        for who in (one, other):
            who.contribute("employee_roth", "33.333333", f"{year}-01-31")
            who.contribute("employer_match", "12.345678", f"{year}-01-31")
            who.contribute("forfeiture_allocation", "0.000003", f"{year}-03-31")
            who.vest(f"0.{year - 2019}", f"{year}-12-31", buckets=("employer_match", "employer_profit_sharing"))
    one.forfeit("10", "0.5", "2024-12-31")
    one.forfeit("20", "0.5", "2025-02-28")
    return one.events + other.events


class TestWhatChangesNothing:
    def test_arrival_order(self, life):
        events = a_long_ledger(life)
        expected = balances(events, END)
        for seed in range(20):
            assert balances(random.Random(seed).sample(events, len(events)), END) == expected

    def test_events_after_the_day(self, life):
        events = a_long_ledger(life)
        for as_of in sorted({event.effective_date for event in events}):
            assert balances(events, as_of) == balances([e for e in events if e.effective_date <= as_of], END)

    def test_a_contribution_split_in_two(self, life):
        whole, parts = life(), life()
        whole.contribute("employer_match", "100", "2024-01-31")
        parts.contribute("employer_match", "33.333333", "2024-01-31")
        parts.contribute("employer_match", "66.666667", "2024-01-31")
        whole.vest("0.3333", "2024-12-31")
        parts.vest("0.3333", "2024-12-31")
        assert only(whole.events) == only(parts.events)

    def test_the_callers_decimal_context(self, life):
        events = a_long_ledger(life)
        expected = balances(events, END)
        with localcontext() as context:
            context.prec = 3
            context.rounding = "ROUND_UP"
            assert balances(events, END) == expected

    def test_the_largest_amounts(self, life):
        one = life()
        for month in range(1, 13):
            one.contribute("employer_match", "999999999999.999999", f"2024-{month:02}-28", ytd="0")
        one.vest("0.5", "2024-12-31")
        # 12 x 999999999999.999999 = 11999999999999.999988; half of that 5999999999999.999994.
        comes_to(only(one.events), net="11999999999999.999988", vested="5999999999999.999994")

    def test_the_identities_hold(self, life):
        for row in balances(a_long_ledger(life), END):
            assert row.gross_account_balance == row.net_account_balance + row.total_forfeitures
            assert row.net_account_balance == row.vested_account_balance + row.unvested_balance
            assert sum(row.sources.values()) == row.gross_account_balance


def test_money_has_six_places_and_the_percentage_four(life):
    one = life()
    one.eligible("2024-01-01")
    one.contribute("employer_match", "100", "2024-01-31")
    for events in (one.events[:1], one.events):
        row = only(events).as_mapping()
        amounts = [value for name, value in row.items() if "balance" in name or "total" in name]
        assert {amount.as_tuple().exponent for amount in amounts} == {-6}
        assert row["current_vested_percentage"].as_tuple().exponent == -4


def test_documents_give_the_same_as_mappings(life):
    events = a_long_ledger(life)
    documents = [event.model_dump(mode="json") for event in events]
    assert dcprops.balances(documents, END) == [row.as_mapping() for row in balances(events, END)]
    assert list(dcprops.balances(documents, END)[0]) == [
        "scenario_id", "plan_design_id", "employee_id", "plan_id", "total_employee_contributions",
        "total_employer_contributions", "total_forfeitures", "gross_account_balance", "vested_account_balance",
        "unvested_balance", "net_account_balance", "current_vested_percentage", "sources",
    ]  # fmt: skip


def test_the_steps_can_be_followed_by_hand(life):
    one = life()
    one.eligible("2024-01-01")
    one.contribute("employee_roth", "500", "2024-01-31")
    one.contribute("employer_match", "100", "2024-01-31")
    one.vest("0.4", "2024-12-31", buckets=("employer_match", "employer_nonelective"))
    one.forfeit("30", "0.4", "2025-03-01")
    one.forfeit("30", "0.4", "2025-03-02")
    one.contribute("employer_match_true_up", "50", "2026-01-31")
    assert [step.bucket for step in steps(one.events, ACCOUNT, END)] == [
        "employee", "employer_match", "employer_match", "employer_nonelective", "employer_match", "employer_match",
        "employer_match",
    ]  # fmt: skip
    assert arithmetic(one.events, ACCOUNT, END).splitlines() == [
        "2024-01-31  employee: employee_roth 500.000000, so given G = 500.000000",
        "2024-01-31  employer_match: employer_match 100.000000, so given G = 100.000000",
        "2024-12-31  employer_match: vesting, so percentage p = 0.4000",
        "2024-12-31  employer_nonelective: vesting, so percentage p = 0.4000",
        "2025-03-01  employer_match: forfeiture 30.000000 at 0.4000, so lost F = 30.000000; left G - F = 70.000000 "
        "against vested round(0.4000·100.000000) = 40.000000: more, so it stays open",
        "2025-03-02  employer_match: forfeiture 30.000000 at 0.4000, so lost F = 60.000000; left G - F = 40.000000 "
        "against vested round(0.4000·100.000000) = 40.000000: at most, so it closes: settled S = 40.000000, G = F = 0",
        "2026-01-31  employer_match: employer_match_true_up 50.000000, so given G = 50.000000",
        "employee: S = 0.000000, G = 500.000000, F = 0.000000, p = 1; net S + G - F = 500.000000; "
        "vested S + min(round(p·G), G - F) = 0.000000 + min(500.000000, 500.000000) = 500.000000",
        "employer_match: S = 40.000000, G = 50.000000, F = 0.000000, p = 0.4000; net S + G - F = 90.000000; "
        "vested S + min(round(p·G), G - F) = 40.000000 + min(20.000000, 50.000000) = 60.000000",
        "employer_nonelective: S = 0.000000, G = 0.000000, F = 0.000000, p = 0.4000; net S + G - F = 0.000000; "
        "vested S + min(round(p·G), G - F) = 0.000000 + min(0.000000, 0.000000) = 0.000000",
        "all buckets: net 590.000000, vested 560.000000, unvested 590.000000 - 560.000000 = 30.000000",
    ]


def test_an_account_without_events_has_no_steps(life):
    assert steps([], ACCOUNT, END) == []
