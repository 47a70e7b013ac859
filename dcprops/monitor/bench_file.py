"""What `dcprops bench --json` measured, as a run: two metrics a row, `NAME` and `NAME:ratio`, ours beside its peer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dcprops.monitor.machine import Machine, this_machine
from dcprops.monitor.report import Better
from dcprops.monitor.runs import Measurement, MonitorError, Run
from dcprops.printable import cut

__all__ = ["run_of_bench"]

#: The greatest whole number that any measurement comes to.
_GREATEST: Final = 2**63
_DIRECTIONS: Final[dict[str, Better]] = {"higher": "higher", "lower": "lower"}


def run_of_bench(text: str | bytes, name: str, commit: str) -> tuple[Run, list[str]]:
    """The run that a bench report tells of, and a line for each row that could not be measured.

    `name` is what to call the report in errors. The machine is the one that the report names, this one where it names
    none. Raises MonitorError for anything that isn't such a report, or has nothing that was measured.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MonitorError(f"{name} is not JSON, as dcprops bench --json writes it: {error}") from error
    rows = document.get("rows") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise MonitorError(f"{name} is not a report of dcprops bench: expected an object with a list of rows")
    measurements: list[Measurement] = []
    failures: list[str] = []
    for place, row in enumerate(rows, start=1):
        where = f"row {place} of {name}"
        if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not _is_name(row["name"]):
            raise MonitorError(f"{where} has no name: expected an object as dcprops bench --json writes it")
        if row.get("failure") is None or row.get("ours"):  # figures may have a remark
            measurements += _measurements(row, where)
        else:
            failures.append(f"{row['name']} was not measured: {row['failure']}")
    if not measurements:
        raise MonitorError(f"{name} has nothing that was measured{f': {failures[0]}' if failures else ''}")
    twice = [metric for metric, times in Counter(each.metric for each in measurements).items() if times > 1]
    if twice:
        raise MonitorError(f"{name} has more than one row {twice[0]}: expected each name once")
    return Run(commit, _machine(document, name), tuple(measurements)), failures


def _is_name(name: str) -> bool:
    return bool(name) and name.isprintable()


def _measurements(row: Mapping[str, Any], where: str) -> Iterator[Measurement]:
    better = _DIRECTIONS.get(str(row.get("better")))
    unit = row.get("unit")
    if better is None or not isinstance(unit, str) or not unit.isprintable():
        raise MonitorError(f"{where} says no unit, or not what is better: expected a text, and higher or lower")
    yield Measurement(row["name"], unit, better, _samples(row.get("ours"), f"ours of {where}"))
    if row.get("ratios") is not None:
        ratios = _samples(row["ratios"], f"ratios of {where}")
        yield Measurement(f"{row['name']}:ratio", "times", _better_ratio(row), ratios)


def _samples(values: object, what: str) -> tuple[float, ...]:
    if not isinstance(values, list) or not values:
        raise MonitorError(f"{what} has no samples: expected a list of numbers")
    for each in values:
        if isinstance(each, bool) or not isinstance(each, int | float) or (isinstance(each, int) and each > _GREATEST):
            raise MonitorError(f"{what} has the sample {cut(repr(each), 60)}: expected a number")
    return tuple(map(float, values))


def _better_ratio(row: Mapping[str, Any]) -> Better:
    """A ratio is how many times as good as the peer ours is, unless the promise is that it is at most something."""
    promise = row.get("promise")
    at_most = isinstance(promise, dict) and promise.get("of") == "ratio" and promise.get("at_most") is not None
    return "lower" if at_most else "higher"


def _machine(document: Mapping[str, Any], name: str) -> Machine:
    facts = document.get("machine")
    if facts is None:
        return this_machine()
    if not isinstance(facts, dict):
        raise MonitorError(f"the machine in {name} is {facts!r}: expected an object")
    return Machine.from_mapping(_flat(facts)) if _flat(facts) else this_machine()


def _flat(facts: Mapping[str, Any]) -> dict[str, object]:
    """The facts, also those that stand in objects within."""
    inner = [_flat(value) for value in facts.values() if isinstance(value, dict)]
    own: dict[str, object] = {key: value for key, value in facts.items() if not isinstance(value, dict | list)}
    return {key: value for part in (*inner, own) for key, value in part.items()}
