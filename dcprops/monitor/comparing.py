"""Whether the last runs are worse than the baseline's. The statistics are over runs, never over the samples of one.

What one run measured shares that run's shift: where its process lay in memory, what else the machine did. So the
samples of a run agree with one another far more than with those of another run of the same program, and a test that
takes them for independent calls every run a change. Here a run is one number, the median of its samples.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np
from scipy import stats

from dcprops.monitor.report import Better

__all__ = ["LARGE_EFFECT", "Comparison", "corrected", "differing_shares", "differing_speeds", "runs_needed"]

#: Cliff's delta from which on an effect counts as large (Romano et al., 2006).
LARGE_EFFECT: Final = 0.474
#: The share of the runs, at each end, that the trimmed test leaves out: a run that was disturbed doesn't count.
_TRIM: Final = 0.2
#: What rounding makes of no difference, in logarithms.
_NOTHING: Final = 1e-12


@dataclass(frozen=True)
class Comparison:
    """What became of a metric.

    `change` is the share by which the median moved, up or down, and `worse_by` how much worse it is: 0.1 for a time
    that is 1.1 times as long and for a rate that is 1.1 times lower, below 0 if it is better. Both p-values are for
    "worse", of this metric alone: `p_value` by ranks, `trimmed_p_value` the one to correct for how many metrics are
    looked at. `effect` is Cliff's delta, None where it says nothing.
    """

    change: float
    worse_by: float
    p_value: float
    trimmed_p_value: float
    effect: float | None


def differing_speeds(baseline: Sequence[float], recent: Sequence[float], better: Better) -> Comparison:
    """The medians of the last runs beside those of the baseline's runs, all above 0.

    The p-values are one-sided: of a Mann-Whitney test, which knows nothing of how runs are distributed, and of Yuen's
    trimmed t-test of the logarithms, which can tell more from few runs and so stands a correction for many metrics.
    """
    worse, usual = (recent, baseline) if better == "lower" else (baseline, recent)
    before, now = statistics.median(baseline), statistics.median(recent)
    test = stats.mannwhitneyu(worse, usual, alternative="greater")
    pairs = len(baseline) * len(recent)
    return Comparison(
        change=now / before - 1,
        worse_by=(now / before if better == "lower" else before / now) - 1,
        p_value=float(test.pvalue),
        trimmed_p_value=_trimmed(np.log(worse), np.log(usual)),
        effect=2 * float(test.statistic) / pairs - 1,
    )


def _trimmed(worse: np.ndarray, usual: np.ndarray) -> float:
    """The one-sided p-value of Yuen's test with a pooled variance (1974): the mean without the runs at both ends.

    Where runs don't differ at all within either, any difference is certain.
    """
    (one, squares), (other, other_squares) = _winsorised(worse), _winsorised(usual)
    freedom = len(one) + len(other) - 2
    difference = float(np.mean(one) - np.mean(other))
    error = math.sqrt((squares + other_squares) / freedom * (1 / len(one) + 1 / len(other)))
    if error < _NOTHING:
        return 0.0 if difference > _NOTHING else 1.0
    return float(stats.t.sf(difference / error, freedom))


def _winsorised(values: np.ndarray) -> tuple[np.ndarray, float]:
    """The values between those left out; and the sum of squares of all, with each left out as the one next to it."""
    cut = int(_TRIM * len(values))
    middle = np.sort(values)[cut : len(values) - cut]
    whole = np.concatenate([np.repeat(middle[0], cut), middle, np.repeat(middle[-1], cut)])
    return middle, float(np.sum((whole - np.mean(whole)) ** 2))


def differing_shares(baseline: Sequence[tuple[float, int]], last: tuple[float, int], better: Better) -> Comparison:
    """The share that the last audit found beside those of the baseline's audits, each with the number that it is of.

    The p-value is that of Fisher's exact test, one-sided, of the numbers of all the baseline's audits taken together;
    it is 1 where an audit of the baseline was as bad. `change` and `worse_by` are differences of shares: 0.01 is one
    percentage point.
    """
    sign = 1 if better == "lower" else -1
    before = statistics.median(share for share, _ in baseline)
    change = last[0] - before
    as_bad = any(sign * share >= sign * last[0] for share, _ in baseline)
    table = [_counts([last]), _counts(baseline)]
    p_value = 1.0 if as_bad else float(stats.fisher_exact(table, "greater" if better == "lower" else "less").pvalue)
    return Comparison(change, sign * change, p_value, p_value, None)


def _counts(shares: Sequence[tuple[float, int]]) -> tuple[int, int]:
    """How many of the things have it, and how many don't."""
    having = sum(round(share * of) for share, of in shares)
    return having, sum(of for _, of in shares) - having


def runs_needed(baseline: int, window: int, alpha: float) -> int | None:
    """After how many runs a test with a baseline of so many can say anything; None if not with a whole window."""
    return next((runs for runs in range(1, window + 1) if 1 / comb(baseline + runs, runs) < alpha), None)


def corrected(p_values: Mapping[str, float]) -> dict[str, float]:
    """The p-values, corrected for how many there are by Holm's method (1979), which holds however they depend.

    The chance that any metric of an unchanged program has a corrected p-value below 0.01 is below 0.01.
    """
    found: dict[str, float] = {}
    highest = 0.0
    for place, (metric, p_value) in enumerate(sorted(p_values.items(), key=lambda each: each[1])):
        highest = max(highest, min(1.0, p_value * (len(p_values) - place)))
        found[metric] = highest
    return found
