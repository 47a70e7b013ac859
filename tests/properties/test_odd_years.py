"""Yearly calculations and limits that return or raise what nobody expects: a failure that says so, as for balances."""

from __future__ import annotations

import pytest

from dcprops.properties import check
from dcprops.properties.compliance import COMPLIANCE_SUITE
from dcprops.reference import documents, limits

LAWS = [law.id for law in COMPLIANCE_SUITE if law.target == "compliance"]


def raises(given, year, birth_years):
    raise KeyError("birth_date")


def returns_nothing(given, year, birth_years):
    return None


def returns_rows_without_keys(given, year, birth_years):
    return [{"annual_additions": 0}]


def returns_rows_twice(given, year, birth_years):
    return documents.compliance(given, year, birth_years) * 2


def returns_no_one(given, year, birth_years):
    return []


SAYS = {
    raises: "the call raised KeyError: 'birth_date'",
    returns_nothing: "the call returned None, a NoneType",
    returns_rows_without_keys: "{'annual_additions': 0}",
    returns_rows_twice: "two rows",
    returns_no_one: "no row",
}


@pytest.mark.parametrize("calculation", SAYS, ids=lambda calculation: calculation.__name__)
def test_what_is_no_answer_is_a_failure_that_says_so(calculation):
    laws = [id_ for id_ in LAWS if "missing-year" not in id_]
    report = check(compliance=calculation, only=laws, max_examples=5, seed=7)
    assert [each.id for each in report.checks] == laws
    assert {each.status for each in report.checks} == {"failed"}
    assert [
        failure.got for each in report.checks for failure in each.failures if SAYS[calculation] not in failure.got
    ] == []


@pytest.mark.parametrize("calculation", [returns_nothing, returns_no_one])
def test_a_year_that_nobody_knows_must_be_refused(calculation):
    law = next(id_ for id_ in LAWS if "missing-year" in id_)
    (result,) = check(compliance=calculation, only=[law], max_examples=5, seed=7).checks
    assert result.status == "failed"


def test_a_row_for_who_has_no_money_may_be_left_out():
    def of_those_with_money(given, year, birth_years):
        return [row for row in documents.compliance(given, year, birth_years) if row["annual_additions"] != 0]

    report = check(compliance=of_those_with_money, max_examples=20, seed=7)
    assert [each.id for each in report.checks if each.status == "failed"] == []


def test_limits_that_are_none_are_told():
    def refuses(year):
        raise LookupError(f"no year {year}")

    def as_a_list(year):
        return list(limits(year).items())

    law = "compliance.limits-match-published"
    (refused,) = check(limits=refuses, only=[law]).checks
    assert "no year 20" in refused.failures[0].got
    (listed,) = check(limits=as_a_list, only=[law]).checks
    assert "no mapping" in listed.failures[0].title
