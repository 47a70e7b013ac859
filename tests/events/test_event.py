"""The event as a whole: its fields, its text, and how it behaves as a value."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from dcprops.events import EventFactory, HirePayload, MeritPayload, Payload, PromotionPayload, SimulationEvent
from dcprops.events.schema import PAYLOAD_CLASSES

# The fields of each payload, `?` where null may stand and is the default, `=` before another default.
FIELDS = {
    "hire": "plan_id? hire_date department job_level annual_compensation",
    "promotion": "plan_id? new_job_level new_annual_compensation effective_date",
    "termination": "plan_id? termination_reason final_pay_date",
    "merit": "plan_id? new_compensation merit_percentage",
    "eligibility": "plan_id eligible eligibility_date reason",
    "enrollment": 'plan_id enrollment_date pre_tax_contribution_rate roth_contribution_rate '
    'after_tax_contribution_rate="0.0000" auto_enrollment=false opt_out_window_expires?',
    "contribution": "plan_id source amount pay_period_end contribution_date ytd_amount payroll_id "
    "irs_limit_applied=false inferred_value=false",
    "vesting": "plan_id vested_percentage source_balances_vested vesting_schedule_type service_computation_date "
    "service_credited_hours service_period_end_date",
    "forfeiture": "plan_id forfeited_from_source amount reason vested_percentage",
    "hce_status": "plan_id determination_method ytd_compensation annualized_compensation hce_threshold is_hce "
    "determination_date prior_year_hce?",
    "compliance": "plan_id compliance_type limit_type applicable_limit current_amount monitoring_date",
}  # fmt: skip
ENVELOPE = ("employee_id", "effective_date", "scenario_id", "plan_design_id", "source_system", "payload")

of_every_type = pytest.mark.parametrize("event_type", FIELDS)


def fields(event_type):
    """(name, may be null, default as JSON or None) of each field but event_type."""
    for word in FIELDS[event_type].split():
        name, _, default = word.rstrip("?").partition("=")
        yield name, word.endswith("?"), json.loads(default) if default else None


def read(text):
    return SimulationEvent.model_validate_json(text)


def turned(value):
    """The same JSON value with the keys of every object in reverse."""
    return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


# --- fields ---


def test_there_are_eleven_types(texts):
    assert list(PAYLOAD_CLASSES) == list(FIELDS) == list(texts)


@of_every_type
def test_a_payload_has_exactly_these_fields(event_type, texts):
    document = json.loads(texts[event_type])
    assert list(document["payload"]) == ["event_type", *(name for name, _, _ in fields(event_type))]
    assert type(read(texts[event_type]).payload) is PAYLOAD_CLASSES[event_type]


@of_every_type
def test_what_has_no_default_must_be_there(event_type, make, refuse, accept):
    for name, nullable, default in fields(event_type):
        document = make(event_type)
        del document["payload"][name]
        if nullable or default is not None:
            written = json.loads(accept(document).model_dump_json())["payload"][name]
            assert written == default
            assert type(written) is type(default)
        else:
            assert refuse(document, "payload", event_type, name) == "Field required"


@of_every_type
def test_null_stands_only_where_it_may(event_type, make, refuse, accept):
    for name, nullable, _ in fields(event_type):
        document = make(event_type, {name: None})
        if nullable:
            assert getattr(accept(document).payload, name) is None
        else:
            assert refuse(document, "payload", event_type, name)


@pytest.mark.parametrize("name", ENVELOPE)
def test_the_envelope_must_be_whole(name, make, refuse):
    document = make("merit")
    del document[name]
    assert refuse(document, name) == "Field required"
    refuse(make("merit") | {name: None}, name)


def test_the_envelopes_defaults(make, refuse, accept):
    document = make("merit")
    del document["correlation_id"]
    assert accept(document).correlation_id is None
    assert accept(make("merit", correlation_id=None)).correlation_id is None
    refuse(make("merit", event_id=None), "event_id")
    refuse(make("merit", created_at=None), "created_at")


@of_every_type
@pytest.mark.parametrize("name", ["extra", "Amount", "amount ", "", "__class__", "payload", "plan-id", "\u00e9"])
def test_unknown_fields_are_refused_at_both_levels(event_type, name, make, refuse):
    assert refuse(make(event_type, {name: None}), "payload", event_type, name) == "Extra inputs are not permitted"
    if name != "payload":
        assert refuse(make(event_type) | {name: None}, name) == "Extra inputs are not permitted"


@pytest.mark.parametrize("event_type", [None, "", "Hire", "hire ", "rehire", 1, True, ["hire"], {"event_type": "hire"}])
def test_an_unknown_type_is_refused(event_type, make, refuse):
    refuse(make("hire", {"event_type": event_type}), "payload")


@of_every_type
def test_a_document_must_say_its_type(event_type, make, refuse):
    document = make(event_type)
    del document["payload"]["event_type"]
    assert "event_type" in refuse(document, "payload")


@of_every_type
def test_the_type_decides_how_the_payload_is_read(event_type, make):
    for other in FIELDS.keys() - {event_type}:
        document = make(event_type, {"event_type": other})
        with pytest.raises(ValidationError) as caught:
            EventFactory.create_event(document)
        assert {error["loc"][:2] for error in caught.value.errors()} == {("payload", other)}


@pytest.mark.parametrize("payload", [None, "hire", 1, [], [{}], True, {}], ids=str)
def test_a_payload_is_an_object(payload, make, refuse):
    refuse(make("hire") | {"payload": payload}, "payload")


@pytest.mark.parametrize(
    "text", ["", " ", "null", "[]", '"hire"', "1", "{", "{}}", "{'a': 1}", '{"a": 1,}', "nul", "\ufeff{}", "{} {}"]
)
def test_what_is_no_json_object_is_refused(text):
    for form in (text, text.encode(), bytearray(text.encode())):
        with pytest.raises(ValidationError):
            read(form)


@pytest.mark.parametrize("form", [b"\xff{}", b"\xef\xbb\xbf{}", "{}".encode("utf-16"), memoryview(b"{}"), None, {}, 1])
def test_what_is_no_utf8_text_is_refused(form):
    with pytest.raises(ValidationError):
        read(form)


def test_an_error_names_every_field_that_is_wrong_with_its_value_and_what_was_expected(make):
    with pytest.raises(ValidationError) as caught:
        EventFactory.create_event(make("hire", {"annual_compensation": 83563.5, "job_level": "3"}, employee_id=" E1"))
    said = str(caught.value)
    for part in (
        "employee_id\n  expected an identifier of 1 to 128 characters",
        "input_value=' E1'",
        "payload.hire.job_level\n  expected a whole number from 1 to 10",
        "input_value='3'",
        "payload.hire.annual_compensation\n  expected money as a string",
        "input_value=83563.5",
    ):
        assert part in said
    assert caught.value.error_count() == 3


# --- one text ---


@of_every_type
def test_the_canonical_text_comes_back_byte_for_byte(event_type, texts):
    text = texts[event_type]
    event = read(text)
    assert event.model_dump_json() == text
    assert read(event.model_dump_json().encode()).model_dump_json() == text
    assert json.dumps(event.model_dump(mode="json"), separators=(",", ":"), ensure_ascii=False) == text
    assert TypeAdapter(SimulationEvent).dump_json(event).decode() == text


@of_every_type
def test_the_order_of_keys_and_the_white_space_between_do_not_matter(event_type, texts):
    text = texts[event_type]
    document = json.loads(text)
    assert list(turned(document)) == list(reversed(document))
    for other in (json.dumps(turned(document)), json.dumps(document, indent="\t"), f"\r\n {text} \n"):
        assert read(other).model_dump_json() == text


@of_every_type
def test_documents_and_their_python_values_say_the_same(event_type, texts):
    event = read(texts[event_type])
    assert SimulationEvent.model_validate(json.loads(texts[event_type])) == event
    assert SimulationEvent.model_validate(event.model_dump()) == event
    assert SimulationEvent.model_validate(event.model_dump(mode="json")) == event
    assert SimulationEvent.model_validate(MappingProxyType(json.loads(texts[event_type]))) == event


def test_the_python_dump_holds_python_values(texts):
    dumped = read(texts["merit"]).model_dump()
    assert dumped["event_id"] == UUID("0b1f7c52-3f0e-4c57-9a53-0d6f0b8a3c04")
    assert dumped["effective_date"] == date(2022, 7, 1)
    assert dumped["payload"]["new_compensation"].as_tuple() == Decimal("94640.520000").as_tuple()


@given(
    st.dictionaries(
        st.sampled_from([*ENVELOPE, "event_id", "x"]), st.none() | st.text() | st.integers() | st.lists(st.none())
    )
)
def test_reading_never_ends_in_anything_but_an_event_or_a_refusal(document):
    for refused in (lambda: read(json.dumps(document)), lambda: EventFactory.create_event(document)):
        with pytest.raises(ValidationError):
            refused()


# --- a value ---


@of_every_type
def test_events_are_equal_by_value_and_hash_alike(event_type, texts, make):
    one, same = read(texts[event_type]), read(texts[event_type])
    assert one == same
    assert hash(one) == hash(same)
    assert len({one, same}) == 1
    assert one.payload == same.payload
    assert hash(one.payload) == hash(same.payload)
    assert EventFactory.create_event(make(event_type, employee_id="EMP_000002")) != one


def test_a_default_and_the_same_value_said_are_equal(make):
    said, left = make("enrollment"), make("enrollment")
    del left["payload"]["auto_enrollment"], left["payload"]["after_tax_contribution_rate"]
    one, same = EventFactory.create_event(said), EventFactory.create_event(left)
    assert one == same
    assert hash(one) == hash(same)
    assert one.model_dump_json() == same.model_dump_json()


@of_every_type
def test_events_are_frozen(event_type, texts):
    event = read(texts[event_type])
    for thing in (event, event.payload):
        for name in type(thing).model_fields:
            with pytest.raises(ValidationError, match="frozen"):
                setattr(thing, name, getattr(thing, name))
            with pytest.raises(ValidationError, match="frozen"):
                delattr(thing, name)
        with pytest.raises(ValidationError):
            thing.note = "x"
    assert event.model_dump_json() == texts[event_type]


@of_every_type
def test_events_survive_pickle_and_copies(event_type, texts):
    event = read(texts[event_type])
    copies = [pickle.loads(pickle.dumps(event, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for same in [*copies, copy.copy(event), copy.deepcopy(event), event.model_copy(), event.model_copy(deep=True)]:
        assert same == event
        assert hash(same) == hash(event)
        assert same.model_dump_json() == texts[event_type]


@of_every_type
def test_the_repr_of_a_payload_builds_it_again(event_type, texts):
    import datetime  # noqa: PLC0415  # the module, under the name that reprs use

    payload = read(texts[event_type]).payload
    names = {"Decimal": Decimal, "datetime": datetime, type(payload).__name__: type(payload)}
    assert eval(repr(payload), names) == payload


# --- instances that never were validated ---


def bad_payloads():
    good = MeritPayload(new_compensation="1", merit_percentage="0.5")
    constructed = MeritPayload.model_construct
    return {
        "negative": good.model_copy(update={"new_compensation": Decimal(-1)}),
        "float": constructed(new_compensation=Decimal(1), merit_percentage=0.5),
        "rounding": good.model_copy(update={"new_compensation": Decimal("1.0000001")}),
        "missing": constructed(new_compensation=Decimal(1)),
        "unknown": good.model_copy(update={"note": "x"}),
        "blank": good.model_copy(update={"plan_id": ""}),
        "other-type": good.model_copy(update={"event_type": "promotion"}),
        "no-type": good.model_copy(update={"event_type": "nothing"}),
        "base": Payload(),
        "class": MeritPayload,
    }


@pytest.mark.parametrize("name", bad_payloads())
def test_a_payload_that_was_never_validated_gets_into_no_envelope(name, make):
    document = make("merit") | {"payload": bad_payloads()[name]}
    for build in (lambda: SimulationEvent(**document), lambda: SimulationEvent.model_validate(document),
                  lambda: EventFactory.create_event(document)):  # fmt: skip
        with pytest.raises(ValidationError, match="payload"):
            build()


def test_a_payload_constructed_with_plain_values_is_made_canonical(make):
    raw = MeritPayload.model_construct(new_compensation="5", merit_percentage=Decimal("0.5"))
    payload = SimulationEvent.model_validate(make("merit") | {"payload": raw}).payload
    assert payload.model_dump_json() == (
        '{"event_type":"merit","plan_id":null,"new_compensation":"5.000000","merit_percentage":"0.5000"}'
    )


def test_an_event_that_was_never_validated_is_read_anew(texts):
    event = read(texts["merit"])
    assert SimulationEvent.model_validate(event) == event
    for bad in (event.model_copy(update={"employee_id": ""}), SimulationEvent.model_construct(employee_id="E")):
        for take in (SimulationEvent.model_validate, EventFactory.create_event):
            with pytest.raises(ValidationError):
                take(bad)


def test_a_subclass_of_a_payload_brings_nothing_of_its_own(make):
    class Bonus(MeritPayload):
        bonus: str = "x"

    with pytest.raises(ValidationError, match=r"payload\.merit\.bonus\n  Extra inputs"):
        SimulationEvent.model_validate(make("merit") | {"payload": Bonus(new_compensation="1", merit_percentage="0")})


def test_a_payload_by_itself_needs_not_say_its_type_but_not_another():
    assert (
        HirePayload(hire_date="2025-01-01", department="IT", job_level=1, annual_compensation="1").event_type == "hire"
    )
    with pytest.raises(ValidationError, match="event_type"):
        PromotionPayload(event_type="hire", new_job_level=1, new_annual_compensation="1", effective_date="2025-01-01")
