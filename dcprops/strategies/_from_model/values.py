"""A strategy for every shape that holds no other, and one for its edges."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from dcprops.strategies import _boundaries
from dcprops.strategies._choices import coding_of
from dcprops.strategies._from_model.grids import Grid, as_decimal, grid_of, places_of
from dcprops.strategies._from_model.patterns import Atom, atoms_of, compiled, is_possible
from dcprops.strategies._from_model.shapes import (
    Anything,
    Flag,
    Known,
    Moment,
    Nothing,
    Number,
    Octets,
    OneOf,
    Shape,
    Text,
    Unique,
    Unreadable,
    Web,
)

__all__ = ["CONTAINERS", "MORE", "edges_of", "unreadable", "values_of"]

#: How many more than the fewest there are at most of what may come any number of times, unless it is at its own most.
MORE: Final = 5
#: The longest text that is drawn letter by letter.
_LONGEST: Final = 64
#: What a sequence's input is made with.
CONTAINERS: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "deque": deque,
}


def unreadable(shape: Shape) -> str:
    """Why no value can be made of a shape that holds no other, or nothing."""
    match shape:
        case Unreadable(why):
            return why
        case Number(form="int" | "decimal") if grid_of(shape).is_empty:
            return "bounds that leave no number"
        case Moment(first=first, last=last) if first > last:
            return f"bounds that leave no {shape.form}"
        case Text(fewest, most) if most is not None and most < fewest:
            return "lengths that leave no text"
        case Text(pattern=str() as pattern) if _is_impossible(shape, pattern):
            return f"a pattern that can't be built, {pattern!r}"
    return ""


def _is_impossible(text: Text, pattern: str) -> bool:
    atoms = atoms_of(pattern)
    if atoms is None:
        return compiled(pattern) is None
    return not is_possible(atoms, text.min_length, text.max_length)


def values_of(shape: Shape, *, in_json: bool = False) -> SearchStrategy[Any]:
    """What a shape that holds no other accepts, its edges often; with `in_json`, only what JSON can write."""
    if in_json and type(shape) in _IN_JSON:
        return _IN_JSON[type(shape)](shape)
    return _VALUES[type(shape)](shape)


def _most(fewest: int, most: int | None) -> int:
    return fewest + MORE if most is None else min(most, max(_LONGEST, fewest))


def _octets(octets: Octets) -> SearchStrategy[bytes]:
    return st.binary(min_size=octets.min_length, max_size=_most(octets.min_length, octets.max_length))


def _written_octets(octets: Octets) -> SearchStrategy[str]:
    if octets.coding == "hex":
        return _octets(octets).map(bytes.hex)
    if octets.coding == "base64":
        return _octets(octets).map(lambda drawn: urlsafe_b64encode(drawn).decode("ascii"))
    # What is as many octets as letters.
    letters = st.characters(codec="ascii")
    return st.text(letters, min_size=octets.min_length, max_size=_most(octets.min_length, octets.max_length))


def _octet_edges(octets: Octets) -> SearchStrategy[bytes]:
    sizes = [octets.min_length, *([octets.max_length] if octets.max_length is not None else [])]
    return st.sampled_from([b"0" * size for size in sizes])


def _known(known: Known) -> SearchStrategy[Any]:
    coding = coding_of(known.kind)
    return st.binary(min_size=coding.width, max_size=coding.width).map(coding.read)


def _known_edges(known: Known) -> SearchStrategy[Any]:
    coding = coding_of(known.kind)
    return st.binary(min_size=coding.width, max_size=coding.width).map(coding.read_boundary)


def edges_of(shape: Shape) -> SearchStrategy[Any] | None:
    """The edges of a shape that holds no other, or None if it has none."""
    return _EDGES.get(type(shape), lambda _: None)(shape)


def _number_at(number: Number, grid: Grid, place: int) -> int | Decimal:
    value = place * grid.step
    return int(value) if number.form == "int" else as_decimal(value, places_of(grid.step))


def _number_edges(number: Number) -> SearchStrategy[Any] | None:
    if number.form == "float":
        ends = _float_ends(number)
        return st.sampled_from(ends) if ends else None
    grid = grid_of(number)
    return st.sampled_from(grid.edges()).map(partial(_number_at, number, grid))


def _numbers(number: Number, *, in_json: bool = False) -> SearchStrategy[Any]:
    if number.form == "float":
        return _floats(number, in_json=in_json)
    grid = grid_of(number)
    places = st.integers(grid.first, grid.last) | st.sampled_from(grid.edges())
    return places.map(partial(_number_at, number, grid))


def _floats(number: Number, *, in_json: bool) -> SearchStrategy[float]:
    least, greatest = number.ge if number.gt is None else number.gt, number.le if number.lt is None else number.lt
    if number.multiple_of is not None:
        grid = grid_of(replace(number, form="decimal"))
        return st.integers(grid.first, grid.last).map(lambda place: float(place * grid.step))
    is_open = least is None and greatest is None and not number.is_finite and not in_json
    drawn = st.floats(
        None if least is None else float(least),
        None if greatest is None else float(greatest),
        allow_nan=is_open,
        allow_infinity=False if number.is_finite or in_json else None,
        exclude_min=number.gt is not None,
        exclude_max=number.lt is not None,
    )
    ends = _float_ends(number)
    return drawn | st.sampled_from(ends) if ends else drawn


def _float_ends(number: Number) -> list[float]:
    """The bounds that a float field accepts itself."""
    ends = [float(bound) for bound in (number.ge, number.le) if bound is not None]
    return [] if number.multiple_of is not None else sorted(set(ends), key=abs)


#: Python's white space at either end, which is never less than Rust's.
_OUTER: Final = re.compile(r"^\s+|\s+$")


def _tidy(text: Text, drawn: str) -> str:
    """The same with letters in place of what a model would strip: as long as before."""
    return _OUTER.sub(lambda found: "0" * len(found[0]), drawn) if text.strips else drawn


def _texts(text: Text) -> SearchStrategy[str]:
    return _any_texts(text) if text.pattern is None else _matching(text, text.pattern)


def _edges_of_text(text: Text) -> SearchStrategy[str] | None:
    return st.sampled_from(_text_edges(text)) if text.pattern is None else _matching_edges(text, text.pattern)


def _any_texts(text: Text) -> SearchStrategy[str]:
    drawn = st.text(min_size=text.min_length, max_size=_most(text.min_length, text.max_length))
    return drawn.map(partial(_tidy, text)) | st.sampled_from(_text_edges(text))


def _text_edges(text: Text) -> list[str]:
    """The shortest, the longest and strange ones."""
    strange = [word for words in _boundaries.IDENTIFIERS.values() for word in words if _has_length(text, word)]
    sizes = [text.min_length, text.min_length + 1, *([text.max_length] if text.max_length is not None else [])]
    plain = ["0" * size for size in sizes if _has_length(text, "0" * size)]
    return list(dict.fromkeys([*plain, *(_tidy(text, word) for word in strange)]))


def _has_length(text: Text, word: str) -> bool:
    return text.min_length <= len(word) and (text.max_length is None or len(word) <= text.max_length)


def _matching(text: Text, pattern: str) -> SearchStrategy[str]:
    atoms = atoms_of(pattern)
    if atoms is not None:
        return _rows(text, atoms, None)
    found = compiled(pattern)
    assert found is not None
    return st.from_regex(found, fullmatch=True)


def _matching_edges(text: Text, pattern: str) -> SearchStrategy[str] | None:
    atoms = atoms_of(pattern)
    return None if atoms is None else _rows(text, atoms, "shortest") | _rows(text, atoms, "longest")


@st.composite
def _rows(draw: DrawFn, text: Text, atoms: tuple[Atom, ...], extreme: str | None) -> str:
    """Texts of the atoms in a row, each as often as the length of the whole allows."""
    longest = sum(atom.fewest for atom in atoms) + max(_LONGEST, text.min_length)
    room = longest if text.max_length is None else min(text.max_length, longest)
    row: list[str] = []
    for place, atom in enumerate(atoms):
        others = atoms[place + 1 :]
        have = sum(map(len, row))
        most = min(atom.most, room - have - sum(other.fewest for other in others))
        fewest = max(atom.fewest, text.min_length - have - sum(other.most for other in others))
        times = {"shortest": fewest, "longest": most}.get(extreme or "")
        few = most if text.max_length is not None else min(most, fewest + MORE)
        size = draw(st.integers(fewest, few)) if times is None else times
        row.append(draw(_repeated(atom.characters, size)))
    return "".join(row)


def _repeated(characters: str, times: int) -> SearchStrategy[str]:
    """So many of a class, each drawn where they are few."""
    one = st.just(characters) if len(characters) == 1 else st.from_regex(f"{characters}", fullmatch=True)
    if times <= _LONGEST:
        return st.lists(one, min_size=times, max_size=times).map("".join)
    return one.map(lambda character: character * times)


def _moments(moment: Moment) -> SearchStrategy[Any]:
    first, last = moment.first, moment.last
    edges = st.sampled_from(_moment_edges(moment))
    drawn: SearchStrategy[Any]
    match moment.form:
        case "date":
            return st.dates(first, last) | edges
        case "datetime":
            drawn = st.datetimes(first, last)
        case "time":
            drawn = st.times(first, last)
        case _:
            return st.timedeltas(first, last) | edges
    return drawn.map(partial(_zoned, moment)) | edges


def _zoned(moment: Moment, value: datetime | time) -> datetime | time:
    return value.replace(tzinfo=UTC if moment.zone == "aware" else None)


def _moment_edges(moment: Moment) -> list[Any]:
    """The bounds and the days that calendars go wrong at."""
    known: list[Any] = []
    if moment.form == "date":
        known = [day for days in _boundaries.DATES.values() for day in days]
    elif moment.form == "datetime":
        known = [each.replace(tzinfo=None) for instants in _boundaries.INSTANTS.values() for each in instants]
    elif moment.form == "timedelta":
        known = [timedelta(0), timedelta(microseconds=1), timedelta(days=-1)]
    inside = [each for each in known if moment.first <= each <= moment.last]
    edges = dict.fromkeys([*inside, moment.first, moment.last])
    return [_zoned(moment, each) if isinstance(each, datetime | time) else each for each in edges]


def _uuid(version: int | None, number: int) -> UUID:
    if version is not None:
        number = number & ~(0xF << 76) & ~(0b11 << 62) | version << 76 | 0b10 << 62
    return UUID(int=number)


def _scalars(_: Anything) -> SearchStrategy[Any]:
    return st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8)


def _addresses(web: Web) -> SearchStrategy[str]:
    return st.builds("{}://example.com/{}".format, st.sampled_from(web.schemes), st.integers(0, 999))


def _ends_of(one_of: OneOf) -> SearchStrategy[Any]:
    return st.sampled_from(list(dict.fromkeys((one_of.values[0], one_of.values[-1]))))


_VALUES: Final[dict[type, Callable[[Any], SearchStrategy[Any]]]] = {
    Number: _numbers,
    Text: _texts,
    Octets: _octets,
    Moment: _moments,
    Flag: lambda _: st.booleans(),
    Unique: lambda unique: st.integers(0, 2**128 - 1).map(partial(_uuid, unique.version)),
    Web: _addresses,
    OneOf: lambda one_of: st.sampled_from(one_of.values),
    Nothing: lambda _: st.none(),
    Anything: _scalars,
    Known: _known,
}
#: What JSON has fewer of than Python.
_IN_JSON: Final[dict[type, Callable[[Any], SearchStrategy[Any]]]] = {
    Number: partial(_numbers, in_json=True),
    Octets: _written_octets,
}
_EDGES: Final[dict[type, Callable[[Any], SearchStrategy[Any] | None]]] = {
    Number: _number_edges,
    Text: _edges_of_text,
    Octets: _octet_edges,
    Moment: lambda moment: st.sampled_from(_moment_edges(moment)),
    Flag: lambda _: st.booleans(),
    Unique: lambda unique: st.sampled_from([_uuid(unique.version, number) for number in (0, 2**128 - 1)]),
    OneOf: _ends_of,
    Known: _known_edges,
}
