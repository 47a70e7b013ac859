"""The count of values that a model refused although its declaration allows them, and the error that names the field."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, get_args

from hypothesis import reject
from hypothesis.errors import InvalidArgument
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from dcprops.strategies._from_model.shapes import (
    Either,
    FixedList,
    Mapped,
    Record,
    Sequence,
    Shape,
    Table,
    Tagged,
    without_wrapping,
)

__all__ = ["Refusals"]

#: So many refusals are too many, if they are so large a part of what was tried. Hypothesis gives up at 50 in 60.
_TOO_MANY: Final = 20
_TOO_LARGE_A_PART: Final = 0.8
#: So many examples given up, by whichever fields, are too many: no one field may refuse most, and all of them do.
_TOO_MANY_EXAMPLES: Final = 40
#: What Pydantic itself says of a value; anything else is a validator's word.
_PYDANTICS: Final = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}


@dataclass
class Refusals:
    """How often each judged field of one model was tried, and how often the model's own validators refused it."""

    table: Table
    _tried: Counter[str] = field(default_factory=Counter)
    _refused: Counter[str] = field(default_factory=Counter)
    _drawn: int = 0
    _given_up: int = 0

    @property
    def names(self) -> frozenset[str]:
        """The fields and wholes of which anything was refused."""
        return frozenset(self._refused)

    def try_(self, name: str) -> None:
        """Counts a value that is drawn for a field."""
        self._tried[name] += 1

    def draw(self) -> None:
        """Counts an example."""
        self._drawn += 1

    def refuse(self, error: ValidationError) -> NoReturn:
        """Counts what was refused, and gives up the example.

        Raises InvalidArgument, naming the field and what to do, once a field has refused most of what was tried, or
        most examples were given up.
        """
        self._given_up += 1
        found = [(*_name_of(self.table, each["loc"]), each) for each in _by_validators(error)]
        for name, _, _ in found:
            self._refused[name] += 1
        name, key, worst = max(found, key=lambda each: self._refused[each[0]])
        tried = max(self._tried[name] or self._drawn, self._refused[name])
        if _is_too_much(self._refused[name], tried, _TOO_MANY) or _is_too_much(
            self._given_up, self._drawn, _TOO_MANY_EXAMPLES
        ):
            raise InvalidArgument(self._words(name, key, tried, worst["input"], worst["msg"])) from error
        reject()

    def _words(self, name: str, key: str, tried: int, value: Any, said: str) -> str:
        whole = f"{self.table.model}: {name} refused {self._refused[name]} of the {tried} values tried"
        shown = repr(value)
        shown = f"{shown[:200]}..." if len(shown) > 200 else shown
        told = f"{whole}, such as {shown}: {said}. Its declaration doesn't say that."
        if not key:
            return f"{told} Give strategies for the fields that it compares, as in overrides={{{self._examples()}}}"
        return f'{told} Give a strategy for what it accepts: overrides={{"{key}": ...}}'

    def _examples(self) -> str:
        root = without_wrapping(self.table, self.table.root)
        names = [each.name for each in root.fields[:1]] if isinstance(root, Record) else ["field"]
        return ", ".join(f'"{name}": ...' for name in names)


def _is_too_much(refused: int, tried: int, too_many: int) -> bool:
    return refused >= too_many and refused >= _TOO_LARGE_A_PART * tried


def _by_validators(error: ValidationError) -> list[ErrorDetails]:
    """What validators of the model's own said; all that was said if they said nothing.

    Where a value may be of several types, Pydantic tells as well of each that it isn't.
    """
    said = error.errors(include_url=False)
    return [each for each in said if each["type"] not in _PYDANTICS] or said


def _name_of(table: Table, loc: tuple[str | int, ...]) -> tuple[str, str]:
    """What the place of an error is called, `Record.field` or `Record (whole)`, and the override for it."""
    shape = without_wrapping(table, table.root)
    name, key = f"{table.model} (whole)", ""
    for part in loc:
        if isinstance(shape, Record):
            found = next((each for each in shape.fields if part in {each.name, *each.keys}), None)
            if found is None:
                continue
            name = f"{shape.name}.{found.name}"
            key = found.name if shape.name == table.model else name
            shape = without_wrapping(table, found.shape)
        else:
            shape = without_wrapping(table, _inside(table, shape, part))
        if isinstance(shape, Record):
            name, key = f"{shape.name} (whole)", ""
    return name, key


def _inside(table: Table, shape: Shape, part: str | int) -> Shape:
    """The shape that a part of an error's place leads to; the shape itself where it leads nowhere."""
    match shape:
        case Sequence(item=item):
            return item
        case FixedList(items) if isinstance(part, int) and part < len(items):
            return items[part]
        case Mapped(value=value):
            return value
        case Tagged(choices=choices):
            return next((choice for tags, choice in choices if str(part) in map(str, tags)), shape)
        case Either(choices):
            for choice in choices:
                plain = without_wrapping(table, choice)
                if isinstance(plain, Record) and plain.name in str(part):
                    return choice
    return shape
