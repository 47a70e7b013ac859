"""Trends, changes of level, and runs that stand out: where they were put in, and not where they weren't."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from dcprops.monitor.changes import anomalies, change_points, trend

ALPHA = 0.01


def far(one: float, other: float, least: float = 0.05) -> bool:
    return abs(other - one) >= least * abs(one)


def noise(seed: int, runs: int, spread: float = 0.01) -> np.ndarray:
    """Levels of 1 with heavy tails."""
    return np.asarray(np.exp(np.random.default_rng(seed).standard_t(3, runs) * spread))


def test_a_straight_line_is_found_as_it_is():
    found = trend([2.0 + 0.25 * run for run in range(12)])
    assert found is not None
    assert found.slope_per_run == pytest.approx(0.25)
    assert found.p_value < 1e-9
    falling = trend([5.0, 4.9, 4.7, 4.75, 4.5, 4.3])
    assert falling is not None
    assert falling.slope_per_run < 0
    assert falling.p_value < 0.01


def test_what_never_changes_has_no_trend():
    found = trend([3.0] * 8)
    assert found is not None
    assert (found.slope_per_run, found.p_value) == (0, 1)
    assert trend([1.0, 2.0, 3.0, 4.0]) is None


@pytest.mark.parametrize("place", [5, 12, 20, 26])
@pytest.mark.parametrize("factor", [1.1, 0.9])
def test_a_new_level_is_found_where_it_begins(place: int, factor: float):
    found = []
    for seed in range(50):
        values = noise(seed, 32)
        values[place:] *= factor
        found.append(change_points(values.tolist(), ALPHA, far))
    near = [points for points in found if len(points) == 1 and abs(points[0] - place) <= 2]
    assert len(near) >= 45


def test_several_levels_are_found():
    values = noise(1, 45)
    values[15:30] *= 1.2
    values[30:] *= 1.5
    assert change_points(values.tolist(), ALPHA, far) == (15, 30)


def test_noise_alone_has_no_levels():
    found = [change_points(noise(seed, 30).tolist(), ALPHA, partial(far, least=0)) for seed in range(1000)]
    # One in a hundred by chance, and a little for each part of those that are cut.
    assert 1 <= sum(map(bool, found)) <= 20
    assert not any(change_points(noise(seed, 30).tolist(), ALPHA, far) for seed in range(1000))


def test_a_new_level_too_near_is_none():
    values = noise(3, 40, spread=0.001)
    values[20:] *= 1.02
    assert change_points(values.tolist(), ALPHA, far) == ()
    assert change_points(values.tolist(), ALPHA, partial(far, least=0.01)) == (20,)


def test_few_or_equal_runs_have_no_levels():
    assert change_points([], ALPHA, far) == ()
    assert change_points([1.0, 1.0, 2.0, 2.0, 2.0], ALPHA, far) == ()
    assert change_points([1.0] * 50, ALPHA, far) == ()


def test_the_last_hundred_runs_are_looked_at_and_counted_from_the_first():
    values = [1.0 + run % 7 / 1000 for run in range(300)]
    values[50:] = [value * 2 for value in values[50:]]
    values[250:] = [value * 2 for value in values[250:]]
    assert change_points(values, ALPHA, far) == (250,)


def test_a_run_that_stands_out_is_found():
    values = [1.0, 1.01, 0.99, 1.0, 1.02, 1.3, 1.0, 0.7, 1.01]
    assert anomalies(values, far) == (5, 7)


def test_a_run_is_seen_beside_those_before_it_only():
    values = [1.0, 1.01, 0.99, 1.0, 1.02, 1.01, 2.0, 2.02, 1.98, 2.01, 2.0, 2.01, 1.99, 2.0, 2.02, 2.01]
    found = anomalies(values, far)
    assert found[0] == 6
    assert 15 not in found  # the new level is usual by then


def test_a_run_within_the_usual_spread_or_too_near_does_not_stand_out():
    spread = [1.0, 1.2, 0.8, 1.1, 0.9, 1.3, 0.7]
    assert anomalies(spread, far) == ()
    assert anomalies([1.0] * 10 + [1.01], far) == ()
    assert anomalies([1.0] * 10 + [1.2], far) == (10,)
    assert anomalies([1.0] * 4 + [9.0], far) == ()
