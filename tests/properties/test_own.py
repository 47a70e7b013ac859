"""A model with event types and fields of its own: what is known of it is checked as ever, the rest by what it says."""

from __future__ import annotations

import pytest

from dcprops.defects.models.pydantic_model import PlainEvent
from dcprops.defects.models.stdlib_model import EventModel
from dcprops.events import SimulationEvent
from dcprops.properties import PROPERTIES, Report, check, reproduce
from dcprops.properties.targets import model_target
from dcprops.rules import SAMPLES

from .own_models import BROKEN, BROKEN_TOO, Event, FlatEvent, OnlyFields, Picky, Refunding, Unfinished, Unreadable

LAWS = [id_ for id_ in PROPERTIES if id_.startswith("own.")]


def statuses(report: Report) -> dict[str, str]:
    return {each.id: each.status for each in report.checks}


def described(report: Report) -> str:
    return "\n".join(
        f"{each.id}: {failure.title} {failure.field}: expected {failure.expected}, got {failure.got} {failure.document}"
        for each in report.checks
        for failure in each.failures[:2]
    )


def test_a_correct_model_with_types_and_fields_of_its_own_breaks_nothing():
    report = check(model=Event, suites=["model", "own"], max_examples=40, seed=11)
    assert report.ok, described(report)
    assert set(statuses(report).values()) == {"passed"}
    assert set(LAWS) < statuses(report).keys()


def test_a_correct_model_with_a_field_of_its_own_breaks_nothing_and_its_laws_are_in_the_report_unasked():
    report = check(model=OnlyFields, max_examples=20, seed=11)
    assert report.ok, described(report)
    assert set(LAWS) < statuses(report).keys()
    assert {"schema.agrees-on-valid", "model.accepts-valid"} < statuses(report).keys()


@pytest.mark.parametrize("id_", LAWS)
def test_a_model_that_breaks_a_law_is_caught(id_):
    if id_ == "own.schema-agrees":
        pytest.importorskip("jsonschema")
    report = check(model=BROKEN[id_], only=[id_], max_examples=200, seed=3)
    assert statuses(report) == {id_: "failed"}, described(report)
    (failure, *_) = report.checks[0].failures
    assert failure.document is not None
    with pytest.raises(AssertionError):
        reproduce(id_, failure.document, model=BROKEN[id_])


@pytest.mark.parametrize("name", BROKEN_TOO)
def test_another_way_to_break_a_law_is_caught_and_told(name):
    id_, model, said = BROKEN_TOO[name]
    (result,) = check(model=model, only=[id_], max_examples=200, seed=3).checks
    assert [failure.title for failure in result.failures][:1] == [f"{id_}: {said}"]


@pytest.mark.parametrize("id_", LAWS)
def test_the_same_model_without_the_fault_keeps_the_law(id_):
    if id_ == "own.schema-agrees":
        pytest.importorskip("jsonschema")
    assert statuses(check(model=Refunding, only=[id_], max_examples=60, seed=3)) == {id_: "passed"}


def test_where_nothing_is_its_own_the_laws_are_left_out_unless_asked_for():
    assert not set(LAWS) & statuses(check(model=PlainEvent, max_examples=1, seed=1)).keys()


@pytest.mark.parametrize("model", [SimulationEvent, EventModel, PlainEvent])
def test_where_they_are_asked_for_they_are_skipped_with_a_reason(model):
    asked = check(model=model, suites=["own"], max_examples=1, seed=1)
    assert statuses(asked) == dict.fromkeys(LAWS, "skipped")
    assert all("of its own" in each.reason for each in asked.checks)


def test_another_envelope_fails_as_such():
    report = check(model=FlatEvent, max_examples=2, seed=1)
    assert statuses(report)["model.accepts-valid"] == "failed"
    assert "errored" not in statuses(report).values()
    assert not set(LAWS) & statuses(report).keys()


def test_a_model_that_is_not_finished_fails_as_such():
    report = check(model=Unfinished, only=["model.accepts-valid"], max_examples=2, seed=1)
    assert statuses(report) == {"model.accepts-valid": "failed"}


def test_a_field_of_which_nothing_can_be_derived_is_the_reason_to_skip():
    report = check(model=Unreadable, suites=["own"], max_examples=5, seed=1)
    assert {(each.status, "handler" in each.reason) for each in report.checks} == {("skipped", True)}
    known = check(model=Unreadable, only=["model.accepts-valid"], max_examples=20, seed=1)
    assert known.ok, described(known)


def test_a_validator_that_refuses_most_is_the_reason_to_skip():
    report = check(model=Picky, suites=["own"], max_examples=5, seed=1)
    assert {(each.status, "only 777 will do" in each.reason) for each in report.checks} == {("skipped", True)}


def test_a_document_of_ours_is_completed_and_what_is_dumped_is_ours_again():
    target = model_target(Event)
    hire = SAMPLES["hire"]
    value = target.validate(hire)
    assert value.region == "east"
    assert value.payload.cost_centre == "AA000"
    assert target.dump(value).keys() == SimulationEvent.model_validate(hire).model_dump().keys()
    assert "cost_centre" not in target.dump(value)["payload"]
    assert target.equal(target.validate(target.dump(value)), value)
    assert target.own is not None
    assert target.own.event_types == ("distribution", "loan", "rollover_in", "rollover_out")


def test_what_is_missing_for_us_is_still_missing():
    target = model_target(Event)
    assert target.as_it_is is not None
    with pytest.raises(Exception, match="region"):
        target.as_it_is.validate(SAMPLES["hire"])
    with pytest.raises(Exception, match="employee_id"):
        target.validate({name: value for name, value in SAMPLES["hire"].items() if name != "employee_id"})


def test_a_text_is_completed_unless_a_key_comes_twice():
    target = model_target(OnlyFields)
    assert target.own is not None
    assert '"region"' in target.own.completed_text('{"payload": {}}')
    for text in ('{"payload": 1, "payload": 2}', "no JSON", "[]"):
        assert target.own.completed_text(text) == text
