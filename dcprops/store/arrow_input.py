"""Arrow tables on their way into a store: exactly the event schema's columns, and every value as the model wants it.

The checks read columns, not rows. A row that fails one is read again as the document that it stands for, and what the
model says of that document is what counts.
"""

from __future__ import annotations

from binascii import unhexlify
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from functools import reduce
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types
from pydantic import TypeAdapter, ValidationError

from dcprops.events.kinds import Choice, Date, EventId, FixedPoint, Flag, Kind, Text, Timestamp, WholeNumber
from dcprops.events.schema import EVENT_TYPES
from dcprops.schemas.arrow import arrow_schema
from dcprops.schemas.columns import COLUMNS, EVENT_TYPE, Column
from dcprops.store.errors import SchemaError
from dcprops.store.event_columns import STORED, ids_of_bytes

__all__ = ["ROWS_AT_ONCE", "check_schema", "checked", "suspects"]

#: Rows checked at once: many enough that a call's cost doesn't count, few enough that one bad row doesn't cost much.
ROWS_AT_ONCE: Final = 131_072

_SCHEMA: Final = arrow_schema()
_OTHERS: Final = [field for field in _SCHEMA if field.name != "event_id"]
#: Which rows: pyarrow's BooleanArray, whose type its users' type checkers can't see.
_Mask: TypeAlias = Any


def check_schema(schema: pa.Schema) -> None:
    """Raises SchemaError unless the columns are the event schema's by name, in any order, each of a type that fits.

    A type fits if it can hold the column's values and no look-alikes of them: decimals of another precision, but of no
    more places than are kept; wider or narrower integers, other units of time, dictionaries.
    """
    wrong = "; ".join(_differences(schema))
    if wrong:
        raise SchemaError(f"this is no table of events: {wrong}; see dcprops schema arrow")


def _differences(schema: pa.Schema) -> Iterator[str]:
    counts = Counter(schema.names)
    missing = [name for name in _SCHEMA.names if name not in counts]
    extra = [name for name in counts if name not in _SCHEMA.names]
    twice = [name for name, count in counts.items() if count > 1]
    for names, what in ((missing, "it lacks"), (extra, "it has, beyond the event schema,"), (twice, "it has twice")):
        if names:
            yield f"{what} {', '.join(map(repr, names))}"
    for column in COLUMNS:
        if counts[column.name] == 1:
            found = schema.field(column.name).type
            held = found.value_type if types.is_dictionary(found) else found
            if not types.is_null(held) and not _FITS[type(column.kind)](column.kind, held):
                yield f"{column.name} is {found}, expected {_SCHEMA.field(column.name).type}"


def _is_text(_: Kind, type_: pa.DataType) -> bool:
    return bool(types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_))


def _is_fixed_point(kind: Any, type_: pa.DataType) -> bool:
    return bool(types.is_decimal(type_) and 0 <= type_.scale <= kind.places)


_FITS: Final[MappingProxyType[type[Kind], Callable[[Any, pa.DataType], bool]]] = MappingProxyType(
    {
        FixedPoint: _is_fixed_point,
        Date: lambda _, type_: types.is_date(type_),
        Timestamp: lambda _, type_: types.is_timestamp(type_),
        Flag: lambda _, type_: types.is_boolean(type_),
        WholeNumber: lambda _, type_: types.is_integer(type_),
        EventId: lambda kind, type_: _is_text(kind, type_) or isinstance(type_, pa.UuidType),
        Text: _is_text,
        Choice: _is_text,
    }
)


def checked(batch: pa.RecordBatch) -> tuple[pa.RecordBatch | None, _Mask | None]:
    """The batch in the schema `STORED`, and which of its rows may be invalid, if any.

    The batch is None if some value has no place in its column's type: then any row may be invalid. Raises SchemaError
    for columns that aren't the schema's, and for buffers that don't hold what their types say, such as texts that
    are no UTF-8.
    """
    check_schema(batch.schema)
    with _expecting_valid_buffers():
        batch.validate()
        for field in _SCHEMA:
            array = batch.column(field.name)
            array.validate(full=not _is_seen_by_range(array, field.type))
    exact, mask = _exact(batch)
    if exact is None or mask is not None:
        with _expecting_valid_buffers():
            batch.validate(full=True)
    return exact, mask


@contextmanager
def _expecting_valid_buffers() -> Iterator[None]:
    try:
        yield
    except pa.ArrowInvalid as error:
        raise SchemaError(f"this is no valid Arrow table: {error}; write it anew") from error


