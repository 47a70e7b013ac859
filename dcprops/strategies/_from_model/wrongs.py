"""What a document may not have where a shape is wanted, by what the declaration says: rule by rule, and nothing else.

Whether a value is refused is only said where it is certain. What a function may repair, or what another member of a
union would take, is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from dcprops.rules import Level, Rule
from dcprops.rules.catalogue import wrong_values
from dcprops.strategies._from_model.grids import as_decimal, fits, grid_of, places_of, step_of
from dcprops.strategies._from_model.patterns import compiled, matches
from dcprops.strategies._from_model.shapes import (
    Either,
    FixedList,
    Flag,
    Judged,
    Known,
    Mapped,
    Moment,
    Named,
    Nothing,
    Number,
    Octets,
    OneOf,
    Optional,
    Record,
    Sequence,
    Shape,
    Table,
    Tagged,
    Text,
    Unique,
    Web,
)

__all__ = ["OWN_RULES", "Spoilt", "json_type", "spoilt", "takes"]

_OWN_RULES: Final = (
    Rule("too-short", "is too short, or has too few items"),
    Rule("too-many-items", "has too many items"),
    Rule("not-a-multiple", "is no multiple of the step"),
    Rule("other-pattern", "does not match the pattern"),
    Rule("bad-time", "is no time of day"),
    Rule("bad-duration", "is no duration"),
    Rule("bad-address", "is no address"),
)
#: The rules that only a model of one's own can have, by their code; the others are those of `dcprops.rules`.
OWN_RULES: Final = MappingProxyType({rule.code: rule for rule in _OWN_RULES})

#: A value of each type that JSON has.
_OF_EACH_TYPE: Final[dict[str, tuple[Any, ...]]] = {
    "text": ("no such value",),
    "number": (375,),
    "bool": (True,),
    "array": ([],),
    "object": ({},),
}
_ALL: Final = frozenset({*_OF_EACH_TYPE, "null"})
#: Beyond so many items, none is added to see that it is too many.
_MANY: Final = 200
_SCALARS: Final = frozenset({"bool", "number", "text"})


@dataclass(frozen=True)
class Spoilt:
    """A rule, and how a valid value of a document is changed so that it breaks just this one.

    With `needs_item`, the value must have an item to begin with.
    """

    rule: str
    change: Callable[[Any], Any]
    level: Level = "must"
    needs_item: bool = False
    #: The value put in the other's place, where it is the same for all.
    value: Any = None


def _put(rule: str, value: Any, level: Level = "must") -> Spoilt:
    return Spoilt(rule, lambda _: value, level, value=value)


def json_type(value: object) -> str:
    """What JSON calls the type of a value."""
    for name, types in (("null", type(None)), ("bool", bool), ("number", (int, float)), ("text", str), ("array", list)):
        if isinstance(value, types):
            return name
    return "object"


def takes(table: Table, shape: Shape) -> frozenset[str]:
    """The types of JSON of which the shape may take a value; all that there are, where it isn't known."""
    match shape:
        case Named():
            return takes(table, table.resolved(shape))
        case Optional(inner):
            return takes(table, inner) | {"null"}
        case Judged(inner, _, "after"):
            return takes(table, inner)
        case Either(choices):
            return frozenset().union(*(takes(table, choice) for choice in choices))
    return _TAKES.get(type(shape), lambda _: _ALL)(shape)


def _number_takes(number: Number) -> frozenset[str]:
    if number.form == "decimal":
        return frozenset({"number", "text"})
    return frozenset({"number"}) if number.is_strict else _SCALARS


def _one_of_takes(one_of: OneOf) -> frozenset[str]:
    types = frozenset(map(json_type, one_of.written))
    if one_of.has_more:
        return _ALL
    return types if types <= {"text", "null"} else types | _SCALARS


_TAKES: Final[dict[type, Callable[[Any], frozenset[str]]]] = {
    Number: _number_takes,
    Text: lambda text: _SCALARS if text.takes_numbers else frozenset({"text"}),
    Octets: lambda _: frozenset({"text"}),
    Unique: lambda _: frozenset({"text"}),
    Web: lambda _: frozenset({"text"}),
    Moment: lambda moment: frozenset({"text"}) if moment.is_strict else frozenset({"number", "text"}),
    Flag: lambda flag: frozenset({"bool"}) if flag.is_strict else _SCALARS,
    OneOf: _one_of_takes,
    Nothing: lambda _: frozenset({"null"}),
    Sequence: lambda _: frozenset({"array"}),
    FixedList: lambda _: frozenset({"array"}),
    Mapped: lambda _: frozenset({"object"}),
    Record: lambda _: frozenset({"object"}),
    # A function that looks for the tag is given whatever comes.
    Tagged: lambda tagged: frozenset({"object"}) if tagged.fields else _ALL,
}


