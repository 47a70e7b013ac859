"""`dcprops check` as a process: what it prints and writes, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from dcprops.properties import PROPERTIES
from dcprops.rules import CATALOGUE

LENIENT = '''
"""A model that takes unknown fields, rounds amounts, crashes on large ones and takes blank identifiers."""

import json
from decimal import Decimal

from dcprops.events import SimulationEvent


class Lenient:
    def validate(self, document):
        payload = document.get("payload") if isinstance(document, dict) else None
        if isinstance(payload, dict) and payload.get("event_type") == "hire":
            amount = payload.get("annual_compensation")
            if amount == "1E+30":
                amount = str(Decimal(amount).quantize(Decimal("0.000001")))
            if isinstance(amount, str) and len(amount.partition(".")[2]) > 6 and amount.startswith("0."):
                amount = "0.000001"
            payload = {**payload, "annual_compensation": amount}
            payload.pop("unknown_field", None)
            document = {**document, "payload": payload}
            employee = document.get("employee_id")
            if isinstance(employee, str) and not employee.strip():
                document["employee_id"] = "blank"
        return SimulationEvent.model_validate_json(json.dumps(document))

    def dump(self, value):
        return value.model_dump(mode="json")
'''


@pytest.fixture
def lenient(tmp_path: Path) -> Path:
    (tmp_path / "lenient.py").write_text(LENIENT, encoding="utf-8")
    return tmp_path


def test_ours_holds(dcprops: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path):
    only = [option for id_ in PROPERTIES if id_.startswith("model.") for option in ("--only", id_)]
    done = dcprops("check", "--max-examples", 5, "--seed", 1, *only, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("dcprops ")
    assert lines[0].endswith("SimulationEvent (profile ci, seed 1)")
    assert [line.split()[:2] for line in lines if line.startswith("model.")] == [
        [id_, "passed"] for id_ in PROPERTIES if id_.startswith("model.")
    ]
    assert f"{len(CATALOGUE)} cells" in done.stdout
    assert list(tmp_path.iterdir()) == []  # Hypothesis keeps its files elsewhere


def test_each_cell_that_a_lenient_model_lets_pass_is_named(dcprops, lenient: Path):
    done = dcprops(
        "check", "--model", "lenient:Lenient", "--suite", "model", "--max-examples", 5, "--json", "out.json",
        "--junit", "out.xml", "--show", 1, cwd=lenient,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    report = json.loads((lenient / "out.json").read_text(encoding="utf-8"))
    let_pass = {
        (cell["payload"], cell["field"], cell["rule"], cell["outcome"])
        for cell in report["matrix"]
        if cell["outcome"] != "rejected"
    }
    assert let_pass == {
        ("envelope", "employee_id", "blank", "accepted"),
        ("hire", "annual_compensation", "too-many-places", "accepted"),
        ("hire", "annual_compensation", "too-many-digits", "crashed"),
        ("hire", "unknown_field", "unknown-field", "accepted"),
    }
    failed = {check["id"] for check in report["checks"] if check["status"] == "failed"}
    assert failed == {"model.rejects-invalid", "model.rejects-cleanly"}
    assert "model.rejects-invalid: envelope.employee_id accepts blank" in done.stdout
    assert "def test_model_rejects_invalid():" in done.stdout
    cases = {case.get("name"): case for case in Xml.parse(lenient / "out.xml").iter("testcase")}
    assert {name for name, case in cases.items() if case.find("failure") is not None} == failed


def test_the_printed_test_fails_as_it_stands(dcprops, lenient: Path):
    done = dcprops("check", "--model", "lenient:Lenient", "--only", "model.rejects-invalid", "--json", "-", cwd=lenient)
    assert done.returncode == 1
    (check,) = json.loads(done.stdout)["checks"]
    (lenient / "test_pasted.py").write_text(check["failures"][0]["test"], encoding="utf-8")
    pasted = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_pasted.py"],
        cwd=lenient, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert pasted.returncode == 1
    assert "Breaking: an invalid document is accepted" in pasted.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--model", "nothing"], "'nothing' names no target: write module:attribute"),
        (["--model", "nothing:Event"], "nothing cannot be imported: ModuleNotFoundError"),
        (["--model", "json:Event"], "json has no Event"),
        (["--model", "json:__name__"], "json:__name__ is a str, not a model"),
        (["--suite", "nothing"], "there is no suite 'nothing': expected one of model, schema"),
        (["--only", "model.nothing"], "there is no property 'model.nothing'"),
        (["--max-examples", "0"], "max_examples=0 is too few"),
        (["--seed", "x"], "expected a whole number, got 'x'"),
        (["--json", "-", "--junit", "-"], "cannot both go to standard output"),
        (["--profile", "slow"], "invalid choice: 'slow'"),
    ],
)
def test_wrong_usage_is_one_line(dcprops, refused, options: list[str], said: str, tmp_path: Path):
    assert said in refused(dcprops("check", *options, cwd=tmp_path))
