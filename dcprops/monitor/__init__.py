"""Measurements kept over time, and what became of them: regressions, trends, changes of level and anomalies."""

from __future__ import annotations

from dcprops.monitor.report import Alert, Better, Level, MonitorReport, Point, Series, Trend, Verdict

__all__ = ["Alert", "Better", "Level", "MonitorReport", "Point", "Series", "Trend", "Verdict"]
