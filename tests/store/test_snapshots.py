"""Weekly snapshots: what the reference says of each Friday, however and in whatever order the events came."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops.events import SimulationEvent
from dcprops.properties.cases import contribution, eligibility, enrollment, event, hire, termination
from dcprops.reference import Account, anomalies, canonical_order
from dcprops.reference import balances as reference_balances
from dcprops.reference.balances import PLAN_EVENTS

pytest.importorskip("duckdb", reason="the store needs duckdb")

from dcprops.store.snapshots import (
    PARTICIPATION_STATUSES,
    SNAPSHOT_COLUMNS,
    build_snapshots,
    snapshot_of,
    snapshot_table,
    snapshots,
    update_snapshots,
    verify_snapshots,
)

from .event_tables import appended, days_of, event_lists, opened, replaced

WEEK = timedelta(days=7)
FRIDAY = 4


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    connection = opened(tmp_path_factory.mktemp("store") / "events.duckdb")
    yield connection
    connection.close()


@pytest.fixture
def empty(database):
    forget_all(database)
    return database


def forget_all(database):
    replaced(database, [])
    for table in ("fct_participant_balance_snapshots", "anomalies", "built"):
        database.execute(f"DROP TABLE IF EXISTS {table}")


def friday_of(day):
    """The next Friday, found by looking at one day after the other."""
    while day.weekday() != FRIDAY:
        day += timedelta(days=1)
    return day


def account_of(event):
    return Account(event.scenario_id, event.plan_design_id, event.employee_id, event.payload.plan_id)


def weeks_of(events):
    """Every account and Friday that a snapshot is to be of."""
    for row in reference_balances(events, date.max):
        own = [e for e in events if account_of(e) == row.account and e.payload.event_type in PLAN_EVENTS]
        friday = friday_of(min(e.effective_date for e in own))
        scenario = [e for e in events if account_of(e)[:2] == row.account[:2]]
        last = friday_of(max(e.effective_date for e in scenario))
        while friday <= last:
            yield row.account, friday
            if friday > date.max - WEEK:
                break
            friday += WEEK


def has_left(career):
    """Whether a person has left, told day by day."""
    employed, left = False, False
    for _, day in groupby(career, key=lambda e: e.effective_date):
        kinds = {e.payload.event_type for e in day} & {"hire", "termination"}
        in_order = sorted(kinds, reverse=employed)  # who is employed leaves before being hired again
        for kind in in_order:
            employed, left = kind == "hire", kind == "termination"
    return left


def expected(events, account, day):
    """A snapshot's values, from the reference and from the events one after the other."""
    (row,) = (row for row in reference_balances(events, day) if row.account == account)
    ordered = sorted(
        (e for e in events if e.effective_date <= day and account_of(e)[:3] == account[:3]), key=canonical_order
    )
    eligible, enrolled, deferral, eligibility_date, enrollment_date = False, False, Decimal("0.0000"), None, None
    for payload in (e.payload for e in ordered if e.payload.plan_id == account.plan_id):
        if payload.event_type == "eligibility":
            eligible = payload.eligible
            eligibility_date = payload.eligibility_date if eligible else None
            enrolled = enrolled and eligible
        elif payload.event_type == "enrollment":
            enrolled, enrollment_date = True, payload.enrollment_date
            deferral = payload.pre_tax_contribution_rate + payload.roth_contribution_rate
    if has_left(ordered):
        status = "terminated"
    elif enrolled:
        status = "active_participant" if deferral else "enrolled_zero_deferral"
    else:
        status = "eligible_not_enrolled" if eligible else "not_eligible"
    by_id = {e.event_id: e for e in events}
    person = [e for e in events if account_of(e)[:3] == account[:3]]
    codes = [a.code for a in anomalies(person) if by_id[a.event_id].payload.plan_id in {None, account.plan_id}
             and by_id[a.event_id].effective_date <= day]  # fmt: skip
    return (
        account.employee_id, account.plan_id, account.scenario_id, account.plan_design_id, day,
        row.total_employee_contributions, row.total_employer_contributions, row.total_forfeitures,
        row.gross_account_balance, row.vested_account_balance, row.unvested_balance, row.net_account_balance,
        row.current_vested_percentage, deferral, eligibility_date, enrollment_date, status, [*codes, "valid"][0],
    )  # fmt: skip


def values_of(snapshot):
    return tuple(snapshot.as_mapping().values())


