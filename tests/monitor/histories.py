"""Histories written by hand, for tests of what is judged of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dcprops.monitor import History, Machine, Measurement, Run

ONE = Machine.from_mapping({"cpu": "one", "cores": 2, "python": "CPython 3.11.7"})
OTHER = Machine.from_mapping({"cpu": "one", "cores": 2, "python": "CPython 3.12.1"})

#: Fifteen runs that differ by up to one percent, as a baseline does, no two alike. Their median is 100.
USUAL = [99.5, 100.4, 100.0, 99.1, 100.9, 100.2, 99.8, 100.1, 99.9, 100.6, 99.3, 100.3, 99.7, 100.05, 99.6]
#: Five runs like them.
LIKE_IT = [100.2, 99.6, 100.5, 99.9, 100.1]


def times(values: Sequence[float], factor: float = 1.0) -> list[float]:
    return [value * factor for value in values]


def run_of(
    number: int, values: Mapping[str, float], machine: Machine = ONE, unit: str = "ms", better: Any = "lower"
) -> Run:
    measurements = (
        Measurement(metric, unit, better, (value, value * 1.01, value * 0.99)) for metric, value in values.items()
    )
    return Run(f"abcdef{number}", machine, tuple(measurements), number=number)


def history_of(
    before: Sequence[float],
    since: Sequence[float],
    *,
    machine: Machine = ONE,
    later: Machine | None = None,
    unit: str = "ms",
    better: Any = "lower",
) -> History:
    """One metric, `job`: the runs of the baseline, and those since, on another machine if one is said."""
    runs = [run_of(number, {"job": value}, machine, unit, better) for number, value in enumerate(before, start=1)]
    runs += [
        run_of(number, {"job": value}, later or machine, unit, better)
        for number, value in enumerate(since, start=len(before) + 1)
    ]
    return History(tuple(runs), ({"job": frozenset(range(1, len(before) + 1))},) if before else ())


def bench_report(values: Mapping[str, Sequence[float]], **changes: Any) -> dict[str, Any]:
    """What `dcprops bench --json` writes, for rows that have samples in seconds and no peer."""
    rows = [
        {
            "name": name, "what": "a job", "unit": "s", "better": "lower", "ours": list(samples), "peer": None,
            "ratios": None, "ratio": None, "promise": None, "met": None, "failure": None,
        }
        for name, samples in values.items()
    ]  # fmt: skip
    return {"version": "0.1.0", "machine": dict(ONE.facts), "repeat": 3, "rows": rows, **changes}


def bench_text(values: Mapping[str, Sequence[float]], **changes: Any) -> str:
    return json.dumps(bench_report(values, **changes))
