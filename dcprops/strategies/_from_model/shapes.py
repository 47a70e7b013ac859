"""What a model's declaration says of each value, as a frozen table: one class for each way that a value is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, TypeAlias

from hypothesis.strategies import SearchStrategy

from dcprops.events.kinds import Kind

__all__ = [
    "Anything",
    "Either",
    "Field",
    "FixedList",
    "Flag",
    "Judged",
    "Known",
    "Mapped",
    "Moment",
    "Named",
    "Nothing",
    "Number",
    "Octets",
    "OneOf",
    "Optional",
    "Record",
    "Sequence",
    "Shape",
    "Table",
    "Tagged",
    "Text",
    "Unique",
    "Unreadable",
    "Web",
    "contains",
    "inner_shapes",
    "without_wrapping",
]


@dataclass(frozen=True)
class Number:
    """An int, a Decimal or a float: bounds, the step, and for Decimals how many digits and places are kept."""

    form: Literal["int", "decimal", "float"]
    ge: Fraction | None = None
    gt: Fraction | None = None
    le: Fraction | None = None
    lt: Fraction | None = None
    multiple_of: Fraction | None = None
    max_digits: int | None = None
    decimal_places: int | None = None
    is_finite: bool = True
    is_strict: bool = False


@dataclass(frozen=True)
class Text:
    """A text: its length in characters, a pattern that it has to match somewhere, and how it is tidied first."""

    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None
    strips: bool = False
    takes_numbers: bool = False
    #: Whether the pattern is only some of what is accepted.
    is_narrowed: bool = False


@dataclass(frozen=True)
class Octets:
    """Bytes, and how JSON has them: as text, `utf8`, or written as `base64` or `hex`."""

    min_length: int = 0
    max_length: int | None = None
    coding: str = "utf8"


Instant: TypeAlias = date | datetime | time | timedelta


@dataclass(frozen=True)
class Moment:
    """A date, a datetime, a time or a duration, between two bounds that belong to it."""

    form: Literal["date", "datetime", "time", "timedelta"]
    first: Any = None
    last: Any = None
    zone: Literal["aware", "naive"] | None = None
    is_strict: bool = False
    #: Whether it has to be past, or to come.
    is_about_now: bool = False


@dataclass(frozen=True)
class Flag:
    """True or false."""

    is_strict: bool = False


@dataclass(frozen=True)
class Unique:
    """A UUID, of a version if it is said which."""

    version: int | None = None


@dataclass(frozen=True)
class Web:
    """An address with a scheme."""

    schemes: tuple[str, ...]


@dataclass(frozen=True)
class OneOf:
    """One of some values: a Literal or an Enum."""

    values: tuple[Any, ...]
    is_strict: bool = False
    #: Whether it says itself what to make of values that it doesn't have.
    has_more: bool = False

    @property
    def written(self) -> tuple[Any, ...]:
        """The values as documents have them."""
        return tuple(value.value if isinstance(value, Enum) else value for value in self.values)


@dataclass(frozen=True)
class Nothing:
    """None."""


@dataclass(frozen=True)
class Anything:
    """Any value at all."""


@dataclass(frozen=True)
class Known:
    """A value of one of dcprops' own kinds, such as its money."""

    kind: Kind


@dataclass(frozen=True)
class Sequence:
    """Many of one shape, in a list, a tuple, a set, a frozenset or a deque."""

    form: Literal["list", "tuple", "set", "frozenset", "deque"]
    item: Shape
    min_length: int = 0
    max_length: int | None = None

    @property
    def is_unique(self) -> bool:
        """Whether none may come twice."""
        return self.form in {"set", "frozenset"}


@dataclass(frozen=True)
class FixedList:
    """A tuple of so many values, each of its own shape."""

    items: tuple[Shape, ...]


@dataclass(frozen=True)
class Mapped:
    """A dict."""

    key: Shape
    value: Shape
    min_length: int = 0
    max_length: int | None = None


@dataclass(frozen=True)
class Optional:
    """A value or None."""

    inner: Shape


@dataclass(frozen=True)
class Either:
    """One of several shapes, told apart by nothing but what fits."""

    choices: tuple[Shape, ...]


@dataclass(frozen=True)
class Tagged:
    """One of several shapes, told apart by a tag; each is given with all tags that lead to it."""

    choices: tuple[tuple[tuple[Any, ...], Shape], ...]
    #: The names of the field that holds the tag, where it is a field.
    fields: tuple[str, ...]

    @property
    def tags(self) -> tuple[Any, ...]:
        """Every tag there is."""
        return tuple(tag for tags, _ in self.choices for tag in tags)


