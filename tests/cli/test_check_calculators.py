"""`dcprops check` on calculators, compliance and limits: what a user sees, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TARGETS = Path(__file__).parents[1] / "properties"
MATCHES = "balances.matches-reference"
QUICK = ("--profile", "quick", "--seed", "7")


@pytest.fixture
def check(dcprops):
    """Runs check beside the calculators of the tests."""
    return lambda *arguments, **options: dcprops("check", *arguments, *QUICK, cwd=TARGETS, **options)


def test_a_mistake_is_shown_with_ledger_workings_and_a_test(check):
    done = check(
        "--calculator",
        "dcprops.defects.calculators.wrong:ForfeitsOfVested.balances",
        "--only",
        "balances.matches-reference",
    )
    assert (done.returncode, done.stderr) == (1, "")
    for line in (
        "balances.matches-reference: vested_account_balance differs",
        "  the smallest ledger, 3 events:",
        "  worked out by the reference:",
        "    from dcprops.defects.calculators.wrong import ForfeitsOfVested",
        "    def test_balances_matches_reference():",
    ):
        assert line in done.stdout.splitlines()
    assert "net S + G - F = " in done.stdout
    assert "calculator=ForfeitsOfVested.balances)" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 failed (")


def test_json_has_ledger_and_workings(check):
    done = check(
        "--calculator",
        "dcprops.defects.calculators.wrong:VestsEmployeeMoney.balances",
        "--suite",
        "balances",
        "--json",
        "-",
    )
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["targets"] == {"calculator": "dcprops.defects.calculators.wrong:VestsEmployeeMoney.balances"}
    failures = {each["id"]: each["failures"] for each in report["checks"] if each["status"] == "failed"}
    assert set(failures) >= {"balances.matches-reference", "balances.vested-covers-employee-money"}
    (failure,) = failures["balances.matches-reference"]
    assert [each["payload"]["source"] for each in failure["ledger"]] == ["employee_catch_up"]
    assert failure["workings"][-1].startswith("all buckets: net 7.000000, vested 7.000000")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--calculator", "dcprops.reference.documents:balances"),
        ("--compliance", "dcprops.reference.documents:compliance"),
        ("--limits", "dcprops.reference:limits"),
        (
            "--calculator",
            "dcprops.defects.calculators.event_fold:balances",
            "--compliance",
            "dcprops.defects.calculators.yearly:compliance",
        ),
    ],
    ids=lambda arguments: arguments[0] + arguments[1],
)
def test_what_is_right_passes(check, arguments):
    done = check(*arguments, "--max-examples", "5")
    assert (done.returncode, done.stderr) == (0, "")
    assert " passed (" in done.stdout.splitlines()[-1]
    assert "failed" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (
            ("--compliance", "dcprops.defects.calculators.wrong_years:AddsCatchUp.compliance"),
            "annual_additions differs",
        ),
        (("--limits", "dcprops.defects.calculators.wrong_limits:one_figure_wrong"), "super_catch_up_60_63 of 2026"),
        (
            ("--limits", "dcprops.defects.calculators.wrong_limits:nearest_year"),
            "a year without published limits is answered",
        ),
        (("--calculator", "test_odd_calculators:returns_nothing"), "the call returned None, a NoneType"),
        (("--calculator", "test_odd_calculators:returns_numbers"), "a row lacks keys"),
        (("--calculator", "test_odd_calculators:raises"), "the call raised KeyError: 'employee_id'"),
        (("--calculator", "test_odd_calculators:leaves"), "the call raised SystemExit: no licence"),
        (("--calculator", "test_odd_calculators:leaves_after_the_first_row"), "the call raised SystemExit: 3"),
    ],
    ids=lambda value: value[1].partition(":")[2] if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_a_failure_and_no_crash(check, arguments, shown):
    done = check(*arguments, "--max-examples", "3")
    assert (done.returncode, done.stderr) == (1, "")
    assert shown in done.stdout
    assert "errored" not in done.stdout


@pytest.mark.parametrize("option", ["--calculator", "--compliance", "--limits"])
def test_what_is_no_function_is_wrong_usage(check, refused, option):
    assert refused(check(option, "dcprops.defects.calculators.yearly:FIGURES")) == (
        "dcprops: dcprops.defects.calculators.yearly:FIGURES is a dict: expected a function"
    )
