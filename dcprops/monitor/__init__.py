"""Measurements kept over time, and what became of them: regressions, trends, changes of level and anomalies.

`dcprops.monitor.judging` tells what became of them; it needs scipy, the `monitor` extra, which nothing here imports.
"""

from __future__ import annotations

from dcprops.monitor.bench_file import run_of_bench
from dcprops.monitor.database import MonitorDatabase
from dcprops.monitor.machine import Machine, this_machine
from dcprops.monitor.quality import run_of_audit
from dcprops.monitor.report import Alert, Better, Level, MonitorReport, Point, Series, Trend, Verdict
from dcprops.monitor.runs import History, Measurement, MonitorError, Run, commit_id

__all__ = [
    "Alert",
    "Better",
    "History",
    "Level",
    "Machine",
    "Measurement",
    "MonitorDatabase",
    "MonitorError",
    "MonitorReport",
    "Point",
    "Run",
    "Series",
    "Trend",
    "Verdict",
    "commit_id",
    "run_of_audit",
    "run_of_bench",
    "this_machine",
]
