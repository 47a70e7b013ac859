"""How much worse a metric may become: a table by kind of metric, which a project may change metric by metric."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from dcprops.monitor.runs import QUALITY, MonitorError

__all__ = ["BASELINE_RUNS", "KINDS", "Kind", "Settings", "Threshold", "kind_of", "settings_of", "threshold_of_option"]

#: How many runs a baseline should have: with fewer, little is certain about dozens of metrics at once.
BASELINE_RUNS: Final = 15


@dataclass(frozen=True)
class Threshold:
    """How far a metric may go: `warning` and `critical` say how much worse than the baseline it may become.

    0.05 is 5 % worse, of a share 5 percentage points. Below `at_least` or above `at_most`, in the metric's unit, it is
    critical whatever the baseline says; None is no limit.
    """

    warning: float
    critical: float
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of metric: what it is told by, a pattern of its name and its unit, and the thresholds that it has.

    Shares are compared by their difference, whichever machine they were found on; all others by ratio, on one machine.
    """

    name: str
    metric: str
    unit: str
    threshold: Threshold
    is_share: bool = False


#: The kinds, of which the first that fits a metric counts.
KINDS: Final = (
    Kind("valid share", f"{QUALITY}*/valid", r"share", Threshold(0.001, 0.01, at_least=0.99), is_share=True),
    Kind("findings", f"{QUALITY}*", r"share", Threshold(0.001, 0.01), is_share=True),
    Kind("ratio", "*:ratio", r".*", Threshold(0.05, 0.06)),
    Kind("time", "*", r"s|ms|µs|us|ns|seconds?|minutes?", Threshold(0.05, 0.06)),
    Kind("rate", "*", r".*(/s|a second|per second)", Threshold(0.05, 0.06)),
    Kind("memory", "*", r"bytes?|B|[kKMGT]i?B", Threshold(0.05, 0.10)),
    Kind("other", "*", r".*", Threshold(0.05, 0.10)),
)

_FIELDS: Final = ("warning", "critical", "at_least", "at_most")


def kind_of(metric: str, unit: str) -> Kind:
    """The kind of a metric. The last one fits all."""
    return next(each for each in KINDS if fnmatchcase(metric, each.metric) and re.fullmatch(each.unit, unit))


@dataclass(frozen=True)
class Settings:
    """What a project has decided: the chance of a false alarm, how many runs are looked at, and its own thresholds.

    `alpha` is the p-value below which a metric counts as worse, `window` how many of the last runs are compared with
    the baseline, `thresholds` what is changed of those of the kind, by pattern of metric names; later ones win.
    """

    alpha: float = 0.01
    window: int = 5
    thresholds: tuple[tuple[str, Mapping[str, float]], ...] = ()

    def threshold(self, metric: str, unit: str) -> Threshold:
        """The thresholds of a metric. Raises MonitorError if its warning would come after critical."""
        found = kind_of(metric, unit).threshold
        for pattern, changes in self.thresholds:
            if metric == pattern or fnmatchcase(metric, pattern):
                found = replace(found, **changes)
        if found.warning > found.critical:
            raise MonitorError(
                f"the thresholds of {metric} are {found.warning:g} for warning and {found.critical:g} for critical: "
                "expected the first to be at most the second"
            )
        return found


def settings_of(project: Path, options: Sequence[tuple[str, Mapping[str, float]]] = ()) -> Settings:
    """The settings in [tool.dcprops.monitor] of a pyproject.toml, which need not be there, and those of options.

    Raises MonitorError, which names what is wrong in it.
    """
    told = _table(project)
    where = f"[tool.dcprops.monitor] of {project}"
    _expect_only(told, ("alpha", "window", "thresholds"), where)
    defaults = Settings()
    alpha = _number(told.get("alpha", defaults.alpha), f"alpha in {where}")
    if not 0 < alpha <= 0.1:
        raise MonitorError(f"alpha in {where} is {alpha:g}: expected a chance above 0 and at most 0.1")
    window = told.get("window", defaults.window)
    if isinstance(window, bool) or not isinstance(window, int) or not 3 <= window <= 50:
        raise MonitorError(f"window in {where} is {window!r}: expected how many runs to look at, 3 to 50")
    thresholds = told.get("thresholds", {})
    if not isinstance(thresholds, dict):
        raise MonitorError(f"thresholds in {where} is {thresholds!r}: expected a table by metric")
    own = [(pattern, _changes(pattern, changes, where)) for pattern, changes in thresholds.items()]
    return Settings(alpha, window, (*own, *options))


def threshold_of_option(text: str) -> tuple[str, dict[str, float]]:
    """The thresholds that an option says: `METRIC=0.05:0.10`, warning and critical. Raises MonitorError."""
    told = re.fullmatch(r"(?P<metric>.+)=(?P<warning>[0-9.]+):(?P<critical>[0-9.]+)", text)
    try:
        if told:
            return told["metric"], {"warning": float(told["warning"]), "critical": float(told["critical"])}
    except ValueError:
        pass
    raise MonitorError(f"{text!r} says no thresholds: expected METRIC=WARNING:CRITICAL, such as 'ingest=0.05:0.10'")


def _table(project: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = tomllib.loads(project.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise MonitorError(f"{project} can't be read for [tool.dcprops.monitor]: {error}") from error
    for name in ("tool", "dcprops", "monitor"):
        document = document.get(name, {})
        if not isinstance(document, dict):
            raise MonitorError(f"{name} in {project} is {document!r}: expected a table")
    return document


def _changes(pattern: str, changes: object, where: str) -> dict[str, float]:
    place = f"thresholds.{pattern!r} in {where}"
    if not isinstance(changes, dict):
        raise MonitorError(f"{place} is {changes!r}: expected a table such as {{ warning = 0.05, critical = 0.10 }}")
    _expect_only(changes, _FIELDS, place)
    return {name: _number(value, f"{name} of {place}") for name, value in changes.items()}


def _expect_only(table: Mapping[str, object], names: Sequence[str], where: str) -> None:
    others = [name for name in table if name not in names]
    if others:
        raise MonitorError(f"{where} has {others[0]!r}: expected only {', '.join(names)}")


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise MonitorError(f"{what} is {value!r}: expected a number, 0 or more")
    return float(value)
