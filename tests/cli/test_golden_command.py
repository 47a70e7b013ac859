"""`dcprops golden`: zero variance, drift per field, and drafts of new scenarios."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from dcprops.golden import SHIPPED, read_scenarios, verify


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    """A folder with copies of two scenarios."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for name in ("partly-vested", "vesting-that-fell"):
        (folder / f"{name}.json").write_text((SHIPPED / f"{name}.json").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_scenarios_that_come_with_it_have_zero_variance(dcprops):
    done = dcprops("golden", "verify", env={"PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"})
    assert (done.returncode, done.stderr) == (0, "")
    scenarios, figures = re.fullmatch(r"(\d+) scenarios, (\d+) figures: zero variance\n", done.stdout).groups()
    assert int(scenarios) == len(list(SHIPPED.glob("*.json")))
    assert int(figures) > 10 * int(scenarios)


def test_drift_is_shown_for_each_field(dcprops, scenarios: Path):
    change(
        scenarios / "partly-vested.json",
        '"vested_account_balance": "40.000000"',
        '"vested_account_balance": "40.000001"',
    )
    change(scenarios / "vesting-that-fell.json", '"code": "vesting-fell"', '"code": "vesting-off-schedule"')
    done = dcprops("golden", "verify", scenarios)
    assert (done.returncode, done.stderr) == (1, "")
    first, _, *table = done.stdout.splitlines()
    assert re.fullmatch(r"2 scenarios, \d+ figures: 3 differ", first)
    account = "S1 / D1 / E1 / P1"
    event = "00000000-0000-4000-8000-000000000003"
    assert [re.split(r"  +", row.strip()) for row in table] == [
        ["Scenario", "Account", "Field", "Expected", "Got", "Difference"],
        ["partly-vested", account, "vested_account_balance", "40.000001", "40.000000", "-0.000001"],
        ["vesting-that-fell", account, f"vesting-off-schedule of {event}", "1", "0", "-1"],
        ["vesting-that-fell", account, f"vesting-fell of {event}", "0", "1", "+1"],
    ]


@pytest.mark.parametrize(("show", "rows"), [("0", 0), ("1", 1), ("2", 2)])
def test_so_many_figures_are_shown(dcprops, scenarios: Path, show: str, rows: int):
    change(scenarios / "vesting-that-fell.json", '"code": "vesting-fell"', '"code": "vesting-off-schedule"')
    done = dcprops("golden", "verify", scenarios, "--show", show)
    lines = done.stdout.splitlines()
    assert sum(line.startswith("vesting-that-fell ") for line in lines) == rows
    left = f"{2 - rows} of 2 figures are not shown: --show N lists more, --json FILE has all"
    assert (left in lines) == (rows < 2)


def test_drift_as_json(dcprops, tmp_path: Path, scenarios: Path):
    change(scenarios / "partly-vested.json", '"unvested_balance": "60.000000"', '"unvested_balance": "61.000000"')
    report = tmp_path / "report.json"
    assert dcprops("golden", "verify", scenarios, "--json", report).returncode == 1
    written = json.loads(report.read_text(encoding="ascii"))
    assert written == {
        "scenarios": ["partly-vested", "vesting-that-fell"],
        "figures": verify(read_scenarios(scenarios)).figures,
        "drift": [
            {
                "scenario": "partly-vested",
                "account": {"scenario_id": "S1", "plan_design_id": "D1", "employee_id": "E1", "plan_id": "P1"},
                "field": "unvested_balance",
                "expected": "61.000000",
                "got": "60.000000",
                "difference": "-1.000000",
            }
        ],
    }
    done = dcprops("golden", "verify", scenarios, "--json", "-")
    assert (done.returncode, done.stderr, json.loads(done.stdout)) == (1, "", written)


def test_one_file_may_be_verified(dcprops, scenarios: Path):
    done = dcprops("golden", "verify", scenarios / "partly-vested.json")
    assert done.returncode == 0
    assert done.stdout.startswith("1 scenario, ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "{}/scenarios/x.json is no scenario: Expecting property name"),
        ("{}", "{}/scenarios/x.json is no scenario: name: Field required"),
        ('{"name": "\\u001b[2J"}', "{}/scenarios/x.json is no scenario: name: '\\x1b[2J' is no name"),
    ],
)
def test_a_scenario_that_is_not_right_is_one_line(dcprops, refused, scenarios: Path, text: str, says: str):
    (scenarios / "x.json").write_text(text, encoding="utf-8")
    assert refused(dcprops("golden", "verify", scenarios)).startswith(
        f"dcprops: {says.replace('{}', str(scenarios.parent), 1)}"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the following arguments are required: verify|record; see dcprops golden --help"),
        (["vfy"], "argument verify|record: invalid choice: 'vfy'"),
        (["verify", "{}/none"], "{}/none cannot be read: No such file or directory"),
        (["verify", "{}"], "{} holds no scenarios: expected files that end in .json"),
        (["verify", "--ful"], "unrecognized arguments: --ful; see dcprops golden"),
        (["record", "{}/x"], "the following arguments are required: --name, --as-of, --out; see dcprops golden record"),
        (
            ["record", "{}/x", "--name", "a", "--as-of", "soon", "--out", "-"],
            "argument --as-of: expected a day as YYYY-",
        ),
        (["record", "{}/x", "--name", "a", "--as-of", "2024-12-31", "--out", "{}/y"], "{}/x does not exist: give the"),
        (
            ["record", "{}/x", "--name", "a", "--as-of", "2024-12-31", "--out", "{}"],
            "--out {} is there already: name a",
        ),
    ],
)
def test_wrong_usage_is_one_line(dcprops, refused, tmp_path: Path, arguments: list[str], says: str):
    here = str(tmp_path)
    said = refused(dcprops("golden", *(argument.replace("{}", here) for argument in arguments)))
    assert said.startswith(f"dcprops: {says.replace('{}', here)}")
    assert os.listdir(tmp_path) == []


