"""Factories: one call per event type, and the reading of documents."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import pytest
from pydantic import ValidationError

from dcprops.events import (
    DCPlanEventFactory,
    EventFactory,
    PlanAdministrationEventFactory,
    SimulationEvent,
    WorkforceEventFactory,
)

WORKFORCE, PLAN, ADMINISTRATION = WorkforceEventFactory, DCPlanEventFactory, PlanAdministrationEventFactory
# event type: (what makes it, the source_system it sets, the payload's own date that it takes or None if it is told one)
FACTORIES = {
    "hire": (WORKFORCE.create_hire_event, "workforce_simulation", "hire_date"),
    "promotion": (WORKFORCE.create_promotion_event, "workforce_simulation", "effective_date"),
    "termination": (WORKFORCE.create_termination_event, "workforce_simulation", None),
    "merit": (WORKFORCE.create_merit_event, "workforce_simulation", None),
    "eligibility": (PLAN.create_eligibility_event, "dc_plan_administration", "eligibility_date"),
    "enrollment": (PLAN.create_enrollment_event, "dc_plan_administration", "enrollment_date"),
    "contribution": (PLAN.create_contribution_event, "dc_plan_administration", "contribution_date"),
    "vesting": (PLAN.create_vesting_event, "dc_plan_administration", "service_period_end_date"),
    "forfeiture": (ADMINISTRATION.create_forfeiture_event, "plan_administration", None),
    "hce_status": (ADMINISTRATION.create_hce_status_event, "hce_determination", "determination_date"),
    "compliance": (ADMINISTRATION.create_compliance_monitoring_event, "compliance_monitoring", "monitoring_date"),
}
of_every_type = pytest.mark.parametrize("event_type", FACTORIES)


def arguments(event_type, texts, python_values):
    """What a factory is told to make the event of the example, as texts or as Python's own values."""
    event = SimulationEvent.model_validate_json(texts[event_type])
    told = event.payload.model_dump(mode="python" if python_values else "json", exclude={"event_type"})
    if FACTORIES[event_type][2] is None:
        told["effective_date"] = event.effective_date
    return told | {name: getattr(event, name) for name in ("employee_id", "scenario_id", "plan_design_id")}


@pytest.mark.parametrize("python_values", [True, False], ids=["python", "texts"])
@of_every_type
def test_a_factory_makes_the_event_that_its_arguments_say(event_type, python_values, texts):
    create, source_system, _ = FACTORIES[event_type]
    made = create(**arguments(event_type, texts, python_values))
    example = SimulationEvent.model_validate_json(texts[event_type])
    assert made.source_system == source_system == example.source_system
    assert made.effective_date == example.effective_date
    assert made.payload == example.payload
    assert made.correlation_id is None
    assert made.event_id.version == 4
    assert made.created_at.tzinfo is UTC
    assert SimulationEvent.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("event_type", [name for name, (_, _, own) in FACTORIES.items() if own])
def test_the_effective_date_is_the_payloads_own_date(event_type, texts):
    create, _, own_date = FACTORIES[event_type]
    made = create(**arguments(event_type, texts, python_values=True) | {own_date: date(2031, 5, 17)})
    assert made.effective_date == date(2031, 5, 17) == getattr(made.payload, own_date)


@pytest.mark.parametrize("event_type", [name for name, (_, _, own) in FACTORIES.items() if own is None])
def test_the_effective_date_is_the_one_that_was_told(event_type, texts):
    create, _, _ = FACTORIES[event_type]
    made = create(**arguments(event_type, texts, python_values=True) | {"effective_date": date(2031, 5, 17)})
    assert made.effective_date == date(2031, 5, 17)


@of_every_type
def test_two_calls_make_two_events(event_type, texts):
    create, _, _ = FACTORIES[event_type]
    told = arguments(event_type, texts, python_values=True)
    assert create(**told).event_id != create(**told).event_id


@of_every_type
def test_a_factory_refuses_what_the_model_refuses(event_type, texts):
    create, _, _ = FACTORIES[event_type]
    told = arguments(event_type, texts, python_values=True)
    for name in told:
        with pytest.raises(ValidationError, match=name) as caught:
            create(**told | {name: 0.1})
        assert "input_value=0.1" in str(caught.value)


