"""Targets: what properties are run against, given as an object or as `module:attribute`."""

from __future__ import annotations

import functools
import importlib
import json
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeAlias, TypedDict, cast, runtime_checkable

from pydantic import BaseModel, PydanticSchemaGenerationError, TypeAdapter, ValidationError

from dcprops.events import SimulationEvent
from dcprops.properties.own_part import OwnPart, own_part

__all__ = [
    "Crashed",
    "FunctionTarget",
    "Model",
    "ModelTarget",
    "NoRowsError",
    "Rejected",
    "TargetError",
    "function_target",
    "load",
    "model_target",
    "source_of_target",
]

Document: TypeAlias = dict[str, Any]
#: How much of what a target returned is quoted.
_WIDTH: Final = 100


@runtime_checkable
class Model(Protocol):
    """What a model that is no Pydantic model has to offer.

    Optionally also `json_schema() -> dict` and `errors`, the exception types that mean "rejected" (ValueError unless
    said otherwise).
    """

    def validate(self, document: Document, /) -> Any:
        """The value that a document stands for. Raises one of `errors` if it is not valid."""

    def dump(self, value: Any, /) -> Document:
        """The document of a value."""


class TargetError(Exception):
    """A target that can't be found, imported or used: one line that says which, and what was expected."""


class Rejected(Exception):
    """The target refused a document, in the way that it should."""


class NoRowsError(Exception):
    """The target returned what can't be gone through row by row."""


class Crashed(Exception):
    """The target raised what no caller is prepared for."""

    def __init__(self, call: str, error: BaseException) -> None:
        super().__init__(f"{call} raised {type(error).__name__}: {_words_of(error)}")
        self.error = error


@dataclass(frozen=True)
class ModelTarget:
    """A model in one shape, whatever it is: documents in, values, documents out."""

    name: str
    import_line: str
    expression: str
    _validate: Callable[[Document], Any]
    _dump: Callable[[Any], Document]
    _json_schema: Callable[[], Mapping[str, Any]] | None
    errors: tuple[type[BaseException], ...]
    _validate_text: Callable[[str], Any] | None = None
    is_ours: bool = False
    #: What the model has of its own, which it is given and which is taken from what it dumps.
    own: OwnPart | None = None
    #: The same model without that help, where it has any.
    as_it_is: ModelTarget | None = None

    @property
    def has_json_schema(self) -> bool:
        """Whether the target says what it accepts as a JSON Schema."""
        return self._json_schema is not None

    @property
    def reads_text(self) -> bool:
        """Whether the target reads the text of a document itself."""
        return self._validate_text is not None

    def validate(self, document: Document) -> Any:
        """The target's value for a document. Raises Rejected or Crashed."""
        return self._guarded("validate", self._validate, document)

    def validate_text(self, text: str) -> Any:
        """The target's value for the text of a document. Raises Rejected or Crashed."""
        assert self._validate_text is not None
        return self._guarded("validate", self._validate_text, text)

    def dump(self, value: object) -> Document:
        """The document of a value, as JSON would have it. Raises Crashed, also if JSON can't write it."""
        return cast("Document", self._unrefused("dump", lambda: json.loads(json.dumps(self._dump(value)))))

    def completed(self, document: Any) -> Any:
        """A document of ours as the model is given it: with whatever it wants of its own."""
        return document if self.own is None else self.own.completed(document)

    def json_schema(self) -> Mapping[str, Any]:
        """The target's JSON Schema. Raises Crashed."""
        assert self._json_schema is not None
        return cast("Mapping[str, Any]", self._unrefused("json_schema", self._json_schema))

    def pickled(self, value: object) -> Any:
        """A copy of the value that has been through pickle. Raises Crashed."""
        return self._unrefused("pickle", lambda: pickle.loads(pickle.dumps(value)))  # noqa: S301  # just made here

    def equal(self, one: object, other: object) -> bool:
        """Whether two values are equal. Raises Crashed."""
        return cast("bool", self._unrefused("==", lambda: bool(one == other)))

    def hashed(self, value: object) -> int:
        """The value's hash. Raises Crashed."""
        return cast("int", self._unrefused("hash", lambda: hash(value)))

    def _guarded(self, call: str, function: Callable[[Any], Any], argument: object) -> Any:
        try:
            return function(argument)
        except KeyboardInterrupt:
            raise
        except self.errors as error:
            raise Rejected(_words_of(error)) from error
        except BaseException as error:  # also SystemExit and pytest's, which are no Exception
            raise Crashed(call, error) from error

    def _unrefused(self, call: str, function: Callable[[], Any]) -> Any:
        try:
            return self._guarded(call, lambda _: function(), None)
        except Rejected as error:
            raise Crashed(call, cast("BaseException", error.__cause__)) from error


