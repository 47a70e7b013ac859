"""What became of every metric: its series with the verdict on its last runs, and the alerts that come of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Final

from dcprops.monitor.changes import anomalies, change_points, trend
from dcprops.monitor.comparing import (
    LARGE_EFFECT,
    Comparison,
    corrected,
    differing_shares,
    differing_speeds,
    runs_needed,
)
from dcprops.monitor.machine import Machine
from dcprops.monitor.quality import with_what_was_not_found
from dcprops.monitor.report import Alert, Better, Level, MonitorReport, Point, Series, Verdict
from dcprops.monitor.runs import History, Measurement, Run, metric_of_quality
from dcprops.monitor.thresholds import BASELINE_RUNS, Kind, Settings, Threshold, kind_of
from dcprops.monitor.values import shown

__all__ = ["judged"]

_ALERTED: Final[tuple[Level, ...]] = ("critical", "warning")


@dataclass(frozen=True)
class _Metric:
    """All that was recorded of one metric in its present unit, oldest first, and what of it is compared with what.

    `recent` are the runs since the baseline, of which the last few count. `elsewhere` is the machine of a baseline that
    can't be compared with.
    """

    name: str
    runs: tuple[tuple[Run, Measurement], ...]
    baseline: tuple[tuple[Run, Measurement], ...]
    recent: tuple[tuple[Run, Measurement], ...]
    elsewhere: Machine | None
    is_measured: bool
    kind: Kind
    threshold: Threshold

    @property
    def unit(self) -> str:
        return self.runs[-1][1].unit

    @property
    def better(self) -> Better:
        return self.runs[-1][1].better

    @property
    def here(self) -> list[int]:
        """The places of the runs that can be compared with the last one."""
        last = self.runs[-1][0]
        return [place for place, (run, _) in enumerate(self.runs) if self.kind.is_share or run.machine == last.machine]


def judged(history: History, settings: Settings | None = None) -> MonitorReport:
    """The report on a history. Raises MonitorError where the settings make no sense for a metric."""
    settings = settings or Settings()
    metrics = [_metric(name, runs, history, settings) for name, runs in _by_metric(with_what_was_not_found(history))]
    comparisons = {each.name: found for each in metrics if (found := _comparison(each, settings)) is not None}
    family = corrected({name: found.trimmed_p_value for name, found in comparisons.items()})
    series = tuple(_series(each, comparisons.get(each.name), family, settings) for each in metrics)
    alerts = [
        Alert(each.verdict.level, each.metric, each.points[-1].commit, each.verdict.message)
        for level in _ALERTED
        for each in series
        if each.verdict.level == level
    ]
    return MonitorReport(series, tuple(alerts))


def _by_metric(history: History) -> list[tuple[str, tuple[tuple[Run, Measurement], ...]]]:
    """The runs of each metric, by its name, as far as it had the unit and direction that it has now."""
    pairs = [(run, each) for run in history.runs for each in run.measurements]
    found = []
    for name, own in groupby(sorted(pairs, key=lambda pair: pair[1].metric), lambda pair: pair[1].metric):
        runs = list(own)
        last = runs[-1][1]
        found.append((name, tuple(pair for pair in runs if (pair[1].unit, pair[1].better) == (last.unit, last.better))))
    return found


def _metric(name: str, runs: tuple[tuple[Run, Measurement], ...], history: History, settings: Settings) -> _Metric:
    last, measurement = runs[-1]
    kind = kind_of(name, measurement.unit)
    baselines = [[pair for pair in runs if pair[0].number in numbers] for numbers in _baselines(history, name, last)]
    comparable = (own for own in baselines if own and (kind.is_share or own[-1][0].machine == last.machine))
    baseline = next(comparable, [])
    since = max((run.number for run, _ in baseline), default=0)
    return _Metric(
        name,
        runs,
        tuple(baseline),
        tuple(
            pair
            for pair in runs
            if (kind.is_share or pair[0].machine == last.machine) and (pair[0].number > since or pair[0].number == 0)
        ),
        next((own[-1][0].machine for own in baselines if own), None) if not baseline else None,
        next(run for run in reversed(history.runs) if run.subject == last.subject).number == last.number,
        kind,
        settings.threshold(name, measurement.unit),
    )


def _baselines(history: History, name: str, last: Run) -> Iterable[frozenset[int]]:
    """The runs of each baseline that a metric has, the newest first. What an audit found goes with its valid share."""
    key = metric_of_quality(last.subject, "valid") if last.subject else name
    return (own[key] for own in reversed(history.baselines) if key in own)


def _comparison(metric: _Metric, settings: Settings) -> Comparison | None:
    """The last runs beside the baseline; None where they can't be compared, or there are too few to say anything."""
    if not metric.baseline or not metric.recent or not metric.is_measured:
        return None
    if metric.kind.is_share:
        return differing_shares(_shares(metric.baseline), _shares(metric.recent)[-1], metric.better)
    recent = metric.recent[-settings.window :]
    needed = runs_needed(len(metric.baseline), settings.window, settings.alpha)
    if needed is None or len(recent) < needed:
        return None
    return differing_speeds(_medians(metric.baseline), _medians(recent), metric.better)


def _medians(runs: Iterable[tuple[Run, Measurement]]) -> list[float]:
    return [statistics.median(each.samples) for _, each in runs]


def _shares(runs: Iterable[tuple[Run, Measurement]]) -> list[tuple[float, int]]:
    return [(each.samples[0], each.of or 1) for _, each in runs]