def _is_seen_by_range(array: pa.Array, type_: pa.DataType) -> bool:
    """Whether the range of a column's values is all that full validation looks at: numbers of too many digits."""
    return bool(array.type == type_ and types.is_decimal(type_))


def _exact(batch: pa.RecordBatch) -> tuple[pa.RecordBatch | None, _Mask | None]:
    ids, bad_ids = _ids(batch.column("event_id"))
    try:
        others = [_cast(batch.column(field.name), field.type) for field in _OTHERS]
    except pa.ArrowInvalid:
        return None, None
    exact = pa.RecordBatch.from_arrays([ids, *others], schema=STORED)
    return exact, _together([bad_ids, suspects(exact)])


def _ids(array: pa.Array) -> tuple[pa.Array, _Mask | None]:
    """The event ids as 16 bytes each, and which of them are none, if any; in the place of those are zeros."""
    if isinstance(array.type, pa.UuidType):
        return array, None
    array = _cast(array, pa.string())
    ids = _read_ids(array)
    if ids is not None:
        return ids, None
    are_ids = pc.fill_null(pc.match_substring_regex(array, _UUID), False)
    return _read_ids(pc.if_else(are_ids, array, str(UUID(int=0)))), pc.invert(are_ids)


_HEX: Final = "[0-9a-fA-F]"
_UUID: Final = f"^{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}$"
_LENGTH: Final = 36
_HYPHENS: Final = (8, 13, 18, 23)


def _read_ids(array: pa.Array) -> pa.Array | None:
    """The ids that the texts are, read all at once; None if some text is no id in its 36-character form."""
    rows = len(array)
    if array.null_count or pc.min_max(pc.binary_length(array)).as_py() != {"min": _LENGTH, "max": _LENGTH}:
        return None
    _, offsets, values = array.buffers()
    start = memoryview(offsets).cast("i")[array.offset]
    texts = bytes(memoryview(values)[start : start + rows * _LENGTH])
    if any(texts[place::_LENGTH] != b"-" * rows for place in _HYPHENS):
        return None
    try:
        joined = unhexlify(texts.translate(None, b"-"))
    except ValueError:
        return None
    return ids_of_bytes(joined) if len(joined) == rows * 16 else None


def _cast(array: pa.Array, type_: pa.DataType) -> pa.Array:
    if array.type == type_:
        return array
    if types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array.cast(type_)


def suspects(batch: pa.RecordBatch) -> _Mask | None:
    """Which rows of a batch in the schema `STORED` break a rule of the model; None if none does."""
    return _together(mask for mask in _masks(batch) if mask is not None and pc.any(mask).as_py())


def _together(masks: Iterable[_Mask | None]) -> _Mask | None:
    found = [mask for mask in masks if mask is not None]
    return reduce(pc.or_, found) if found else None


def _masks(batch: pa.RecordBatch) -> Iterator[_Mask | None]:
    """For each rule of a column, the rows that break it: masks without nulls, or None where a quick look finds none."""
    of_type = _rows_by_event_type(batch.column(EVENT_TYPE))
    of_types: dict[tuple[str, ...], _Mask] = {}

    def rows_with(names: Iterable[str]) -> _Mask | None:
        """The rows of these event types; None if there are none."""
        found = tuple(name for name in names if name in of_type)
        if found and found not in of_types:
            of_types[found] = reduce(pc.or_, map(of_type.__getitem__, found))
        return of_types[found] if found else None

    known = rows_with(EVENT_TYPES)
    yield pa.array([True] * batch.num_rows, pa.bool_()) if known is None else pc.invert(known)
    for column in COLUMNS:
        if column.name != EVENT_TYPE:
            yield from _masks_of(column, batch.column(column.name), of_type.keys(), rows_with)


def _masks_of(
    column: Column, array: pa.Array, present: Set[str], rows_with: Callable[[Iterable[str]], _Mask | None]
) -> Iterator[_Mask | None]:
    if array.null_count < len(array):
        yield _BREAKS[type(column.kind)](column.kind, array)
        if not present <= column.uses.keys():
            own = rows_with(column.uses)
            yield array.is_valid() if own is None else pc.and_not(array.is_valid(), own)
        for event_type, kind in _OWN_CHOICES[column.name]:
            of_type = rows_with((event_type,))
            if of_type is not None:
                yield pc.and_not(of_type, pc.is_in(array, value_set=pa.array(kind.values, pa.string())))
    if array.null_count:
        requiring = rows_with(_REQUIRED_BY[column.name])
        if requiring is not None:
            yield pc.and_not(requiring, array.is_valid())
        if not column.nullable:
            yield array.is_null()


