"""Vesting schedules and the legal minimum."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dcprops.reference.vesting import SCHEDULES, is_year_of_service, meets_legal_minimum, vested_percentage


def schedule(*percentages):
    return [Decimal(percentage) / 100 for percentage in percentages]


@pytest.mark.parametrize(
    ("name", "by_year"),
    [
        ("graded", [0, 0, 20, 40, 60, 80, 100, 100]),
        ("cliff", [0, 0, 0, 100, 100, 100, 100, 100]),
        ("immediate", [100, 100, 100, 100, 100, 100, 100, 100]),
    ],
)
def test_the_percentage_by_years_of_service(name, by_year):
    assert [vested_percentage(SCHEDULES[name], year) * 100 for year in range(8)] == by_year
    assert vested_percentage(SCHEDULES[name], 60) == 1


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="years_of_service=-1: expected 0 or more full years"):
        vested_percentage(SCHEDULES["graded"], -1)


@pytest.mark.parametrize(("hours", "counts"), [(0, False), (500, False), (999, False), (1000, True), (1001, True)])
def test_a_year_of_service_has_1000_hours(hours, counts):
    assert is_year_of_service(hours) is counts


@pytest.mark.parametrize(
    ("shares", "lawful"),
    [
        (schedule(0, 0, 20, 40, 60, 80, 100), True),
        (schedule(0, 0, 0, 100), True),
        (schedule(100), True),
        (schedule(0, 25, 50, 75, 100), True),
        (schedule(0, 0, 0, 0, 100), False),  # a four-year cliff
        (schedule(0, 0, 20, 40, 60, 79, 100), False),
        (schedule(0, 0, 0, 40, 60, 80, 100), False),
        (schedule(0, 0, 20, 99, 99, 99, 100), True),  # never behind graded, although behind the cliff
        (schedule(0, 0, 0, 99, 100), False),  # behind each at some point: a mix won't do
        (schedule(0, 0, 20, 40, 60, 80), False),  # never gets to 100
        (schedule(0, 100, 90, 100), False),  # falls
        (schedule(100, 90, 100), False),  # falls, though never behind the legal schedules
    ],
)
def test_the_legal_minimum(shares, lawful):
    assert meets_legal_minimum(shares) is lawful
