"""Strategies for what a model is built from: plain dicts, lists and values, by construction.

A place is a way into a shape: the names of fields, and which choice, item or value is meant. Along a place everything
is there that leads to it; at its end is what the caller says.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy

from dcprops.strategies._from_model.shapes import (
    Either,
    Field,
    FixedList,
    Flag,
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
    Unreadable,
)
from dcprops.strategies._from_model.values import CONTAINERS, MORE, unreadable, values_of

__all__ = ["ITEM", "UNLISTED", "VALUE", "Builder", "Place", "full_size", "without_judgement"]

#: The steps of a place: the name of a field, the number of a choice or of a place in a tuple, ITEM or VALUE.
Place: TypeAlias = tuple[str | int, ...]
ITEM: Final = "an item"
VALUE: Final = "a value"
#: A key that a model which allows others is given now and then.
UNLISTED: Final = "unlisted"
#: How often what refers to itself is gone into.
_DEPTH: Final = 3
#: The most items that are drawn at the most of a sequence.
_FULL: Final = 30


@dataclass
class Builder:
    """Builds strategies for the shapes of one table; those without a place are kept.

    `tried` is told the name of each judged value that is drawn.
    """

    table: Table
    tried: Callable[[str], None]
    in_json: bool = False
    _kept: dict[Hashable, SearchStrategy[Any] | None] = field(default_factory=dict)
    _alive: list[Shape] = field(default_factory=list)

    def whole(self, place: Place | None = None, end: SearchStrategy[Any] | None = None) -> SearchStrategy[Any]:
        """A strategy for the model's input; with a `place`, everything that leads there, and `end` at its end."""
        built = self._built(self.table.root, _DEPTH, place, end, self.table.model)
        if built is None:
            raise InvalidArgument(
                f"{self.table.model} never ends: each of its values holds another. Give a strategy for the field that "
                f"leads back to it, as in overrides={{...}}"
            )
        return built

    def part(
        self, shape: Shape, name: str, place: Place | None = None, end: SearchStrategy[Any] | None = None
    ) -> SearchStrategy[Any] | None:
        """A strategy for a part of the model's input, or None if it never ends; a `place` is one within the part."""
        return self._built(shape, _DEPTH, place, end, name)

    def _built(
        self, shape: Shape, depth: int, place: Place | None, end: SearchStrategy[Any] | None, name: str
    ) -> SearchStrategy[Any] | None:
        """A strategy for a shape, or None if it goes deeper than `depth` whatever is done."""
        if place == () and end is not None:
            return end
        if place is not None:
            return self._made(shape, depth, place, end, name)
        key = (id(shape), depth)
        if key not in self._kept:
            self._alive.append(shape)  # so that no other shape comes to have its id
            self._kept[key] = self._made(shape, depth, None, None, name)
        return self._kept[key]

    def _made(
        self, shape: Shape, depth: int, place: Place | None, end: SearchStrategy[Any] | None, name: str
    ) -> SearchStrategy[Any] | None:
        match shape:
            case Named() | Judged() | Optional():
                return self._wrapped(shape, depth, place, end, name)
            case Either(choices):
                return self._one_of(choices, depth, place, end, name)
            case Tagged(choices=tagged):
                return self._one_of(tuple(choice for _, choice in tagged), depth, place, end, name)
            case Record():
                return self._record(shape, depth, place, end)
            case Sequence():
                return self._sequence(shape, depth, place, end, name)
            case FixedList(items):
                slots = [self._built(each, depth, _after(place, at), end, name) for at, each in enumerate(items)]
                return None if None in slots else st.tuples(*(slot for slot in slots if slot is not None))
            case Mapped():
                return self._mapped(shape, depth, place, end, name)
        self._must_be_readable(shape, name)
        return values_of(shape, in_json=self.in_json)

    def _wrapped(
        self,
        shape: Named | Judged | Optional,
        depth: int,
        place: Place | None,
        end: SearchStrategy[Any] | None,
        name: str,
    ) -> SearchStrategy[Any] | None:
        if isinstance(shape, Named):
            left = depth - 1 if shape.name in self.table.recursive else depth
            if left < 0 and place is None:
                return None
            return self._built(self.table.definitions[shape.name], max(left, 0), place, end, name)
        drawn = self._built(shape.inner, depth, place, end, name)
        if isinstance(shape, Judged):
            return None if drawn is None else drawn.map(partial(self._noted, shape.name))
        if drawn is None:
            return st.none()
        return drawn if place is not None else st.none() | drawn

    def _must_be_readable(self, shape: Shape, name: str) -> None:
        why = unreadable(shape)
        if why:
            if name == self.table.model:
                raise InvalidArgument(f"{name} has {why}, of which no values can be derived")
            record, _, name_of_field = name.rpartition(".")
            key = name_of_field if record == self.table.model else name
            raise InvalidArgument(
                f"{self.table.model}: the field {name_of_field} of {record} has {why}, of which no values can be "
                f'derived. Say where they come from: overrides={{"{key}": ...}}, a strategy'
            )

    def _noted(self, name: str, value: Any) -> Any:
        self.tried(name)
        return value

    def _one_of(
        self,
        choices: tuple[Shape, ...],
        depth: int,
        place: Place | None,
        end: SearchStrategy[Any] | None,
        name: str,
    ) -> SearchStrategy[Any] | None:
        if place:
            at = place[0]
            assert isinstance(at, int)
            return self._built(choices[at], depth, place[1:], end, name)
        readable = [each for each in choices if not isinstance(each, Unreadable)] or choices
        drawn = [self._built(each, depth, None, None, name) for each in readable]
        possible = [each for each in drawn if each is not None]
        return st.one_of(possible) if possible else None

    def _record(
        self, record: Record, depth: int, place: Place | None, end: SearchStrategy[Any] | None
    ) -> SearchStrategy[Any] | None:
        always: dict[str, SearchStrategy[Any]] = {}
        perhaps: dict[str, SearchStrategy[Any]] = {}
        for each in record.fields:
            within = place[1:] if place and place[0] == each.name else None
            drawn = self._field(record, each, depth, within, end)
            # What a document leaves out would be made anew each time that it is read.
            is_there = each.is_required or each.is_tag or (self.in_json and each.has_factory)
            if is_there or within is not None:
                if drawn is None:
                    return None
                always[each.name] = drawn
            elif drawn is not None:
                perhaps[each.name] = drawn
        if record.extra == "allow" and all(UNLISTED not in each.keys for each in record.fields):
            perhaps[UNLISTED] = st.integers(0, 9)
        return st.fixed_dictionaries(always, optional=perhaps).map(partial(_keyed, record))

    def _field(
        self, record: Record, each: Field, depth: int, within: Place | None, end: SearchStrategy[Any] | None
    ) -> SearchStrategy[Any] | None:
        if each.override is not None and within is None:
            return each.override.map(partial(self._noted, f"{record.name}.{each.name}"))
        return self._built(each.shape, depth, within, end, f"{record.name}.{each.name}")

    def _sequence(
        self, shape: Sequence, depth: int, place: Place | None, end: SearchStrategy[Any] | None, name: str
    ) -> SearchStrategy[Any] | None:
        item = self._built(shape.item, depth, None, None, name)
        if item is None and shape.min_length == 0 and not place:
            return st.just(CONTAINERS[shape.form]([]))
        if place:
            first = self._built(shape.item, depth, place[1:], end, name)
            if first is None:
                return None
            others = self._as_many_as_the_fewest(shape, item)
            return st.builds(partial(_with_first, shape), first, others).map(self._container(shape))
        return None if item is None else self.of_sizes(shape, item, *self._sizes(shape))

    @staticmethod
    def _as_many_as_the_fewest(shape: Sequence, item: SearchStrategy[Any] | None) -> SearchStrategy[list[Any]]:
        if item is None or shape.min_length < 2:
            return st.just([])
        unique_by = _identity if shape.is_unique else None
        return st.lists(item, min_size=shape.min_length, max_size=shape.min_length, unique_by=unique_by)

    def _sizes(self, shape: Sequence | Mapped) -> tuple[int, int]:
        inner = shape.item if isinstance(shape, Sequence) else shape.value
        most = shape.min_length + (1 if self.table.leads_back(inner) else MORE)
        return shape.min_length, most if shape.max_length is None else min(shape.max_length, most)

    def of_sizes(self, shape: Sequence, item: SearchStrategy[Any], fewest: int, most: int) -> SearchStrategy[Any]:
        """Sequences of so many items."""
        if not shape.is_unique:
            return st.lists(item, min_size=fewest, max_size=most).map(self._container(shape))
        number = self._how_many(shape.item)
        most = most if number is None else min(most, number)
        return st.lists(item, min_size=min(fewest, most), max_size=most, unique_by=_identity).map(
            self._container(shape)
        )

    def _how_many(self, shape: Shape) -> int | None:
        """How many values a shape has, where they are few."""
        shape = self.table.resolved(shape)
        match shape:
            case OneOf(values):
                return len(values)
            case Flag():
                return 2
            case Optional(inner) | Judged(inner):
                number = self._how_many(inner)
                return None if number is None else number + isinstance(shape, Optional)
        return None

    def _container(self, shape: Sequence) -> Callable[[list[Any]], Any]:
        return partial(_contained, shape)

    def _mapped(
        self, shape: Mapped, depth: int, place: Place | None, end: SearchStrategy[Any] | None, name: str
    ) -> SearchStrategy[Any] | None:
        value = self._built(shape.value, depth, place[1:] if place else None, end, name)
        key = self._built(shape.key, depth, None, None, name)
        if value is None or key is None:
            return st.just({}) if shape.min_length == 0 and not place else None
        fewest, most = self._sizes(shape)
        if place:
            fewest, most = max(fewest, 1), max(fewest, 1)
        keys = without_judgement(self.table, shape.key)
        if isinstance(keys, OneOf):
            return _with_words(keys.values, value, fewest, min(len(keys.values), shape.max_length or len(keys.values)),
                               only_fewest=bool(place))  # fmt: skip
        return st.dictionaries(key, value, min_size=fewest, max_size=most)


