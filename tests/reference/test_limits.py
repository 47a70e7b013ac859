"""Dollar limits by year, as the IRS published them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dcprops.reference import MissingYearError, dollar_limits, limits, years

# Notices 2023-75, 2024-80 and 2025-67.
PUBLISHED = {
    2024: (23000, 7500, None, 69000, 345000, 155000),
    2025: (23500, 7500, 11250, 70000, 350000, 160000),
    2026: (24500, 8000, 11250, 72000, 360000, 160000),
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_figures_of_recent_years(year):
    row = dollar_limits(year)
    assert (
        row.elective_deferral_402g,
        row.catch_up_414v,
        row.super_catch_up_60_63,
        row.annual_additions_415c,
        row.compensation_401a17,
        row.hce_threshold_414q,
    ) == PUBLISHED[year]


@pytest.mark.parametrize("year", [2014, 2027, 0, -1])
@pytest.mark.parametrize("of_year", [limits, dollar_limits])
def test_a_year_without_a_row_is_refused_by_name(of_year, year):
    with pytest.raises(MissingYearError, match=rf"year={year} has no row in the table of limits, which covers 2015 to"):
        of_year(year)


def test_both_forms_say_the_same():
    for year in years():
        for name, figure in limits(year).items():
            if name != "source":
                assert getattr(dollar_limits(year), name) == figure
        assert str(limits(year)["source"]).startswith("Notice ")


def test_a_row_cannot_be_changed():
    with pytest.raises(TypeError):
        limits(2025)["elective_deferral_402g"] = 1


@pytest.mark.parametrize(("year", "most"), [(2024, 7500), (2025, 11250), (2026, 11250)])
def test_the_highest_catch_up_is_that_of_60_to_63_where_there_is_one(year, most):
    assert dollar_limits(year).highest_catch_up == Decimal(most)
