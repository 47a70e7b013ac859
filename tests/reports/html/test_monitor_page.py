"""The page of the monitor: what is wrong first, then every metric beside its baseline."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest

from dcprops.monitor import MonitorReport, Verdict
from dcprops.reports.html import monitor_html

from .conftest import series
from .reading import read, table


def test_the_verdict_comes_first(pages):
    root = read(pages["monitor"])
    assert root.find("h1")[0].words == "1 critical regression"
    assert [each.words for each in root.find("h2")] == ["Alerts", "Verdicts", "Trends"]
    assert table(root, "Alerts")[1:] == [["b", "critical", "abc", "b fell by 15 %"]]
    told = table(root, "The verdict on each metric")[1:]
    assert [(row[0].split()[0], row[1]) for row in told] == [
        ("b", "critical"), ("c", "warning"), ("new", "unknown"), ("a", "ok"),
    ]  # fmt: skip
    assert told[0][3:] == ["-15.0 %", "0.0004", "1.35"]
    assert told[2][2:] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("level", "said"),
    [("ok", "No metric has regressed"), ("warning", "1 metric to look at"), ("unknown", "Nothing to compare with yet")],
)
def test_the_worst_level_is_the_headline(level, said):
    root = read(monitor_html(MonitorReport((series("a"), series("b", level)), ())))
    assert root.find("h1")[0].words.startswith(said)


def test_nothing_measured_is_said():
    root = read(monitor_html(MonitorReport((), ())))
    assert root.find("h1")[0].words == "Nothing was measured yet"
    assert root.find("svg") == []


def parts(svg, colour):
    """What is drawn in a colour of the palette."""
    return [each for each in svg.everything() if f"stroke: var(--{colour})" in each.attributes.get("style", "")]


def test_a_trend_has_its_points_band_changes_and_anomalies(pages):
    svg = read(pages["monitor"]).find("svg")[0]
    assert svg.find("title")[0].text == "b"
    uses = svg.find("use")
    assert sum("var(--accent)" in each.attributes["style"] for each in uses) == 30  # a point for each run
    assert sum("var(--bad)" in each.attributes["style"] for each in uses) == 1  # the anomaly
    assert len(parts(svg, "second")) == 1  # where the level changes
    assert [each for each in svg.everything() if "fill: var(--band)" in each.attributes.get("style", "")]
    assert "1 change(s) of level, 1 anomaly(ies); critical." in svg.find("desc")[0].text


def test_the_band_is_where_the_baseline_is():
    """Of a metric that fell by half, the last points lie below the band."""
    some = series("x", "critical", shift=-0.5)
    svg = read(monitor_html(MonitorReport((some,), ()))).find("svg")[0]
    (band,) = [each for each in svg.find("path") if "fill: var(--band)" in each.attributes.get("style", "")]
    numbers = [
        float(each) for each in band.attributes["d"].replace("M", " ").replace("L", " ").replace("z", " ").split()
    ]
    points = [each for each in svg.find("use") if "var(--accent)" in each.attributes["style"]]
    top, bottom = min(numbers[1::2]), max(numbers[1::2])
    assert all(top <= float(each.attributes["y"]) <= bottom for each in points[:10])
    assert all(float(each.attributes["y"]) > bottom for each in points[20:])


def test_without_baseline_changes_or_anomalies_none_is_drawn():
    some = replace(
        series("x"), baseline=None, change_points=(), anomalies=(), trend=None, verdict=Verdict("unknown", "")
    )
    svg = read(monitor_html(MonitorReport((some,), ()))).find("svg")[0]
    assert parts(svg, "second") == parts(svg, "bad") == []
    assert "var(--band)" not in str([each.attributes for each in svg.everything()])


def test_the_last_runs_are_a_table_too(pages):
    tables = [each for each in read(pages["monitor"]).find("table") if "last runs" in each.find("caption")[0].words]
    assert [len(each.find("tr")) for each in tables] == [21, 21, 21]
    notes = [row.find("td")[2].words for row in tables[0].find("tr")[1:]]
    assert notes[9] == "new level"  # run 20, of 30, the newest first
    assert set(notes) == {"", "new level"}


def test_long_histories_and_many_metrics_stay_small():
    long = series("x", runs=3000)
    assert len(read(monitor_html(MonitorReport((long,), ()))).find("svg")[0].find("use")) <= 201
    many = MonitorReport(tuple(series(f"m{place}", runs=200) for place in range(80)), ())
    page = monitor_html(many)
    assert len(page) < 3_000_000
    assert len(read(page).find("svg")) == 60
    assert "20 more metrics not drawn" in page


@pytest.mark.parametrize("samples", [(nan,), (inf, 1.0), (0.0,), (-1e-300, 1e300), (5.0,) * 5])
def test_odd_measurements_can_be_drawn(samples):
    some = series("x", runs=3)
    points = (*some.points[:2], replace(some.points[2], samples=samples))
    one = replace(some, points=points, baseline=points[2], change_points=(), anomalies=(2,))
    assert read(monitor_html(MonitorReport((one, replace(one, points=points[2:])), ()))).find("svg")