def spoilt(table: Table, shape: Shape) -> Iterator[Spoilt]:
    """Every way for the value of a shape to be wrong, in itself and not in what it holds."""
    plain, may_be_null = _peeled(table, shape)
    if isinstance(plain, Known):
        for wrong in wrong_values(plain.kind):
            if not (wrong.rule == "null" and may_be_null):
                yield from (_put(wrong.rule, value, wrong.level) for value in wrong.values)
        return
    taken = takes(table, shape)
    if "null" not in taken:
        yield _put("null", None)
    for name, values in _OF_EACH_TYPE.items():
        if name not in taken:
            yield from (_put("wrong-type", value) for value in values)
    yield from _of_choices(table, plain)


def _peeled(table: Table, shape: Shape) -> tuple[Shape, bool]:
    """The shape that a value which isn't null is of, as far as it is certain, and whether it may be null."""
    may_be_null = False
    while True:
        if isinstance(shape, Named):
            shape = table.resolved(shape)
        elif isinstance(shape, Optional):
            shape, may_be_null = shape.inner, True
        elif isinstance(shape, Judged) and shape.when == "after":
            shape = shape.inner
        else:
            return shape, may_be_null


def _of_choices(table: Table, shape: Shape) -> Iterator[Spoilt]:
    if not isinstance(shape, Either):
        yield from _in_value(shape)
        return
    for place, choice in enumerate(shape.choices):
        others = shape.choices[:place] + shape.choices[place + 1 :]
        taken = frozenset().union(*(takes(table, other) for other in others))
        for each in _in_value(_peeled(table, choice)[0]):
            if not each.needs_item and each.value is not None and json_type(each.value) not in taken:
                yield each


def _in_value(shape: Shape) -> Iterator[Spoilt]:
    match shape:
        case Number():
            yield from _of_number(shape)
        case Text():
            yield from _of_text(shape)
        case Moment():
            yield from _of_moment(shape)
        case Flag(is_strict=False):
            yield from (_put("wrong-type", value) for value in ("maybe", 375))
        case Unique():
            yield from (_put("bad-uuid", text) for text in ("E1", ""))
        case Web():
            yield _put("bad-address", "no address")
        case OneOf(has_more=False):
            yield from _of_words(shape.written)
        case Sequence() | FixedList():
            yield from _of_sequence(shape)
        case Mapped(key=OneOf(has_more=False)):
            yield Spoilt("unknown-key", _with_another_key, needs_item=True)


def _of_words(words: tuple[Any, ...]) -> Iterator[Spoilt]:
    if all(isinstance(word, str) for word in words):
        others = ("no such value", *(f"{word}s" for word in words[:1]))
        yield from (_put("unknown-value", word) for word in others if word not in words)


def _with_another_key(held: dict[str, Any]) -> dict[str, Any]:
    return {**held, "no such key": next(iter(held.values()))}


def _of_sequence(shape: Sequence | FixedList) -> Iterator[Spoilt]:
    fewest = shape.min_length if isinstance(shape, Sequence) else len(shape.items)
    most = shape.max_length if isinstance(shape, Sequence) else fewest
    if fewest:
        yield Spoilt("too-short", lambda items: items[: fewest - 1])
    is_unique = isinstance(shape, Sequence) and shape.is_unique
    if most and not is_unique and most < _MANY:
        yield Spoilt("too-many-items", lambda items: (items * (most + 1))[: most + 1], needs_item=True)


def _of_text(text: Text) -> Iterator[Spoilt]:
    if text.pattern is not None:
        if compiled(text.pattern) is not None and not text.is_narrowed:
            size = max(text.min_length, 1)
            others = (letter * size for letter in ("!", "0", "a", "Z", "é"))
            found = [other for other in others if not matches(text.pattern, other)]
            yield from (_put("other-pattern", other) for other in found[:2])
        return
    if text.min_length > 0:
        yield _put("too-short", "0" * (text.min_length - 1))
    if text.max_length is not None:
        yield from (_put("too-long", letter * (text.max_length + 1)) for letter in "Eé")


def _of_moment(moment: Moment) -> Iterator[Spoilt]:
    match moment.form:
        case "date":
            yield from (_put("bad-date", text) for text in ("2023-02-29", "2024-13-01", "tomorrow", ""))
            step = timedelta(days=1)
        case "datetime":
            yield from (_put("bad-timestamp", text) for text in ("2023-02-29T09:30:00Z", "yesterday", ""))
            step = timedelta(seconds=1)
        case "time":
            yield from (_put("bad-time", text) for text in ("25:00:00", "noon"))
            return
        case _:
            yield _put("bad-duration", "a while")
            return
    # A day more, since what is only known to be past or to come keeps two days from now.
    for rule, bound, away in (("below-range", moment.first, -step), ("above-range", moment.last, step)):
        if bound not in {type(bound).min, type(bound).max} and not moment.is_about_now:
            yield _put(rule, _written_moment(moment, bound + away))