def test_each_part_has_help(dcprops):
    for part in ("verify", "record"):
        done = dcprops("golden", part, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"usage: dcprops golden {part} ")


def test_from_an_event_file_to_a_scenario_that_holds(dcprops, refused, tmp_path: Path, coherent_path: Path):
    draft = tmp_path / "of-the-sample.json"
    record = ["golden", "record", coherent_path, "--name", "of-the-sample", "--as-of", "2024-12-31", "--out", draft]
    done = dcprops(*record)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{draft}: a draft; work it by hand, write its reasoning and source, then verify it\n"
    says = f"dcprops: {draft} is no scenario: reasoning: left open: work the figures by hand"
    assert refused(dcprops("golden", "verify", draft)).startswith(says)
    written = json.loads(draft.read_text(encoding="utf-8"))
    draft.write_text(json.dumps(written | {"reasoning": "By hand.", "source": "the balance rule"}), encoding="utf-8")
    assert dcprops("golden", "verify", draft).returncode == 0
    # What a person has written is not written over.
    assert refused(dcprops(*record)) == f"dcprops: --out {draft} is there already: name a new file"
    assert json.loads(draft.read_text(encoding="utf-8"))["reasoning"] == "By hand."


def test_a_file_with_an_invalid_row_is_not_recorded(dcprops, refused, tmp_path: Path, dirty_path: Path):
    out = tmp_path / "out.json"
    done = dcprops("golden", "record", dirty_path, "--name", "a", "--as-of", "2024-12-31", "--out", out)
    assert refused(done).startswith(f"dcprops: {dirty_path} cannot be recorded: line 2 is no valid event: ")
    assert list(tmp_path.iterdir()) == [dirty_path]


def test_a_draft_on_standard_output_is_nothing_but_the_draft(dcprops, coherent_path: Path):
    done = dcprops("golden", "record", coherent_path, "--name", "a", "--as-of", "2024-12-31", "--out", "-")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["name"] == "a"
