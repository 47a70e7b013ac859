"""Models of every make: instances are valid and reach the edges, documents are refused for what is said of them."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import TypeAdapter, ValidationError

from dcprops import strategies as dc
from dcprops.rules import RULES
from dcprops.strategies._from_model.source import Source
from dcprops.strategies._from_model.wrongs import OWN_RULES

from ..debug import find_any, for_each_example, minimal
from .models import CASES, Case, InBase64, InHex, Judged, Plainly

#: The field of one model whose values a function judges in half of the cases.
EVEN = {"pairs": st.integers(0, 50).map(lambda half: half * 2)}
NAMES = sorted(CASES)


def adapter_of(case: Case) -> TypeAdapter[Any]:
    return case.model if isinstance(case.model, TypeAdapter) else TypeAdapter(case.model)


def overrides_of(case: Case) -> dict[str, SearchStrategy[Any]] | None:
    return EVEN if case.model is Judged else None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("strategy", [dc.from_model, dc.boundary_from_model], ids=["any", "boundary"])
def test_instances_are_valid(name, strategy):
    case = CASES[name]
    adapter = adapter_of(case)
    schema = jsonschema.Draft202012Validator(adapter.json_schema(mode="validation")) if case.has_json_schema else None

    def look(value):
        assert case.holds(value), value
        text = adapter.dump_json(value, by_alias=True)
        assert adapter.validate_json(text) == adapter.validate_json(text, strict=True) == value
        if schema is not None:
            schema.validate(json.loads(text))

    for_each_example(strategy(case.model, overrides=overrides_of(case)), look, examples=60)


@pytest.mark.parametrize(("name", "what"), [(name, what) for name in NAMES for what in sorted(CASES[name].reaches)])
def test_every_named_value_comes(name, what):
    case = CASES[name]
    strategy = dc.from_model(case.model) | dc.boundary_from_model(case.model)
    assert case.reaches[what](find_any(strategy, case.reaches[what], examples=3000))


@pytest.mark.parametrize("name", NAMES)
def test_instances_shrink_to_the_simplest(name):
    case = CASES[name]
    least = minimal(dc.from_model(case.model, overrides=overrides_of(case)))
    assert case.least(least), least


@pytest.mark.parametrize("name", [name for name in NAMES if CASES[name].model is not Judged])
def test_nothing_that_is_declared_is_drawn_and_given_up(name):
    source = Source(CASES[name].model, None)
    for strategy in (source.instances(), source.at_edges(), source.documents()):
        for_each_example(strategy, lambda _: None, examples=60)
    assert source.refusals.names == frozenset()


def assert_refused(adapter: TypeAdapter[Any], invalid: dc.InvalidDocument) -> None:
    with pytest.raises(ValidationError):
        adapter.validate_json(json.dumps(invalid.document))
    assert invalid.rule in RULES or invalid.rule in OWN_RULES
    assert invalid.level in {"must", "should"}


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_refused_for_one_thing_alone(name):
    adapter = adapter_of(CASES[name])
    seen = set()

    def look(invalid: dc.InvalidDocument) -> None:
        assert_refused(adapter, invalid)
        seen.add((invalid.payload, invalid.field, invalid.rule))

    for_each_example(dc.invalid_from_model(CASES[name].model), look, examples=100)
    assert len(seen) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_comes(name):
    case = CASES[name]
    adapter = adapter_of(case)
    source = Source(case.model, None)
    seen: dict[tuple[str, str], list[dc.InvalidDocument]] = {}
    for cell in {(cell.record, cell.name, cell.rule): cell for cell in source.cells}.values():
        for_each_example(source.invalid_at(cell), seen.setdefault((cell.name, cell.rule), []).append, examples=1)
    assert case.cells - seen.keys() == set()
    for (field, rule), found in seen.items():
        assert {(invalid.field, invalid.rule) for invalid in found} == {(field, rule)}
        for invalid in found:
            assert_refused(adapter, invalid)


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_valid_before_they_are_spoilt(name):
    case = CASES[name]
    adapter = adapter_of(case)
    for_each_example(
        Source(case.model, None).documents(), lambda document: adapter.validate_json(json.dumps(document)), examples=40
    )


@pytest.mark.parametrize("model", [Plainly, InBase64, InHex])
def test_bytes_are_any_and_written_as_the_model_reads_them(model):
    documents = Source(model, None).documents()
    for_each_example(documents, lambda document: model.model_validate_json(json.dumps(document)), examples=60)
    assert find_any(dc.from_model(model), lambda value: max(value.octets) > 127).octets
    assert {len(find_any(dc.boundary_from_model(model), lambda value, size=size: len(value.octets) == size).octets)
            for size in (1, 3)} == {1, 3}  # fmt: skip
    assert minimal(dc.from_model(model)).octets == b"\0"
