"""What `dcprops bench --json` writes, read as a run; and what it never writes, refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dcprops.monitor import MonitorError, run_of_bench, this_machine

from .histories import ONE, bench_report, bench_text


def changed(**changes: Any) -> str:
    """A report of one row, in which fields of the row are changed; None takes a field away."""
    report = bench_report({"ingest": [1.0, 2.0]})
    report["rows"][0] |= changes
    return json.dumps(report)


def test_a_row_makes_two_metrics():
    text = changed(unit="1/s", better="higher", peer=[5.0, 5.0], ratios=[0.2, 0.4])
    run, failures = run_of_bench(text, "b.json", "abcdef0")
    assert failures == []
    assert (run.commit, run.machine, run.subject) == ("abcdef0", ONE, "")
    assert [(each.metric, each.unit, each.better, each.samples) for each in run.measurements] == [
        ("ingest", "1/s", "higher", (1.0, 2.0)),
        ("ingest:ratio", "times", "higher", (0.2, 0.4)),
    ]


def test_a_ratio_that_is_promised_to_be_small_is_good_when_it_is():
    promise = {"of": "ratio", "at_most": 1.5, "source": "design"}
    run, _ = run_of_bench(changed(ratios=[1.0], promise=promise), "b.json", "abcdef0")
    assert [each.better for each in run.measurements] == ["lower", "lower"]


def test_a_row_that_could_not_be_measured_is_told_and_the_others_count():
    report = bench_report({"ingest": [1.0], "check": [1.0]})
    report["rows"][0] |= {"failure": "pandas is not installed", "ours": []}
    run, failures = run_of_bench(json.dumps(report), "b.json", "abcdef0")
    assert failures == ["ingest was not measured: pandas is not installed"]
    assert [each.metric for each in run.measurements] == ["check"]


def test_the_machine_is_the_one_that_the_report_names():
    nested = {"packages": {"duckdb": "1.9"}, "cpu": "two", "load": [1, 2]}
    run, _ = run_of_bench(bench_text({"m": [1.0]}, machine=nested), "b.json", "abcdef0")
    assert dict(run.machine.facts) == {"cpu": "two", "duckdb": "1.9"}
    for none in (None, {}):
        run, _ = run_of_bench(bench_text({"m": [1.0]}, machine=none), "b.json", "abcdef0")
        assert run.machine == this_machine()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "b.json is not JSON"),
        ("[" * 100_000, "b.json is not JSON"),
        (b"\xff", "b.json is not JSON"),
        ("[]", "expected an object with a list of rows"),
        ('{"rows": {}}', "expected an object with a list of rows"),
        ('{"rows": []}', "has nothing that was measured"),
        ('{"rows": [7]}', "row 1 of b.json has no name"),
        (changed(name=""), "row 1 of b.json has no name"),
        (changed(name="a\nb"), "row 1 of b.json has no name"),
        (changed(name=None), "row 1 of b.json has no name"),
        (changed(unit=None), "says no unit"),
        (changed(unit="\x1b[2J"), "says no unit"),
        (changed(better="sideways"), "says no unit, or not what is better"),
        (changed(better=["lower"]), "says no unit, or not what is better"),
        (changed(ours=None), "ours of row 1 of b.json has no samples"),
        (changed(ours=[]), "ours of row 1 of b.json has no samples"),
        (changed(ours=["1"]), "ours of row 1 of b.json has the sample '1'"),
        (changed(ours=[True]), "ours of row 1 of b.json has the sample True"),
        (changed(ours=[0.0]), "ingest has the sample 0.0: expected one or more finite numbers above 0"),
        (changed(ours=[10**400]), "ours of row 1 of b.json has the sample"),
        (changed(ours=[float("nan")]), "ingest has the sample nan"),
        (changed(ratios=[]), "ratios of row 1 of b.json has no samples"),
        (changed(failure="it broke", ours=[]), "has nothing that was measured: ingest was not measured: it broke"),
        (bench_text({"m": [1.0]}, machine="mine"), "the machine in b.json is 'mine'"),
        (
            json.dumps({"rows": [*bench_report({"m": [1.0]})["rows"]] * 2}),
            "has more than one row m: expected each name once",
        ),
    ],
)
def test_what_is_no_report_is_told_in_one_line(text: str | bytes, message: str):
    with pytest.raises(MonitorError) as told:
        run_of_bench(text, "b.json", "abcdef0")
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_a_row_with_figures_and_a_remark_counts() -> None:
    row = {"name": "job", "what": "a job", "unit": "s", "better": "lower", "ours": [1.0, 2.0], "failure": "a remark"}
    report = {"version": "1", "machine": {"cpu": "X"}, "repeat": 2, "rows": [row]}
    run, failures = run_of_bench(json.dumps(report), "bench.json", "abc1234")
    assert [each.metric for each in run.measurements] == ["job"]
    assert failures == []