@dataclass(frozen=True)
class FunctionTarget:
    """A calculator, a compliance calculator or a table of limits: a function of documents or of a year."""

    name: str
    import_line: str
    expression: str
    function: Callable[..., Any]

    def __call__(self, *arguments: object) -> Any:
        """What the function returns. Raises Crashed for whatever it raises."""
        return self._guarded(lambda: self.function(*arguments))

    def rows(self, *arguments: object) -> list[Any]:
        """All that the function returns, be it a list or a generator.

        Raises Crashed for whatever it raises, the last row included; NoRowsError if there is nothing to go through.
        """
        returned = self(*arguments)
        if not isinstance(returned, Iterable) or isinstance(returned, str | bytes | Mapping):
            raise NoRowsError(f"the call returned {ascii(returned)[:_WIDTH]}, a {type(returned).__name__}")
        return cast("list[Any]", self._guarded(lambda: list(returned)))

    def _guarded(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (KeyboardInterrupt, MemoryError, NoRowsError):
            raise
        except BaseException as error:  # also SystemExit and pytest's, which are no Exception
            raise Crashed("the call", error) from error


def function_target(given: object) -> FunctionTarget:
    """The target for a function, or for the `module:attribute` of one. Raises TargetError for anything else."""
    source = source_of_target(given)
    value = load(given) if isinstance(given, str) else given
    if not callable(value):
        raise TargetError(f"{source['name']} is a {type(value).__name__}: expected a function")
    if not (isinstance(given, str) or hasattr(value, "__qualname__")):  # the class of an object is not the object
        source = _unimportable(source)
    return FunctionTarget(**source, function=value)


def load(name: str) -> object:
    """The object that `module:attribute` names; the attribute may have dots.

    Modules are also looked for in the current folder. Raises TargetError if there is none, or if its module fails.
    """
    module_name, colon, attribute = name.partition(":")
    if not (colon and module_name and attribute):
        raise TargetError(f"{name!r} names no target: write module:attribute, such as yours.events:Event")
    if os.getcwd() not in sys.path:  # what Python itself puts there
        sys.path.insert(0, os.getcwd())
    try:
        value: object = importlib.import_module(module_name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the module does while it is imported
        raise TargetError(f"{module_name} cannot be imported: {type(error).__name__}: {_one_line(error)}") from error
    for part in attribute.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            raise TargetError(
                f"{module_name} has no {attribute}: write module:attribute as it is in the code"
            ) from None
        except Exception as error:  # a module may make its attributes when they are asked for
            raise TargetError(
                f"{module_name} fails to give {attribute}: {type(error).__name__}: {_one_line(error)}"
            ) from error
    return value


def _words_of(error: BaseException) -> str:
    """What an exception says. A target's own may fail even at that."""
    try:
        return str(error) or "no message"
    except Exception as fault:  # noqa: BLE001  # whichever it is, there is nothing to quote
        return f"no message, for its __str__ raised {type(fault).__name__}"


def _one_line(error: BaseException) -> str:
    return " ".join(_words_of(error).split())


def model_target(given: object = SimulationEvent) -> ModelTarget:
    """The model target for an object, or for the `module:attribute` of one.

    A Pydantic model class, a TypeAdapter, a type that one can be made for, or an object (or a class to be called
    without arguments) with `validate` and `dump`; a model target is one already. Raises TargetError for anything else.
    """
    if isinstance(given, ModelTarget):
        return given
    source = source_of_target(given)
    name, value = source["name"], load(given) if isinstance(given, str) else given
    if isinstance(value, type) and issubclass(value, BaseModel):
        return _pydantic_target(source, value, TypeAdapter(value))
    if isinstance(value, TypeAdapter):
        return _pydantic_target(source, value, value)
    if isinstance(value, type) and _has_calls(value):
        value = _made(name, value)
    if _has_calls(value):
        return _custom_target(source, cast("Model", value))
    return _pydantic_target(source, value, _adapter(name, value))


def _has_calls(value: object) -> bool:
    return callable(getattr(value, "validate", None)) and callable(getattr(value, "dump", None))


def _made(name: str, class_: type) -> object:
    try:
        return class_()
    except Exception as error:
        raise TargetError(
            f"{name} is a class that cannot be called without arguments ({_one_line(error)}): name an instance of it"
        ) from error


def _adapter(name: str, value: object) -> TypeAdapter[Any]:
    expected = "a Pydantic model class, a TypeAdapter, or an object with validate(document) and dump(value)"
    if not (isinstance(value, type) or hasattr(value, "__origin__") or type(value).__name__ == "UnionType"):
        raise TargetError(f"{name} is a {type(value).__name__}, not a model: expected {expected}")
    try:
        return TypeAdapter(cast("type[Any]", value))
    except (PydanticSchemaGenerationError, TypeError) as error:
        raise TargetError(f"{name} is no model: expected {expected}") from error


def _pydantic_target(source: _Source, value: object, adapter: TypeAdapter[Any]) -> ModelTarget:
    # The class's own method, not the adapter's: a model may have more to say about its text.
    read = (
        value.model_validate_json if isinstance(value, type) and issubclass(value, BaseModel) else adapter.validate_json
    )
    as_it_is = ModelTarget(
        **source,
        _validate=lambda document: read(json.dumps(document)),
        _dump=lambda dumped: cast("Document", json.loads(adapter.dump_json(dumped, by_alias=True))),
        _json_schema=lambda: adapter.json_schema(mode="validation"),
        errors=(ValidationError, ValueError),
        _validate_text=read,
        is_ours=value is SimulationEvent,
    )
    own = None if as_it_is.is_ours else own_part(adapter)
    return as_it_is if own is None else _completing(as_it_is, own)


def _completing(target: ModelTarget, own: OwnPart) -> ModelTarget:
    """The target with its own fields filled in before it sees a document of ours, and taken away after."""
    read = target._validate_text  # its own module
    return replace(
        target,
        _validate=lambda document: target._validate(own.completed(document)),
        _dump=lambda value: own.stripped(target._dump(value)),
        _validate_text=None if read is None else lambda text: read(own.completed_text(text)),
        own=own,
        as_it_is=target,
    )


def _custom_target(source: _Source, model: Model) -> ModelTarget:
    errors = getattr(model, "errors", ValueError)
    types = tuple(errors) if isinstance(errors, tuple | list | set | frozenset) else (errors,)
    for each in types:
        if not (isinstance(each, type) and issubclass(each, BaseException)):
            name = source["name"]
            raise TargetError(f"{name}.errors has {each!r}: expected exception types, such as (ValueError, KeyError)")
    return ModelTarget(
        **source,
        _validate=model.validate,
        _dump=model.dump,
        _json_schema=getattr(model, "json_schema", None),
        errors=types,
    )


class _Source(TypedDict):
    """How a test's source gets hold of a target."""

    name: str
    import_line: str
    expression: str


def source_of_target(given: object) -> _Source:
    """How a test gets hold of what was given: an object, or the `module:attribute` of one."""
    return _source(given) if isinstance(given, str) else _source_of(given)


def _source(name: str) -> _Source:
    module, _, attribute = name.partition(":")
    return {"name": name, "import_line": f"from {module} import {attribute.split('.')[0]}", "expression": attribute}


def _source_of(value: object) -> _Source:
    """The import of an object, or of its class; where that leads elsewhere, a place to write one."""
    named = value if hasattr(value, "__qualname__") else type(value)
    module, attribute = getattr(named, "__module__", "?"), getattr(named, "__qualname__", "?")
    owner = getattr(value, "__self__", None)
    if isinstance(owner, type):  # a class method, which may be inherited: its own name is that of the first class
        module, attribute = owner.__module__, f"{owner.__qualname__}.{getattr(value, '__name__', '?')}"
    source = _source(f"{module}:{attribute}")
    try:
        found: object = functools.reduce(getattr, attribute.split("."), sys.modules[module])
    except (AttributeError, KeyError):
        found = None
    # == because a class method is made anew each time that it is asked for
    if found == named and not (isinstance(value, TypeAdapter) or hasattr(value, "__origin__")):
        return source
    return _unimportable(source)


def _unimportable(source: _Source) -> _Source:
    return {**source, "import_line": "# import here what was checked, and name it below", "expression": "..."}
