"""Hypothesis knows our types as soon as both are imported, in whichever order, and nothing is imported for that."""

from __future__ import annotations

import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from pydantic import BaseModel, Field

from dcprops import strategies as dc
from dcprops.events import AnyPayload, Payload, SimulationEvent
from dcprops.events.schema import PAYLOAD_CLASSES

from .processes import python, run

ROOT = Path(__file__).parents[2]
PAYLOAD_TYPES = list(PAYLOAD_CLASSES.values())

FIRST = ["hypothesis", "hypothesis.strategies", "dcprops", "dcprops.events", "dcprops.strategies", "pydantic"]
#: One example of each type, and how it is drawn.
DRAW_ALL = """
import {first}
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from dcprops import events
from dcprops.events.schema import PAYLOAD_CLASSES

for custom_type in (events.SimulationEvent, *PAYLOAD_CLASSES.values()):
    drawn = []

    @settings(max_examples=5, database=None, deadline=None, phases=[Phase.generate])
    @given(st.from_type(custom_type))
    def draws(value):
        drawn.append(value)

    draws()
    assert drawn and all(type(value) is custom_type for value in drawn), drawn
    print(custom_type.__name__, st.from_type(custom_type))
"""


def test_the_installed_package_has_the_entry_points_of_its_source():
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    installed = {
        (entry.group, entry.name): entry.value
        for entry in distribution("dcprops").entry_points
        if entry.group != "console_scripts"
    }
    assert installed == {
        (group, name): value for group, entries in written.items() for name, value in entries.items()
    }, "the installed package is another one: pip install -e ."


@pytest.mark.parametrize("first", FIRST)
def test_every_type_is_known_whichever_is_imported_first(first, tmp_path):
    said = python(DRAW_ALL.format(first=first), tmp_path).splitlines()
    assert said == [
        f"{each.__name__} just({each.__name__}).flatmap(of_type)" for each in (SimulationEvent, *PAYLOAD_TYPES)
    ]


def test_importing_hypothesis_imports_nothing_heavy(tmp_path):
    loaded = python("import sys, hypothesis; print(*sorted(sys.modules))", tmp_path).split()
    ours = [name for name in loaded if name.startswith("dcprops")]
    assert ours == ["dcprops", "dcprops._hypothesis_entrypoint", "dcprops._once_imported", "dcprops.profiles"]
    assert {"pydantic", "pydantic_core", "duckdb", "pyarrow", "numpy", "jsonschema"}.isdisjoint(loaded)


def test_importing_the_events_builds_no_strategy(tmp_path):
    loaded = python("import sys, hypothesis, dcprops.events; print(*sys.modules)", tmp_path).split()
    assert "dcprops.events.envelope" in loaded
    assert "dcprops.strategies" not in loaded


@pytest.mark.parametrize(
    "source", ["import dcprops", "import dcprops.events", "import dcprops; dcprops.SimulationEvent"]
)
def test_the_package_and_its_events_import_no_hypothesis(source, tmp_path):
    assert "hypothesis" not in python(f"import sys; {source}; print(*sys.modules)", tmp_path).split()


def test_without_plugins_hypothesis_knows_none_of_our_types(tmp_path):
    source = """
import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.errors import InvalidArgument
from dcprops import HirePayload

print("flatmap(of_type)" in repr(st.from_type(HirePayload)))
try:
    settings.get_profile("dcprops-quick")
except InvalidArgument:
    print("no profile")
"""
    done = run(["-c", source], tmp_path, HYPOTHESIS_NO_PLUGINS="1")
    assert done.stdout.splitlines() == ["False", "no profile"], done.stderr


@pytest.mark.parametrize(
    ("first", "then"), [("hypothesis", "dcprops.events"), ("dcprops.events", "hypothesis")], ids=["before", "after"]
)
def test_a_users_own_strategy_for_one_of_our_types_stays(first, then, tmp_path):
    source = f"""
import {first}
import {then}
from hypothesis import strategies as st
from dcprops import HirePayload, MeritPayload

st.register_type_strategy(HirePayload, lambda _: st.just("theirs"))
import dcprops.strategies
print(st.from_type(HirePayload))
print(st.from_type(MeritPayload))
"""
    assert python(source, tmp_path).splitlines() == ["just('theirs')", "just(MeritPayload).flatmap(of_type)"]


# --- in this process: the suite runs with the package installed ---


@pytest.mark.parametrize("custom_type", [SimulationEvent, *PAYLOAD_TYPES], ids=lambda each: each.__name__)
def test_from_type_gives_all_that_the_types_own_strategy_gives(custom_type):
    @given(st.from_type(custom_type))
    def holds(value: BaseModel) -> None:
        assert type(value) is custom_type
        assert custom_type.model_validate_json(value.model_dump_json()) == value

    holds()


UNIONS = {
    "the union": AnyPayload,
    "the discriminated union": Annotated[AnyPayload, Field(discriminator="event_type")],
    "what all payloads share": Payload,
}


@pytest.mark.parametrize("name", UNIONS)
def test_from_type_of_payloads_gives_every_payload(name):
    seen: set[type] = set()

    @settings(max_examples=500)
    @given(st.from_type(UNIONS[name]))
    def looks(value: object) -> None:
        seen.add(type(value))

    looks()
    assert seen == set(get_args(AnyPayload))


def promoted(event: SimulationEvent, payload: AnyPayload, *, others: list[Payload]) -> list[Any]:
    return [event, payload, *others]


def test_a_function_is_called_with_what_its_annotations_say():
    longest = []

    @given(st.builds(promoted))
    def looks(parts: list[Any]) -> None:
        assert isinstance(parts[0], SimulationEvent)
        assert all(isinstance(part, Payload) for part in parts[1:])
        longest.append(len(parts))

    looks()
    assert max(longest) > 2


def test_what_is_asked_for_a_class_above_ours_is_as_without_us():
    class Theirs(BaseModel):
        number: int

    @given(st.from_type(Theirs))
    def looks(value: object) -> None:
        assert type(value) is Theirs

    looks()
    assert "of_type" not in repr(st.from_type(BaseModel))


def test_of_type_refuses_other_types():
    with pytest.raises(
        InvalidArgument, match="custom_type=<class 'int'> is no type of dcprops: it must be one of Comp"
    ):
        dc.of_type(int)
