"""HypoFuzz takes tests that use our strategies, also where the profiles of this package are loaded."""

from __future__ import annotations

import json

import pytest

from .processes import run

THEIRS = """
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, rule
from dcprops import SimulationEvent
from dcprops import strategies as dc
from hypothesis import strategies as st
import pytest

@given(dc.events())
def test_events(event): ...

@given(st.from_type(SimulationEvent))
def test_types(event): ...

@pytest.mark.parametrize("event_type", ["hire", "merit"])
@given(data=st.data())
def test_each(event_type, data):
    data.draw(dc.payloads(event_type=event_type))

class Machine(RuleBasedStateMachine):
    @rule(ledger=dc.ledgers())
    def take(self, ledger): ...

TestMachine = Machine.TestCase

@settings(derandomize=True)
@given(dc.events())
def test_that_is_always_the_same(event): ...
"""
COLLECT = """
import json, sys
from hypofuzz.collection import collect_tests

found = collect_tests(sys.argv[1:])
print(json.dumps([
    sorted(target.nodeid for target in found.fuzz_targets),
    {nodeid: why["status_reason"] for nodeid, why in found.not_collected.items()},
]))
"""


SUITE = """
import dcprops

test_ledger = dcprops.suite(
    model="dcprops:SimulationEvent",
    only=["model.accepts-valid", "model.rejects-invalid", "model.round-trip-json"],
    xfail={"model.round-trip-json": "known"},
)
"""


def test_hypofuzz_collects_the_items_of_a_suite(tmp_path):
    pytest.importorskip("hypofuzz", reason="HypoFuzz is a service of its own: pip install hypofuzz")
    (tmp_path / "test_theirs.py").write_text(SUITE, encoding="utf-8")
    done = run(["-c", COLLECT, "-p", "no:cacheprovider", "test_theirs.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    collected, refused = json.loads(done.stdout.splitlines()[-1])
    assert collected == [f"test_theirs.py::test_ledger[model.{name}]" for name in ("accepts-valid", "rejects-invalid")]
    assert refused == {"test_theirs.py::test_ledger[model.round-trip-json]": "xfail"}


@pytest.mark.parametrize("profile", ["default", "dcprops-quick", "dcprops-ci", "dcprops-deep"])
def test_hypofuzz_collects_all_that_does_not_refuse_it(profile, tmp_path):
    pytest.importorskip("hypofuzz", reason="HypoFuzz is a service of its own: pip install hypofuzz")
    (tmp_path / "test_theirs.py").write_text(THEIRS, encoding="utf-8")
    arguments = ["-p", "no:cacheprovider", "--hypothesis-profile", profile, "test_theirs.py"]
    done = run(["-c", COLLECT, *arguments], tmp_path)
    assert done.returncode == 0, done.stderr
    collected, refused = json.loads(done.stdout.splitlines()[-1])
    assert collected == [
        "test_theirs.py::TestMachine::runTest",
        "test_theirs.py::test_each[hire]",
        "test_theirs.py::test_each[merit]",
        "test_theirs.py::test_events",
        "test_theirs.py::test_types",
    ]
    assert refused == {"test_theirs.py::test_that_is_always_the_same": "sets_derandomize"}