@of_every_type
def test_a_factory_needs_what_the_payload_needs(event_type, texts):
    create, _, _ = FACTORIES[event_type]
    told = arguments(event_type, texts, python_values=True)
    example = SimulationEvent.model_validate_json(texts[event_type])
    for name in told:
        field = type(example.payload).model_fields.get(name)
        less = {key: value for key, value in told.items() if key != name}
        if field is None or field.is_required():
            with pytest.raises(TypeError, match=name):
                create(**less)
        else:
            assert getattr(create(**less).payload, name) == field.default


def test_every_factory_also_reads_documents(texts):
    for factory in (WORKFORCE, PLAN, ADMINISTRATION):
        assert issubclass(factory, EventFactory)
        assert factory.create_event(json.loads(texts["hire"])).model_dump_json() == texts["hire"]


# --- documents ---


@of_every_type
def test_a_document_is_read_and_its_canonical_document_given(event_type, texts):
    document = json.loads(texts[event_type])
    assert EventFactory.create_event(document).model_dump_json() == texts[event_type]
    assert EventFactory.validate_schema(document) == document
    assert list(EventFactory.validate_schema(dict(reversed(document.items())))) == list(document)


def test_the_canonical_document_says_the_defaults(make):
    document = make("enrollment")
    whole = EventFactory.validate_schema(document)
    del document["payload"]["after_tax_contribution_rate"], document["correlation_id"]
    document["payload"]["pre_tax_contribution_rate"] = "0.06"
    assert EventFactory.validate_schema(document) == whole


@of_every_type
def test_a_document_may_hold_python_values_of_the_fields_own_types(event_type, texts):
    event = SimulationEvent.model_validate_json(texts[event_type])
    native = event.model_dump()
    assert isinstance(native["event_id"], UUID)
    assert isinstance(native["created_at"], datetime)
    assert EventFactory.create_event(native) == event
    assert (
        EventFactory.create_event(MappingProxyType(native | {"payload": MappingProxyType(native["payload"])})) == event
    )
    assert EventFactory.create_event(native | {"payload": event.payload}) == event
    assert EventFactory.create_event(event) == event


def test_in_a_document_a_number_is_not_money_though_python_code_may_say_one(make):
    document = make("merit", {"new_compensation": 5})
    assert SimulationEvent.model_validate(document).payload.new_compensation == 5
    with pytest.raises(ValidationError, match=r"payload\.merit\.new_compensation\n  expected money as a string"):
        EventFactory.create_event(document)
    with pytest.raises(ValidationError, match="employer_match"):
        EventFactory.validate_schema(make("vesting", {"source_balances_vested": {"employer_match": 5}}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("employee_id", Decimal(5)),
        ("employee_id", date(2025, 1, 1)),
        ("employee_id", UUID(int=0)),
        ("scenario_id", b"x"),
        ("correlation_id", object()),
        ("effective_date", datetime(2025, 1, 1)),
        ("created_at", date(2025, 1, 1)),
        ("event_id", 5),
        (("x", "y"), "z"),
        (None, "z"),
        (1, "z"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_python_value_of_another_type_is_refused_not_turned_into_text(field, value, make):
    document = make("merit")
    document[field] = value
    with pytest.raises(ValidationError):
        EventFactory.create_event(document)


@pytest.mark.parametrize("value", [float("nan"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-0")])
def test_numbers_that_are_no_amounts_are_refused_in_documents(value, make):
    with pytest.raises(ValidationError, match="new_compensation"):
        EventFactory.create_event(make("merit", {"new_compensation": value}))


def test_a_document_as_deep_as_a_well_is_refused_like_any_other(make):
    well: list[object] = []
    for _ in range(sys.getrecursionlimit() * 10):
        well = [well]
    with pytest.raises(ValidationError, match="employee_id"):
        EventFactory.create_event(make("merit", employee_id=well))


@pytest.mark.parametrize("raw", [None, [], "text", b"{}", 1, [("employee_id", "x")]], ids=repr)
def test_what_is_no_mapping_is_no_document(raw):
    with pytest.raises(ValidationError):
        EventFactory.create_event(raw)


def test_a_document_is_left_as_it_was(make):
    document = make("vesting")
    before = json.dumps(document)
    EventFactory.create_event(document)
    EventFactory.validate_schema(document)
    assert json.dumps(document) == before
