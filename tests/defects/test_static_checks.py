"""The static checks that properties are compared with: what they see, what they can not, and no false alarms."""

from __future__ import annotations

from contextlib import closing

import pytest

from dcprops.defects import CORRECT
from dcprops.defects.power import outcomes, tasks
from dcprops.defects.power.static_checks import object_to
from dcprops.defects.power.tries import Subject
from dcprops.properties.runner import PROPERTIES
from dcprops.reference import limits
from dcprops.reference.documents import balances, compliance

for package in ("duckdb", "pyarrow", "jsonschema"):
    pytest.importorskip(package)

#: What a rule about single rows sees: sums that don't add up, keys that come twice, a null, a number out of its range.
SEEN = (
    "adds-up-in-floats", "takes-net-for-gross", "nothing-for-missing-years", "loses-a-required-field",
    "takes-zero-for-pay", "crashes-on-lists", "ignores-conflicts", "writes-latin-1", "totals-in-floats",
    "makes-two-names-one",
)  # fmt: skip
#: Rows that are wrong, and yet like rows that are right.
UNSEEN = ("rounds-half-even", "adds-catch-up", "omits-the-last-account", "cuts-off-cents", "snapshots-before-friday")


def first_seen(defect: str) -> int | None:
    (outcome,) = outcomes(tasks([defect], seeds=1, examples=20, arms=["static"]), jobs=1)
    assert outcome.ran
    return outcome.examples


@pytest.mark.parametrize("defect", SEEN)
def test_what_is_impossible_in_a_row_is_seen(defect):
    assert first_seen(defect) is not None


@pytest.mark.parametrize("defect", UNSEEN)
def test_what_is_wrong_and_looks_right_is_not_seen(defect):
    assert first_seen(defect) is None


def objections(kind: str, given: object) -> list[object]:
    law = next(each for each in PROPERTIES.values() if each.target == kind and list(each.fixed()))
    with closing(Subject(law, given)) as subject:
        return [example for example in list(law.fixed())[:8] if object_to(subject, example)]


@pytest.mark.parametrize("variant", CORRECT, ids=lambda variant: variant.id)
def test_what_is_right_is_not_objected_to(variant):
    assert objections(variant.judged_as, variant.target) == []


def a_sum_below_zero(documents, year, birth_years):
    return [row | {"annual_additions": -1} for row in compliance(documents, year, birth_years)]


def a_person_twice(documents, year, birth_years):
    return 2 * compliance(documents, year, birth_years)


def no_number(documents, year, birth_years):
    return [row | {"annual_additions": "much"} for row in compliance(documents, year, birth_years)]


def nobody(documents, year, birth_years):
    return [row | {"employee_id": None} for row in compliance(documents, year, birth_years)]


def no_rows(documents, year, birth_years):
    return None


def a_limit_below_zero(year):
    return dict(limits(year)) | {"elective_deferral": -1}


def no_limits(year):
    return {}


def more_than_all(documents, as_of):
    return [row | {"current_vested_percentage": 2} for row in balances(documents, as_of)]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("compliance", a_sum_below_zero),
        ("compliance", a_person_twice),
        ("compliance", no_number),
        ("compliance", nobody),
        ("compliance", no_rows),
        ("limits", a_limit_below_zero),
        ("limits", no_limits),
        ("calculator", more_than_all),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_each_rule_objects_to_what_breaks_it(kind, wrong):
    assert objections(kind, wrong)


def refuses(*arguments):
    raise ValueError("not this year")


@pytest.mark.parametrize("kind", ["compliance", "limits"])
def test_a_year_without_limits_may_be_refused(kind):
    assert objections(kind, refuses) == []
