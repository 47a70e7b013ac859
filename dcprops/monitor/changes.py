"""What a metric did over many runs: its trend, when its level changed, and which runs stand out.

Change points are found by the greatest of all Mann-Whitney statistics, of each way to cut a series in two, beside its
distribution under permutation, and then again in each part. That needs no choice of a penalty, as the methods of
segmentation by cost do, gives a p-value as everything here has one, and doesn't mind heavy tails.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final, TypeAlias

import numpy as np
from scipy import stats

from dcprops.monitor.report import Trend

__all__ = ["IsFar", "anomalies", "change_points", "trend"]

#: Whether a median is so far from another one that it is of interest.
IsFar: TypeAlias = Callable[[float, float], bool]

#: The fewest runs that have a trend, and that a new level needs.
_FEWEST_FOR_A_TREND: Final = 5
_FEWEST_OF_A_LEVEL: Final = 3
#: The last so many runs are looked at for changes of level.
_LONGEST: Final = 100
_PERMUTATIONS: Final = 2_999
#: A run stands out if it is so many times the usual deviation away from the middle of as many runs before it.
_FAR: Final = 5.0
_BEFORE: Final = 10
_FEWEST_BEFORE: Final = 5
#: What makes a median absolute deviation comparable with a standard deviation.
_NORMAL: Final = 1.4826


def trend(medians: Sequence[float]) -> Trend | None:
    """The straight line through the medians of runs by least squares; None with fewer than five runs."""
    if len(medians) < _FEWEST_FOR_A_TREND:
        return None
    if len(set(medians)) == 1:
        return Trend(0.0, 1.0)
    line = stats.linregress(range(len(medians)), medians)
    return Trend(float(line.slope), float(line.pvalue))


def change_points(medians: Sequence[float], alpha: float, is_far: IsFar) -> tuple[int, ...]:
    """The index of the first run of each new level among the medians of runs, of which the last hundred count.

    A level is new if the ranks say so with a p-value below `alpha`, and its median is far from that of the runs before.
    """
    skipped = max(0, len(medians) - _LONGEST)
    return tuple(skipped + place for place in _cuts(np.asarray(medians[skipped:]), alpha, is_far))


def _cuts(values: np.ndarray, alpha: float, is_far: IsFar) -> Iterator[int]:
    if len(values) < 2 * _FEWEST_OF_A_LEVEL:
        return
    statistics_ = _statistics(stats.rankdata(values)[np.newaxis])[0]
    place = int(np.argmax(statistics_)) + _FEWEST_OF_A_LEVEL
    as_great = np.count_nonzero(_greatest_by_chance(len(values)) >= statistics_.max() - 1e-9)
    if (as_great + 1) / (_PERMUTATIONS + 1) >= alpha:
        return
    first, second = values[:place], values[place:]
    yield from _cuts(first, alpha, is_far)
    if is_far(float(np.median(first)), float(np.median(second))):
        yield place
    yield from (place + cut for cut in _cuts(second, alpha, is_far))


def _statistics(ranks: np.ndarray) -> np.ndarray:
    """For each row of ranks, and each way to cut it, how far the sum of the first part is from what it is by chance.

    In standard deviations, so that cuts near an end count as much as those in the middle.
    """
    number = ranks.shape[1]
    sizes = np.arange(_FEWEST_OF_A_LEVEL, number - _FEWEST_OF_A_LEVEL + 1)
    sums = np.cumsum(ranks, axis=1)[:, sizes - 1]
    deviation = np.sqrt(sizes * (number - sizes) * (number + 1) / 12)
    return np.asarray(np.abs(sums - sizes * (number + 1) / 2) / deviation)


@cache
def _greatest_by_chance(number: int) -> np.ndarray:
    """The greatest statistics of series of so many runs in which nothing changes; always the same ones."""
    generator = np.random.default_rng(number)
    ranks = np.tile(np.arange(1.0, number + 1), (_PERMUTATIONS, 1))
    return np.asarray(_statistics(generator.permuted(ranks, axis=1)).max(axis=1))


def anomalies(medians: Sequence[float], is_far: IsFar) -> tuple[int, ...]:
    """The index of each run that stands out of the ten before it, five at least, by its distance from their median.

    It does if that is five times their median absolute deviation (made comparable with a standard deviation), and far.
    """
    places = range(_FEWEST_BEFORE, len(medians))
    return tuple(place for place in places if _stands_out(medians[max(0, place - _BEFORE) : place + 1], is_far))


def _stands_out(medians: Sequence[float], is_far: IsFar) -> bool:
    *before, last = medians
    middle = statistics.median(before)
    deviation = _NORMAL * statistics.median(abs(each - middle) for each in before)
    return abs(last - middle) >= _FAR * deviation and is_far(middle, last)