def some_of(weeks):
    return weeks[:: max(1, len(weeks) // 5)]


def test_the_columns_are_the_designs(empty):
    replaced(empty, [SimulationEvent.model_validate(event(1, "2024-01-31", eligibility("2024-01-31")))])
    build_snapshots(empty)
    described = empty.execute("DESCRIBE fct_participant_balance_snapshots").fetchall()
    assert [(name, type_) for name, type_, *_ in described] == list(SNAPSHOT_COLUMNS.items())
    assert [name for name, _, nullable, *_ in described if nullable == "YES"] == ["eligibility_date", "enrollment_date"]
    assert len(SNAPSHOT_COLUMNS) == 18
    assert snapshot_table(empty).column_names == list(SNAPSHOT_COLUMNS)


@settings(max_examples=50)
@given(events=event_lists())
def test_snapshots_are_the_references_of_their_fridays(database, events):
    forget_all(database)
    replaced(database, events)
    built = build_snapshots(database)
    found = {(each.account, each.snapshot_date): values_of(each) for each in snapshots(database)}
    assert built == len(found)
    weeks = list(weeks_of(events))
    assert list(found) == weeks
    for account, friday in some_of(weeks):
        assert found[account, friday] == expected(events, account, friday)


@st.composite
def batches(draw):
    """Events that arrive in up to four batches, whatever their dates."""
    events = draw(event_lists())
    where = draw(st.lists(st.integers(0, 3), min_size=8, max_size=8))
    return [[e for place, e in enumerate(events) if where[place % 8] == number] for number in range(4)]


@settings(max_examples=15)
@given(batches=batches(), days=st.lists(st.sampled_from([None, None, date(2025, 3, 1), date(2026, 2, 4)]), min_size=4))
def test_what_is_brought_up_to_date_is_what_is_built_anew(database, batches, days):
    forget_all(database)
    for batch, last_day in zip(batches, days, strict=False):
        appended(database, batch)
        update_snapshots(database, last_day)
        updated = snapshots(database)
        assert verify_snapshots(database, last_day) == []
        build_snapshots(database, last_day)
        assert updated == snapshots(database)
        assert update_snapshots(database, last_day) == 0


@settings(max_examples=15)
@given(batches=batches())
def test_a_look_up_never_gives_what_is_out_of_date(database, batches):
    forget_all(database)
    appended(database, batches[0])
    build_snapshots(database)
    appended(database, [event for batch in batches[1:] for event in batch])
    events = [event for batch in batches for event in batch]
    for row in reference_balances(events, date.max)[:2]:
        for day in days_of(events)[:4]:
            for asked in {day, friday_of(day)}:
                there = any(each.account == row.account for each in reference_balances(events, asked))
                found = snapshot_of(database, row.account, asked)
                assert (found and values_of(found)) == (expected(events, row.account, asked) if there else None)


class TestWeeks:
    @pytest.mark.parametrize(
        ("day", "friday"),
        [
            ("2024-12-27", "2024-12-27"),  # a Friday
            ("2024-12-28", "2025-01-03"),  # Saturday belongs to the week that ends with the next Friday
            ("2024-12-30", "2025-01-03"),  # ISO calls it a day of 2025's first week
            ("0001-01-01", "0001-01-05"),
            ("9999-12-31", "9999-12-31"),
        ],
    )
    def test_a_week_ends_with_its_friday(self, empty, day, friday):
        replaced(empty, [SimulationEvent.model_validate(event(1, day, eligibility(day)))])
        build_snapshots(empty)
        assert [each.snapshot_date.isoformat() for each in snapshots(empty)] == [friday]

    def test_weeks_in_which_nothing_happens_are_there(self, empty):
        documents = [
            event(1, "2024-01-05", eligibility("2024-01-05")),
            event(2, "2024-02-01", enrollment("2024-02-01")),
        ]
        replaced(empty, map(SimulationEvent.model_validate, documents))
        build_snapshots(empty)
        statuses = [(each.snapshot_date.day, each.participation_status) for each in snapshots(empty)]
        assert statuses == [(day, "eligible_not_enrolled") for day in (5, 12, 19, 26)] + [(2, "active_participant")]

    def test_a_last_day_reaches_beyond_the_events_and_ends_before_them(self, empty):
        replaced(empty, [SimulationEvent.model_validate(event(1, "2024-01-05", eligibility("2024-01-05")))])
        assert build_snapshots(empty, date(2024, 1, 13)) == 3
        assert update_snapshots(empty, date(2024, 1, 12)) == 0
        assert len(snapshots(empty)) == 2
        assert build_snapshots(empty, date(2023, 12, 29)) == 0

    def test_one_scenario_doesnt_prolong_another(self, empty):
        documents = [
            event(1, "2024-01-05", eligibility("2024-01-05")),
            event(2, "2024-03-01", eligibility("2024-03-01"), scenario_id="S2"),
        ]
        replaced(empty, map(SimulationEvent.model_validate, documents))
        build_snapshots(empty)
        assert [each.scenario_id for each in snapshots(empty)] == ["S1", "S2"]


class TestStatus:
    @pytest.mark.parametrize(
        ("documents", "status"),
        [
            ([eligibility("2024-01-01")], "eligible_not_enrolled"),
            ([{**eligibility("2024-01-01"), "eligible": False}], "not_eligible"),
            ([contribution("employer_match", "1.000000", "2024-01-01")], "not_eligible"),
            ([enrollment("2024-01-01")], "active_participant"),
            ([{**enrollment("2024-01-01"), "pre_tax_contribution_rate": "0.0000"}], "enrolled_zero_deferral"),
            ([enrollment("2024-01-01"), termination("2024-01-01")], "terminated"),
            ([hire("2024-01-01"), enrollment("2024-01-01"), termination("2024-01-01")], "terminated"),
        ],
    )
    def test_each_is_reached(self, empty, documents, status):
        assert status in PARTICIPATION_STATUSES
        listed = [event(place, "2024-01-01", payload) for place, payload in enumerate(documents, 1)]
        replaced(empty, map(SimulationEvent.model_validate, listed))
        build_snapshots(empty)
        assert [each.participation_status for each in snapshots(empty)] == [status]

    def test_a_rehire_ends_a_termination(self, empty):
        days = ("2024-01-01", "2024-01-08", "2024-01-15")
        payloads = (enrollment(days[0]), termination(days[1]), hire(days[2]))
        listed = [
            event(place, day, payload) for place, (day, payload) in enumerate(zip(days, payloads, strict=True), 1)
        ]
        replaced(empty, map(SimulationEvent.model_validate, listed))
        build_snapshots(empty)
        found = [each.participation_status for each in snapshots(empty)]
        assert found == ["active_participant", "terminated", "active_participant"]


class TestVerify:
    @pytest.fixture
    def built(self, empty):
        documents = [
            event(1, "2024-01-05", contribution("employer_match", "10.000000", "2024-01-05")),
            event(2, "2024-01-26", contribution("employer_match", "5.000000", "2024-01-26")),
        ]
        replaced(empty, map(SimulationEvent.model_validate, documents))
        build_snapshots(empty)
        return empty

    def test_a_changed_snapshot_is_found(self, built):
        built.execute(
            "UPDATE fct_participant_balance_snapshots SET net_account_balance = 10.000001 "
            "WHERE snapshot_date = DATE '2024-01-12'"
        )
        (difference,) = verify_snapshots(built)
        assert difference.snapshot_date == date(2024, 1, 12)
        assert (difference.expected.net_account_balance, difference.got.net_account_balance) == (
            Decimal("10.000000"),
            Decimal("10.000001"),
        )

    def test_a_missing_and_a_repeated_snapshot_are_found(self, built):
        built.execute("DELETE FROM fct_participant_balance_snapshots WHERE snapshot_date = DATE '2024-01-12'")
        (difference,) = verify_snapshots(built)
        assert (difference.expected.snapshot_date, difference.got) == (date(2024, 1, 12), None)
        build_snapshots(built)
        built.execute(
            "INSERT INTO fct_participant_balance_snapshots FROM fct_participant_balance_snapshots "
            "WHERE snapshot_date = DATE '2024-01-19'"
        )
        (difference,) = verify_snapshots(built)
        assert (difference.expected, difference.got.snapshot_date) == (None, date(2024, 1, 19))

    def test_a_late_event_makes_the_weeks_behind_it_wrong_until_they_are_repaired(self, built):
        late = event(3, "2024-01-10", contribution("employee_roth", "1.000000", "2024-01-10"))
        appended(built, [SimulationEvent.model_validate(late)])
        wrong = [difference.snapshot_date.day for difference in verify_snapshots(built)]
        assert wrong == [12, 19, 26]
        assert update_snapshots(built) == 3
        assert verify_snapshots(built) == []
        assert [each.net_account_balance for each in snapshots(built)] == [10, 11, 11, 16]

    def test_a_look_up_behind_a_late_event_asks_the_events(self, built):
        account, friday = Account("S1", "D1", "E1", "P1"), date(2024, 1, 12)
        assert snapshot_of(built, account, friday).net_account_balance == 10
        late = event(3, "2024-01-10", contribution("employee_roth", "1.000000", "2024-01-10"))
        appended(built, [SimulationEvent.model_validate(late)])
        assert snapshot_of(built, account, friday).net_account_balance == 11
        assert snapshot_of(built, account, date(2024, 1, 4)) is None

    def test_without_a_table_all_are_missing(self, built):
        built.execute("DROP TABLE fct_participant_balance_snapshots")
        assert {difference.got for difference in verify_snapshots(built)} == {None}
        assert snapshots(built) == []


def test_a_build_that_fails_leaves_the_old_table(empty):
    replaced(empty, [SimulationEvent.model_validate(event(1, "2024-01-05", eligibility("2024-01-05")))])
    build_snapshots(empty)
    empty.execute("ALTER TABLE events RENAME COLUMN eligible TO other")
    try:
        with pytest.raises(Exception, match="eligible"):
            build_snapshots(empty)
    finally:
        empty.execute("ALTER TABLE events RENAME COLUMN other TO eligible")
    assert len(snapshots(empty)) == 1