def _rows_by_event_type(event_types: pa.Array) -> dict[str, _Mask]:
    """The rows of each event type that there is."""
    places = pc.fill_null(pc.index_in(event_types, value_set=pa.array(EVENT_TYPES)), -1).cast(pa.int8())
    return {
        EVENT_TYPES[place]: pc.equal(places, pa.scalar(place, pa.int8()))
        for place in pc.unique(places).to_pylist()
        if place >= 0
    }


_REQUIRED_BY: Final = MappingProxyType({column.name: column.required_by for column in COLUMNS})


def _own_choices(column: Column) -> tuple[tuple[str, Choice], ...]:
    """The event types whose choices in a column are fewer than the column's."""
    if column.name == EVENT_TYPE:
        return ()
    return tuple(
        (event_type, field.kind)
        for event_type, field in column.uses.items()
        if isinstance(field.kind, Choice) and field.kind != column.kind
    )


_OWN_CHOICES: Final = MappingProxyType({column.name: _own_choices(column) for column in COLUMNS})


def _outside(array: pa.Array, least: Any, most: Any) -> _Mask | None:
    least, most = (pa.scalar(bound, array.type) for bound in (least, most))
    found = pc.min_max(array)
    if pc.and_(pc.greater_equal(found["min"], least), pc.less_equal(found["max"], most)).as_py():
        return None
    return pc.fill_null(pc.or_(pc.less(array, least), pc.greater(array, most)), False)


def _breaks_fixed_point(kind: FixedPoint, array: pa.Array) -> _Mask | None:
    quanta = kind.quanta
    return _outside(array, kind.from_quanta(quanta[0]), kind.from_quanta(quanta[-1]))


# Counted from 1970: 0001-01-01 and 9999-12-31, and the first and the last microsecond of them.
_DAYS: Final = (-719_162, 2_932_896)
_MICROSECONDS: Final = (_DAYS[0] * 86_400_000_000, (_DAYS[1] + 1) * 86_400_000_000 - 1)


def _breaks_date(_: Date, array: pa.Array) -> _Mask | None:
    return _outside(array.view(pa.int32()), *_DAYS)


def _breaks_timestamp(_: Timestamp, array: pa.Array) -> _Mask | None:
    return _outside(array.view(pa.int64()), *_MICROSECONDS)


def _breaks_whole_number(kind: WholeNumber, array: pa.Array) -> _Mask | None:
    return _outside(array, kind.minimum, kind.maximum)


def _breaks_choice(kind: Choice, array: pa.Array) -> _Mask | None:
    choices = pa.array(kind.values, pa.string())
    # Most columns of choices are mostly empty, and the few values by themselves are looked up sooner.
    if pc.all(pc.is_in(array.drop_null(), value_set=choices)).as_py():
        return None
    return pc.and_not(array.is_valid(), pc.is_in(array, value_set=choices))


def _breaks_text(kind: Text, array: pa.Array) -> _Mask | None:
    lengths = pc.min_max(pc.binary_length(array))
    plain = (
        lengths["min"].as_py() > 0
        and lengths["max"].as_py() <= kind.max_length
        and pc.all(pc.ascii_is_printable(array)).as_py()
        and not (_has_space(array) and _is_padded(array))
    )
    if plain:
        return None
    accepts = _accepts(kind)
    broken = [text for text in pc.unique(array).to_pylist() if text is not None and not accepts(text)]
    return pc.is_in(array, value_set=pa.array(broken, pa.string()))


def _has_space(array: pa.Array) -> bool:
    """Whether there is a space in any of the texts: one look at all of them at once."""
    _, offsets, values = array.buffers()
    places = memoryview(offsets).cast("i")
    return b" " in bytes(memoryview(values)[places[array.offset] : places[array.offset + len(array)]])


def _is_padded(array: pa.Array) -> bool:
    return bool(pc.any(pc.or_(pc.starts_with(array, " "), pc.ends_with(array, " "))).as_py())


def _accepts(kind: Kind) -> Callable[[str], bool]:
    """The model's own word on a text."""
    read = TypeAdapter(Annotated[str, kind]).validate_python

    def accepts(text: str) -> bool:
        try:
            read(text)
        except ValidationError:
            return False
        return True

    return accepts


_BREAKS: Final[MappingProxyType[type[Kind], Callable[[Any, pa.Array], _Mask | None]]] = MappingProxyType(
    {
        FixedPoint: _breaks_fixed_point,
        Date: _breaks_date,
        Timestamp: _breaks_timestamp,
        Flag: lambda kind, array: None,
        WholeNumber: _breaks_whole_number,
        EventId: lambda kind, array: None,
        Text: _breaks_text,
        Choice: _breaks_choice,
    }
)
