"""Scenario files: read strictly, refused in one line, and drafted from event files."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from dcprops.event_files import EventFileError
from dcprops.events import EventFactory
from dcprops.golden import (
    SHIPPED,
    Scenario,
    ScenarioError,
    events_to_record,
    read_scenario,
    read_scenarios,
    recorded,
    verify,
)
from dcprops.reference import years

LIFE = json.loads((SHIPPED / "whole-lifecycle.json").read_text(encoding="utf-8"))
SMALL = json.loads((SHIPPED / "many-small-amounts.json").read_text(encoding="utf-8"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "scenario.json"


def error_of(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path} is no scenario: ")
    return message.removeprefix(f"{path} is no scenario: ")


def changed(document, *place, to):
    """A copy with another value at a place; without the key if the value is None."""
    document = copy.deepcopy(document)
    *way, last = place
    part = document
    for key in way:
        part = part[key]
    if to is None:
        del part[last]
    else:
        part[last] = to
    return document


ROW = LIFE["balances"][0]
SERIES = SMALL["generate"][0]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (changed(LIFE, "colour", to="red"), "colour: Extra inputs are not permitted"),
        (changed(LIFE, "balances", to=None), "balances: Field required"),
        (changed(LIFE, "anomalies", to=None), "anomalies: Field required"),
        (changed(LIFE, "as_of", to="2024-02-30"), "as_of: Input should be a valid date"),
        (changed(LIFE, "as_of", to=20240101), "as_of: Input should be a valid date"),
        (changed(LIFE, "name", to="Whole Life"), "name: 'Whole Life' is no name: expected small letters"),
        (changed(LIFE, "reasoning", to=" "), "reasoning: left open: work the figures by hand"),
        (changed(LIFE, "reasoning", to="TO BE WRITTEN: how"), "reasoning: left open"),
        (changed(LIFE, "source", to="TO BE WRITTEN: which"), "source: left open"),
        (changed(LIFE, "events", 2, to=[]), "events.2: expected a document"),
        (changed(LIFE, "events", 4, "payload", "amount", to="1.5e3"), "events.4: not a valid event: "),
        (changed(LIFE, "events", 4, "payload", "amount", to=100), "events.4: not a valid event: "),
        (
            changed(LIFE, "balances", 0, "gross_account_balance", to=None),
            "balances.0: gross_account_balance is missing",
        ),
        (changed(LIFE, "balances", 0, "interest", to="1.000000"), "balances.0: interest is unknown"),
        (
            changed(LIFE, "balances", 0, "net_account_balance", to="18300.00"),
            "balances.0: net_account_balance is '18300.00': expected an amount as text with six places",
        ),
        (changed(LIFE, "balances", 0, "net_account_balance", to=18300), "balances.0: net_account_balance is 18300: "),
        (changed(LIFE, "balances", 0, "current_vested_percentage", to="0.2"), "balances.0: current_vested_percentage"),
        (changed(LIFE, "balances", 0, "plan_id", to=7), "balances.0: plan_id is 7: expected an identifier"),
        (changed(LIFE, "balances", 0, "sources", to={"lottery": "1.000000"}), "balances.0: sources is {'lottery'"),
        (changed(LIFE, "balances", 0, "sources", to={"employee_roth": 1}), "balances.0: sources is {'employee_roth'"),
        (changed(LIFE, "compliance", "2023", 0, "is_hce", to="no"), "compliance.2023.0: is_hce is 'no': expected true"),
        (changed(LIFE, "compliance", "2023", 0, "annual_additions", to=None), "compliance.2023.0: annual_additions is"),
        (changed(LIFE, "compliance", to={"2031": []}), "compliance.2031.[key]: the table of limits has no row for"),
        (changed(LIFE, "anomalies", to=[{"code": "x"}]), "anomalies.0.code: there is no anomaly 'x'"),
        (
            changed(
                LIFE, "anomalies", to=[{"code": "hired-twice", "event_id": "9" * 8 + "-0000-4000-8000-" + "0" * 12}]
            ),
            "anomalies names 99999999-0000-4000-8000-000000000000, which is the id of no event",
        ),
        (changed(LIFE, "balances", to=[ROW, ROW]), "balances has a row for S1 / D1 / E1 / P1 twice"),
        (changed(SMALL, "balances_in_full", to=[ROW, ROW]), "balances_in_full has a row for S1 / D1 / E1 / P1 twice"),
        (
            changed(LIFE, "compliance", "2023", to=LIFE["compliance"]["2023"] * 2),
            "compliance of 2023 has a row for S1 / D1 / E1 twice",
        ),
        (changed(LIFE, "birth_years", to={"E1": "1975"}), "birth_years.E1: Input should be a valid integer"),
        (changed(LIFE, "generate", to=[SERIES]), "generate and balances_in_full go together"),
        (changed(LIFE, "balances_in_full", to=[ROW]), "generate and balances_in_full go together"),
        (changed(SMALL, "balances_in_full", to=None), "generate and balances_in_full go together"),
        (changed(SMALL, "generate", 0, "times", to=0), "generate.0.times: Input should be greater than or equal to 1"),
        (changed(SMALL, "generate", 0, "amount", "first", to="0.000000"), "generate.0.amount.first: Input should be"),
        (changed(SMALL, "generate", 0, "amount", "step", to="0.01"), "generate.0.amount.step: expected an amount as"),
        (
            changed(SMALL, "generate", 0, "event", "event_id", to="1"),
            "generate.0.event: expected the document of a con",
        ),
        (changed(SMALL, "generate", 0, "event", "payload", to={}), "generate.0.event: expected the document of a con"),
        (
            changed(SMALL, "generate", 0, "event", "payload", "amount", to="1"),
            "generate.0.event: expected a payload wi",
        ),
        (changed(SMALL, "generate", 0, "event", "payload", "source", to="x"), "generate.0.event: not a valid event: "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_scenario_that_is_not_right_says_where(path, document, says):
    assert error_of(path, json.dumps(document)).startswith(says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "Expecting value"),
        (b"[1]", "Input should be an object"),
        (b"\xff", "'utf-8' codec can't decode byte"),
        (b"[" * 100_000, "maximum recursion depth"),
        (b'{"name": "a", "name": "b"}', "it has the key 'name' twice"),
        (json.dumps(LIFE).replace('"sources": {', '"sources": {"employer_match": "1.000000", '), "it has the key 'emp"),
    ],
)
def test_a_text_that_is_no_scenario_says_why(path, text, says):
    assert says in error_of(path, text)


def test_a_series_that_outgrows_an_amount_is_refused():
    document = changed(SMALL, "generate", 0, "amount", to={"first": "999999.999999", "step": "999999.999999"})
    with pytest.raises(ScenarioError, match=r"^many-small-amounts: generate gives no valid event: .*ytd_amount"):
        verify([Scenario.model_validate_json(json.dumps(document))])


def test_a_year_before_which_there_are_no_limits_cannot_be_calculated(path):
    # Whether the person is highly compensated in the table's first year hangs on the threshold of the year before.
    first = years()[0]
    determination = LIFE["events"][6] | {"effective_date": f"{first}-01-01"}
    determination["payload"] = determination["payload"] | {"determination_date": f"{first}-01-01"}
    assert determination["payload"]["determination_method"] == "prior_year"
    text = json.dumps({**LIFE, "events": [determination], "balances": [], "compliance": {str(first): []}})
    path.write_text(text, encoding="utf-8")
    says = rf"^whole-lifecycle: compliance of {first}: year={first - 1} has no row"
    with pytest.raises(ScenarioError, match=says):
        verify(read_scenarios(path))


# --- folders ---


def test_the_files_of_a_folder_in_order_of_their_names(tmp_path):
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.json").write_text(json.dumps(LIFE | {"name": name}), encoding="utf-8")
    (tmp_path / "notes.md").touch()
    assert [scenario.name for scenario in read_scenarios(tmp_path)] == ["a", "b", "c"]
    assert [scenario.name for scenario in read_scenarios(tmp_path / "c.json")] == ["c"]


def test_two_scenarios_of_one_name_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps(LIFE), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"b\.json is no scenario: another one has the name 'whole-lifecycle', too"):
        read_scenarios(tmp_path)


def test_a_folder_without_scenarios_and_a_file_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(ScenarioError, match=r"holds no scenarios: expected files that end in \.json"):
        read_scenarios(tmp_path)
    with pytest.raises(ScenarioError, match="none cannot be read: No such file or directory"):
        read_scenarios(tmp_path / "none")


# --- drafts ---


@pytest.fixture
def events(tmp_path):
    """The whole lifecycle's events as a file."""
    path = tmp_path / "events.ndjson"
    path.write_text("\n".join(map(json.dumps, LIFE["events"])), encoding="utf-8")
    return path


