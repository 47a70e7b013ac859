"""The statistics of a comparison, against figures worked by hand and against counting."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dcprops.monitor.comparing import corrected, differing_shares, differing_speeds, runs_needed

MEDIANS = st.lists(st.floats(min_value=0.5, max_value=2), min_size=2, max_size=12)


def test_runs_that_are_all_worse_have_the_least_p_value_that_ranks_give():
    found = differing_speeds([1.0, 1.01, 1.02, 1.03], [1.2, 1.21, 1.22], "lower")
    assert found.p_value == pytest.approx(1 / comb(7, 3))
    assert found.effect == 1
    assert found.change == found.worse_by == pytest.approx(1.21 / 1.015 - 1)
    assert found.trimmed_p_value < 0.001


def test_runs_that_are_all_better_have_the_greatest():
    found = differing_speeds([1.2, 1.21, 1.22], [1.0, 1.01, 1.02, 1.03], "lower")
    assert found.p_value == pytest.approx(1)
    assert (found.effect, found.trimmed_p_value > 0.999) == (-1, True)
    assert found.worse_by < 0


@given(MEDIANS, MEDIANS)
def test_a_rate_is_judged_as_its_time(baseline: list[float], recent: list[float]):
    time = differing_speeds(baseline, recent, "lower")
    rate = differing_speeds([1 / each for each in baseline], [1 / each for each in recent], "higher")
    assert rate.p_value == pytest.approx(time.p_value)
    assert rate.effect == pytest.approx(time.effect)
    assert rate.trimmed_p_value == pytest.approx(time.trimmed_p_value, abs=1e-6)
    if len(baseline) % 2 and len(recent) % 2:  # the middle of two rates isn't that of their times
        assert rate.worse_by == pytest.approx(time.worse_by)


@given(MEDIANS, MEDIANS)
def test_the_effect_is_how_many_pairs_are_worse_less_how_many_are_better(baseline: list[float], recent: list[float]):
    signs = [(late > early) - (late < early) for late in recent for early in baseline]
    assert differing_speeds(baseline, recent, "lower").effect == pytest.approx(sum(signs) / len(signs))


def test_a_test_that_trims_is_yuens():
    # Worked by hand: five each, one trimmed from each end. Winsorised sums of squares about their means: of
    # 1, 1, 2, 3, 3 and of 5, 5, 6, 7, 7 it is 4 each; so s2 = 8 / (3 + 3 - 2) = 2, t = (6 - 2) / sqrt(2 * (1/3 + 1/3))
    # = 3.4641 with 4 degrees of freedom: p = 0.012864 (one side).
    found = differing_speeds(np.exp([-90.0, 1, 2, 3, 9]).tolist(), np.exp([-9.0, 5, 6, 7, 70]).tolist(), "lower")
    assert found.trimmed_p_value == pytest.approx(0.012864, abs=1e-5)


def test_a_test_that_trims_agrees_with_scipys():
    generator = np.random.default_rng(0)
    for one, other, spread in ((5, 15, 1), (2, 15, 1), (4, 5, 1), (5, 10, 1), (12, 30, 1), (5, 15, 1e-5)):
        recent, baseline = spread * generator.standard_t(3, one), spread * generator.standard_t(3, other)
        expected = stats.ttest_ind(recent, baseline, trim=0.2, alternative="greater").pvalue
        found = differing_speeds(np.exp(baseline).tolist(), np.exp(recent).tolist(), "lower")
        assert found.trimmed_p_value == pytest.approx(expected)


@pytest.mark.parametrize(("recent", "certain"), [([2.0, 2.0, 2.0], 0.0), ([1.0, 1.0, 1.0], 1.0), ([0.5] * 3, 1.0)])
def test_runs_that_never_differ_are_no_trouble(recent: list[float], certain: float):
    found = differing_speeds([1.0] * 5, recent, "lower")
    assert found.trimmed_p_value == certain
    assert (found.p_value < 0.05) == (certain == 0)


def test_runs_of_which_only_one_differs_are_no_trouble():
    found = differing_speeds([1.0] * 9 + [3.0], [1.0, 1.0, 1.0, 1.0, 9.0], "lower")
    assert found.trimmed_p_value == 1.0
    assert differing_speeds([1.0] * 9 + [3.0], [2.0, 2.0, 2.0, 2.0, 9.0], "lower").trimmed_p_value == 0.0


def test_shares_are_compared_by_counts():
    # Fisher by hand: 3 of 10 now and 0 of 10 before; of all ways to have 3 of 20, C(10,3) have them all now.
    found = differing_shares([(0.0, 10)], (0.3, 10), "lower")
    assert found.p_value == pytest.approx(comb(10, 3) / comb(20, 3))
    assert (found.change, found.worse_by, found.effect) == (0.3, 0.3, None)


def test_a_share_that_should_be_high_is_worse_when_it_is_low():
    found = differing_shares([(1.0, 100), (1.0, 300)], (0.9, 100), "higher")
    assert found.worse_by == pytest.approx(0.1)
    assert found.change == pytest.approx(-0.1)
    assert found.p_value < 1e-5
    assert differing_shares([(0.9, 100)], (1.0, 100), "higher").p_value == 1


def test_a_share_that_an_audit_of_the_baseline_had_is_no_change():
    assert differing_shares([(0.0, 1000), (0.05, 1000), (0.0, 1000)], (0.05, 1000), "lower").p_value == 1


@pytest.mark.parametrize(
    ("baseline", "alpha", "needed"),
    # 1 / C(16, 1), 1 / C(17, 2): the first below 0.01 is the second, 1/136.
    [(15, 0.01, 2), (10, 0.01, 3), (5, 0.01, 4), (4, 0.01, 5), (3, 0.01, None), (100, 0.01, 1), (15, 0.001, 4)],
)
def test_so_many_runs_are_needed_until_ranks_can_say_anything(baseline: int, alpha: float, needed: int | None):
    assert runs_needed(baseline, 5, alpha) == needed


def test_p_values_are_corrected_as_holm_does():
    # By hand: 0.01 x 4, 0.02 x 3, then 0.03 x 2 = 0.06 and 0.04 x 1, which may not be below the one before.
    found = corrected({"d": 0.04, "a": 0.01, "c": 0.03, "b": 0.02})
    assert found == pytest.approx({"a": 0.04, "b": 0.06, "c": 0.06, "d": 0.06})
    assert corrected({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert corrected({}) == {}
