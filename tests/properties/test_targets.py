"""Targets: whatever can be a model is one, and what cannot is told in one line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter

import dcprops
from dcprops.defects.models.pydantic_model import Hire, Merit, PlainEvent
from dcprops.defects.models.stdlib_model import EventModel, Refused, UndescribedModel
from dcprops.properties import TargetError, check
from dcprops.properties.targets import Crashed, ModelTarget, Rejected, load, model_target
from dcprops.rules import SAMPLES

HIRE = SAMPLES["hire"]


def accepts(target: ModelTarget, document: Any) -> bool:
    try:
        target.validate(document)
    except Rejected:
        return False
    return True


def passes(model: object) -> bool:
    return check(model=model, only=["model.accepts-valid", "model.dump-is-canonical"], max_examples=3, seed=1).ok


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(None, id="ours"),
        pytest.param(PlainEvent, id="Pydantic class"),
        pytest.param(TypeAdapter(PlainEvent), id="TypeAdapter"),
        pytest.param(Annotated[PlainEvent, Field(description="an event")], id="Annotated"),
        pytest.param(EventModel, id="class to be called"),
        pytest.param(EventModel(), id="instance"),
        pytest.param(model_target(PlainEvent), id="target"),
        pytest.param("dcprops:SimulationEvent", id="name"),
        pytest.param("dcprops.events:SimulationEvent", id="name in a package"),
    ],
)
def test_many_things_are_models(model: object) -> None:
    assert passes(model)


def test_an_annotated_union_is_a_model() -> None:
    target = model_target(Annotated[Hire | Merit, Field(discriminator="event_type")])
    assert accepts(target, HIRE["payload"])
    assert accepts(target, SAMPLES["merit"]["payload"])
    assert not accepts(target, SAMPLES["vesting"]["payload"])
    assert target.dump(target.validate(HIRE["payload"])) == HIRE["payload"]
    assert target.has_json_schema


def test_a_plain_union_is_a_model() -> None:
    target = model_target(Hire | Merit)
    assert accepts(target, HIRE["payload"])
    assert not accepts(target, SAMPLES["vesting"]["payload"])


def test_only_our_own_model_is_ours() -> None:
    assert model_target().is_ours
    assert model_target("dcprops:SimulationEvent").is_ours
    assert not model_target(PlainEvent).is_ours
    assert model_target().name == "dcprops.events.envelope:SimulationEvent"


def test_the_json_schema_of_a_model_is_optional() -> None:
    assert model_target(EventModel).has_json_schema
    assert model_target(EventModel).json_schema()["type"] == "object"
    assert not model_target(UndescribedModel).has_json_schema


class Strange(Exception):
    """Means "rejected" to one model only."""


class Minimal:
    """The least that a model can have."""

    def validate(self, document: Any) -> Any:
        raise {"ValueError": ValueError, "KeyError": KeyError, "Strange": Strange}[document]("no")

    def dump(self, value: Any) -> Any:
        return value


@pytest.mark.parametrize(
    ("errors", "rejected"),
    [
        (None, {"ValueError"}),
        (Strange, {"Strange"}),
        ((Strange, LookupError), {"Strange", "KeyError"}),
        ([ValueError], {"ValueError"}),
        (Exception, {"ValueError", "KeyError", "Strange"}),
    ],
)
def test_the_errors_of_a_model_are_those_that_it_names(errors: Any, rejected: set[str]) -> None:
    model = Minimal()
    if errors is not None:
        model.errors = errors  # type: ignore[attr-defined]  # an optional part of a model
    target = model_target(model)
    assert {name for name in ("ValueError", "KeyError", "Strange") if _is_rejected(target, name)} == rejected


def _is_rejected(target: ModelTarget, document: Any) -> bool:
    try:
        target.validate(document)
    except Rejected:
        return True
    except Crashed:
        return False
    raise AssertionError("it never accepts")


def test_a_pydantic_model_may_refuse_with_a_plain_value_error() -> None:
    class Refusing(PlainEvent):
        @classmethod
        def model_validate_json(cls, *_: Any, **__: Any) -> Any:
            raise ValueError("no")

    assert not accepts(model_target(Refusing), HIRE)


def test_what_json_cannot_write_is_no_document() -> None:
    class Dates(EventModel):
        def dump(self, value: Any) -> dict[str, Any]:
            return {"effective_date": dict(value.values)["effective_date"]}

    target = model_target(Dates())
    with pytest.raises(Crashed, match="dump raised TypeError: Object of type date is not JSON serializable"):
        target.dump(target.validate(HIRE))


def test_a_refusal_of_what_was_accepted_is_a_crash() -> None:
    class Second(EventModel):
        def dump(self, value: Any) -> dict[str, Any]:
            raise Refused("not again")

    target = model_target(Second())
    with pytest.raises(Crashed, match="dump raised Refused: not again"):
        target.dump(target.validate(HIRE))


# By name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, whose modules are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("target_"):
            del sys.modules[name]


def test_a_module_in_the_current_folder_is_found(folder: Path) -> None:
    (folder / "target_here.py").write_text(
        "from dcprops import SimulationEvent\n\nclass models:\n    class v2:\n        Event = SimulationEvent\n",
        encoding="utf-8",
    )
    target = model_target("target_here:models.v2.Event")
    assert accepts(target, HIRE)
    assert (target.import_line, target.expression) == ("from target_here import models", "models.v2.Event")


def test_the_current_folder_comes_into_the_path_once(folder: Path) -> None:
    for _ in range(2):
        assert load("dcprops:SimulationEvent") is dcprops.SimulationEvent
    assert sys.path.count(str(folder)) == 1


def test_a_package_with_dots_is_found(folder: Path) -> None:
    (folder / "target_package" / "inner").mkdir(parents=True)
    for name in ("__init__.py", "inner/__init__.py"):
        (folder / "target_package" / name).touch()
    (folder / "target_package" / "inner" / "events.py").write_text(
        "class Model:\n    def validate(self, document): return document\n    def dump(self, value): return value\n",
        encoding="utf-8",
    )
    assert model_target("target_package.inner.events:Model").validate(HIRE) == HIRE


MODULES = {
    "target_syntax": "def f(:\n",
    "target_missing": "import no_such_package_at_all\n",
    "target_renamed": "from dcprops import NoSuchThing\n",
    "target_raising": "raise RuntimeError('the database\\n   is down')\n",
    "target_leaving": "import sys\nsys.exit(3)\n",
    "target_skipping": "import pytest\npytest.skip('not here', allow_module_level=True)\n",
    "target_things": (
        "number = 5\ntext = 'Event'\ndef function(document): return document\nclass Nothing: pass\n"
        "class Demanding:\n    def __init__(self, connection): pass\n    def validate(self, document): pass\n"
        "    def dump(self, value): pass\n"
        "class Mistaken:\n    errors = ('ValueError',)\n    def validate(self, document): pass\n"
        "    def dump(self, value): pass\n"
        "def __getattr__(name):\n    if name == 'later':\n        raise OSError('no such table')\n"
        "    raise AttributeError(name)\n"
    ),
}
A_MODEL = "a Pydantic model class, a TypeAdapter, or an object with validate(document) and dump(value)"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "'' names no target: write module:attribute, such as yours.events:Event"),
        ("yours.events", "'yours.events' names no target: write module:attribute, such as yours.events:Event"),
        ("yours:", "'yours:' names no target: write module:attribute, such as yours.events:Event"),
        (":Event", "':Event' names no target: write module:attribute, such as yours.events:Event"),
        (
            "no_such_module:Event",
            "no_such_module cannot be imported: ModuleNotFoundError: No module named 'no_such_module'",
        ),
        (
            "target_missing:Event",
            "target_missing cannot be imported: ModuleNotFoundError: No module named 'no_such_package_at_all'",
        ),
        ("target_syntax:Event", "target_syntax cannot be imported: SyntaxError: "),
        (
            "target_renamed:Event",
            "target_renamed cannot be imported: ImportError: cannot import name 'NoSuchThing' from 'dcprops'",
        ),
        ("target_raising:Event", "target_raising cannot be imported: RuntimeError: the database is down"),
        ("target_leaving:Event", "target_leaving cannot be imported: SystemExit: 3"),
        ("target_skipping:Event", "target_skipping cannot be imported: Skipped: not here"),
        ("target_things:Event", "target_things has no Event: write module:attribute as it is in the code"),
        ("target_things:text.x", "target_things has no text.x: write module:attribute as it is in the code"),
        ("target_things:later", "target_things fails to give later: OSError: no such table"),
        ("target_things:number", f"target_things:number is a int, not a model: expected {A_MODEL}"),
        ("target_things:text", f"target_things:text is a str, not a model: expected {A_MODEL}"),
        ("target_things:function", f"target_things:function is a function, not a model: expected {A_MODEL}"),
        ("target_things:Nothing", f"target_things:Nothing is no model: expected {A_MODEL}"),
        (
            "target_things:Demanding",
            "target_things:Demanding is a class that cannot be called without arguments (Demanding.__init__() missing "
            "1 required positional argument: 'connection'): name an instance of it",
        ),
        (
            "target_things:Mistaken",
            "target_things:Mistaken.errors has 'ValueError': expected exception types, such as (ValueError, KeyError)",
        ),
    ],
)
def test_what_is_no_target_is_told_in_one_line(folder: Path, name: str, message: str) -> None:
    for module, source in MODULES.items():
        (folder / f"{module}.py").write_text(source, encoding="utf-8")
    with pytest.raises(TargetError) as raised:
        check(model=name)
    said = str(raised.value)
    assert said.startswith(message)
    assert "\n" not in said


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (5, f"builtins:int is a int, not a model: expected {A_MODEL}"),
        ([EventModel], f"builtins:list is a list, not a model: expected {A_MODEL}"),
        (accepts, f"{__name__}:accepts is a function, not a model: expected {A_MODEL}"),
    ],
)
def test_an_object_that_is_no_target_is_told_in_one_line(model: object, message: str) -> None:
    with pytest.raises(TargetError) as raised:
        check(model=model)
    assert str(raised.value) == message


def test_an_interrupt_while_importing_ends_the_run(folder: Path) -> None:
    (folder / "target_interrupted.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        load("target_interrupted:Event")