def test_a_draft_has_the_events_and_what_the_reference_says(events):
    draft = json.loads(recorded(events_to_record(events), "a-draft", date(2024, 12, 31)))
    assert list(draft) == ["name", "reasoning", "source", "as_of", "events", "balances", "anomalies"]
    assert (draft["name"], draft["as_of"]) == ("a-draft", "2024-12-31")
    assert draft["events"] == [EventFactory.validate_schema(document) for document in LIFE["events"]]
    assert (draft["balances"], draft["anomalies"]) == (LIFE["balances"], [])


def test_a_draft_keeps_the_order_and_the_repeats_of_its_file(tmp_path):
    document = LIFE["events"][4]
    path = tmp_path / "events"
    path.write_text("\n".join(map(json.dumps, [document, LIFE["events"][0], document])), encoding="utf-8")
    draft = json.loads(recorded(events_to_record(path), "a-draft", date(2022, 12, 31)))
    ids = [document["event_id"], LIFE["events"][0]["event_id"], document["event_id"]]
    assert [each["event_id"] for each in draft["events"]] == ids
    assert {"code": "duplicate-event", "event_id": document["event_id"]} in draft["anomalies"]
    assert draft["balances"][0]["total_employer_contributions"] == document["payload"]["amount"]


def test_a_draft_of_a_day_before_all_events_has_no_balances(events):
    draft = json.loads(recorded(events_to_record(events), "a-draft", date(2000, 1, 1)))
    assert draft["balances"] == []


