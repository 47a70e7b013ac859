"""The reference against the scenarios that come with dcprops: not a millionth of variance, and every figure counts."""

from __future__ import annotations

import copy
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from dcprops.events.schema import EVENT_TYPES
from dcprops.golden import SHIPPED, Scenario, read_scenarios, verify

FILES = sorted(SHIPPED.glob("*.json"))
MILLIONTH = Decimal("0.000001")


def document_of(path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def drift_of(document: dict[str, Any]):
    return verify([Scenario.model_validate_json(json.dumps(document))]).drift


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def document(request):
    return document_of(request.param)


def test_the_reference_does_not_vary(document):
    assert drift_of(document) == ()


def places(document):
    """Every figure of a scenario: the row it stands in, its name there, and how a report calls it."""
    parts = [("", document["balances"]), *((f"{year} ", rows) for year, rows in document.get("compliance", {}).items())]
    for of, rows in parts:
        for row in rows:
            yield from ((row, name, of + name) for name in row if name not in KEYS and name != "sources")
            sources = row.get("sources", {})
            yield from ((sources, name, f"sources.{name}") for name in sources)


KEYS = ("scenario_id", "plan_design_id", "employee_id", "plan_id")


def other(value):
    """The next value up, and by how much."""
    if isinstance(value, str):
        step = Decimal(1).scaleb(Decimal(value).as_tuple().exponent)
        return f"{Decimal(value) + step:f}", f"{-step:+f}"
    return not value, None


def test_a_change_of_any_figure_is_seen_as_that_figure(document):
    """All figures in one copy, each changed by one in its last place: so many drifts, and no other."""
    changed = copy.deepcopy(document)
    expected = Counter()
    for row, name, called in list(places(changed)):
        row[name], difference = other(row[name])
        expected[called, difference] += 1
    assert Counter((each.field, each.difference) for each in drift_of(changed)) == expected


def test_a_row_that_is_missing_and_one_too_many_are_seen(document):
    for row in document["balances"]:
        fewer = {**document, "balances": [each for each in document["balances"] if each is not row]}
        (drift,) = drift_of(fewer)
        assert drift.account == tuple(row[key] for key in KEYS)
        assert (drift.field, drift.expected, drift.got, drift.difference) == ("row", "absent", "present", None)
        more = {**document, "balances": [*document["balances"], row | {"plan_id": "another"}]}
        (drift,) = drift_of(more)
        assert (drift.account.plan_id, drift.field) == ("another", "row")
        assert (drift.expected, drift.got) == ("present", "absent")


def test_a_source_that_is_missing_and_one_too_many_are_seen():
    document = document_of(SHIPPED / "partly-vested.json")
    sources = document["balances"][0]["sources"]
    assert sources == {"employer_match": "100.000000"}
    sources["employee_roth"] = "0.000000"
    (more,) = drift_of(document)
    assert (more.field, more.expected, more.got) == ("sources.employee_roth", "0.000000", "absent")
    sources.clear()
    (fewer,) = drift_of(document)
    assert (fewer.field, fewer.expected, fewer.got) == ("sources.employer_match", "absent", "100.000000")


def test_an_anomaly_that_is_missing_and_one_too_many_are_seen(document):
    for anomaly in document["anomalies"]:
        fewer = {**document, "anomalies": [each for each in document["anomalies"] if each is not anomaly]}
        (drift,) = drift_of(fewer)
        assert drift.field == f"{anomaly['code']} of {anomaly['event_id']}"
        assert (drift.expected, drift.got, drift.difference) == ("0", "1", "+1")
    event = document["events"][0]
    one_more = {"code": "rates-over-one", "event_id": event["event_id"]}
    (drift,) = drift_of({**document, "anomalies": [*document["anomalies"], one_more]})
    assert (drift.expected, drift.got, drift.difference) == ("1", "0", "-1")
    assert drift.account[:3] == tuple(event[key] for key in KEYS[:3])


def test_the_scenarios_are_complete():
    scenarios = read_scenarios()
    assert [scenario.name for scenario in scenarios] == [path.stem for path in FILES]
    assert len(scenarios) >= 24
    assert all(scenario.reasoning.endswith(".") for scenario in scenarios)
    (whole,) = (one for one in scenarios if one.name == "whole-lifecycle")
    assert {event.payload.event_type for event in whole.events} == set(EVENT_TYPES)


def test_a_million_small_amounts():
    (small,) = read_scenarios(SHIPPED / "many-small-amounts.json")
    assert sum(series.times for series in small.generate) == 20_000
    assert sum(series.in_full for series in small.generate) == 1_000_000
    # Of the full run's figures those that must hold between them; the run itself takes a minute.
    (row,) = small.expected_balances(full=True)
    assert Decimal(row["sources"]["employer_match"]) == 700_000 * MILLIONTH
    assert Decimal(row["sources"]["employer_nonelective"]) == sum(range(300_001)) * MILLIONTH
    vested = Decimal("0.5") * Decimal("0.7") + Decimal("0.3333") * Decimal("45000.15")
    assert Decimal(row["vested_account_balance"]) == vested


def test_the_full_run_has_the_events_and_the_balances_of_the_full_run():
    document = document_of(SHIPPED / "many-small-amounts.json")
    for series, times in zip(document["generate"], (4, 3), strict=True):
        series["in_full"] = times
    scenario = Scenario.model_validate_json(json.dumps(document))
    series_of = [event.payload for event in scenario.ledger(full=True)[2:]]
    assert [(str(each.amount), str(each.ytd_amount)) for each in series_of] == [
        ("0.000001", "0.000001"),
        ("0.000001", "0.000002"),
        ("0.000001", "0.000003"),
        ("0.000001", "0.000004"),
        ("0.000001", "0.000001"),
        ("0.000002", "0.000003"),
        ("0.000003", "0.000006"),
    ]
    assert len({event.event_id for event in scenario.ledger()}) == 20_002
    # 0.000004 of match, half of which is vested; 0.3333 x 0.000006 = 0.0000019998 of nonelective, so 0.000002.
    got = {drift.field: drift.got for drift in verify([scenario], full=True).drift}
    assert got == {
        "total_employer_contributions": "0.000010",
        "gross_account_balance": "0.000010",
        "net_account_balance": "0.000010",
        "vested_account_balance": "0.000004",
        "unvested_balance": "0.000006",
        "sources.employer_match": "0.000004",
        "sources.employer_nonelective": "0.000006",
    }
