"""What the monitor says: each metric's series with its verdict, trend, change points and anomalies, and the alerts."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

__all__ = ["Alert", "Better", "Level", "MonitorReport", "Point", "Series", "Trend", "Verdict"]

#: Which way a metric is good.
Better = Literal["higher", "lower"]
#: What a verdict comes to. `unknown` where there is nothing that it could be compared with.
Level = Literal["ok", "warning", "critical", "unknown"]

_LEVELS: Final = ("critical", "warning", "unknown", "ok")


@dataclass(frozen=True)
class Point:
    """What one run measured of one metric: when (UTC), of which commit, on which machine, and every sample.

    `machine` describes the machine and what was installed on it; two points whose texts differ are never compared.
    """

    recorded_at: datetime
    commit: str
    machine: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the samples."""
        return statistics.median(self.samples)


@dataclass(frozen=True)
class Verdict:
    """What became of a metric since its baseline.

    `change` is the share by which it moved, 0.10 for 10 % more, whichever way is good; of a metric that is itself a
    share it is the difference, 0.01 for one percentage point. `p_value` is the chance of such a shift for the worse
    where nothing changed, of this metric alone; `effect` is Cliff's delta between the last runs and the baseline's,
    from -1 to 1, above 0 where the last runs are worse. Each is None where it can't be said.
    """

    level: Level
    message: str
    change: float | None = None
    p_value: float | None = None
    effect: float | None = None


@dataclass(frozen=True)
class Trend:
    """A straight line through the medians of the runs: how much a run adds, in the metric's unit, and its p-value."""

    slope_per_run: float
    p_value: float


@dataclass(frozen=True)
class Series:
    """One metric over time, oldest point first.

    `baseline` is what it is compared with on the machine of the last point: its samples are the medians of the
    baseline's runs, its commit and time those of the last of them. `change_points` are indices of the first point of
    each new level; `anomalies` indices of points that stand out of those before them.
    """

    metric: str
    unit: str
    better: Better
    points: tuple[Point, ...]
    baseline: Point | None
    verdict: Verdict
    trend: Trend | None = None
    change_points: tuple[int, ...] = ()
    anomalies: tuple[int, ...] = ()


@dataclass(frozen=True)
class Alert:
    """Something to look at now: which metric, how bad, since which commit, and what was found in one sentence."""

    level: Level
    metric: str
    commit: str
    message: str


@dataclass(frozen=True)
class MonitorReport:
    """All series, by metric, and what is alerted of them, the worst first.

    What is known of the quality of event files are series like others, named `quality/FILE/...`.
    """

    series: tuple[Series, ...]
    alerts: tuple[Alert, ...]

    @property
    def ok(self) -> bool:
        """Whether no metric has regressed critically."""
        return all(series.verdict.level != "critical" for series in self.series)

    @property
    def level(self) -> Level:
        """The worst level of all series, ok where there is none."""
        return worst(series.verdict.level for series in self.series)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values; times are ISO 8601 in UTC with Z."""
        return {
            "level": self.level,
            "series": [_series_json(series) for series in self.series],
            "alerts": [asdict(alert) for alert in self.alerts],
        }


def worst(levels: Iterable[Level]) -> Level:
    """The worst of some levels, ok where there is none."""
    return min(levels, key=_LEVELS.index, default="ok")


def as_utc_text(moment: datetime) -> str:
    """A time as ISO 8601 in UTC with microseconds and Z, so that texts sort as times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _series_json(series: Series) -> dict[str, Any]:
    return {
        "metric": series.metric,
        "unit": series.unit,
        "better": series.better,
        "points": [_point_json(point) for point in series.points],
        "baseline": None if series.baseline is None else _point_json(series.baseline),
        "verdict": asdict(series.verdict),
        "trend": None if series.trend is None else asdict(series.trend),
        "change_points": list(series.change_points),
        "anomalies": list(series.anomalies),
    }


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "recorded_at": as_utc_text(point.recorded_at),
        "commit": point.commit,
        "machine": point.machine,
        "samples": list(point.samples),
        "median": point.median,
    }