@dataclass(frozen=True)
class Judged:
    """A shape whose values a function of the model's author has the last word on.

    A function that runs `after` sees only what the shape accepts. Any other may repair a value before that.
    """

    inner: Shape
    name: str
    when: Literal["after", "other"]


@dataclass(frozen=True)
class Field:
    """One field of a record: its name, the keys under which it is read, from the outermost, and its shape."""

    name: str
    keys: tuple[str, ...]
    shape: Shape
    is_required: bool
    #: Whether it is made anew each time that it is left out.
    has_factory: bool = False
    #: Whether it tells the members of a union apart, so that it is never left out.
    is_tag: bool = False
    #: Whether a wrong value is replaced or left out, not refused.
    is_forgiving: bool = False
    override: SearchStrategy[Any] | None = None


@dataclass(frozen=True)
class Record:
    """A model, a dataclass or a TypedDict, read from a dict."""

    name: str
    fields: tuple[Field, ...]
    extra: Literal["ignore", "allow", "forbid"]
    #: Whether strict reading wants an instance and refuses a dict.
    needs_instance: bool = False


@dataclass(frozen=True)
class Named:
    """A shape that is defined elsewhere in the table, because it contains itself or comes more than once."""

    name: str


@dataclass(frozen=True)
class Unreadable:
    """What only an override can say how to make."""

    why: str


Shape: TypeAlias = (
    Number
    | Text
    | Octets
    | Moment
    | Flag
    | Unique
    | Web
    | OneOf
    | Nothing
    | Anything
    | Known
    | Sequence
    | FixedList
    | Mapped
    | Optional
    | Either
    | Tagged
    | Judged
    | Record
    | Named
    | Unreadable
)


@dataclass(frozen=True)
class Table:
    """All that is read from one model: the shape of the whole, and the definitions that it refers to."""

    model: str
    root: Shape
    definitions: Mapping[str, Shape] = field(repr=False)

    def resolved(self, shape: Shape) -> Shape:
        """The shape itself, where a name stands for it."""
        while isinstance(shape, Named):
            shape = self.definitions[shape.name]
        return shape

    @cached_property
    def recursive(self) -> frozenset[str]:
        """The names of the definitions that contain themselves."""
        return frozenset(name for name in self.definitions if name in self._names_in(self.definitions[name]))

    def leads_back(self, shape: Shape) -> bool:
        """Whether what contains itself is in a shape."""
        return not self.recursive.isdisjoint(self._names_in(shape))

    def _names_in(self, shape: Shape) -> set[str]:
        found: set[str] = set()
        waiting = [shape]
        while waiting:
            each = waiting.pop()
            if isinstance(each, Named):
                if each.name in found:
                    continue
                found.add(each.name)
                each = self.definitions[each.name]
            waiting.extend(inner_shapes(each))
        return found

    def records(self) -> Iterator[Record]:
        """Every record, each once, the outermost first."""
        seen: list[Record] = []
        waiting: list[Shape] = [self.root]
        while waiting:
            shape = self.resolved(waiting.pop(0))
            if isinstance(shape, Record):
                if any(shape is other for other in seen):
                    continue
                seen.append(shape)
                yield shape
            waiting.extend(inner_shapes(shape))


def inner_shapes(shape: Shape) -> tuple[Shape, ...]:
    """The shapes that a shape is made of."""
    match shape:
        case Optional(inner) | Judged(inner):
            return (inner,)
        case Sequence(item=item):
            return (item,)
        case FixedList(items):
            return items
        case Mapped(key, value):
            return (key, value)
        case Either(choices):
            return choices
        case Tagged(choices=choices):
            return tuple(choice for _, choice in choices)
        case Record(fields=fields):
            return tuple(each.shape for each in fields)
    return ()


def without_wrapping(table: Table, shape: Shape) -> Shape:
    """The shape without what may be None, what is judged by a function, and names."""
    while isinstance(shape, Optional | Judged | Named):
        shape = table.resolved(shape) if isinstance(shape, Named) else shape.inner
    return shape


def contains(table: Table, shape: Shape, kind: type) -> bool:
    """Whether there is a shape of a kind in a shape, or it is one itself."""
    seen: set[str] = set()
    waiting = [shape]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Named):
            if each.name in seen:
                continue
            seen.add(each.name)
            each = table.resolved(each)
        if isinstance(each, kind):
            return True
        waiting.extend(inner_shapes(each))
    return False
