"""What is recorded: runs of measurements, and which of them a baseline is made of."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from dcprops.monitor.machine import Machine
from dcprops.monitor.report import Better

__all__ = ["QUALITY", "History", "Measurement", "MonitorError", "Run", "commit_id", "metric_of_quality"]

#: What the names of quality metrics start with: `quality/FILE/valid`, `quality/FILE/invalid/RULE` and so on.
QUALITY: Final = "quality/"


class MonitorError(ValueError):
    """What is given is of no use to the monitor; one line says what and why."""


@dataclass(frozen=True)
class Measurement:
    """All samples of one metric in one run, in its unit. `of` is how many rows or events a share is a share of."""

    metric: str
    unit: str
    better: Better
    samples: tuple[float, ...]
    of: int | None = None

    def __post_init__(self) -> None:
        lowest = 0.0 if self.of is not None else math.ulp(0.0)  # a share may be 0; a time, a rate and a ratio can't
        wrong = [each for each in self.samples if not (math.isfinite(each) and each >= lowest)]
        if wrong or not self.samples:
            expected = "expected one or more finite numbers above 0"
            raise MonitorError(f"{self.metric} has {f'the sample {wrong[0]}' if wrong else 'no samples'}: {expected}")


@dataclass(frozen=True)
class Run:
    """What one run measured, of which commit, on which machine, and when (UTC).

    `subject` is empty for performance; for quality it is the name of the event file that was audited. `number` counts
    the runs of a database; 0 is one that isn't recorded yet.
    """

    commit: str
    machine: Machine
    measurements: tuple[Measurement, ...]
    subject: str = ""
    recorded_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    number: int = 0


@dataclass(frozen=True)
class History:
    """All runs in the order in which they were recorded, and all baselines, the newest last.

    A baseline is the metrics that it is for, and for each the numbers of its runs.
    """

    runs: tuple[Run, ...]
    baselines: tuple[dict[str, frozenset[int]], ...] = ()

    @property
    def metrics(self) -> list[str]:
        """The name of every metric, sorted."""
        return sorted({each.metric for run in self.runs for each in run.measurements})


def metric_of_quality(subject: str, what: str) -> str:
    """The name of a metric of an event file: `valid`, `invalid/RULE` or `anomalies/CODE`."""
    return f"{QUALITY}{subject}/{what}"


def commit_id(text: str) -> str:
    """The id of a commit: 7 to 64 hexadecimal digits. Raises MonitorError for anything else."""
    if re.fullmatch(r"[0-9a-f]{7,64}", text):
        return text
    raise MonitorError(f"{text!r} is no commit: expected its hash, 7 to 64 of the digits 0-9 and a-f")
