"""Everything that the strategies give is what they say it is, by a judge who doesn't know the models."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops import strategies as dc
from dcprops.events import ContributionPayload, EventFactory, HirePayload, SimulationEvent
from dcprops.rules import CATALOGUE, RULES, SAMPLES, breaches, breaches_of_text

from .debug import assert_all_examples, find_any, for_each_example
from .payload_strategies import BY_EVENT_TYPE


def is_valid(document: object) -> bool:
    return breaches(document) == ()


def in_an_envelope(payload: Any) -> dict[str, Any]:
    return SAMPLES["hire"] | {"payload": payload.model_dump(mode="json")}


@pytest.mark.parametrize("event_type", BY_EVENT_TYPE)
def test_payloads_are_valid_and_of_their_type(event_type):
    for strategy in (BY_EVENT_TYPE[event_type](), dc.payloads(event_type=event_type)):
        assert_all_examples(strategy, lambda payload: payload.event_type == event_type)
        assert_all_examples(strategy, lambda payload: is_valid(in_an_envelope(payload)))


@pytest.mark.parametrize("strategy", [dc.events, dc.boundary_events], ids=lambda strategy: strategy.__name__)
@pytest.mark.parametrize("event_type", [None, *BY_EVENT_TYPE])
def test_events_are_valid_and_of_their_type(strategy, event_type):
    def check(event: SimulationEvent) -> None:
        assert event_type in {None, event.payload.event_type}
        text = event.model_dump_json()
        assert breaches_of_text(text) == ()
        assert SimulationEvent.model_validate_json(text).model_dump_json() == text

    for_each_example(strategy(event_type=event_type), check)


@settings(max_examples=300)
@given(dc.payloads())
def test_payloads_of_all_types_are_valid(payload):
    assert is_valid(in_an_envelope(payload))


# --- documents ---


@settings(max_examples=300)
@given(st.data())
def test_documents_in_all_spellings_mean_the_same_event(data):
    event = data.draw(dc.events())
    for _ in range(3):
        document = data.draw(dc.documents(events=st.just(event)))
        assert is_valid(document)
        assert SimulationEvent.model_validate_json(json.dumps(document)) == event


@given(st.data())
def test_canonical_documents_are_what_an_event_writes(data):
    event = data.draw(dc.events())
    document = data.draw(dc.documents(events=st.just(event), canonical=True))
    assert json.dumps(document) == json.dumps(event.model_dump(mode="json"))


@pytest.mark.parametrize("event_type", BY_EVENT_TYPE)
def test_documents_are_of_the_type_named(event_type):
    assert_all_examples(
        dc.documents(event_type=event_type),
        lambda document: is_valid(document) and document["payload"]["event_type"] == event_type,
    )


#: By hand: the liberties that section 3 leaves to whoever writes a document.
SPELLINGS = {
    "an amount without places": lambda document: "." not in document["payload"].get("amount", "."),
    "an amount with fewer places": lambda document: 0 < places(document["payload"].get("amount", "")) < 6,
    "an amount in full": lambda document: places(document["payload"].get("amount", "")) == 6,
    "a rate with fewer places": lambda document: 0 < places(document["payload"].get("merit_percentage", "")) < 4,
    "a balance with fewer places": lambda document: any(
        places(balance) < 6 for balance in document["payload"].get("source_balances_vested", {}).values()
    ),
    "no correlation_id": lambda document: "correlation_id" not in document,
    "correlation_id null": lambda document: document.get("correlation_id", 1) is None,
    "no plan_id": lambda document: "plan_id" not in document["payload"],
    "a default left out": lambda document: (
        document["payload"]["event_type"] == "contribution" and "inferred_value" not in document["payload"]
    ),
    "a default rate left out": lambda document: (
        document["payload"]["event_type"] == "enrollment" and "after_tax_contribution_rate" not in document["payload"]
    ),
    "a timestamp without zone": lambda document: "+" not in zone(document) and "Z" not in zone(document),
    "a timestamp in UTC": lambda document: zone(document).endswith("Z"),
    "a timestamp in the east": lambda document: zone(document).endswith("+05:30"),
    "a timestamp in the west": lambda document: zone(document).endswith("-05:00"),
    "the payload first": lambda document: next(iter(document)) == "payload",
    "event_id last": lambda document: list(document)[-1] == "event_id",
}


def places(number: str) -> int:
    return len(number.partition(".")[2])


def zone(document: dict[str, Any]) -> str:
    return str(document["created_at"])[19:]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_documents_reach_every_spelling(spelling):
    document = find_any(dc.documents(), SPELLINGS[spelling], examples=10_000)
    assert is_valid(document)


def test_canonical_documents_take_no_liberties():
    assert_all_examples(
        dc.documents(canonical=True), lambda document: EventFactory.validate_schema(document) == document, examples=200
    )


# --- invalid documents ---


@settings(max_examples=300)
@given(dc.invalid_documents())
def test_invalid_documents_break_just_the_rule_that_they_name(broken):
    found = breaches(broken.document)
    assert [(breach.field, breach.rule) for breach in found] == [(broken.field, broken.rule)]
    assert (broken.payload, broken.field, broken.rule, broken.level) in {
        (cell.payload, cell.field, cell.rule, cell.level) for cell in CATALOGUE
    }


@pytest.mark.parametrize("rule", sorted({cell.rule for cell in CATALOGUE}))
def test_invalid_documents_of_a_rule_break_that_rule(rule):
    assert rule in RULES
    assert_all_examples(dc.invalid_documents(rule=rule), lambda broken: broken.rule == rule, examples=30)


@pytest.mark.parametrize("level", ["must", "should"])
def test_invalid_documents_of_a_level_have_that_level(level):
    assert_all_examples(dc.invalid_documents(level=level), lambda broken: broken.level == level)


@pytest.mark.parametrize("event_type", BY_EVENT_TYPE)
def test_invalid_documents_of_an_event_type_break_its_payload_or_its_envelope(event_type):
    strategy = dc.invalid_documents(event_type=event_type)
    assert_all_examples(strategy, lambda broken: broken.payload in {event_type, "envelope"})
    find_any(strategy, lambda broken: broken.payload == event_type)
    find_any(strategy, lambda broken: broken.payload == "envelope")
    documents = dc.invalid_documents(event_type=event_type, field="employee_id")
    assert_all_examples(documents, lambda broken: broken.document["payload"]["event_type"] == event_type)


def test_invalid_documents_of_a_field_break_that_field_in_every_event_type_that_has_it():
    strategy = dc.invalid_documents(field="vested_percentage")
    assert_all_examples(strategy, lambda broken: broken.field == "vested_percentage")
    for payload in ("vesting", "forfeiture"):
        find_any(strategy, lambda broken, payload=payload: broken.payload == payload)


# --- representations ---


@settings(max_examples=200)
@given(st.data())
def test_representations_of_an_event_read_back_as_that_event(data):
    event = data.draw(dc.events())
    document = data.draw(dc.representations(event))
    assert is_valid(document)
    assert SimulationEvent.model_validate_json(json.dumps(document)) == event


@settings(max_examples=200)
@given(st.data())
def test_representations_of_a_document_mean_what_it_means(data):
    document = data.draw(dc.documents())
    other = data.draw(dc.representations(document))
    assert is_valid(other)
    assert EventFactory.create_event(other) == EventFactory.create_event(document)


def read_amount(value: object) -> Decimal:
    sample = ContributionPayload.model_validate(SAMPLES["contribution"]["payload"])
    return ContributionPayload(**{**sample.model_dump(), "ytd_amount": value}).ytd_amount


@settings(max_examples=300)
@given(st.data())
def test_representations_of_a_decimal_read_as_the_same_amount(data):
    amount = data.draw(dc.contributions()).ytd_amount
    value = data.draw(dc.representations(amount))
    assert not isinstance(value, float)
    assert read_amount(value).as_tuple() == amount.as_tuple()
    if isinstance(value, str):
        document = dict(SAMPLES["contribution"])
        document["payload"] = document["payload"] | {"ytd_amount": value}
        assert is_valid(document)
        assert SimulationEvent.model_validate_json(json.dumps(document)).payload.ytd_amount == amount


def values_of(strategy: st.SearchStrategy[Any]) -> set[str]:
    found: set[str] = set()
    for_each_example(strategy, lambda value: found.add(repr(value)), examples=300)
    return found


def test_representations_of_a_decimal_are_these():
    assert values_of(dc.representations(Decimal("1.50"))) == {
        "Decimal('1.500000')", "Decimal('1.50000')", "Decimal('1.5000')", "Decimal('1.500')", "Decimal('1.50')",
        "Decimal('1.5')", "'1.500000'", "'1.5'", "'1.50'",
    }  # fmt: skip
    assert {"20", "'20'", "Decimal('20')", "Decimal('2E+1')", "'20.000000'", "'20.0'"} <= values_of(
        dc.representations(Decimal(20))
    )
    assert {"0", "'0'", "Decimal('0.000000')"} <= values_of(dc.representations(Decimal(0)))


WEST = timezone(timedelta(hours=-7))


@pytest.mark.parametrize(
    "value",
    [
        datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=UTC),
        datetime(2024, 2, 29, 12, 30),
        datetime(2024, 12, 31, 23, 59, 59, 999_999, tzinfo=WEST),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime.max,
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 30, 23, 59, tzinfo=UTC),
        datetime(9999, 12, 31, 0, 30, tzinfo=timezone(timedelta(hours=1))),
    ],
    ids=str,
)
def test_representations_of_a_timestamp_are_the_same_instant(value):
    instant = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)

    def check(other: object) -> None:
        event = SimulationEvent(**{**SAMPLES["hire"], "created_at": other})
        assert event.created_at == instant
        assert event.created_at.isoformat() == instant.isoformat()
        if isinstance(other, str):
            document = SAMPLES["hire"] | {"created_at": other}
            assert is_valid(document)
            assert SimulationEvent.model_validate_json(json.dumps(document)).created_at == instant

    for_each_example(dc.representations(value), check, examples=50)


def test_representations_of_a_timestamp_are_these():
    assert values_of(dc.representations(datetime(2024, 2, 29, 20, 30, tzinfo=UTC))) == {
        "datetime.datetime(2024, 2, 29, 20, 30, tzinfo=datetime.timezone.utc)",
        "datetime.datetime(2024, 2, 29, 20, 30)",
        "'2024-02-29T20:30:00Z'", "'2024-02-29T20:30:00'", "'2024-02-29T20:30:00+00:00'",
        "'2024-03-01T02:00:00+05:30'", "'2024-02-29T15:30:00-05:00'", "'2024-03-01T10:30:00+14:00'",
        "'2024-02-29T08:30:00-12:00'",
    }  # fmt: skip


@given(st.dates(), st.data())
def test_representations_of_a_date_read_as_that_day(day, data):
    value = data.draw(dc.representations(day))
    payload = SAMPLES["hire"]["payload"] | {"hire_date": value}
    assert HirePayload.model_validate(payload).hire_date == day
    if isinstance(value, str):
        assert is_valid(SAMPLES["hire"] | {"payload": payload})


@given(st.uuids(), st.data())
def test_representations_of_a_uuid_read_as_that_uuid(identity, data):
    value = data.draw(dc.representations(identity))
    assert SimulationEvent(**{**SAMPLES["hire"], "event_id": value}).event_id == identity
    if isinstance(value, str):
        assert is_valid(SAMPLES["hire"] | {"event_id": value})


def test_representations_of_dates_and_uuids_are_python_values_and_texts():
    assert values_of(dc.representations(date(2024, 2, 29))) == {"datetime.date(2024, 2, 29)", "'2024-02-29'"}
    assert values_of(dc.representations(UUID(int=10))) == {
        "UUID('00000000-0000-0000-0000-00000000000a')",
        "'00000000-0000-0000-0000-00000000000a'",
        "'00000000-0000-0000-0000-00000000000A'",
    }
