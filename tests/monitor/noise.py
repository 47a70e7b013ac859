"""Series of runs as real machines make them, and how often the monitor calls them worse.

`python tests/monitor/noise.py` in a checkout tells the figures of many series; the tests look at fewer.

The noise, of which every part is heavier than what 109 runs of the benchmarks showed on a shared machine with two cores
(between runs 0.8 to 1.8 %, within a run 0.5 %, autocorrelation 0 to 0.56):
- between runs: each run has a shift of its own that all its samples share, 1 % times Student's t with three degrees of
  freedom (which has heavy tails: one in fifty is beyond 4.5 %), autocorrelated with 0.3 from run to run;
- disturbed runs: three in a hundred take 5 to 28 % longer as a whole;
- within a run: normal with 2 %, and one sample in twenty takes longer by 15 % on average, exponentially distributed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dcprops.monitor import History, Machine, Measurement, Run
from dcprops.monitor.judging import judged
from dcprops.monitor.thresholds import BASELINE_RUNS, Settings

MACHINE = Machine.from_mapping({"cpu": "one", "cores": 2})
RUNS_OF_QUIET = 20
#: So many runs after it a slowdown has to be found.
SOON = 5


@dataclass(frozen=True)
class Noise:
    """How much runs differ; all shares."""

    between: float = 0.01
    autocorrelation: float = 0.3
    disturbed: float = 0.03
    within: float = 0.02
    outliers: float = 0.05
    samples: int = 5

    def times(self, generator: np.random.Generator, metrics: int, runs: int) -> np.ndarray:
        """Seconds: metrics x runs x samples."""
        shocks = generator.standard_t(3, (metrics, runs)) * self.between
        shifts = np.empty_like(shocks)
        shifts[:, 0] = shocks[:, 0]
        for run in range(1, runs):
            fresh = np.sqrt(1 - self.autocorrelation**2) * shocks[:, run]
            shifts[:, run] = self.autocorrelation * shifts[:, run - 1] + fresh
        is_disturbed = generator.random((metrics, runs)) < self.disturbed
        shifts += is_disturbed * generator.uniform(0.05, 0.25, (metrics, runs))
        shape = (metrics, runs, self.samples)
        own = generator.normal(0, self.within, shape)
        own += (generator.random(shape) < self.outliers) * generator.exponential(0.15, shape)
        return np.asarray(np.exp(shifts[..., np.newaxis] + own))


def history_of(times: np.ndarray, baseline: int, *, rates: bool = False) -> History:
    """The history of metrics x runs x samples, of which the first so many runs are the baseline."""
    values = 1000 / times if rates else times
    runs = tuple(
        Run(
            "abcdef0",
            MACHINE,
            tuple(
                Measurement(f"metric-{place:02}", "1/s" if rates else "s", "higher" if rates else "lower", tuple(own))
                for place, own in enumerate(values[:, run].tolist())
            ),
            number=run + 1,
        )
        for run in range(values.shape[1])
    )
    numbers = frozenset(range(1, baseline + 1))
    return History(runs, ({each.metric: numbers for each in runs[0].measurements},))


def levels(history: History, runs: int) -> list[str]:
    """What the check after so many runs says of each metric."""
    report = judged(replace(history, runs=history.runs[:runs]), Settings())
    return [series.verdict.level for series in report.series]


@dataclass(frozen=True)
class Quiet:
    """What checks of noise alone said: how many there were of one metric, and of all of a family together."""

    checks: int
    warnings: int
    criticals: int
    families: int
    families_failed: int
    series: int
    series_warned: int
    series_failed: int


def quiet(noise: Noise, seed: int, families: int, metrics: int, baseline: int = BASELINE_RUNS) -> Quiet:
    """Check families of metrics after each of twenty runs from the baseline on, in which nothing changes."""
    said = []
    for family in range(families):
        generator = np.random.default_rng([seed, family])
        times = noise.times(generator, metrics, baseline + RUNS_OF_QUIET)
        history = history_of(times, baseline, rates=family % 2 == 1)
        said.append([levels(history, baseline + run) for run in range(1, RUNS_OF_QUIET + 1)])
    found = np.array(said)
    alarms, failed = np.isin(found, ["warning", "critical"]), found == "critical"
    return Quiet(
        found.size, int((found == "warning").sum()), int(failed.sum()),
        found.shape[0] * found.shape[1], int(failed.any(axis=2).sum()),
        families * metrics, int(alarms.any(axis=1).sum()), int(failed.any(axis=1).sum()),
    )  # fmt: skip


@dataclass(frozen=True)
class Found:
    """Of so many series that became slower, how many were critical within five runs, and how many told of at all."""

    series: int
    critical: int
    warned: int


def found(
    noise: Noise,
    seed: int,
    families: int,
    metrics: int,
    slower: int = 1,
    by: float = 0.10,
    baseline: int = BASELINE_RUNS,
) -> Found:
    """Check families of metrics after each of five runs in which the first few metrics are slower than before."""
    critical = warned = 0
    for family in range(families):
        generator = np.random.default_rng([seed, family])
        start = baseline + 5
        times = noise.times(generator, metrics, start + SOON)
        times[:slower, start:] *= 1 + by
        history = history_of(times, baseline, rates=family % 2 == 1)
        said = np.array([levels(history, start + run)[:slower] for run in range(1, SOON + 1)])
        critical += int((said == "critical").any(axis=0).sum())
        warned += int(np.isin(said, ["warning", "critical"]).any(axis=0).sum())
    return Found(families * slower, critical, warned)


def _rows(options: argparse.Namespace) -> Iterator[str]:
    families = -(-options.series // options.metrics)
    noises = {
        "as described": Noise(),
        "autocorrelation 0.6": Noise(autocorrelation=0.6),
        "twice as much between runs": Noise(between=0.02),
    }
    for name, noise in noises.items():
        calm = quiet(noise, options.seed, families, options.metrics)
        yield (
            f"{name}: {calm.series:,} series, {calm.checks:,} checks of one metric: {calm.criticals:,} critical "
            f"({calm.criticals / calm.checks:.3%}), {calm.warnings:,} warnings ({calm.warnings / calm.checks:.3%}); "
            f"{calm.families:,} checks of {options.metrics} metrics: {calm.families_failed:,} failed "
            f"({calm.families_failed / calm.families:.2%}); series with a false critical in {RUNS_OF_QUIET} checks "
            f"{calm.series_failed / calm.series:.2%}, with any alarm {calm.series_warned / calm.series:.2%}"
        )
        for metrics, slower in ((1, 1), (options.metrics, max(1, options.metrics // 5))):
            number = -(-options.series // slower)
            hit = found(noise, options.seed + 1, number, metrics, slower)
            yield (
                f"{name}: 10 % slower, {slower} of {metrics} metrics: {hit.critical:,} of {hit.series:,} critical "
                f"within {SOON} runs ({hit.critical / hit.series:.2%}), {hit.warned / hit.series:.2%} told of"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=2000, help="so many of each (default 2000)")
    parser.add_argument("--metrics", type=int, default=40, help="that are looked at in one check (default 40)")
    parser.add_argument("--seed", type=int, default=0)
    start = time.perf_counter()
    for row in _rows(parser.parse_args()):
        print(row, flush=True)
        print(f"  {time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
