"""The tests that Hypothesis's ghostwriter writes for functions of our types run as they are written."""

from __future__ import annotations

import pytest

from .processes import pytest_on, run

THEIRS = """
from pydantic import TypeAdapter
from dcprops import ContributionPayload, SimulationEvent
from dcprops.events import AnyPayload

PAYLOADS = TypeAdapter(AnyPayload)

def dump(payload: AnyPayload) -> bytes:
    return PAYLOADS.dump_json(payload)

def load(text: bytes) -> AnyPayload:
    return PAYLOADS.validate_json(text)

def lossy_load(text: bytes) -> AnyPayload:
    return load(text).model_copy(update={"plan_id": "another"})

def book(event: SimulationEvent, contributions: list[ContributionPayload]) -> None:
    assert isinstance(event, SimulationEvent)
    assert all(isinstance(each, ContributionPayload) for each in contributions)

def refuse(contribution: ContributionPayload) -> None:
    raise ValueError(contribution.source)
"""
#: What the command `hypothesis` runs.
HYPOTHESIS = "from hypothesis.extra.cli import main; main()"
WRITTEN = {
    "roundtrip": (["--roundtrip", "theirs.dump", "theirs.load"], 0),
    "roundtrip that loses": (["--roundtrip", "theirs.dump", "theirs.lossy_load"], 1),
    "fuzz": (["theirs.book"], 0),
    "fuzz that fails": (["theirs.refuse"], 1),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_test_runs_as_it_is(name, tmp_path):
    for package in ("black", "click"):
        pytest.importorskip(package, reason="the ghostwriter needs hypothesis[cli]")
    arguments, status = WRITTEN[name]
    (tmp_path / "theirs.py").write_text(THEIRS, encoding="utf-8")
    written = run(["-c", HYPOTHESIS, "write", *arguments], tmp_path)
    assert written.returncode == 0, written.stderr
    assert "from dcprops.strategies import of_type" in written.stdout
    # Of bytes that are no payload nothing is asked: only what was dumped is loaded.
    done = pytest_on(written.stdout, tmp_path, "--hypothesis-seed=0")
    assert done.returncode == status, done.stdout
    assert "NameError" not in done.stdout
