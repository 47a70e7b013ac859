"""Every mistake is found, with a ledger small enough to work out by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dcprops.defects.calculators import wrong as defects
from dcprops.defects.calculators.running_totals import Account
from dcprops.defects.calculators.wrong import DEFECTS
from dcprops.properties import check
from dcprops.properties.balances import BALANCES_SUITE

MATCHES = "balances.matches-reference"
HERE = Path(__file__).parent
#: For each law a calculator that breaks it.
BREAKS = {
    MATCHES: defects.RoundsHalfEven,
    "balances.conserves-money": defects.TakesNetForGross,
    "balances.as-of-is-prefix": defects.ForgetsTheDay,
    "balances.arrival-order-irrelevant": defects.TakesArrivalOrder,
    "balances.duplicates-count-once": defects.CountsCopies,
    "balances.accounts-independent": defects.MixesScenarios,
    "balances.splits-add-up": defects.RoundsEachContribution,
    "balances.forfeiture-spares-vested": defects.ForfeitsOfVested,
    "balances.vested-covers-employee-money": defects.VestsEmployeeMoney,
    "balances.vesting-never-creates-money": defects.RevivesWhatWasForfeited,
    "balances.no-drift": defects.AddsUpInFloats,
}


def failures(calculator, law, **options):
    (result,) = check(calculator=calculator, only=[law], **options).checks
    assert result.status == "failed"
    return result.failures


def test_there_are_mistakes_of_every_kind():
    assert len({each.__name__ for each in DEFECTS}) == len(DEFECTS) >= 24
    assert all(each.__doc__ and each.__doc__ != Account.__doc__ for each in DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_mistake_is_found_in_at_most_four_events(defect):
    found = failures(defect.balances, MATCHES, profile="quick", seed=11)
    assert all(1 <= len(failure.ledger) <= 4 for failure in found)
    assert all(failure.workings and failure.expected != failure.got for failure in found)


@pytest.mark.parametrize("law", BALANCES_SUITE, ids=lambda law: law.id)
def test_every_law_is_broken_by_some_calculator(law):
    """A law that nothing breaks says nothing."""
    found = failures(BREAKS[law.id].balances, law.id, profile="quick", seed=11)
    assert all(failure.title.startswith(law.id) and failure.ledger for failure in found)
    assert all(failure.workings for failure in found) or law.id == "balances.no-drift"


def test_the_same_seed_finds_the_same():
    twice = [failures(defects.MixesPlans.balances, MATCHES, profile="quick", seed=3) for _ in range(2)]
    assert twice[0] == twice[1]


#: Of each sort of failure one: a field, a row too few and one too many, and a law that changes the ledger.
PASTED = (
    (MATCHES, defects.RoundsHalfEven),
    (MATCHES, defects.ForgetsTheDayItself),
    (MATCHES, defects.OpensAccountsAtHire),
    (MATCHES, defects.NeverSettles),
    ("balances.duplicates-count-once", defects.CountsCopies),
    ("balances.forfeiture-spares-vested", defects.ForfeitsOfVested),
)


def test_a_pasted_test_fails_on_the_mistake_and_passes_without_it(tmp_path):
    for number, (law, defect) in enumerate(PASTED):
        source = failures(defect.balances, law, profile="quick", seed=11)[0].test
        (tmp_path / f"test_wrong_{number}.py").write_text(source, encoding="utf-8")
        right = source.replace("calculators.wrong", "calculators.running_totals").replace(defect.__name__, "Account")
        (tmp_path / f"test_right_{number}.py").write_text(right, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])},
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    lines = run.stdout.splitlines()
    assert sum(line.startswith("FAILED test_wrong_") for line in lines) == len(PASTED), run.stdout
    assert sum(line.startswith("PASSED test_right_") for line in lines) == len(PASTED), run.stdout
    assert "Breaking: vested_account_balance differs" in run.stdout
