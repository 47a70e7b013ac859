"""Histories by SQL: every event in canonical order, each with what the reference says of the events so far."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from dcprops.events import SimulationEvent
from dcprops.properties.cases import contribution, event, hire, termination
from dcprops.reference import balances as reference_balances
from dcprops.reference import canonical_order

pytest.importorskip("duckdb", reason="the store needs duckdb")

from dcprops.store.history import history

from .event_tables import event_lists, opened, replaced


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    connection = opened(tmp_path_factory.mktemp("store") / "events.duckdb")
    yield connection
    connection.close()


def expected(events):
    """The events of one participant in order, and the reference's row of each one's account after it."""
    ordered = sorted(events, key=canonical_order)
    for place, one in enumerate(ordered, 1):
        whose = (one.scenario_id, one.plan_design_id, one.employee_id, one.payload.plan_id)
        rows = reference_balances(ordered[:place], date.max)
        yield one, next((row for row in rows if row.account == whose), None)


@given(events=event_lists())
def test_history_is_the_references_step_by_step(database, events):
    replaced(database, events)
    for employee_id in {each.employee_id for each in events}:
        own = [each for each in events if each.employee_id == employee_id][:40]
        replaced(database, [*own, *(each for each in events if each.employee_id != employee_id)])
        got = [(entry.event, entry.balance) for entry in history(database, employee_id)]
        assert got == list(expected(own))


def test_one_scenario_of_a_participant(database):
    documents = [
        event(1, "2024-01-31", contribution("employer_match", "1.000000", "2024-01-31")),
        event(2, "2024-01-31", contribution("employer_match", "2.000000", "2024-01-31"), scenario_id="S2"),
        event(3, "2024-01-31", contribution("employer_match", "4.000000", "2024-01-31"), plan_design_id="D2"),
    ]
    replaced(database, map(SimulationEvent.model_validate, documents))
    (entry,) = history(database, "E1", scenario_id="S2")
    assert (entry.event.scenario_id, entry.balance.net_account_balance) == ("S2", 2)
    (entry,) = history(database, "E1", scenario_id="S1", plan_design_id="D2")
    assert entry.balance.net_account_balance == 4
    assert len(history(database, "E1")) == 3


def test_who_has_no_events_has_no_history(database):
    replaced(database, [SimulationEvent.model_validate(event(1, "2024-01-01", hire("2024-01-01")))])
    assert history(database, "E1' OR true --") == []


def test_an_event_without_an_account_has_no_balance(database):
    documents = [event(1, "2024-01-01", hire("2024-01-01")), event(2, "2024-02-01", termination("2024-02-01"))]
    replaced(database, map(SimulationEvent.model_validate, documents))
    assert [entry.balance for entry in history(database, "E1")] == [None, None]
