"""What SQL proves of people is true by the reference; whom it proves nothing of, the reference judges."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import Phase, given, settings

from dcprops import strategies as dc
from dcprops.events import SimulationEvent
from dcprops.properties.cases import contribution, eligibility, enrollment, event, hire
from dcprops.reference import anomalies, distinct
from dcprops.strategies._incoherent import PUT_IN

pytest.importorskip("duckdb", reason="the store needs duckdb")

from dcprops.store import flags, ranges
from dcprops.store.proving import prove_coherent
from dcprops.store.queries import query

from .event_tables import event_lists, opened, replaced


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    connection = opened(tmp_path_factory.mktemp("proving") / "events.duckdb")
    connection.execute(query("flags"))
    yield connection
    connection.close()


def unproven(database, events):
    """Who, of the people of these events, isn't proven to have no anomaly; and everyone."""
    replaced(database, events)
    database.execute("DELETE FROM built")
    database.execute(query("flags_changed"))
    everyone = people(database)
    employees = sorted({event.employee_id for event in events})
    prove_coherent(database, employees[0], employees[-1])
    return people(database), everyone


def people(database):
    keys = "scenario_id, plan_design_id, employee_id"
    return set(database.execute(f"SELECT {keys} FROM changed_people").fetchall())


def with_anomalies(events):
    return {tuple(anomaly.account[:3]) for anomaly in anomalies(events)}


@settings(max_examples=150)
@given(event_lists())
def test_whom_the_reference_finds_something_of_is_not_proven(database, events):
    if events:
        left, everyone = unproven(database, events)
        assert with_anomalies(events) <= left <= everyone


def drawn(strategy, examples):
    """So many examples of a strategy, the same in each run."""
    found = []

    @settings(max_examples=examples, phases=[Phase.generate])
    @given(strategy)
    def draw(example):
        found.append(example)

    draw()
    return found


@pytest.fixture(scope="module")
def several():
    """Events of many people, with each error that a ledger can have and without."""
    return own_people(distinct(pair[0].events) for pair in drawn(dc.incoherent_ledgers(), 300))


def test_the_same_with_every_anomaly_and_many_people_at_once(database, several):
    left, everyone = unproven(database, several)
    assert with_anomalies(several) <= left < everyone


def own_people(several):
    """The events of several ledgers as one, with scenarios and ids of their own."""
    found = [(number, event) for number, events in enumerate(several) for event in events]
    return [
        event.model_copy(update={"scenario_id": f"{number}-{event.scenario_id}"[:120], "event_id": UUID(int=place)})
        for place, (number, event) in enumerate(found)
    ]


@pytest.mark.parametrize("code", sorted(PUT_IN))
def test_each_error_that_a_ledger_can_have_is_left_to_the_reference(database, code):
    @settings(max_examples=6)
    @given(dc.incoherent_ledgers(codes=[code]))
    def hold(pair):
        events = distinct(pair[0].events)
        assert with_anomalies(events) <= unproven(database, events)[0]

    hold()


def test_most_of_those_without_an_anomaly_are_proven(database):
    events = own_people(ledger.events for ledger in drawn(dc.ledgers(), 300))
    left, everyone = unproven(database, events)
    clean = everyone - with_anomalies(events)
    assert len(clean) > 200
    assert len(clean - left) > 0.8 * len(clean)


@pytest.mark.parametrize("worth_a_proof", [0, 10**9], ids=["proven first", "all judged"])
def test_the_table_of_anomalies_is_the_references(database, several, monkeypatch, worth_a_proof):
    monkeypatch.setattr(flags, "WORTH_A_PROOF", worth_a_proof)
    monkeypatch.setattr(ranges, "EMPLOYEES", 2)
    replaced(database, several)
    database.execute("DELETE FROM built")
    assert flags.refresh_anomalies(database) == len({event.employee_id for event in several})
    found = database.execute("SELECT code, scenario_id, event_id FROM anomalies").fetchall()
    assert sorted(found) == sorted((each.code, each.account[0], each.event_id) for each in anomalies(several))


# --- what random ledgers hardly ever meet ---

#: Hired at 60,000 a year and electing 6 %: 3,600 a year, or 27 of 26 paydays, which is 3,738.461538 and a bit.
ENROLLED = (
    event(1, "2024-01-01", hire("2024-01-01")),
    event(2, "2024-01-01", eligibility("2024-01-01")),
    event(3, "2024-01-01", enrollment("2024-01-01")),
)
MOST, TOO_MUCH = "3738.461538", "3738.461539"


def deferred(number, day, amount, ytd):
    return event(number, day, {**contribution("employee_pre_tax", amount, day), "ytd_amount": ytd})


def raised(number, day):
    return event(
        number, day, {"event_type": "merit", "new_compensation": "120000.000000", "merit_percentage": "1.0000"}
    )


def noted(number, plan_id):
    return event(
        number,
        "2024-03-01",
        {
            "event_type": "compliance",
            "compliance_type": "catch_up_eligible",
            "limit_type": "catch_up",
            "applicable_limit": "7500.000000",
            "current_amount": "0.000000",
            "monitoring_date": "2024-03-01",
            "plan_id": plan_id,
        },
    )


HAND_MADE = {
    "all that is elected": ([deferred(4, "2024-06-28", MOST, MOST)], set()),
    "a millionth more": ([deferred(4, "2024-06-28", TOO_MUCH, TOO_MUCH)], {"contribution-above-election"}),
    "as much again after a raise": (
        [
            deferred(4, "2024-06-28", MOST, MOST),
            raised(5, "2024-07-01"),
            deferred(6, "2024-07-01", MOST, "7476.923076"),
        ],
        set(),
    ),
    "a millionth more before the raise": (
        [
            deferred(4, "2024-06-28", TOO_MUCH, TOO_MUCH),
            raised(5, "2024-07-01"),
            deferred(6, "2024-07-01", "1.000000", "3739.461539"),
        ],
        {"contribution-above-election"},
    ),
    "catch-up noted in two plans": ([noted(4, "P1"), noted(5, "P2")], set()),
    "catch-up noted twice": ([noted(4, "P1"), noted(5, "P1")], {"catch-up-noted-twice"}),
}


@pytest.mark.parametrize(("more", "codes"), HAND_MADE.values(), ids=HAND_MADE)
def test_at_the_edge_what_is_clean_is_proven_and_nothing_else(database, more, codes):
    events = [SimulationEvent.model_validate(document) for document in (*ENROLLED, *more)]
    assert {anomaly.code for anomaly in anomalies(events)} == codes
    assert bool(unproven(database, events)[0]) == bool(codes)


def test_ranges_hold_everyone_once_and_few_at_a_time(monkeypatch):
    monkeypatch.setattr(ranges, "EMPLOYEES", 3)
    monkeypatch.setattr(ranges, "EVENTS", 10)
    many = [(name, 1) for name in "abcdefg"]
    assert list(ranges.ranges(many)) == [("a", "c"), ("d", "f"), ("g", "g")]
    assert list(ranges.ranges([("a", 6), ("b", 4), ("c", 1), ("d", 99), ("e", 99)])) == [
        ("a", "b"), ("c", "c"), ("d", "d"), ("e", "e"),
    ]  # fmt: skip
    assert list(ranges.ranges([])) == []
