"""The table of thresholds, and what a project may change in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcprops.monitor import MonitorError
from dcprops.monitor.thresholds import KINDS, Settings, Threshold, kind_of, settings_of, threshold_of_option


@pytest.mark.parametrize(
    ("metric", "unit", "kind"),
    [
        ("quality/events.ndjson/valid", "share", "valid share"),
        ("quality/a/b/invalid/padded", "share", "findings"),
        ("quality/a/anomalies/before-hire", "share", "findings"),
        ("ingest:ratio", "times", "ratio"),
        ("check", "ms", "time"),
        ("check", "seconds", "time"),
        ("ingest", "events a second", "rate"),
        ("ingest", "events/s", "rate"),
        ("peak", "MiB", "memory"),
        ("peak", "bytes", "memory"),
        ("score", "", "other"),
    ],
)
def test_a_metric_has_the_kind_of_its_name_and_unit(metric: str, unit: str, kind: str):
    assert kind_of(metric, unit).name == kind


def test_every_kind_warns_before_it_is_critical():
    assert all(0 < each.threshold.warning < each.threshold.critical for each in KINDS)
    assert Settings().threshold("quality/f/valid", "share").at_least == 0.99
    assert [each.name for each in KINDS if each.is_share] == ["valid share", "findings"]


def project(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_project_says_its_own(tmp_path: Path):
    path = project(
        tmp_path,
        """
        [tool.dcprops.monitor]
        alpha = 0.001
        window = 7
        [tool.dcprops.monitor.thresholds]
        "*:ratio" = { warning = 0.1, critical = 0.2 }
        "ingest:ratio" = { critical = 0.3 }
        "quality/*/valid" = { at_least = 1 }
        """,
    )
    found = settings_of(path, [("check", {"warning": 0.5, "critical": 0.6})])
    assert (found.alpha, found.window) == (0.001, 7)
    assert found.threshold("x:ratio", "times") == Threshold(0.1, 0.2)
    assert found.threshold("ingest:ratio", "times") == Threshold(0.1, 0.3)
    assert found.threshold("quality/f/valid", "share") == Threshold(0.001, 0.01, at_least=1)
    assert found.threshold("check", "s") == Threshold(0.5, 0.6)
    assert found.threshold("other", "s") == Settings().threshold("other", "s")


def test_a_name_with_brackets_in_it_is_a_name_first():
    settings = Settings(thresholds=(("a[1]", {"critical": 0.9}),))
    assert settings.threshold("a[1]", "s").critical == 0.9


@pytest.mark.parametrize("text", [None, "", "[tool.other]\nx = 1", "[tool.dcprops]\nprofile = 'ci'"])
def test_a_project_that_says_nothing_has_the_defaults(tmp_path: Path, text: str | None):
    path = tmp_path / "pyproject.toml" if text is None else project(tmp_path, text)
    assert settings_of(path) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("alpha", "can't be read"),
        ("[tool]\ndcprops = 1", "dcprops in .* is 1: expected a table"),
        ("alpha = 0", "alpha in .* is 0"),
        ("alpha = 0.2", "alpha in .* is 0.2: expected a chance above 0 and at most 0.1"),
        ("alpha = 'low'", "is 'low': expected a number"),
        ("alpha = nan", "is nan: expected a number"),
        ("window = 2", "window in .* is 2: expected how many runs to look at, 3 to 50"),
        ("window = true", "window in .* is True"),
        ("windows = 5", "has 'windows': expected only alpha, window, thresholds"),
        ("thresholds = 5", "thresholds in .* is 5: expected a table"),
        ("thresholds.x = 0.1", "expected a table such as"),
        ("thresholds.x.high = 0.1", "has 'high': expected only warning, critical, at_least, at_most"),
        ("thresholds.x.warning = -1", "is -1: expected a number, 0 or more"),
        ("thresholds.x.warning = true", "is True: expected a number"),
    ],
)
def test_what_a_project_says_wrong_is_told_in_one_line(tmp_path: Path, text: str, message: str):
    whole = text if text.startswith("[") or "=" not in text else f"[tool.dcprops.monitor]\n{text}"
    with pytest.raises(MonitorError, match=message) as told:
        settings_of(project(tmp_path, whole))
    assert "\n" not in str(told.value)


def test_a_warning_after_critical_is_refused():
    settings = Settings(thresholds=(("x", {"warning": 0.5}),))
    with pytest.raises(MonitorError, match=r"the thresholds of x are 0.5 for warning and 0.06 for critical"):
        settings.threshold("x", "s")


def test_an_option_says_warning_and_critical():
    assert threshold_of_option("a=b=0.05:.1") == ("a=b", {"warning": 0.05, "critical": 0.1})


@pytest.mark.parametrize("text", ["", "x", "x=1", "x=1:", "=1:2", "x=1:2:3", "x=a:b", "x=1.1.1:2", "x=-1:2"])
def test_an_option_that_says_no_thresholds_is_refused(text: str):
    with pytest.raises(MonitorError, match="says no thresholds: expected METRIC=WARNING:CRITICAL"):
        threshold_of_option(text)