def _written_moment(moment: Moment, value: Any) -> str:
    return f"{value.isoformat()}Z" if moment.zone == "aware" else str(value.isoformat())


def _of_number(number: Number) -> Iterator[Spoilt]:
    if number.form == "float":
        yield from (_put("wrong-type", "many") for _ in range(not number.is_strict))
        yield from _float_out_of_range(number)
        return
    if number.form == "decimal" or not number.is_strict:
        yield from (_put("not-a-number", text) for text in ("", "abc", "$375.00"))
    if number.form == "decimal" and number.is_finite:
        yield from (_put("not-finite", text) for text in ("NaN", "Infinity", "-Infinity"))
    for rule, value in _wrong_numbers(number):
        if number.form == "int" and value.denominator == 1:
            yield _put(rule, int(value))
        elif number.form == "int":
            yield _put(rule, float(value))
        else:
            yield _put(rule, format(as_decimal(value, 0), "f"))


def _float_out_of_range(number: Number) -> Iterator[Spoilt]:
    ends: tuple[tuple[str, Fraction | None, int], ...] = (
        ("below-range", number.ge if number.gt is None else number.gt, -1),
        ("above-range", number.le if number.lt is None else number.lt, 1),
    )
    for rule, bound, away in ends:
        if bound is not None:
            yield _put(rule, float(bound + away * max(Fraction(1), abs(bound))))


def _wrong_numbers(number: Number) -> Iterator[tuple[str, Fraction]]:
    """Numbers that break one rule each and keep to all others."""
    grid = grid_of(number)
    edges = grid.edges()
    if grid.is_empty or not edges:
        return
    step = step_of(number)
    for place, away in ((grid.first, -1), (grid.last, 1)):
        beyond = None if place is None else (place + away) * step
        if beyond is not None and not fits(number, beyond) and _has_room(number, beyond):
            yield _range_rule(number, beyond), beyond
    yield from _wrong_digits(number)
    near = edges[0] * step
    for side in (1, -1):
        if number.form == "int":
            if fits(number, near + Fraction(side, 2)):
                yield "not-whole", near + Fraction(side, 2)
                break
        elif number.decimal_places is not None:
            finer = near + Fraction(side, 10 ** (number.decimal_places + 1))
            on_multiple = number.multiple_of is None
            if fits(number, finer) and on_multiple and _has_digits(number, finer):
                yield "too-many-places", finer
                break
    yield from _off_multiple(number, near)


def _off_multiple(number: Number, near: Fraction) -> Iterator[tuple[str, Fraction]]:
    if number.multiple_of is None:
        return
    quantum = Fraction(
        1, 10 ** (number.decimal_places or (0 if number.form == "int" else places_of(number.multiple_of)))
    )
    for side in (1, -1):
        beside = near + side * quantum
        if beside % number.multiple_of and fits(number, beside) and _has_room(number, beside):
            yield "not-a-multiple", beside
            return


def _wrong_digits(number: Number) -> Iterator[tuple[str, Fraction]]:
    if number.form == "decimal" and number.max_digits is not None:
        whole = number.max_digits - (number.decimal_places or 0)
        too_large = Fraction(10 ** max(whole, 0))
        for value in (too_large, -too_large):
            if fits(number, value) and (number.multiple_of is None or value % number.multiple_of == 0):
                yield "too-many-digits", value
                return


def _has_room(number: Number, value: Fraction) -> bool:
    """Whether a number has no more digits before its point than allowed."""
    if number.max_digits is None:
        return True
    whole = number.max_digits - (number.decimal_places or 0)
    return abs(value) < 10 ** max(whole, 0) and _has_digits(number, value)


def _has_digits(number: Number, value: Fraction) -> bool:
    """Whether a number has no more digits than allowed, the zeros after its point among them."""
    if number.max_digits is None:
        return True
    places = places_of(value)
    return max(len(str(abs(int(value * 10**places)))), places) <= number.max_digits


def _range_rule(number: Number, beyond: Fraction) -> str:
    """What a number out of bounds is called."""
    if number.le == 1 and beyond > 1 and number.form == "decimal":
        return "above-one"
    if number.gt == 0 and beyond == 0:
        return "not-positive"
    if number.ge == 0 and beyond < 0:
        return "negative"
    return "below-range" if _is_below(number, beyond) else "above-range"


def _is_below(number: Number, beyond: Fraction) -> bool:
    return any(bound is not None and beyond <= bound for bound in (number.gt, number.ge)) and not any(
        bound is not None and beyond >= bound for bound in (number.lt, number.le)
    )
