"""The cells of a model: every place in it that a document can be wrong at, by rule, and every place that has edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.rules import Level
from dcprops.rules.catalogue import UNKNOWN_FIELD
from dcprops.strategies._from_model.building import ITEM, VALUE, Place, without_judgement
from dcprops.strategies._from_model.shapes import (
    Either,
    Field,
    FixedList,
    Judged,
    Mapped,
    Named,
    OneOf,
    Optional,
    Record,
    Sequence,
    Shape,
    Table,
    Tagged,
    without_wrapping,
)
from dcprops.strategies._from_model.wrongs import Spoilt, spoilt, takes

__all__ = ["Cell", "Spot", "cells_of", "in_groups", "spots_of"]

#: A value's own way in a document: keys, places in lists, and VALUE for whichever key comes first.
Path: TypeAlias = tuple[str | int, ...]
_ABSENT: Final = object()


@dataclass(frozen=True)
class Spot:
    """A place of the model that a document shows, with the record that it is in and what it is called there."""

    place: Place
    path: Path
    shape: Shape
    record: str
    name: str
    #: Whether what is wrong there is surely wrong for the whole, and which types of JSON are known not to tell.
    is_certain: bool
    taken_by_others: frozenset[str]
    field: Field | None
    #: The tags of which one must be here, if this is where a tag is.
    tags: tuple[Any, ...]


@dataclass(frozen=True)
class Cell:
    """A place, and one rule that a document can break there."""

    place: Place
    path: Path
    record: str
    name: str
    rule: str
    level: Level
    change: Callable[[Any], Any]

    def put(self, document: Any) -> Any:
        """A copy of a document that has the place, with the rule broken there."""
        return _changed(document, self.path, self.change)


def _changed(held: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(held)
    step, *rest = path
    if isinstance(held, list):
        assert isinstance(step, int)
        return [*held[:step], _changed(held[step], tuple(rest), change), *held[step + 1 :]]
    key = next(iter(held)) if step == VALUE else step
    new = _changed(held[key], tuple(rest), change)
    if new is _ABSENT:
        return {name: value for name, value in held.items() if name != key}
    return {name: new if name == key else value for name, value in held.items()}


@dataclass(frozen=True)
class _Way:
    """How the walk through a table has come to a shape."""

    place: Place = ()
    path: Path = ()
    record: str = ""
    name: str = ""
    is_certain: bool = True
    taken_by_others: frozenset[str] = frozenset()
    field: Field | None = None
    tags: tuple[Any, ...] = ()
    tag_fields: tuple[str, ...] = ()
    tag_choices: tuple[Any, ...] = ()
    tagged_record: str = ""
    names: frozenset[str] = frozenset()
    is_overridden: bool = False

    def with_(self, **changes: Any) -> _Way:
        return replace(self, **changes)


def spots_of(table: Table) -> Iterator[Spot]:
    """Every place of a table, each field once where a record contains itself."""
    for way, shape in _walk(table, table.root, _Way(record=table.model)):
        yield Spot(
            way.place, way.path, shape, way.record, way.name, way.is_certain, way.taken_by_others, way.field, way.tags
        )


def _walk(table: Table, shape: Shape, way: _Way) -> Iterator[tuple[_Way, Shape]]:
    """The shape, and all in it. What a function has to say first is uncertain, and so is what is in it."""
    if way.place or not isinstance(without_wrapping(table, shape), Record | Tagged | Either):
        yield way, shape
    while isinstance(shape, Optional | Judged | Named):
        if isinstance(shape, Named):
            if shape.name in way.names:
                return
            way = way.with_(names=way.names | {shape.name})
            shape = table.resolved(shape)
        else:
            if isinstance(shape, Judged) and shape.when != "after":
                way = way.with_(is_certain=False)
            shape = shape.inner
    if way.is_overridden and not isinstance(shape, Record):
        return
    yield from _walk_in(table, shape, way)


def _walk_in(table: Table, shape: Shape, way: _Way) -> Iterator[tuple[_Way, Shape]]:
    bare: dict[str, Any] = {"field": None, "tags": (), "taken_by_others": frozenset()}
    match shape:
        case Record():
            yield from _walk_record(table, shape, way)
        case Sequence(item=item):
            at = way.with_(place=(*way.place, ITEM), path=(*way.path, 0), name=f"{way.name}.0".lstrip("."), **bare)
            yield from _walk(table, item, at)
        case FixedList(items):
            for slot, each in enumerate(items):
                at = way.with_(
                    place=(*way.place, slot), path=(*way.path, slot), name=f"{way.name}.{slot}".lstrip("."), **bare
                )
                yield from _walk(table, each, at)
        case Mapped(value=value):
            at = way.with_(place=(*way.place, VALUE), path=(*way.path, VALUE), name=f"{way.name}.*".lstrip("."), **bare)
            yield from _walk(table, value, at)
        case Tagged(choices=tagged, fields=tag_fields):
            for number, (tags, choice) in enumerate(tagged):
                at = way.with_(place=(*way.place, number), tag_fields=tag_fields, tag_choices=shape.tags,
                               tagged_record=str(tags[0]),
                    is_certain=way.is_certain and bool(tag_fields), **bare)  # fmt: skip
                yield from _inside(table, choice, at)
        case Either(choices):
            for number, choice in enumerate(choices):
                others = choices[:number] + choices[number + 1 :]
                taken = frozenset().union(*(takes(table, other) for other in others))
                alone = takes(table, choice).isdisjoint(taken)
                at = way.with_(place=(*way.place, number), is_certain=way.is_certain and alone, **bare)
                yield from _inside(table, choice, at)


def _inside(table: Table, shape: Shape, way: _Way) -> Iterator[tuple[_Way, Shape]]:
    """What is in a choice, but not the choice itself: what is wrong with that is told by the whole."""
    yield from (step for step in _walk(table, shape, way) if step[0].place != way.place or step[0].field is not None)


def _walk_record(table: Table, record: Record, way: _Way) -> Iterator[tuple[_Way, Shape]]:
    named = way.tagged_record or record.name
    plain = way.with_(tagged_record="", tag_fields=(), tag_choices=())
    if record.extra == "forbid":
        extra = Field(UNKNOWN_FIELD, (UNKNOWN_FIELD,), OneOf(()), is_required=False)
        yield plain.with_(record=named, name=UNKNOWN_FIELD, field=extra), record
    for each in record.fields:
        at = plain.with_(
            place=(*way.place, each.name),
            path=(*way.path, *each.keys),
            record=named,
            name=each.keys[-1],
            field=each,
            is_certain=way.is_certain and not each.is_forgiving,
            taken_by_others=frozenset(),
            tags=way.tag_choices if not {each.name, each.keys[-1]}.isdisjoint(way.tag_fields) else (),
            is_overridden=each.override is not None,
        )
        yield from _walk(table, each.shape, at)


def _with_unknown(value: object, held: dict[str, Any]) -> dict[str, Any]:
    return {**held, UNKNOWN_FIELD: value}


def cells_of(table: Table) -> tuple[Cell, ...]:
    """Every way for a document of the model to be wrong."""
    return tuple(cell for spot in spots_of(table) if spot.is_certain for cell in _cells_at(table, spot))


def _cells_at(table: Table, spot: Spot) -> Iterator[Cell]:
    def cell(rule: str, change: Callable[[Any], Any], level: Level = "must", place: Place = spot.place) -> Cell:
        return Cell(place, spot.path, spot.record, spot.name or spot.record, rule, level, change)

    if spot.field is not None and spot.field.name == UNKNOWN_FIELD and isinstance(spot.shape, Record):
        values: tuple[object, ...] = ("x", None, 1, {})
        yield from (cell("unknown-field", partial(_with_unknown, value)) for value in values)
        return
    if spot.field is not None and (spot.field.is_required or spot.tags):
        yield cell("missing", lambda _: _ABSENT)
    for each in spoilt(table, spot.shape):
        if spot.tags and each.value in spot.tags:
            continue
        yield from _spoilt_cell(table, spot, each, cell)


def _spoilt_cell(table: Table, spot: Spot, each: Spoilt, cell: Callable[..., Cell]) -> Iterator[Cell]:
    if not each.needs_item:
        yield cell(each.rule, each.change, each.level)
    elif spot.field is None or spot.field.override is None:
        inner = without_judgement(table, spot.shape.inner if isinstance(spot.shape, Optional) else spot.shape)
        if isinstance(inner, Mapped):
            yield cell(each.rule, each.change, each.level, (*spot.place, VALUE))
        elif isinstance(inner, Sequence):
            yield cell(each.rule, each.change, each.level, (*spot.place, ITEM))
        elif isinstance(inner, FixedList):
            yield cell(each.rule, each.change, each.level)


def in_groups(names: Iterable[tuple[str, ...]]) -> SearchStrategy[int]:
    """The places of a list, of each first name as often, and within that of each next one.

    There are more places than Hypothesis draws evenly, and a field with many wrong values is no more than another.
    """
    return _grouped(list(enumerate(names)), 0)


def _grouped(places: list[tuple[int, tuple[str, ...]]], level: int) -> SearchStrategy[int]:
    if level == len(places[0][1]):
        return st.sampled_from([place for place, _ in places])
    groups: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for place, names in places:
        groups.setdefault(names[level], []).append((place, names))
    parts = [_grouped(group, level + 1) for group in groups.values()]
    return st.sampled_from(parts).flatmap(lambda part: part) if len(parts) > 1 else parts[0]
