"""The strategies in use: with Hypothesis's own settings, under any decimal context, the same in every process."""

from __future__ import annotations

import ast
import decimal
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dcprops.strategies
from dcprops import strategies as dc
from dcprops.events import SimulationEvent

from .debug import for_each_example
from .payload_strategies import OF_LEDGERS, STRATEGIES

EVERY = {**STRATEGIES, **OF_LEDGERS}

#: What a user has who sets nothing. Only the database, which would write into the user's directory, is off.
DEFAULTS = settings(settings.get_profile("default"), database=None)


@pytest.mark.parametrize("name", EVERY)
def test_each_strategy_passes_every_health_check(name):
    examples = []

    @settings(DEFAULTS, suppress_health_check=(), deadline=None, derandomize=True)
    @given(EVERY[name]())
    def draws(example: object) -> None:
        examples.append(example)

    draws()
    assert len(examples) >= 100


@settings(DEFAULTS, suppress_health_check=(), deadline=None, derandomize=True)
@given(st.lists(dc.events(), min_size=20, max_size=30))
def test_long_lists_of_events_pass_every_health_check(events):
    assert 20 <= len(events) <= 30
    assert all(isinstance(event, SimulationEvent) for event in events)


def test_no_health_check_is_suppressed_here():
    assert settings.default is not None
    assert settings.default.suppress_health_check == ()


def drawn(name: str, examples: int = 50) -> list[str]:
    found: list[str] = []
    for_each_example(EVERY[name](), lambda example: found.append(repr(example)), examples=examples)
    return found


HOSTILE_CONTEXTS = {
    "one digit": decimal.Context(prec=1),
    "one digit, and no rounding": decimal.Context(
        prec=1, traps=[decimal.Inexact, decimal.Rounded, decimal.FloatOperation, decimal.InvalidOperation]
    ),
    "no exponents": decimal.Context(prec=1, Emin=0, Emax=0, traps=[]),
    "always up": decimal.Context(prec=3, rounding=decimal.ROUND_UP),
}


@pytest.mark.parametrize("context", HOSTILE_CONTEXTS)
@pytest.mark.parametrize("name", EVERY)
def test_a_callers_decimal_context_changes_no_example(name, context):
    expected = drawn(name)
    with decimal.localcontext(HOSTILE_CONTEXTS[context]):
        assert drawn(name) == expected


@pytest.mark.parametrize("context", HOSTILE_CONTEXTS)
def test_a_callers_decimal_context_changes_no_representation(context):
    def found() -> set[str]:
        values: set[str] = set()
        strategy = dc.representations(decimal.Decimal("123456.789000"))
        for_each_example(strategy, lambda value: values.add(repr(value)), examples=300)
        return values

    expected = found()
    assert "'123456.789'" in expected
    with decimal.localcontext(HOSTILE_CONTEXTS[context]):
        assert found() == expected


SCRIPT = """
import hashlib, sys
from datetime import datetime, UTC
from decimal import Decimal
from hypothesis import Phase, given, seed, settings
from dcprops import strategies as dc
from dcprops.events import HirePayload

of_models = ["boundary_from_model", "from_model", "invalid_from_model"]
of_something = {"of_type", "representations", *of_models}
strategies = {name: getattr(dc, name) for name in dc.__all__ if name[0].islower() and name not in of_something}
drawn = {name: make() for name, make in strategies.items()}
drawn |= {name: getattr(dc, name)(HirePayload) for name in of_models}
drawn["an amount"] = dc.representations(Decimal("1.50"))
drawn["an instant"] = dc.representations(datetime(2024, 2, 29, tzinfo=UTC))
for name, strategy in drawn.items():
    digest = hashlib.sha256()

    @seed(20250101)
    @settings(max_examples=50, database=None, deadline=None, phases=[Phase.generate])
    @given(strategy)
    def draws(example):
        digest.update(repr(example).encode("utf-8", "surrogatepass"))

    draws()
    print(name, digest.hexdigest())
"""


def examples_in_a_process(script: str, **environment: str) -> list[str]:
    root = str(Path(dcprops.strategies.__file__).parents[2])
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": root, **environment},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return ran.stdout.splitlines()


def test_a_seed_gives_the_same_examples_in_every_process():
    one = examples_in_a_process(SCRIPT, PYTHONHASHSEED="1", TZ="Asia/Kolkata", LC_ALL="C")
    other = examples_in_a_process(SCRIPT, PYTHONHASHSEED="2", TZ="America/New_York", CI="true", PYTHONUTF8="1")
    assert len(one) == len(EVERY) + 2 + 3
    assert len({line.split()[-1] for line in one}) > len(EVERY) - 2
    assert one == other


def test_another_seed_gives_other_examples():
    one = examples_in_a_process(SCRIPT)
    other = examples_in_a_process(SCRIPT.replace("20250101", "20250102"))
    assert {line.split()[0] for line in one if line not in other} >= set(EVERY)


def test_the_source_neither_filters_nor_assumes():
    sources = sorted(Path(dcprops.strategies.__file__).parent.glob("*.py"))
    assert len(sources) > 4
    for source in sources:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not {"filter", "assume", "suppress_health_check", "reject"} & (attributes | names), source.name
