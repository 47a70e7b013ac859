"""The table of fields that everything else is made from says what the examples and the design say."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from dcprops.events import SimulationEvent
from dcprops.events.kinds import (
    Choice,
    Date,
    EventId,
    FixedPoint,
    Flag,
    Kind,
    MoneyBySource,
    Text,
    Timestamp,
    WholeNumber,
)
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, OWN_DATE, PAYLOAD_CLASSES, PAYLOADS

KINDS: dict[str, type[Kind]] = {
    "event_id": EventId,
    "created_at": Timestamp,
    "effective_date": Date,
    "annual_compensation": FixedPoint,
    "merit_percentage": FixedPoint,
    "department": Text,
    "plan_id": Text,
    "job_level": WholeNumber,
    "termination_reason": Choice,
    "eligible": Flag,
    "prior_year_hce": Flag,
    "opt_out_window_expires": Date,
    "source_balances_vested": MoneyBySource,
    "source": Choice,
}


def test_the_types_come_in_the_designs_order():
    assert list(EVENT_TYPES) == list(PAYLOAD_CLASSES) == list(PAYLOADS) == [
        "hire", "promotion", "termination", "merit", "eligibility", "enrollment", "contribution", "vesting",
        "forfeiture", "hce_status", "compliance",
    ]  # fmt: skip


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_payloads_rows_are_its_fields_in_the_order_of_its_text(event_type, texts):
    document = json.loads(texts[event_type])
    assert [field.name for field in PAYLOADS[event_type]] == list(document["payload"])
    assert [field.name for field in ENVELOPE] == [name for name in document if name != "payload"]


def test_each_field_is_of_its_kind():
    rows = [field for fields in (ENVELOPE, *PAYLOADS.values()) for field in fields]
    assert {field.name for field in rows} >= KINDS.keys()
    assert [field for field in rows if field.name in KINDS and type(field.kind) is not KINDS[field.name]] == []


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_required_and_nullable_are_what_the_model_does(event_type, make, accept, refuse):
    for field in PAYLOADS[event_type]:
        left_out = make(event_type)
        del left_out["payload"][field.name]
        null = make(event_type, {field.name: None})
        (refuse(left_out, "payload") if field.required else accept(left_out))
        (accept(null) if field.nullable else refuse(null, "payload"))


def test_defaults_are_the_designs():
    defaults = {
        (event_type, field.name): field.default
        for event_type, fields in PAYLOADS.items()
        for field in fields
        if field.default is not None and field.name != "event_type"
    }
    assert defaults == {
        ("enrollment", "after_tax_contribution_rate"): Decimal("0.0000"),
        ("enrollment", "auto_enrollment"): False,
        ("contribution", "irs_limit_applied"): False,
        ("contribution", "inferred_value"): False,
    }


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_the_own_date_is_the_envelopes(event_type, texts):
    document = json.loads(texts[event_type])
    if event_type in OWN_DATE:
        assert document["payload"][OWN_DATE[event_type]] == document["effective_date"]
    else:
        assert event_type in {"termination", "merit", "forfeiture"}


def test_every_kind_says_what_it_expects_and_gives_an_error_its_words():
    rows = [field for fields in (ENVELOPE, *PAYLOADS.values()) for field in fields]
    for field in rows:
        assert field.kind.expectation
        assert field.kind.json_schema()["type"] in {"string", "integer", "boolean", "object"}


def test_pydantic_can_render_the_models_json_schema():
    schema = SimulationEvent.model_json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {
        "employee_id", "effective_date", "scenario_id", "plan_design_id", "source_system", "payload",
    }  # fmt: skip
    for definition in schema["$defs"].values():
        assert definition["required"][0] == "event_type"
        assert definition["additionalProperties"] is False
