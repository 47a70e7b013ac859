"""What is judged of a history: regressions by level, other machines, too few runs, limits, and the quality of files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dcprops.monitor import History, MonitorReport, Run, Series, run_of_audit
from dcprops.monitor.judging import judged
from dcprops.monitor.thresholds import BASELINE_RUNS, Settings

from .histories import LIKE_IT, ONE, OTHER, USUAL, history_of, run_of, times


def only(report: MonitorReport) -> Series:
    (series,) = report.series
    return series


def test_a_baseline_has_as_many_runs_as_is_advised():
    assert len(USUAL) == BASELINE_RUNS


def test_runs_like_the_baseline_are_ok():
    report = judged(history_of(USUAL, LIKE_IT))
    series = only(report)
    assert (series.verdict.level, report.ok, report.level, report.alerts) == ("ok", True, "ok", ())
    # Medians by hand: 100 of the fifteen, 100.1 of the five.
    assert series.verdict.change == pytest.approx(0.001)
    assert series.verdict.message == "as the baseline: 100.1 ms against 100 ms"
    assert series.baseline is not None
    assert (series.baseline.samples, series.baseline.median) == (tuple(USUAL), 100.0)
    assert [point.median for point in series.points] == [*USUAL, *LIKE_IT]


@pytest.mark.parametrize(
    ("factor", "level"), [(1.03, "ok"), (1.055, "warning"), (1.10, "critical"), (2.0, "critical"), (0.5, "ok")]
)
def test_a_time_that_rises_is_worse(factor: float, level: str):
    report = judged(history_of(USUAL, times(LIKE_IT, factor)))
    assert only(report).verdict.level == level
    assert report.ok == (level != "critical")
    assert [alert.level for alert in report.alerts] == ([] if level == "ok" else [level])


@pytest.mark.parametrize(("factor", "level"), [(1 / 1.055, "warning"), (1 / 1.1, "critical"), (1.5, "ok")])
def test_a_rate_that_falls_is_worse(factor: float, level: str):
    report = judged(history_of(USUAL, times(LIKE_IT, factor), unit="events/s", better="higher"))
    assert only(report).verdict.level == level


def test_an_alert_says_what_was_found():
    report = judged(history_of(USUAL, times(LIKE_IT, 1.2)))
    (alert,) = report.alerts
    assert (alert.metric, alert.commit) == ("job", "abcdef20")
    # 1.2 x 100.1 = 120.12; all 75 pairs are worse; 1 / C(20, 5) = 6.45e-05.
    assert alert.message == (
        "20 % worse than the baseline: 120.1 ms against 100 ms (p = 6.4e-05, Cliff's delta 1.00, 5 runs beside 15)"
    )
    verdict = only(report).verdict
    assert (verdict.effect, verdict.p_value) == (1.0, pytest.approx(1 / 15504))


def test_what_is_better_is_told_and_no_alert():
    assert only(judged(history_of(USUAL, times(LIKE_IT, 0.8)))).verdict.message.startswith(
        "20 % better than the baseline: 80.08 ms against 100 ms"
    )


def test_one_disturbed_run_is_no_regression():
    since = [*LIKE_IT[:4], 200.0]
    series = only(judged(history_of(USUAL, since)))
    assert series.verdict.level == "ok"
    assert series.anomalies == (19,)


def test_runs_that_are_all_slower_but_far_apart_are_no_regression():
    # All 75 pairs are worse and the median by 6 %, but between 101 and 170 anything may be the next one.
    series = only(judged(history_of(USUAL, [101.0, 102.0, 106.0, 130.0, 170.0])))
    assert series.verdict.p_value is not None
    assert series.verdict.p_value < 0.001
    assert series.verdict.level == "ok"
    assert series.verdict.message.startswith(
        "6 % worse than the baseline (which may be chance): 106 ms against 100 ms (p"
    )


def test_a_shift_of_few_runs_is_no_large_effect():
    """Runs of two speeds, of which the slower one comes more often: the median jumps, but runs are as they were."""
    before = [90 + place / 1000 for place in range(29)] + [110 + place / 1000 for place in range(21)]
    since = [90 + place / 1007 for place in range(13)] + [110 + place / 1007 for place in range(37)]
    verdict = only(judged(history_of(before, since), Settings(window=50))).verdict
    assert verdict.change is not None
    assert verdict.change > 0.2
    assert verdict.p_value is not None
    assert verdict.p_value < 0.01
    assert verdict.effect is not None
    assert 0.2 < verdict.effect < 0.474
    assert verdict.level == "ok"


def test_only_the_last_runs_count():
    assert only(judged(history_of(USUAL, [*times(LIKE_IT, 1.2), *LIKE_IT]))).verdict.level == "ok"
    assert only(judged(history_of(USUAL, [*LIKE_IT, *times(LIKE_IT, 1.2)]))).verdict.level == "critical"


def test_change_point_and_trend_of_a_slowdown():
    series = only(judged(history_of(USUAL, times(LIKE_IT, 1.2))))
    assert series.change_points == (15,)
    assert series.trend is not None
    assert series.trend.slope_per_run > 0
    assert series.trend.p_value < 0.01


# --- what can't be compared ---


def test_another_machine_is_never_called_a_regression():
    report = judged(history_of(USUAL, times(LIKE_IT, 3), later=OTHER))
    series = only(report)
    assert series.verdict.level == "unknown"
    assert series.verdict.message == (
        "not compared, for the baseline is of another machine: python CPython 3.12.1, was CPython 3.11.7"
    )
    assert (report.ok, report.alerts, series.baseline, series.change_points) == (True, (), None, ())


def test_a_baseline_of_its_own_machine_is_found_behind_one_of_another():
    history = history_of(USUAL, times(LIKE_IT, 1.2))
    others = [run_of(number, {"job": 300.0}, OTHER) for number in range(100, 115)]
    back = run_of(200, {"job": 120.0})
    baselines = (*history.baselines, {"job": frozenset(run.number for run in others)})
    report = judged(History((*history.runs, *others, back), baselines))
    assert only(report).verdict.level == "critical"


def test_runs_of_another_machine_in_between_dont_count():
    history = history_of(USUAL, times(LIKE_IT[:4], 1.2))
    others = [run_of(number, {"job": 1.0}, OTHER) for number in range(100, 105)]
    series = only(judged(replace(history, runs=(*history.runs, *others, run_of(200, {"job": 120.5})))))
    assert (series.verdict.level, series.verdict.effect) == ("critical", 1.0)
    assert series.change_points == (15,)  # of the level here, not of the machine
    assert len(series.points) == 25


def test_without_a_baseline_nothing_is_known():
    series = only(judged(history_of([], USUAL)))
    assert (series.verdict.level, series.verdict.message) == ("unknown", "there is no baseline to compare it with")
    assert judged(History(())).series == ()


def test_right_after_a_baseline_nothing_is_known():
    assert only(judged(history_of(USUAL, []))).verdict.message == "the baseline is all there is"


@pytest.mark.parametrize(
    ("baseline", "since", "message"),
    [
        (15, 1, "1 of 2 runs since the baseline, too few to tell"),
        (5, 3, "3 of 4 runs since the baseline, too few to tell"),
        (3, 5, "a baseline of 3 is too small to tell: 15 runs are good"),
    ],
)
def test_too_few_runs_say_nothing(baseline: int, since: int, message: str):
    series = only(judged(history_of(USUAL[:baseline], LIKE_IT[:since])))
    assert (series.verdict.level, series.verdict.message) == ("unknown", message)


def test_a_first_run_that_is_far_off_is_told():
    verdict = only(judged(history_of(USUAL, [180.0]))).verdict
    assert verdict.level == "unknown"
    assert verdict.message.endswith("too few to tell; the last one, 180 ms, stands out of it")


def test_the_newest_baseline_counts():
    history = history_of(USUAL, times(LIKE_IT, 1.2))
    accepted = replace(history, baselines=(*history.baselines, {"job": frozenset(range(16, 21))}))
    later = [run_of(number, {"job": 120.0 + number / 100}) for number in range(21, 26)]
    verdict = only(judged(replace(accepted, runs=(*history.runs, *later)))).verdict
    assert (verdict.level, verdict.change is not None and abs(verdict.change) < 0.01) == ("ok", True)


def test_a_metric_that_the_last_run_lacks_is_no_longer_judged():
    history = history_of(USUAL, times(LIKE_IT, 1.5))
    report = judged(replace(history, runs=(*history.runs, run_of(99, {"new": 1.0}))))
    assert {each.metric: each.verdict.message for each in report.series} == {
        "job": "not in the last run: last measured at abcdef20",
        "new": "there is no baseline to compare it with",
    }
    assert report.ok


def test_a_metric_in_another_unit_is_another_one():
    history = history_of(USUAL, [])
    later = [run_of(number, {"job": value / 1000}, unit="s") for number, value in enumerate(LIKE_IT, start=50)]
    series = only(judged(replace(history, runs=(*history.runs, *later))))
    assert (series.unit, len(series.points), series.verdict.level) == ("s", 5, "unknown")


# --- many metrics ---


def family(factors: list[float]) -> History:
    """Many metrics at once, each by so much slower in the last runs."""
    runs = []
    for number, value in enumerate([*USUAL, *LIKE_IT], start=1):
        factor = factors if number > len(USUAL) else [1.0] * len(factors)
        runs.append(run_of(number, {f"m{place:03}": value * each for place, each in enumerate(factor)}))
    numbers = frozenset(range(1, len(USUAL) + 1))
    return History(tuple(runs), ({each.metric: numbers for each in runs[0].measurements},))


def test_among_many_metrics_the_slower_one_is_found_and_comes_first():
    report = judged(family([1.0, 1.055, 1.0, 1.15, *[1.0] * 36]))
    assert [(alert.metric, alert.level) for alert in report.alerts] == [("m003", "critical"), ("m001", "warning")]
    assert report.level == "critical"


def test_what_is_certain_of_one_metric_may_be_chance_among_many():
    # Five runs in a row that are some 7 % slower, but spread so far that it might be luck: p is about 0.001.
    wide = [93.0, 107.0, 100.0, 95.0, 105.0, 98.0, 102.0, 97.0, 103.0, 99.0]
    late = [108.0, 104.0, 110.0, 106.5, 112.0]
    alone = history_of(wide, late)
    assert only(judged(alone)).verdict.level == "critical"
    beside = [
        replace(
            run,
            measurements=(
                *run.measurements,
                *run_of(0, {f"m{place}": USUAL[number % 15] for place in range(60)}).measurements,
            ),
        )
        for number, run in enumerate(alone.runs)
    ]
    numbers = frozenset(range(1, 11))
    baselines = ({each.metric: numbers for each in beside[0].measurements},)
    report = judged(History(tuple(beside), baselines))
    (job,) = (each for each in report.series if each.metric == "job")
    assert (job.verdict.level, report.ok) == ("warning", True)


# --- settings ---


def test_thresholds_of_a_project_count():
    history = history_of(USUAL, times(LIKE_IT, 1.2))
    wide = Settings(thresholds=(("jo*", {"warning": 0.25, "critical": 0.5}),))
    assert only(judged(history, wide)).verdict.level == "ok"
    assert only(judged(history, Settings(thresholds=(("jo*", {"critical": 0.5}),)))).verdict.level == "warning"


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"at_most": 90.0}, "99.9 ms is above the 90 ms that it may have"),
        ({"at_least": 110.0}, "99.9 ms is below the 110 ms that it must have"),
    ],
)
def test_a_limit_holds_whatever_the_baseline_says(limit: dict[str, float], message: str):
    settings = Settings(thresholds=(("job", limit),))
    for history in (history_of([], [99.9]), history_of(USUAL, [*LIKE_IT[:4], 99.9]), history_of(USUAL, [99.9])):
        verdict = only(judged(history, settings)).verdict
        assert verdict.level == "critical"
        assert verdict.message.startswith(message)


# --- the quality of files ---


def audits(*found: tuple[int, int, dict[str, int], dict[str, int]], baseline: int = 0) -> History:
    """Audits of a file: rows, valid ones, rows by rule, events by code. The first few are the baseline."""
    runs: list[Run] = [replace(run_of_audit("f", *each), number=number) for number, each in enumerate(found, start=1)]
    return History(tuple(runs), ({"quality/f/valid": frozenset(range(1, baseline + 1))},) if baseline else ())


def levels(report: MonitorReport) -> dict[str, str]:
    return {each.metric: each.verdict.level for each in report.series}


def test_a_file_must_be_valid_to_99_percent():
    assert levels(judged(audits((1000, 990, {"padded": 10}, {})))) == {
        "quality/f/valid": "unknown", "quality/f/invalid/padded": "unknown",
    }  # fmt: skip
    report = judged(audits((1000, 989, {"padded": 11}, {})))
    assert levels(report)["quality/f/valid"] == "critical"
    assert not report.ok
    assert report.alerts[0].message == "98.9 % is below the 99 % that it must have"


def test_a_file_as_its_baseline_is_ok():
    same = (10_000, 9_990, {"padded": 10}, {"before-hire": 3})
    assert set(
        levels(judged(audits(same, same, (20_000, 19_981, {"padded": 19}, {"before-hire": 5}), baseline=2))).values()
    ) == {"ok"}


def test_a_file_that_drifts_from_its_baseline_is_told():
    usual = (10_000, 10_000, {}, {})
    report = judged(audits(usual, usual, (10_000, 9_960, {"padded": 40}, {"before-hire": 200}), baseline=2))
    # 0.4 and 2 percentage points, where 0.1 is a warning and 1 critical.
    assert levels(report) == {
        "quality/f/valid": "warning",
        "quality/f/invalid/padded": "warning",
        "quality/f/anomalies/before-hire": "critical",
    }
    assert report.alerts[0].message.startswith(
        "2 percentage points worse than the baseline: 2.00803 % against 0 % (p = "
    )


def test_a_few_rows_prove_no_drift():
    assert set(levels(judged(audits((100, 100, {}, {}), (100, 99, {"padded": 1}, {}), baseline=1))).values()) == {"ok"}


def test_what_a_baseline_had_itself_is_no_drift():
    bad, good = (1000, 995, {"padded": 5}, {}), (1000, 1000, {}, {})
    assert set(levels(judged(audits(good, good, bad, bad, baseline=3))).values()) == {"ok"}


def test_the_machine_doesnt_matter_for_what_a_file_holds():
    history = audits((10_000, 10_000, {}, {}), (10_000, 9_000, {}, {}), baseline=1)
    moved = replace(history, runs=(replace(history.runs[0], machine=ONE), replace(history.runs[1], machine=OTHER)))
    verdict = only(judged(moved)).verdict
    assert (verdict.level, verdict.change) == ("critical", pytest.approx(-0.1))


def test_files_and_performance_are_judged_side_by_side():
    speed = history_of(USUAL, times(LIKE_IT, 1.2))
    audit = replace(run_of_audit("f", 100, 100, {}, {}), number=50)
    report = judged(History((*speed.runs, audit), speed.baselines))
    assert levels(report) == {"job": "critical", "quality/f/valid": "unknown"}


# --- the report as JSON ---


def test_the_report_as_json_has_it_all():
    report = judged(history_of(USUAL, times(LIKE_IT, 1.2)))
    told: dict[str, Any] = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert told["level"] == "critical"
    (series,) = told["series"]
    assert (series["metric"], series["unit"], series["better"]) == ("job", "ms", "lower")
    assert len(series["points"]) == 20
    assert series["points"][0]["median"] == USUAL[0]
    assert series["points"][0]["recorded_at"].endswith("Z")
    assert series["points"][0]["machine"] == str(ONE)
    assert series["baseline"]["median"] == 100.0
    assert series["verdict"]["level"] == "critical"
    assert series["change_points"] == [15]
    assert [alert["metric"] for alert in told["alerts"]] == ["job"]
