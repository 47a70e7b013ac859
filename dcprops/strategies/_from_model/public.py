"""The strategies for a model of one's own: its instances, its instances at an edge, and documents that it refuses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar, overload

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import TypeAdapter

from dcprops.strategies._documents import InvalidDocument
from dcprops.strategies._from_model.overriding import Overrides
from dcprops.strategies._from_model.source import Source

__all__ = ["boundary_from_model", "from_model", "invalid_from_model"]

Value = TypeVar("Value")


@overload
def from_model(Model: type[Value], *, overrides: Overrides | None = None) -> SearchStrategy[Value]: ...  # noqa: N803
@overload
def from_model(Model: TypeAdapter[Value], *, overrides: Overrides | None = None) -> SearchStrategy[Value]: ...  # noqa: N803
@overload
def from_model(Model: object, *, overrides: Overrides | None = None) -> SearchStrategy[Any]: ...  # noqa: N803
def from_model(Model: object, *, overrides: Overrides | None = None) -> SearchStrategy[Any]:  # noqa: N803  # as st.builds is called
    """Valid instances of a Pydantic model, by construction from what it declares.

    `Model` is a model class, a RootModel, a TypeAdapter, a dataclass or TypedDict that Pydantic reads, or a union of
    such, discriminated or not. Decimals keep to their digits, places, multiples and bounds, whatever the decimal
    context; texts to their lengths and patterns; what contains itself is drawn three levels deep at most. Edges come
    often. Validators written as functions can't be read: what they refuse is drawn anew.

    `overrides` maps fields to strategies for their input: a `field` of the model, a `path.to.field`, or a
    `Record.field` wherever that record comes.

    Raises InvalidArgument, when drawn from, if `Model` is no model, if a field has a type of which no values can be
    derived, if a validator refuses most of what its field is given, or if `overrides` names no field; each error names
    the field and the override that helps.

    Examples from this strategy shrink towards the first member of a union, the smallest values, and optional fields
    that are left out.
    """
    return _lazily("from_model", _valid, Model, overrides)


@overload
def boundary_from_model(Model: type[Value], *, overrides: Overrides | None = None) -> SearchStrategy[Value]: ...  # noqa: N803
@overload
def boundary_from_model(Model: TypeAdapter[Value], *, overrides: Overrides | None = None) -> SearchStrategy[Value]: ...  # noqa: N803
@overload
def boundary_from_model(Model: object, *, overrides: Overrides | None = None) -> SearchStrategy[Any]: ...  # noqa: N803
def boundary_from_model(Model: object, *, overrides: Overrides | None = None) -> SearchStrategy[Any]:  # noqa: N803  # as st.builds is called
    """Valid instances of a Pydantic model with one field at an edge of what it declares.

    Bounds, one step beside them, zero, the shortest and the longest text, the fewest and the most items, the first and
    the last member of an enumeration, the first and the last day; every field of every member of a union gets its
    turn. `Model` and `overrides` are as for `from_model`, and so are the errors; a model without a field that has an
    edge is one as well.

    Examples from this strategy shrink towards the first field's simplest edge.
    """
    return _lazily("boundary_from_model", _boundary, Model, overrides)


def invalid_from_model(Model: object, *, overrides: Overrides | None = None) -> SearchStrategy[InvalidDocument]:  # noqa: N803  # as st.builds is called
    """Documents that break exactly one thing which a Pydantic model declares.

    A document is JSON under the keys that the model reads. Each comes as an `InvalidDocument`: `payload` is the tag, or
    the name, of the record that is wrong, `field` the key in it, `rule` what is wrong with it, called as in
    `dcprops.rules` where that has a name for it. What a function may repair before it is judged is left alone, and so
    is what another member of a union might take.

    `Model` and `overrides` are as for `from_model`, and so are the errors; a model that declares nothing which a
    document could break is one as well, and so is one that refuses valid documents of its own.

    Examples from this strategy shrink towards the first field and rule, in the simplest document.
    """
    return _lazily("invalid_from_model", _invalid, Model, overrides)


Make = Callable[[object, Overrides | None], SearchStrategy[Any]]


def _lazily(name: str, make: Make, model: object, overrides: Overrides | None) -> SearchStrategy[Any]:
    """The strategy, made when it is first drawn from, whose repr is the call that gives it."""
    made = cache(partial(make, model, overrides))

    def drawn(draw: DrawFn, Model: object, *, overrides: Overrides | None = None) -> Any:  # noqa: N803  # for the repr
        return draw(made())

    drawn.__name__ = drawn.__qualname__ = name
    called = st.composite(drawn)
    return called(model) if overrides is None else called(model, overrides=overrides)


def _valid(model: object, overrides: Overrides | None) -> SearchStrategy[Any]:
    return Source(model, overrides).instances()


def _boundary(model: object, overrides: Overrides | None) -> SearchStrategy[Any]:
    return Source(model, overrides).at_edges()


def _invalid(model: object, overrides: Overrides | None) -> SearchStrategy[InvalidDocument]:
    return Source(model, overrides).invalid()
