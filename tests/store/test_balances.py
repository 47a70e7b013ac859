"""Balances by SQL: the reference calculator's rows, whatever the events and the day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from dcprops.events import SimulationEvent
from dcprops.properties.cases import contribution, eligibility, event, forfeiture, hire, rich_ledgers, vesting
from dcprops.reference import Account, distinct
from dcprops.reference import balances as reference_balances
from dcprops.reference.balances import SOURCES

pytest.importorskip("duckdb", reason="the store needs duckdb")

from dcprops.store.balances import balance_table, balances

from .event_tables import days_of, event_lists, opened, replaced

END = date(9999, 12, 31)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    connection = opened(tmp_path_factory.mktemp("store") / "events.duckdb")
    yield connection
    connection.close()


def loaded(database, *documents):
    replaced(database, map(SimulationEvent.model_validate, documents))
    return database


@given(events=event_lists())
def test_balances_are_the_references(database, events):
    replaced(database, events)
    for day in days_of(events):
        assert balances(database, day) == reference_balances(events, day)


@given(events=event_lists())
def test_one_account_is_as_it_is_among_all(database, events):
    replaced(database, events)
    for row in reference_balances(events, END):
        assert balances(database, END, row.account) == [row]


@pytest.mark.parametrize("case", rich_ledgers())
def test_balances_of_ledgers_with_much_in_them(database, case):
    events = distinct(map(SimulationEvent.model_validate, case.documents))
    replaced(database, events)
    for day in days_of(events):
        assert balances(database, day) == reference_balances(events, day)


def test_a_full_forfeiture_settles_what_is_left(database):
    loaded(
        database,
        event(1, "2024-01-31", contribution("employer_match", "100.000000", "2024-01-31")),
        event(2, "2024-12-31", vesting("0.4000", ("employer_match",), "2024-12-31")),
        event(3, "2025-03-01", forfeiture("employer_match", "60.000000", "0.4000")),
        event(4, "2026-01-31", contribution("employer_match", "50.000000", "2026-01-31")),
        event(5, "2026-12-31", vesting("0.6000", ("employer_match",), "2026-12-31")),
    )
    (row,) = balances(database, END)
    # 40 are settled; of the new 50, 0.6 are 30. Of all 150, 0.6 would be 90.
    assert (row.net_account_balance, row.vested_account_balance) == (Decimal(90), Decimal(70))


def test_an_amount_forfeited_beyond_the_balance_leaves_less_than_nothing(database):
    loaded(
        database,
        event(1, "2024-01-31", contribution("employer_match", "10.000000", "2024-01-31")),
        event(2, "2024-03-01", forfeiture("employer_match", "30.000000", "0.0000")),
    )
    (row,) = balances(database, END)
    assert (row.net_account_balance, row.vested_account_balance, row.unvested_balance) == (-20, -20, 0)


def test_half_a_millionth_rounds_up(database):
    loaded(
        database,
        event(1, "2024-01-31", contribution("employer_match", "0.000001", "2024-01-31")),
        event(2, "2024-12-31", vesting("0.5000", ("employer_match",), "2024-12-31")),
    )
    (row,) = balances(database, END)
    assert row.vested_account_balance == Decimal("0.000001")


def test_sums_go_beyond_what_one_amount_can_be(database):
    most = "999999999999.999999"
    loaded(
        database, *(event(n, "2024-01-31", contribution("employer_match", most, "2024-01-31")) for n in range(1, 41))
    )
    (row,) = balances(database, END)
    assert row.net_account_balance == Decimal("39999999999999.999960")


def test_many_forfeitures_of_one_bucket(database):
    days = [f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    events = [
        SimulationEvent.model_validate(event(2 * number + part, day, payload))
        for number, day in enumerate(days, 1)
        for part, payload in enumerate(
            (
                contribution("employer_match", "33.333333", day),
                forfeiture("employer_match", f"{number % 40}.000001", "0.3333"),
            )
        )
    ]
    replaced(database, events)
    assert balances(database, END) == reference_balances(events, END)


def test_an_account_begins_with_its_first_plan_event(database):
    loaded(database, event(1, "2024-01-01", hire("2024-01-01")), event(2, "2024-02-01", eligibility("2024-02-01")))
    assert balances(database, date(2024, 1, 31)) == []
    (row,) = balances(database, date(2024, 2, 1))
    assert (row.account, row.net_account_balance, dict(row.sources)) == (Account("S1", "D1", "E1", "P1"), 0, {})


def test_each_source_has_its_own_sum(database):
    listed = [contribution(source, f"{place}.000000", "2024-01-31") for place, source in enumerate(SOURCES, 1)]
    loaded(database, *(event(place, "2024-01-31", payload) for place, payload in enumerate(listed, 1)))
    (row,) = balances(database, END)
    assert row.sources == {source: Decimal(place) for place, source in enumerate(SOURCES, 1)}


def test_the_table_has_exact_columns(database):
    loaded(database, event(1, "2024-01-31", contribution("employer_match", "0.000001", "2024-01-31")))
    table = balance_table(database, END)
    types = {str(field.type) for field in table.schema if field.name.endswith(("contributions", "balance"))}
    assert types == {"decimal128(38, 6)"}
    assert str(table.schema.field("current_vested_percentage").type) == "decimal128(5, 4)"
    assert table.num_rows == 1