def _series(metric: _Metric, found: Comparison | None, family: dict[str, float], settings: Settings) -> Series:
    here = metric.here
    medians = _medians(metric.runs[place] for place in here)
    is_far = partial(_is_far, metric.threshold.warning, metric.kind.is_share)
    return Series(
        metric=metric.name,
        unit=metric.unit,
        better=metric.better,
        points=tuple(_point(run, each.samples) for run, each in metric.runs),
        baseline=_point(metric.baseline[-1][0], _medians(metric.baseline)) if metric.baseline else None,
        verdict=_verdict(metric, found, family.get(metric.name, 1.0), settings),
        trend=trend(medians),
        change_points=tuple(here[place] for place in change_points(medians, settings.alpha, is_far)),
        anomalies=tuple(here[place] for place in anomalies(medians, is_far)),
    )


def _is_far(least: float, is_share: bool, one: float, other: float) -> bool:
    return abs(other - one) >= least * (1 if is_share else abs(one)) and one != other


def _point(run: Run, samples: Sequence[float]) -> Point:
    return Point(run.recorded_at, run.commit, str(run.machine), tuple(samples))


def _verdict(metric: _Metric, found: Comparison | None, family_p_value: float, settings: Settings) -> Verdict:
    beyond = _beyond_a_limit(metric)
    if found is None:
        return Verdict("critical", beyond) if beyond else Verdict(*_incomparable(metric, settings))
    level = _level(metric.threshold, found, family_p_value, settings.alpha)
    message = _said(metric, found, level, settings)
    if beyond:
        level, message = "critical", f"{beyond}; {message}"
    return Verdict(level, message, found.change, found.p_value, found.effect)


def _level(threshold: Threshold, found: Comparison, family_p_value: float, alpha: float) -> Level:
    """A warning is certain by itself, what is critical also among all metrics that are looked at."""
    is_certain = found.p_value < alpha and (found.effect is None or found.effect >= LARGE_EFFECT)
    if not is_certain or found.worse_by < threshold.warning or found.trimmed_p_value >= alpha:
        return "ok"
    return "critical" if found.worse_by >= threshold.critical and family_p_value < alpha else "warning"


def _beyond_a_limit(metric: _Metric) -> str:
    """What limit the last run is beyond, empty if none."""
    if not metric.is_measured:
        return ""
    last = _medians(metric.runs[-1:])[0]
    if metric.threshold.at_least is not None and last < metric.threshold.at_least:
        return (
            f"{shown(last, metric.unit)} is below the {shown(metric.threshold.at_least, metric.unit)} that it must have"
        )
    if metric.threshold.at_most is not None and last > metric.threshold.at_most:
        return (
            f"{shown(last, metric.unit)} is above the {shown(metric.threshold.at_most, metric.unit)} that it may have"
        )
    return ""


def _incomparable(metric: _Metric, settings: Settings) -> tuple[Level, str]:
    if not metric.is_measured:
        return "unknown", f"not in the last run: last measured at {metric.runs[-1][0].commit or 'no commit'}"
    if metric.elsewhere is not None:
        differs = metric.runs[-1][0].machine.difference(metric.elsewhere)
        return "unknown", f"not compared, for the baseline is of another machine: {differs}"
    if not metric.baseline:
        return "unknown", "there is no baseline to compare it with"
    since = len(metric.recent)
    if not since:
        return "ok" if metric.kind.is_share else "unknown", "the baseline is all there is"
    needed = runs_needed(len(metric.baseline), settings.window, settings.alpha)
    if needed is None:
        return "unknown", f"a baseline of {len(metric.baseline)} is too small to tell: {BASELINE_RUNS} runs are good"
    stands_out = _stands_out(metric)
    return "unknown", f"{since} of {needed} runs since the baseline, too few to tell{stands_out}"


def _stands_out(metric: _Metric) -> str:
    before, last = _medians(metric.baseline), _medians(metric.runs[-1:])[0]
    is_out = bool(anomalies([*before[-10:], last], partial(_is_far, metric.threshold.warning, False)))
    return f"; the last one, {shown(last, metric.unit)}, stands out of it" if is_out else ""


def _said(metric: _Metric, found: Comparison, level: Level, settings: Settings) -> str:
    before, now = _before_and_now(metric, settings)
    values = f"{shown(now, metric.unit)} against {shown(before, metric.unit)}"
    moved = f"{abs(found.worse_by) * 100:.2g} {'percentage points' if metric.kind.is_share else '%'}"
    if level == "ok":
        if found.worse_by <= -metric.threshold.warning:
            return f"{moved} better than the baseline: {values}"
        if found.worse_by < metric.threshold.warning:
            return f"as the baseline: {values}"
    told = f"p = {found.p_value:.2g}"
    if found.effect is not None:
        runs = min(len(metric.recent), settings.window)
        told += f", Cliff's delta {found.effect:.2f}, {runs} runs beside {len(metric.baseline)}"
    doubt = " (which may be chance)" if level == "ok" else ""
    return f"{moved} worse than the baseline{doubt}: {values} ({told})"


def _before_and_now(metric: _Metric, settings: Settings) -> tuple[float, float]:
    recent = metric.recent[-1:] if metric.kind.is_share else metric.recent[-settings.window :]
    return statistics.median(_medians(metric.baseline)), statistics.median(_medians(recent))
