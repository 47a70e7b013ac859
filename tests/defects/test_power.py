"""The measuring of power: two defects from end to end, what is known already, false alarms, and the figures."""

from __future__ import annotations

import argparse
import json

import pytest

from dcprops.commands import UsageError, bench_power
from dcprops.defects import Variant
from dcprops.defects.power import ARMS, Outcome, Task, false_alarms, figures, outcomes, tasks
from dcprops.defects.power.tries import first_caught

for package in ("duckdb", "pyarrow", "jsonschema", "rich"):
    pytest.importorskip(package)

TWO = ("--only", "rounds-half-even", "--only", "has-no-highest-level", "--seeds", "2", "--jobs", "1")


def power(*arguments):
    parser = argparse.ArgumentParser()
    bench_power.add_options(parser)
    return bench_power.run(parser.parse_args(arguments))


def test_two_defects_from_end_to_end(tmp_path, capsys):
    pytest.importorskip("polyfactory")
    pytest.importorskip("matplotlib")
    report, plot = tmp_path / "power.json", tmp_path / "power.svg"
    assert power(*TWO, "--correct", "50", "--json", str(report), "--plot", str(plot)) == 0
    read = json.loads(report.read_text())
    by_arm = {arm["arm"]: arm for arm in read["arms"]}
    assert by_arm.keys() == set(ARMS)
    assert by_arm["dcprops"]["killed_within"]["1000"] == 1.0
    assert by_arm["dcprops"]["tries"] == 4
    assert by_arm["golden"]["tries"] == 2
    assert read["missed"] == []
    assert read["false_alarms"]["raised"] == []
    assert plot.read_text().count("<svg") == 1
    printed = capsys.readouterr().out
    assert "dcprops" in printed
    assert "objections to correct variants: none" in printed


def test_what_is_known_is_not_measured_again(tmp_path):
    known = tmp_path / "results.jsonl"
    first = Outcome("rounds-half-even", "dcprops", 0, 20, 17, 2)
    known.write_text(json.dumps(vars(first)) + "\n" + '{"defect": "cut off')
    wanted = tasks(["rounds-half-even"], seeds=1, examples=20, arms=["dcprops"])
    assert wanted == [Task("rounds-half-even", "dcprops", 1, 20)]
    assert outcomes(wanted, jobs=1, known=known) == [first]


def test_a_run_goes_on_after_a_line_that_was_cut_off(tmp_path):
    known = tmp_path / "results.jsonl"
    known.write_text('{"defect": "cut off')
    wanted = tasks(["never-rounds"], seeds=1, examples=20, arms=["dcprops"])
    found = outcomes(wanted, jobs=1, known=known)
    assert [json.loads(line) for line in known.read_text().splitlines()] == [vars(each) for each in found]
    assert outcomes(wanted, jobs=1, known=known) == found


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"defect": "never-rounds"}'])
def test_a_file_of_something_else_is_left_as_it_is(tmp_path, line):
    known = tmp_path / "notes.txt"
    known.write_text(f"{line}\nmore")
    with pytest.raises(UsageError, match=r"notes\.txt, line 1 is no result of bench power"):
        power("--only", "never-rounds", "--arm", "golden", "--correct", "0", "--jobs", "1", "--results", str(known))
    assert known.read_text() == f"{line}\nmore"


def test_what_comes_new_is_added(tmp_path):
    known = tmp_path / "results.jsonl"
    wanted = tasks(["never-rounds"], seeds=2, examples=20, arms=["dcprops"])
    found = outcomes(wanted, jobs=1, known=known)
    assert [each.examples for each in found] == [1, 1]
    assert len(known.read_text().splitlines()) == 2
    assert outcomes(wanted, jobs=1, known=known) == found


def test_the_first_example_that_shows_it_is_counted_over_fixed_and_drawn():
    from hypothesis import strategies as st  # noqa: PLC0415  # only here

    def more_than_nine(example, is_drawn):
        return example > 9

    assert first_caught(more_than_nine, [1, 2, 30], None, seed=1, budget=5) == 3
    assert first_caught(more_than_nine, [1, 2, 30], None, seed=1, budget=2) is None
    assert first_caught(more_than_nine, [1, 2], st.just(10), seed=1, budget=5) == 3
    assert first_caught(more_than_nine, [1, 2], st.integers(0, 9), seed=1, budget=9) is None


def test_a_property_that_objects_to_what_is_right_is_a_false_alarm(monkeypatch):
    wrong = Variant("wrong", "dcprops.defects.calculators.wrong:RoundsDown.balances", "calculator", "not right")
    monkeypatch.setitem(false_alarms.__globals__, "CORRECT", (wrong,))
    found = false_alarms(60)
    assert ("wrong", "balances.matches-reference") in found.raised
    assert found.examples > 0


def test_the_figures_are_those_of_the_outcomes():
    found = figures(
        [
            Outcome("never-rounds", "dcprops", 0, 1000, 1, 2),
            Outcome("never-rounds", "dcprops", 1, 1000, 3, 4),
            Outcome("has-no-highest-level", "dcprops", 0, 1000, None),
            Outcome("canary", "dcprops", 0, 1000, 500),
            Outcome("never-rounds", "from_type", 0, 100, None, ran=False),
        ]
    )
    ours = found.arms[0]
    assert (ours.defects, ours.tries) == (2, 3)
    assert ours.killed == {1: pytest.approx(1 / 3), 20: pytest.approx(2 / 3), 100: pytest.approx(2 / 3),
                           1000: pytest.approx(2 / 3)}  # fmt: skip
    assert found.mean_of_comparisons == 2.0
    assert found.worst == ("has-no-highest-level", 1000)
    assert found.missed == ("has-no-highest-level",)
    assert (found.median_excess, found.within_one) == (1.0, 0.5)
    assert found.larger == (("never-rounds", 2, 4),)
    assert [arm.not_run for arm in found.arms if arm.id == "from_type"] == [1]


def test_wrong_use_is_one_line():
    with pytest.raises(UsageError, match=r"there is no defect 'nonsense': docs/defects\.md lists all"):
        power("--only", "nonsense")
    with pytest.raises(UsageError, match="--seeds 0 is too few"):
        power("--seeds", "0")
    with pytest.raises(UsageError, match="there is no arm 'luck': expected one of dcprops, golden"):
        power("--arm", "luck")


def test_what_falls_short_is_said(capsys, monkeypatch):
    never = ("--only", "never-rounds", "--seeds", "1", "--jobs", "1", "--arm", "dcprops")
    wrong = Variant("wrong", "dcprops.defects.calculators.wrong:RoundsDown.balances", "calculator", "not right")
    monkeypatch.setitem(false_alarms.__globals__, "CORRECT", (wrong,))
    assert power(*never, "--correct", "60") == 1
    assert "objections to correct variants: balances." in capsys.readouterr().out
    assert power("--only", "canary", *never[2:-2], "--arm", "static", "--correct", "0") == 0
    assert power("--only", "takes-zero-for-pay", "--examples", "1", *never[2:], "--correct", "0") == 1
    assert "missed in some run: takes-zero-for-pay" in capsys.readouterr().out


def test_a_file_that_can_not_be_read_is_found_by_static_checks():
    (outcome,) = outcomes(tasks(["writes-latin-1"], seeds=1, examples=20, arms=["static"]), jobs=1)
    assert outcome.ran
    assert outcome.examples == 1
