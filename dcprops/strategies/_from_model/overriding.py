"""Overrides: strategies that a caller gives for fields, by `field`, `path.to.field` or `Record.field`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy

from dcprops.strategies._from_model.shapes import (
    Either,
    Field,
    FixedList,
    Judged,
    Mapped,
    Named,
    Optional,
    Record,
    Sequence,
    Shape,
    Table,
    Tagged,
    inner_shapes,
)

__all__ = ["Overrides", "overridden"]

Overrides: TypeAlias = Mapping[str, SearchStrategy[Any]]
#: How many paths to what contains itself are told apart.
_WAYS: Final = 5


def overridden(table: Table, overrides: Overrides | None) -> Table:
    """The table with the strategies given in the place of what the fields would be drawn from.

    Raises InvalidArgument for a name that no field has, and for what is no strategy.
    """
    if overrides is None or overrides == {}:
        return table
    if not isinstance(overrides, Mapping):
        raise InvalidArgument(f"{overrides=} must be a mapping from names of fields to strategies")
    table = _with_uses_apart(table)
    work = _Overriding(table, overrides)
    root = work.changed(table.root, ("",))
    definitions = {name: work.changed(shape, work.ways_to(name)) for name, shape in table.definitions.items()}
    unknown = [name for name in overrides if name not in work.used]
    if unknown:
        close = difflib.get_close_matches(unknown[0], work.names, 3, 0.5) or work.names[:5]
        raise InvalidArgument(
            f"overrides names {unknown[0]!r}, which is no field of {table.model}: did you mean {' or '.join(close)}?"
        )
    return Table(table.model, root, MappingProxyType(definitions))


class _Overriding:
    """Goes through a table, and keeps which names were found."""

    def __init__(self, table: Table, overrides: Overrides) -> None:
        self._table = table
        self._overrides = overrides
        self.used: set[str] = set()
        self._ways: dict[str, tuple[str, ...]] = dict(_ways(table))
        self.names: list[str] = []
        for name, value in overrides.items():
            if not isinstance(value, SearchStrategy):
                raise InvalidArgument(
                    f"the override for {name} is {value!r} (type={type(value).__name__}): it must be a strategy, such "
                    f"as hypothesis.strategies.just({value!r})"
                )

    def ways_to(self, name: str) -> tuple[str, ...]:
        """The dotted paths that lead to a definition, with a point at their end."""
        return self._ways.get(name, ())

    def changed(self, shape: Shape, ways: tuple[str, ...]) -> Shape:
        """The shape with its fields overridden."""
        if isinstance(shape, Record):
            return replace(shape, fields=tuple(self._field(shape, each, ways) for each in shape.fields))
        return _with_each_inner(shape, lambda inner: self.changed(inner, ways))

    def _field(self, record: Record, each: Field, ways: tuple[str, ...]) -> Field:
        names = [*(f"{way}{each.name}" for way in ways), f"{record.name}.{each.name}"]
        self.names += [name for name in names if name not in self.names]
        inner = self.changed(each.shape, tuple(f"{way}{each.name}." for way in ways))
        given = [name for name in names if name in self._overrides]
        if not given:
            return replace(each, shape=inner)
        self.used.update(given)
        paths = [name for name in given if name != names[-1]]
        if len({id(self._overrides[name]) for name in paths}) > 1:
            raise InvalidArgument(
                f"overrides names {' and '.join(map(repr, paths))}, which are one field, as {record.name} contains "
                f"itself: give one strategy, for {names[-1]!r}"
            )
        return replace(each, shape=inner, override=self._overrides[given[0]])


def _with_uses_apart(table: Table) -> Table:
    """The table with each use of a definition in a place of its own; what contains itself stays a definition."""

    def expanded(shape: Shape) -> Shape:
        if isinstance(shape, Named):
            return shape if shape.name in table.recursive else expanded(table.definitions[shape.name])
        if isinstance(shape, Record):
            return replace(shape, fields=tuple(replace(each, shape=expanded(each.shape)) for each in shape.fields))
        return _with_each_inner(shape, expanded)

    definitions = {name: expanded(table.definitions[name]) for name in sorted(table.recursive)}
    return Table(table.model, expanded(table.root), MappingProxyType(definitions))


def _with_each_inner(shape: Shape, changed: Callable[[Shape], Shape]) -> Shape:
    """The shape, which is no record, with what it holds changed."""
    match shape:
        case Optional(inner) | Judged(inner):
            return replace(shape, inner=changed(inner))
        case Sequence(item=item):
            return replace(shape, item=changed(item))
        case FixedList(items):
            return FixedList(tuple(changed(each) for each in items))
        case Mapped(value=value):
            return replace(shape, value=changed(value))
        case Either(choices):
            return Either(tuple(changed(each) for each in choices))
        case Tagged(choices=choices):
            return replace(shape, choices=tuple((tags, changed(each)) for tags, each in choices))
    return shape


def _ways(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The definitions, each with the first paths that lead to it."""
    found: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[Shape, str]] = [(table.root, "")]
    while waiting:
        each, path = waiting.pop(0)
        if isinstance(each, Named):
            if path in found.get(each.name, ()) or len(found.get(each.name, ())) >= _WAYS:
                continue
            found[each.name] = (*found.get(each.name, ()), path)
            waiting.append((table.definitions[each.name], path))
        elif isinstance(each, Record):
            waiting.extend((field.shape, f"{path}{field.name}.") for field in each.fields)
        else:
            waiting.extend((inner, path) for inner in inner_shapes(each))
    yield from found.items()