def without_judgement(table: Table, shape: Shape) -> Shape:
    """The shape that a function judges, or the shape itself."""
    shape = table.resolved(shape)
    return without_judgement(table, shape.inner) if isinstance(shape, Judged) else shape


def _with_words(
    words: tuple[Any, ...], value: SearchStrategy[Any], fewest: int, most: int, *, only_fewest: bool
) -> SearchStrategy[Any]:
    """Dicts with some of the words for keys, in their order."""
    if fewest == 0 and most == len(words):
        return st.fixed_dictionaries({}, optional=dict.fromkeys(words, value))
    sets = st.sets(st.sampled_from(words), min_size=fewest, max_size=fewest if only_fewest else most)
    return sets.flatmap(lambda some: st.fixed_dictionaries({word: value for word in words if word in some}))


def _after(place: Place | None, step: int) -> Place | None:
    return place[1:] if place and place[0] == step else None


def _identity(value: Any) -> str:
    return repr(value)


def _with_first(shape: Sequence, first: Any, others: list[Any]) -> list[Any]:
    """The first item and as many of the others as make the fewest; none of them like it where none may be alike."""
    kept = [each for each in others if not shape.is_unique or _identity(each) != _identity(first)]
    return [first, *kept[: max(shape.min_length - 1, 0)]]


def _contained(shape: Sequence, items: list[Any]) -> Any:
    """The items as the field wants them; a list where they can't be in a set, which a set is read from as well."""
    try:
        return CONTAINERS[shape.form](items)
    except TypeError:
        return items


def _keyed(record: Record, drawn: dict[str, Any]) -> Any:
    """The input of a record: the drawn values of fields under the keys that they are read from."""
    keyed: dict[str, Any] = {name: value for name, value in drawn.items() if name == UNLISTED}
    for each in record.fields:
        if each.name in drawn:
            within = keyed
            for key in each.keys[:-1]:
                within = within.setdefault(key, {})
            within[each.keys[-1]] = drawn[each.name]
    return keyed


def full_size(shape: Sequence) -> int | None:
    """The most items, where they aren't too many to draw."""
    return shape.max_length if shape.max_length is not None and shape.max_length <= _FULL else None
