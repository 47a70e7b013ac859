"""The reference against the golden scenarios, whose figures were worked by hand: not a millionth of variance."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from dcprops.events import EventFactory
from dcprops.events.schema import EVENT_TYPES
from dcprops.reference import anomalies, balances, compliance

SCENARIOS = sorted((Path(__file__).parents[2] / "golden" / "scenarios").glob("*.json"))


@pytest.fixture(params=SCENARIOS, ids=lambda path: path.stem)
def scenario(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def ledger(scenario):
    """The scenario's events, and as many copies of the repeated ones as it says, each with an id of its own."""
    events = [EventFactory.create_event(document) for document in scenario["events"]]
    for series, repeated in enumerate(scenario.get("repeated", ()), start=1):
        event = EventFactory.create_event(repeated["event"])
        first = series << 64
        events += [event.model_copy(update={"event_id": UUID(int=first + n)}) for n in range(repeated["times"])]
    return events


def as_written(row):
    """A row as a scenario writes it: money as text."""
    if isinstance(row, dict):
        return {name: as_written(value) for name, value in row.items()}
    return str(row) if isinstance(row, Decimal) else row


def test_balances(scenario):
    rows = balances(ledger(scenario), date.fromisoformat(scenario["as_of"]))
    assert [as_written(row.as_mapping()) for row in rows] == scenario["balances"]


def test_anomalies(scenario):
    events = [EventFactory.create_event(document) for document in scenario["events"]]
    found = anomalies(events, scenario.get("birth_years"))
    assert [{"code": one.code, "event_id": str(one.event_id)} for one in found] == scenario["anomalies"]


YEARS = [
    pytest.param(one, year, id=f"{one['name']}-{year}")
    for one in (json.loads(path.read_text(encoding="utf-8")) for path in SCENARIOS)
    for year in one.get("compliance", ())
]


@pytest.mark.parametrize(("scenario", "year"), YEARS)
def test_compliance(scenario, year):
    events = [EventFactory.create_event(document) for document in scenario["events"]]
    rows = compliance(events, int(year), scenario.get("birth_years", {}))
    assert [as_written(row.as_mapping()) for row in rows] == scenario["compliance"][year]


def test_the_scenarios_are_complete():
    scenarios = [json.loads(path.read_text(encoding="utf-8")) for path in SCENARIOS]
    assert len(scenarios) >= 24
    for path, one in zip(SCENARIOS, scenarios, strict=True):
        assert one["name"] == path.stem
        assert one["reasoning"].endswith(".")
        assert one["source"]
    (whole,) = (one for one in scenarios if one["name"] == "whole-lifecycle")
    assert {document["payload"]["event_type"] for document in whole["events"]} == set(EVENT_TYPES)