def test_a_draft_is_refused_until_both_texts_are_written(path, events):
    text = recorded(events_to_record(events), "a-draft", date(2024, 12, 31))
    assert error_of(path, text).startswith("reasoning: left open")
    draft = json.loads(text)
    assert error_of(path, json.dumps(draft | {"reasoning": "By hand."})).startswith("source: left open")
    path.write_text(json.dumps(draft | {"reasoning": "By hand.", "source": "the balance rule"}), encoding="utf-8")
    assert verify(read_scenarios(path)).ok


def test_a_draft_has_one_value_on_a_line(events):
    lines = recorded(events_to_record(events), "a-draft", date(2024, 12, 31)).splitlines()
    assert len([line for line in lines if line.startswith('    {"event_id"')]) == len(LIFE["events"])


def test_only_valid_events_are_recorded(events):
    with events.open("a", encoding="utf-8") as file:
        file.write('\n{"event_id": 1}')
    with pytest.raises(ScenarioError, match=rf"cannot be recorded: line {len(LIFE['events']) + 1} is no valid event: "):
        events_to_record(events)
    with pytest.raises(EventFileError, match="does not exist"):
        events_to_record(events.with_name("none"))


@pytest.mark.parametrize("name", ["", "A", "a b", "../a", "a-", "-a", "a--b", "a.json", "é"])
def test_a_draft_needs_a_plain_name(name):
    with pytest.raises(ScenarioError, match="is no name: expected small letters, digits and hyphens"):
        recorded([], name, date(2024, 12, 31))
