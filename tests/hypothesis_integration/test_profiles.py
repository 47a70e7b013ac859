"""Our profiles are there wherever Hypothesis is, say the same everywhere, and are in force where they are asked for."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
from hypothesis import settings

from dcprops.profiles import PROFILES

from .processes import pytest_on, python

SHOW = """
import enum, json
from pathlib import Path
import hypothesis
from hypothesis import settings

def said(value):
    if isinstance(value, tuple):
        return [said(each) for each in value]
    return value.name if isinstance(value, enum.Enum) else repr(value)

def profile(name):
    return {{field: said(getattr(settings.get_profile(name), field)) for field in {fields!r}}}

loaded = settings.get_current_profile_name()
is_in_force = settings.default is settings.get_profile(loaded)
files = list(map(str, Path().iterdir()))
print(json.dumps([loaded, is_in_force, files, {{name: profile("dcprops-" + name) for name in {names!r}}}]))
"""
FIELDS = sorted(set(inspect.signature(settings.__init__).parameters) - {"self", "parent"})
ENVIRONMENTS = {"by-hand": {}, "ci": {"CI": "true"}}


@pytest.mark.parametrize(("environment", "usual"), [("by-hand", "default"), ("ci", "ci")])
def test_every_field_is_the_same_everywhere_and_no_profile_is_loaded(environment, usual, tmp_path):
    source = SHOW.format(fields=FIELDS, names=list(PROFILES))
    loaded, is_in_force, files, shown = json.loads(python(source, tmp_path, **ENVIRONMENTS[environment]))
    assert (loaded, is_in_force, files) == (usual, True, [])
    assert shown == {
        name: {
            "backend": "'hypothesis'",
            "database": f"DirectoryBasedExampleDatabase({tmp_path / '.hypothesis/examples'!r})",
            "deadline": "None",
            "derandomize": "False",
            "max_examples": max_examples,
            "phases": ["explicit", "reuse", "generate", "target", "shrink", "explain"],
            "print_blob": "True",
            "report_multiple_bugs": "True",
            "stateful_step_count": "50",
            "suppress_health_check": [],
            "verbosity": "normal",
        }
        for name, max_examples in {"quick": "60", "ci": "300", "deep": "2000"}.items()
    }


def test_the_page_says_how_many_examples_each_profile_has():
    page = (Path(__file__).parents[2] / "docs/hypothesis.md").read_text(encoding="utf-8")
    said = {
        name: int(examples.replace(",", ""))
        for name, examples in re.findall(r"^\| `dcprops-(\w+)` \| ([\d,]+) \|", page, re.MULTILINE)
    }
    assert said == PROFILES


SUITE = """
from hypothesis import given, settings, strategies as st

count = 0

@given(st.integers())
def test_counts(number):
    global count
    count += 1

def test_how_many():
    print("examples:", count, settings.get_current_profile_name(), settings().deadline)
"""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_pytest_takes_a_profile_of_a_package_that_nobody_imported(environment, tmp_path):
    done = pytest_on(SUITE, tmp_path, "-s", "--hypothesis-profile", "dcprops-quick", **ENVIRONMENTS[environment])
    assert done.returncode == 0, done.stdout
    assert f"examples: {PROFILES['quick']} dcprops-quick None" in done.stdout
    assert pytest_on(SUITE, tmp_path, "-s", **ENVIRONMENTS[environment]).stdout.count("examples: 100") == 1
