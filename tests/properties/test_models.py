"""Every property has a model that breaks it; each broken model breaks just what it should, the correct ones nothing."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from dcprops.defects.models.pydantic_model import PlainEvent, UndiscriminatedEvent
from dcprops.defects.models.stdlib_model import EventModel, UndescribedModel
from dcprops.defects.models.wrong import BROKEN
from dcprops.events import SimulationEvent
from dcprops.properties import PROPERTIES, Report, check
from dcprops.properties.schema import _is_spelled_as_golden
from dcprops.properties.targets import model_target


def statuses(report: Report, status: str) -> set[str]:
    return {each.id for each in report.checks if each.status == status}


def described(report: Report) -> str:
    return "\n".join(
        f"{failure.title} {failure.field}: expected {failure.expected}, got {failure.got} for {failure.document}"
        for each in report.checks
        for failure in each.failures[:2]
    )


@pytest.mark.parametrize(
    ("model", "seed"), [(UndescribedModel, 1), (UndiscriminatedEvent, 7), (PlainEvent, 20_251_231), (None, 1)]
)
def test_a_correct_model_breaks_no_property_of_models(model: object, seed: int) -> None:
    report = check(model=model, suites=["model"], profile="quick", seed=seed)
    assert report.ok, described(report)
    assert statuses(report, "passed") == {id_ for id_ in PROPERTIES if id_.startswith("model.")}


@pytest.mark.parametrize("model", [EventModel, PlainEvent])
def test_a_model_with_an_exact_schema_breaks_no_property_of_schemas(model: object) -> None:
    pytest.importorskip("jsonschema")
    report = check(model=model, suites=["schema"], profile="quick", seed=7)
    assert report.ok, described(report)
    (skipped,) = (each for each in report.checks if each.status == "skipped")
    assert (skipped.id, skipped.reason) == (
        "schema.stable-against-golden",
        "only dcprops' own schema has golden files",
    )


def test_our_own_model_breaks_no_property_of_schemas() -> None:
    pytest.importorskip("jsonschema")
    report = check(suites=["schema"], profile="quick", seed=7)
    assert report.ok, described(report)
    assert statuses(report, "passed") == {id_ for id_ in PROPERTIES if id_.startswith("schema.")}


def test_without_a_schema_the_properties_of_schemas_are_skipped() -> None:
    report = check(model=UndescribedModel, suites=["schema"], profile="quick", seed=7)
    assert report.ok
    assert {each.reason for each in report.checks} == {"the target has no json_schema()"}
    assert statuses(report, "skipped") == {id_ for id_ in PROPERTIES if id_.startswith("schema.")}
    assert {each.examples for each in report.checks} == {0}


@pytest.mark.parametrize("id_", [id_ for id_, law in PROPERTIES.items() if law.suite in {"model", "schema"}])
def test_every_property_has_a_model_that_breaks_it(id_: str) -> None:
    assert any(id_ in broken.fails for broken in BROKEN.values())


@pytest.mark.parametrize("name", [name for name, broken in BROKEN.items() if len(broken.fails) > 1])
def test_what_breaks_several_properties_has_a_reason_to(name: str) -> None:
    assert BROKEN[name].reason


@pytest.mark.parametrize(("number", "name"), list(enumerate(BROKEN)), ids=BROKEN)
def test_a_broken_model_breaks_just_what_it_should(number: int, name: str) -> None:
    broken = BROKEN[name]
    # Where only the schema is wrong the model is one that is right, which other tests see keep the laws of models.
    suites = sorted({PROPERTIES[id_].suite for id_ in broken.fails})
    if "schema" in suites:
        pytest.importorskip("jsonschema")
    found = check(model=broken.model, only=sorted(broken.fails), profile="quick", seed=3)
    assert statuses(found, "failed") == broken.fails, described(found)
    # The rest is a third of all, and of each model another one: what is right for one is right for its neighbours.
    rest = check(model=broken.model, suites=suites, profile="quick", run_id=name, shard=f"{number % 3 + 1}/3")
    assert statuses(rest, "failed") <= broken.fails | {broken.perhaps}, described(rest)
    assert not statuses(found, "errored") | statuses(rest, "errored"), described(rest)
    assert not found.ok


def test_a_schema_that_only_python_takes_for_the_same_is_asked() -> None:
    """1, 1.0 and True are equal in Python, and three things in a schema."""
    ours = model_target(SimulationEvent)
    as_text = json.dumps(ours.json_schema())
    respelled = json.loads(as_text.replace('"minLength": 1,', '"minLength": true,'))
    assert respelled == ours.json_schema()
    assert _is_spelled_as_golden(ours)
    assert not _is_spelled_as_golden(dataclasses.replace(ours, _json_schema=lambda: respelled))


@pytest.mark.parametrize(
    "change",
    [
        lambda schema: schema["properties"].pop("correlation_id"),
        lambda schema: schema["$defs"]["HirePayload"]["required"].remove("job_level"),
        lambda schema: schema["$defs"]["HirePayload"].update(additionalProperties=True),
        lambda schema: schema["$defs"]["HirePayload"]["properties"].update(title={"type": "string"}),
        lambda schema: schema["$defs"]["VestingPayload"]["properties"]["vesting_schedule_type"]["enum"].append("none"),
    ],
)
def test_a_schema_that_asserts_something_else_is_asked(change: Any) -> None:
    ours = model_target(SimulationEvent)
    changed = json.loads(json.dumps(ours.json_schema()))
    change(changed)
    assert not _is_spelled_as_golden(dataclasses.replace(ours, _json_schema=lambda: changed))
