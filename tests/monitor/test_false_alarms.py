"""How often the monitor cries wolf, and how often it misses the wolf, on series of runs as real machines make them.

The noise is in `noise.py`, which tells the figures of many more series when it is run. All of it is seeded.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from .noise import RUNS_OF_QUIET, Noise, found, quiet


def test_noise_alone_raises_less_than_one_alarm_in_a_hundred_checks():
    said = quiet(Noise(), seed=11, families=3, metrics=20)
    assert said.checks == 3 * 20 * RUNS_OF_QUIET
    assert said.warnings + said.criticals <= said.checks / 100
    assert said.criticals <= said.checks / 1000
    assert said.families_failed <= said.families / 100


def test_more_noise_than_usual_doesnt_make_checks_fail():
    said = quiet(Noise(between=0.02, autocorrelation=0.5), seed=12, families=2, metrics=20)
    assert said.criticals <= said.checks / 100


def test_ten_percent_more_is_found_within_five_runs():
    said = found(Noise(), seed=13, families=100, metrics=1)
    assert said.series == 100
    assert said.critical >= 95


def test_ten_percent_more_is_found_among_other_metrics():
    said = found(Noise(), seed=14, families=5, metrics=20, slower=10)
    assert said.series == 50
    assert said.critical >= 47


def test_a_baseline_of_five_runs_raises_no_more_alarms_and_finds_less():
    said = quiet(Noise(), seed=15, families=2, metrics=20, baseline=5)
    assert said.warnings + said.criticals <= said.checks / 100
    assert found(Noise(), seed=16, families=50, metrics=1, by=0.3, baseline=5).critical >= 45


def test_the_noise_fools_a_test_of_samples():
    """A test that takes samples for independent calls far more than one in a hundred pairs of quiet runs a change."""
    times = Noise(samples=20).times(np.random.default_rng(17), metrics=200, runs=2)
    p_values = stats.mannwhitneyu(times[:, 1], times[:, 0], axis=1).pvalue
    assert np.mean(p_values < 0.01) > 0.1
