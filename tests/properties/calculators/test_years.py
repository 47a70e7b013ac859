"""Every mistake in a year's limits is found, and a right calculation passes. Tables of limits likewise."""

from __future__ import annotations

import pytest

from dcprops.defects.calculators.wrong_limits import (
    TABLE,
    in_floats,
    nearest_year,
    nothing_for_missing_years,
    one_figure_wrong,
    provision_before_its_time,
    recent_years_only,
)
from dcprops.defects.calculators.wrong_years import DEFECTS
from dcprops.defects.calculators.yearly import FIGURES, Year
from dcprops.properties import check
from dcprops.properties.compliance import COMPLIANCE_SUITE

PUBLISHED = "compliance.limits-match-published"
REFUSED = "compliance.limits-of-missing-year-refused"


def plain_table(year):
    return TABLE[year]


def one_figure(year):
    return {"annual_additions_415c": f"{TABLE[year]['annual_additions_415c']}.00"}


LIMITS = {
    one_figure_wrong: {PUBLISHED},
    provision_before_its_time: {PUBLISHED},
    in_floats: {PUBLISHED},
    recent_years_only: {PUBLISHED},
    nearest_year: {REFUSED},
    nothing_for_missing_years: {REFUSED},
}


def failed(report):
    assert {each.status for each in report.checks} <= {"passed", "failed"}
    return {each.id for each in report.checks if each.status == "failed"}


def test_a_correct_calculation_passes():
    report = check(compliance=Year.compliance, profile="quick", seed=7)
    assert [(each.id, each.failures) for each in report.checks if each.status != "passed"] == []
    assert report.summary["passed"] == sum(law.target == "compliance" for law in COMPLIANCE_SUITE)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_mistake_is_found_in_at_most_four_events(defect):
    report = check(compliance=defect.compliance, only=defect.caught_by, profile="quick", seed=11)
    assert failed(report) == set(defect.caught_by)
    found = [failure for each in report.checks for failure in each.failures]
    assert all(1 <= len(failure.ledger) <= 4 and failure.workings for failure in found)


def test_a_person_with_two_rows_is_a_failure():
    """Which of them counts would be anybody's guess."""

    def twice(documents, year, birth_years):
        return 2 * list(Year.compliance(documents, year, birth_years))

    report = check(compliance=twice, only=["compliance.hce-looks-back"], profile="quick", seed=7)
    assert [failure.got for failure in report.checks[0].failures] == ["two rows"]


def test_every_law_is_broken_by_some_mistake():
    broken = {law for defect in DEFECTS for law in defect.caught_by} | set().union(*LIMITS.values())
    assert broken == {law.id for law in COMPLIANCE_SUITE}


@pytest.mark.parametrize("table", [plain_table, one_figure], ids=lambda table: table.__name__)
def test_a_right_table_passes(table):
    assert failed(check(limits=table, seed=7)) == set()


@pytest.mark.parametrize("table", LIMITS, ids=lambda table: table.__name__)
def test_a_wrong_table_is_found(table):
    assert failed(check(limits=table, seed=7)) == LIMITS[table]


def test_the_figures_typed_by_hand_are_those_of_the_table():
    names = ("elective_deferral_402g", "catch_up_414v", "annual_additions_415c", "hce_threshold_414q")
    for year, (deferral, catch_up, _, additions, highly_paid) in FIGURES.items():
        assert tuple(TABLE[year][name] for name in names) == (deferral, catch_up, additions, highly_paid)


def test_a_failure_names_figure_year_and_notice():
    (failure,) = next(each for each in check(limits=one_figure_wrong, seed=7).checks if each.failures).failures
    assert failure.field == "super_catch_up_60_63 of 2026"
    assert failure.expected == "11250 (Notice 2025-67)"
    assert failure.got == "12000"
