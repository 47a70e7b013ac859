"""Every seeded defect is caught by the property that must catch it, with the witness worked out by hand."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import pytest

from dcprops.defects import CANARY, CATALOGUE, CORRECT, KINDS
from dcprops.defects.power.tries import Subject
from dcprops.properties import PROPERTIES
from dcprops.properties.cases import LedgerCase
from dcprops.properties.targets import load

for package in ("duckdb", "pyarrow", "jsonschema"):
    pytest.importorskip(package)

#: The correct target of which each module of wrong ones is a change in one place.
CORRECT_OF = {
    "dcprops.defects.calculators.wrong": "dcprops.defects.calculators.running_totals:balances",
    "dcprops.defects.calculators.wrong_years": "dcprops.defects.calculators.yearly:compliance",
    "dcprops.defects.calculators.wrong_limits": "dcprops.reference:limits",
    "dcprops.defects.models.wrong": "dcprops.defects.models.stdlib_model:EventModel",
    "dcprops.defects.reporters.wrong": "dcprops.defects.reporters.plain:Reporter.report",
    "dcprops.defects.stores.wrong": "dcprops.defects.stores.ndjson_file:Store",
    "dcprops.defects.stores.wrong_duckdb": "dcprops.defects.stores.duckdb_file:Store",
}
#: Of the held-out ones, which are changes of whichever correct target suited them: by the class that they extend.
HELD_OUT_OF = (
    "dcprops.defects.stores.sqlite_file:Store",
    "dcprops.defects.stores.duckdb_file:Store",
    "dcprops.defects.stores.ndjson_file:Store",
)
USUAL = {
    "calculator": "dcprops.defects.calculators.running_totals:balances",
    "compliance": "dcprops.defects.calculators.yearly:compliance",
    "model": "dcprops.defects.models.stdlib_model:EventModel",
}


def correct_of(defect):
    """The correct target of which a defect is a change."""
    module = defect.target.partition(":")[0]
    if module in CORRECT_OF:
        return CORRECT_OF[module]
    kind = defect.judged_by.target
    return USUAL.get(kind) or next(name for name in HELD_OUT_OF if issubclass(load(defect.target), load(name)))


BY_ID = {defect.id: defect for defect in (*CATALOGUE, CANARY)}


def test_there_are_enough_of_every_kind():
    counts = Counter(defect.kind for defect in CATALOGUE)
    assert len(CATALOGUE) >= 72
    assert set(counts) <= set(KINDS)
    assert min(counts.values()) >= 7
    assert len(BY_ID) == len(CATALOGUE) + 1
    assert len({defect.target for defect in CATALOGUE}) == len(CATALOGUE)


def test_enough_of_them_were_made_by_real_systems():
    cited = [defect.source for defect in CATALOGUE if defect.source]
    assert len(cited) >= 12
    for system in ("IRS 401(k) Plan Fix-It Guide", "pydantic/pydantic#", "duckdb/duckdb#", "apache/arrow#"):
        assert sum(source.startswith(system) for source in cited) >= 3


@pytest.mark.parametrize("id_", BY_ID)
def test_a_defect_is_caught_by_its_property_with_the_witness_worked_out_by_hand(id_):
    defect = BY_ID[id_]
    with closing(Subject.of(defect)) as subject:
        assert subject.is_caught(defect.witness, thoroughly=True)


@pytest.mark.parametrize("id_", BY_ID)
def test_what_is_right_is_not_caught_with_it(id_):
    defect = BY_ID[id_]
    with closing(Subject(defect.judged_by, correct_of(defect))) as subject:
        assert not subject.is_caught(defect.witness, thoroughly=True)


@pytest.mark.parametrize("id_", [id_ for id_, each in BY_ID.items() if isinstance(each.witness, LedgerCase)])
def test_no_event_of_a_witness_can_be_left_out(id_):
    defect = BY_ID[id_]
    assert defect.events == len(defect.witness.documents)
    with closing(Subject.of(defect)) as subject:
        for smaller in defect.witness.smaller():
            if len(smaller.documents) == defect.events - 1:
                assert not subject.is_caught(smaller, thoroughly=True), smaller.documents


@pytest.mark.parametrize("id_", BY_ID)
def test_a_defect_says_where_such_a_mistake_comes_from(id_):
    assert BY_ID[id_].origin.endswith((".", "?", "`"))
    assert BY_ID[id_].law in PROPERTIES


def test_there_are_correct_variants_of_most_kinds():
    assert len(CORRECT) >= 5
    assert {variant.judged_as for variant in CORRECT} == {"calculator", "compliance", "model", "store", "reporter"}
    for variant in CORRECT:
        assert callable(load(variant.target))
        assert variant.properties
