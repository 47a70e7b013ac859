"""Canonical order, and which of several events with one id counts."""

from __future__ import annotations

import random

from dcprops.events.schema import EVENT_TYPES
from dcprops.reference import canonical_order, distinct
from dcprops.reference.order import DAY_ORDER


def test_every_event_type_has_its_place_in_the_day():
    assert set(DAY_ORDER) == set(EVENT_TYPES)
    assert DAY_ORDER["contribution"] < DAY_ORDER["vesting"] < DAY_ORDER["forfeiture"]


def test_a_day_from_hire_to_forfeiture(life):
    one = life()
    forfeiture = one.forfeit("1", "0", "2024-06-30")
    leaving = one.leave("2024-06-30")
    vesting = one.vest("0", "2024-06-30")
    contribution = one.contribute("employer_match", "1", "2024-06-30")
    enrollment = one.enroll("2024-06-30")
    eligibility = one.eligible("2024-06-30")
    hire = one.hire("2024-06-30")
    before = one.forfeit("1", "0", "2024-06-29")
    in_order = [before, hire, eligibility, enrollment, contribution, vesting, leaving, forfeiture]
    assert sorted(one.events, key=canonical_order) == in_order


def test_of_one_id_the_contribution_comes_before_the_vesting_of_that_day(life):
    one = life()
    vesting = one.vest("0", "2024-06-30")
    contribution = one.contribute("employer_match", "1", "2024-06-30").model_copy(update={"event_id": vesting.event_id})
    assert distinct([vesting, contribution]) == [contribution]


def test_without_copies_the_events_stay_as_they_arrived(life):
    one = life()
    for month in range(1, 10):
        one.contribute("employer_match", "1", f"2024-{month:02}-28")
    shuffled = random.Random(1).sample(one.events, len(one.events))
    assert distinct(shuffled) == shuffled
    assert distinct(iter(shuffled + shuffled)) == shuffled
