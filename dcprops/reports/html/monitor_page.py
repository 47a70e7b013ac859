"""The page of the monitor: the alerts and verdicts first, then each metric's runs beside its baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dcprops.monitor import Level, MonitorReport, Series
from dcprops.reports.html.drawing import our_looks
from dcprops.reports.html.page import page
from dcprops.reports.html.trend_plot import MOST_POINTS, drawn_unit, trend_plot

__all__ = ["monitor_html"]

#: So many metrics are drawn, the worst first, so many are listed, and so many alerts.
_DRAWN: Final = 60
_LISTED: Final = 400
#: So many of a metric's last runs are in its table.
_RUNS: Final = 20
_ORDER: Final[tuple[Level, ...]] = ("critical", "warning", "unknown", "ok")


@our_looks()
def monitor_html(report: MonitorReport) -> str:
    """The report as one HTML page that needs nothing else: no network, no script, no font."""
    worst_first = sorted(report.series, key=lambda series: _ORDER.index(series.verdict.level))
    levels = {level: sum(series.verdict.level == level for series in report.series) for level in _ORDER}
    return page(
        "monitor.html",
        report=report,
        level=report.level,
        levels=levels,
        alerts=report.alerts[:_LISTED],
        listed=worst_first[:_LISTED],
        drawn=[
            (trend_plot(f"trend-{place}", series), drawn_unit(series), series, _runs(series))
            for place, series in enumerate([series for series in worst_first if series.points][:_DRAWN])
        ],
        runs=_RUNS,
        most_points=MOST_POINTS,
    )


def _runs(series: Series) -> Sequence[tuple[str, str, str, float, str]]:
    """The last runs, the newest first: the day, commit and machine, the median, and what is said of it."""
    rows = []
    for place in range(len(series.points) - 1, max(-1, len(series.points) - 1 - _RUNS), -1):
        point = series.points[place]
        notes = [
            note
            for note, places in (("new level", series.change_points), ("anomaly", series.anomalies))
            if place in places
        ]
        rows.append(
            (f"{point.recorded_at:%Y-%m-%d %H:%M}", point.commit, point.machine, point.median, ", ".join(notes))
        )
    return rows
