"""What Hypothesis offers on pytest's command line, and prints, works in a user's suite of our strategies."""

from __future__ import annotations

import json
import re

from dcprops.events.schema import EVENT_TYPES

from .processes import pytest_on

SHOWING = """
from hypothesis import event, given, settings
from dcprops import strategies as dc

@settings(max_examples=20)
@given(dc.events(), dc.ledgers())
def test_shows(event_drawn, ledger):
    event(event_drawn.payload.event_type)
    print("drawn:", event_drawn, len(ledger.events))
"""


def shown(tmp_path, name: str, seed: int) -> list[str]:
    directory = tmp_path / name
    directory.mkdir()
    done = pytest_on(SHOWING, directory, "-s", f"--hypothesis-seed={seed}")
    assert done.returncode == 0, done.stdout
    lines = [line for line in done.stdout.splitlines() if "drawn: " in line]
    assert len(lines) == 20
    return lines


def test_a_seed_gives_the_same_examples_again_and_another_gives_others(tmp_path):
    once = shown(tmp_path, "once", 7)
    assert shown(tmp_path, "again", 7) == once
    assert len(set(shown(tmp_path, "other", 8)) & set(once)) < 5  # the first of all is the simplest


def test_statistics_say_what_was_drawn_and_that_nothing_was_wasted(tmp_path):
    done = pytest_on(SHOWING, tmp_path, "--hypothesis-show-statistics", "--hypothesis-seed=0")
    assert done.returncode == 0, done.stdout
    (counts,) = re.findall(r"(\d+) passing.*, (\d+) failing.* (\d+) invalid", done.stdout)
    assert counts == ("20", "0", "0")
    events = re.findall(r"\* \d+\.\d+%, (\w+)$", done.stdout, re.MULTILINE)
    assert len(events) > 3
    assert set(events) <= set(EVENT_TYPES)


OBSERVED = """
from hypothesis import given, settings
from dcprops import strategies as dc

@settings(max_examples=5)
@given(events=dc.events(), invalid=dc.invalid_documents(), ledgers=dc.ledgers(), pairs=dc.incoherent_ledgers())
def test_observed(events, invalid, ledgers, pairs):
    pass
"""


def test_observations_are_lines_of_json_with_every_field(tmp_path):
    done = pytest_on(OBSERVED, tmp_path, measured=False, HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY="1")
    assert done.returncode == 0, done.stdout
    (file,) = (tmp_path / ".hypothesis/observed").glob("*_testcases.jsonl")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    cases = [line for line in lines if line["type"] == "test_case"]
    assert len(cases) == 5
    for case in cases:
        assert case["status"] == "passed", case["status_reason"]
        assert set(case["arguments"]) == {"events", "invalid", "ledgers", "pairs"}
        # Nested values, not their repr: an event has its fields, and its amounts are readable.
        assert case["arguments"]["events"]["payload"]["event_type"] in EVENT_TYPES
        assert isinstance(case["arguments"]["events"]["employee_id"], str)


FAILING = """
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from dcprops import ContributionPayload, HirePayload
from dcprops import strategies as dc

class Pair:
    def __init__(self, contribution: ContributionPayload, hire: HirePayload, note: str) -> None:
        self.contribution = contribution

    def __repr__(self) -> str:
        return "a pair"

@settings(database=None)
@given(pair=st.builds(Pair), other=dc.merits())
def test_fails(pair, other):
    assert pair.contribution.amount < Decimal("100")
"""


def test_the_report_says_which_payloads_do_not_matter(tmp_path):
    # Coverage traces too, and before Python 3.12 Hypothesis can't explain what is traced already.
    done = pytest_on(FAILING, tmp_path, "--hypothesis-seed=0", measured=False)
    assert done.returncode == 1, done.stdout
    report = [line.removeprefix("E").strip() for line in done.stdout.splitlines()]
    (contribution,) = (line for line in report if line.startswith("contribution="))
    (hire,) = (line for line in report if line.startswith("hire="))
    (other,) = (line for line in report if line.startswith("other="))
    assert "amount=Decimal('100.000000')" in contribution
    assert "or any other generated value" not in contribution
    assert hire.startswith("hire=HirePayload(event_type='hire', ")
    assert hire.endswith("# or any other generated value")
    assert other.endswith("# or any other generated value")


def test_the_blob_of_a_failure_makes_it_happen_again(tmp_path):
    found, again = tmp_path / "found", tmp_path / "again"
    found.mkdir()
    again.mkdir()
    first = pytest_on(FAILING, found, "--hypothesis-profile", "dcprops-quick", "--hypothesis-seed=0")
    assert first.returncode == 1
    (decorator,) = set(re.findall(r"@(reproduce_failure\('[\d.]+', b'[^']+'\))", first.stdout))
    suite = FAILING.replace("@settings", "@reproduce_failure_here\n@settings").replace(
        "class Pair:",
        f"from hypothesis import reproduce_failure\n\nreproduce_failure_here = {decorator}\n\nclass Pair:",
    )
    second = pytest_on(suite, again, "--hypothesis-seed=1")
    assert second.returncode == 1
    smallest = r"contribution=(ContributionPayload\(.*?\)),"
    assert re.findall(smallest, second.stdout) == re.findall(smallest, first.stdout)
    assert "1 failed" in second.stdout
    # What no longer fails is said to be so: the blob was replayed, and nothing else.
    mended = suite.replace("assert pair", "pair")
    assert "DidNotReproduce" in pytest_on(mended, again).stdout
