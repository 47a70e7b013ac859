"""Drafts as Arrow: every event in its place, employee by employee in canonical order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dcprops.events.kinds import Choice, Date, FixedPoint, Flag, Text, WholeNumber
from dcprops.population.careers import Lives
from dcprops.population.drafts import Drafts
from dcprops.population.draws import Draws, Integers, key_of, mixed
from dcprops.population.vocabularies import SOURCE_SYSTEMS
from dcprops.reference.order import DAY_ORDER
from dcprops.schemas.arrow import arrow_schema
from dcprops.schemas.columns import COLUMNS, Column

__all__ = ["batch_of", "employee_id"]

_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_ID_DIGITS: Final = 8
_ID_PREFIX: Final = "EMP_"
# A key of canonical order: life, day, place in the day and serial number, from the highest bits to the lowest.
_SERIAL_BITS: Final = 6
_PLACE_BITS: Final = 4
_DAY_BITS: Final = 20


def employee_id(number: int) -> str:
    """The identifier of an employee, counted from 0."""
    return f"{_ID_PREFIX}{number:0{_ID_DIGITS}d}"


def batch_of(drafts: Drafts, lives: Lives, vocabularies: Mapping[str, Sequence[str]]) -> pa.RecordBatch:
    """The events of the lives, employee by employee, scenario by scenario and design by design in canonical order."""
    parts = drafts.by_event_type()
    keys = np.concatenate([_keys(event_type, part) for event_type, part in parts.items()])
    order = np.argsort(keys)
    rows = np.empty(order.size, np.int64)
    rows[order] = np.arange(order.size)
    ends = np.cumsum([part["life"].size for part in parts.values()])
    places = {
        event_type: rows[end - part["life"].size : end]
        for (event_type, part), end in zip(parts.items(), ends, strict=True)
    }
    table = _Table(keys[order], lives, vocabularies, parts, places)
    return pa.RecordBatch.from_arrays([table.column(column) for column in COLUMNS], schema=_schema())


@cache
def _schema() -> pa.Schema:
    return arrow_schema()


def _keys(event_type: str, part: Mapping[str, Integers]) -> Integers:
    key = part["life"] << _DAY_BITS | part["day"]
    key = key << _PLACE_BITS | DAY_ORDER[event_type]
    return key << _SERIAL_BITS | part["serial"]


class _Table:
    """The columns of a block of events, from the keys in order and from what is known of each event type's."""

    def __init__(
        self,
        keys: Integers,
        lives: Lives,
        vocabularies: Mapping[str, Sequence[str]],
        parts: Mapping[str, Mapping[str, Integers]],
        places: Mapping[str, Integers],
    ) -> None:
        self.count = keys.size
        self.lives, self.vocabularies, self.parts, self.places = lives, vocabularies, parts, places
        self.serial = keys & (1 << _SERIAL_BITS) - 1
        self.place = keys >> _SERIAL_BITS & (1 << _PLACE_BITS) - 1
        self.day = keys >> _SERIAL_BITS + _PLACE_BITS & (1 << _DAY_BITS) - 1
        self.life = keys >> _SERIAL_BITS + _PLACE_BITS + _DAY_BITS
        self.within_life = (keys & (1 << _SERIAL_BITS + _PLACE_BITS + _DAY_BITS) - 1).astype(np.uint64)
        self.of_envelope: dict[str, Callable[[], pa.Array]] = {
            "event_id": self._event_ids,
            "employee_id": self._employee_ids,
            "effective_date": lambda: _date_array(self.day, None),
            "created_at": self._created_at,
            "scenario_id": lambda: self._by_world([scenario.name for scenario, _ in lives.worlds]),
            "plan_design_id": lambda: self._by_world([design.name for _, design in lives.worlds]),
            "source_system": lambda: self._by_place(SOURCE_SYSTEMS),
            "correlation_id": lambda: _nothing(self.count, _schema().field("correlation_id").type),
            "event_type": lambda: self._by_place({event_type: event_type for event_type in DAY_ORDER}),
        }

    def column(self, column: Column) -> pa.Array:
        """One column of the schema."""
        if column.name in self.of_envelope:
            return self.of_envelope[column.name]()
        filled = [event_type for event_type, part in self.parts.items() if column.name in part]
        if not filled:
            return _nothing(self.count, _schema().field(column.name).type)
        values = np.full(self.count, -1, np.int64)
        for event_type in filled:
            values[self.places[event_type]] = self.parts[event_type][column.name]
        return self._array(column, values)

    def _array(self, column: Column, values: Integers) -> pa.Array:
        present = values >= 0
        match column.kind:
            case FixedPoint():
                return _decimal_array(values, present, _schema().field(column.name).type)
            case Date():
                return _date_array(values, present)
            case WholeNumber():
                return pa.Array.from_buffers(
                    pa.int32(), self.count, [_bits(present), pa.py_buffer(values.astype(np.int32))]
                )
            case Flag():
                return pa.Array.from_buffers(pa.bool_(), self.count, [_bits(present), _bits(values > 0)])
            case Text() | Choice():
                return _words(self.vocabularies[column.name], values, present)
        raise TypeError(f"no Arrow array for {column.kind}: add one")

    def _by_world(self, words: Sequence[str]) -> pa.Array:
        return _words(words, self.lives.world[self.life], None)

    def _by_place(self, words: Mapping[str, str]) -> pa.Array:
        return _words([words[event_type] for event_type in DAY_ORDER], self.place, None)

    def _created_at(self) -> pa.Array:
        """The night after the day, and later for what comes later in it."""
        micros = (self.day + 1) * _DAY + self.place * _SECOND + self.serial * 1_000 + 1
        return pa.Array.from_buffers(pa.timestamp("us", "UTC"), self.count, [None, pa.py_buffer(micros)])

    def _employee_ids(self) -> pa.Array:
        numbers = self.lives.numbers[:: len(self.lives.worlds)].tolist()
        text = np.frombuffer("".join(map(employee_id, numbers)).encode(), np.uint8).reshape(len(numbers), -1)
        return _fixed_width(text[self.life // len(self.lives.worlds)])

    def _event_ids(self) -> pa.Array:
        """A version 4 UUID of each event, that depends on the seed, the person, the world and what it is."""
        worlds = [f"{scenario.name}\x1f{design.name}" for scenario, design in self.lives.worlds]
        bits = np.empty((self.count, 2), np.uint64)
        for half in range(2):
            keys = np.array([key_of(self.lives.seed, "event_id", half, world) for world in worlds], np.uint64)
            lives: Draws = mixed(keys[self.lives.world], self.lives.numbers)
            bits[:, half] = mixed(lives[self.life], self.within_life)
        return _fixed_width(_uuid_texts(bits))


_HEX: Final = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint16)
#: Where the text of a UUID has its bytes' two digits each.
_PARTS: Final = ((0, 8, 0, 4), (9, 13, 4, 6), (14, 18, 6, 8), (19, 23, 8, 10), (24, 36, 10, 16))


def _uuid_texts(bits: Draws) -> NDArray[np.uint8]:
    """The 36 characters of each UUID, of which version and variant are put in."""
    octets = bits.astype("<u8", copy=False).view(np.uint8)
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    digits = _HEX[octets].view(np.uint8)
    text = np.full((len(bits), 36), ord("-"), np.uint8)
    for start, end, first, last in _PARTS:
        text[:, start:end] = digits[:, 2 * first : 2 * last]
    return text


def _bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _decimal_array(values: Integers, present: NDArray[np.bool_], kind: pa.DataType) -> pa.Array:
    """Amounts in the last place of a decimal type of 128 bits."""
    words = np.zeros((values.size, 2), np.int64)
    words[:, 0] = np.maximum(values, 0)
    return pa.Array.from_buffers(kind, values.size, [_bits(present), pa.py_buffer(words)])


def _date_array(days: Integers, present: NDArray[np.bool_] | None) -> pa.Array:
    validity = None if present is None else _bits(present)
    return pa.Array.from_buffers(pa.date32(), days.size, [validity, pa.py_buffer(days.astype(np.int32))])


def _fixed_width(text: NDArray[np.uint8]) -> pa.Array:
    """Texts that are all of one width."""
    count, width = text.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text))]
    )


def _words(vocabulary: Sequence[str], places: Integers, present: NDArray[np.bool_] | None) -> pa.Array:
    indices = pa.array(places.astype(np.int32), mask=None if present is None else ~present)
    return pc.take(pa.array(vocabulary, pa.string()), indices)


@cache
def _zeros(size: int) -> pa.Buffer:
    return pa.py_buffer(bytes(size))


def _nothing(count: int, kind: pa.DataType) -> pa.Array:
    return pa.nulls(count, kind)
