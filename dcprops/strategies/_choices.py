"""How few choices become a whole record: one block of bytes, of which each field reads its own, and one integer.

Drawing is what a strategy costs, and Hypothesis tries copies of choices that are alike in place of new ones, so there
are two choices to a record and they differ. Bytes and integers shrink towards zero one by one, and zero is each field's
simplest value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from dcprops.events.frozen import FrozenMapping
from dcprops.events.kinds import (
    Choice,
    Date,
    EventId,
    FixedPoint,
    Flag,
    Kind,
    MoneyBySource,
    Text,
    Timestamp,
    WholeNumber,
)
from dcprops.strategies import _boundaries
from dcprops.strategies._boundaries import Classes

__all__ = ["Coding", "coding_of", "nullable", "read_boundary_number", "read_number"]

_HALF: Final = 128
_THIRD: Final = 86


@dataclass(frozen=True)
class Coding:
    """How one field is read from so many bytes of the block.

    `read` gives any value that the field accepts, half of the time at a boundary; `read_boundary` always one of those.
    """

    width: int
    read: Callable[[bytes], Any]
    read_boundary: Callable[[bytes], Any]


#: Hypothesis draws the integers below this evenly, and larger ones ever more rarely.
_EVEN: Final = 256


def _picker(classes: Classes[Any]) -> Callable[[int], Any]:
    """Turns a choice from 0 on into a boundary, every class equally often.

    The first round holds the first values of each class, numbers ascending, so that smaller choices give smaller ones.
    Later rounds go on to the values that had no room in it. The last byte is the place in the round, because Hypothesis
    tries to do without the higher ones: so whatever is picked in a far round shrinks within the first.
    """
    slots = min(_EVEN // len(classes), max(map(len, classes.values())))
    first_round = [(values[slot % len(values)], values, slot) for values in classes.values() for slot in range(slots)]
    if isinstance(first_round[0][0], Decimal | int):
        first_round.sort(key=lambda place: place[0])

    def pick(choice: int) -> Any:
        round_, place = divmod(choice, _EVEN)
        _, values, slot = first_round[place * len(first_round) // _EVEN]
        return values[(slot + slots * round_) % len(values)]

    return pick


def _picked(width: int, general: Callable[[int], Any], classes: Classes[Any], *, general_first: bool) -> Coding:
    """The first byte says if the others are the value itself or pick a boundary; which of the two is simpler is asked.

    A number is simpler as a boundary than as any number at all, a name is not.
    """
    pick = _picker(classes)
    small, large = (general, pick) if general_first else (pick, general)
    return Coding(
        width,
        lambda block: (small if block[0] < _HALF else large)(int.from_bytes(block[1:])),
        lambda block: pick(int.from_bytes(block[1:])),
    )


def _plain(width: int, read: Callable[[bytes], Any]) -> Coding:
    """Values without boundaries of their own."""
    return Coding(width, read, read)


_FIRST_DAY: Final = date(2020, 1, 1).toordinal()
_FIRST_INSTANT: Final = datetime.fromisoformat("2020-01-01T00:00:00Z")


def _day(number: int) -> date:
    """The day so many days after 2020-01-01; after the last day of the calendar comes the first."""
    return date.fromordinal((_FIRST_DAY - 1 + number) % date.max.toordinal() + 1)


def _instant(number: int) -> datetime:
    return _FIRST_INSTANT + timedelta(seconds=number, microseconds=number % 997)


_LETTERS: Final = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz-_./#ÀßçñøŁşЖяΩאשبي中文日한अไየ€§½☃👷🧾\u0301\u200d"
)


def _identifier(number: int) -> str:
    """A letter and a number, as identifiers are, or any letters at all."""
    if number % 2 == 0:
        return f"E{number // 2}"
    letters = []
    while number:
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)


def _quanta(kind: FixedPoint) -> Classes[Decimal]:
    quanta = _boundaries.amounts(kind) if kind.maximum is None else _boundaries.RATES
    return {name: tuple(map(kind.from_quanta, values)) for name, values in quanta.items()}


def _fixed_point(kind: FixedPoint) -> Coding:
    accepted, digits = kind.quanta, kind.digits + kind.places

    def general(number: int) -> Decimal:
        # As many amounts of each length: most would be huge otherwise.
        number, length = divmod(number, digits)
        return kind.from_quanta(accepted[number % 10 ** (length + 1) % len(accepted)])

    return _picked(3 if kind.maximum is not None else 10, general, _quanta(kind), general_first=False)


def _boundaries_of(kind: FixedPoint | WholeNumber) -> Classes[Any]:
    return _quanta(kind) if isinstance(kind, FixedPoint) else _boundaries.whole_numbers(kind)


def read_number(kind: FixedPoint | WholeNumber) -> Callable[[int], Any]:
    """How a number is read from an integer: below zero it picks a boundary, else it counts the values accepted."""
    pick = _picker(_boundaries_of(kind))
    if isinstance(kind, FixedPoint):
        quanta, from_quanta = kind.quanta, kind.from_quanta
        return lambda number: pick(-number) if number < 0 else from_quanta(quanta[number % len(quanta)])
    accepted = range(kind.minimum, kind.maximum + 1)
    return lambda number: pick(-number) if number < 0 else accepted[number % len(accepted)]


def read_boundary_number(kind: FixedPoint | WholeNumber) -> Callable[[int], Any]:
    """How a boundary is read from an integer."""
    pick = _picker(_boundaries_of(kind))
    return lambda number: pick(abs(number))


def _whole_number(kind: WholeNumber) -> Coding:
    size = kind.maximum - kind.minimum + 1
    width = 1 + (size.bit_length() + 7) // 8
    return _picked(
        width, lambda number: kind.minimum + number % size, _boundaries.whole_numbers(kind), general_first=False
    )


def _money_by_source(kind: MoneyBySource) -> Coding:
    """One byte says which sources are there, three more for each say how much, in whole cents or at a boundary."""
    amount = _picked(
        3, lambda number: kind.money.from_quanta(number * _boundaries.CENT), _quanta(kind.money), general_first=False
    )

    def of_sources(read: Callable[[bytes], Decimal]) -> Callable[[bytes], FrozenMapping[str, Decimal]]:
        def read_map(block: bytes) -> FrozenMapping[str, Decimal]:
            present = [place for place in range(len(kind.sources)) if block[0] >> place & 1]
            return FrozenMapping({kind.sources[place]: read(block[1 + 3 * place :][:3]) for place in present})

        return read_map

    return Coding(1 + 3 * len(kind.sources), of_sources(amount.read), of_sources(amount.read_boundary))


def nullable(coding: Coding) -> Coding:
    """The same with a byte before it that says null a third of the time."""

    def first(read: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
        return lambda block: None if block[0] < _THIRD else read(block[1:])

    return Coding(coding.width + 1, first(coding.read), first(coding.read_boundary))


def coding_of(kind: Kind) -> Coding:
    """How a value of this kind is read."""
    match kind:
        case FixedPoint():
            return _fixed_point(kind)
        case Date():
            return _picked(4, _day, _boundaries.DATES, general_first=True)
        case WholeNumber():
            return _whole_number(kind)
        case Text():
            return _picked(4, _identifier, _boundaries.IDENTIFIERS, general_first=True)
        case Timestamp():
            return _picked(5, _instant, _boundaries.INSTANTS, general_first=True)
        case EventId():
            return _plain(16, lambda block: UUID(bytes=block, version=4))
        case Flag():
            return _plain(1, lambda block: block[0] % 2 == 1)
        case Choice(values=words):
            return _plain(1, lambda block: words[block[0] % len(words)])
        case MoneyBySource():
            return _money_by_source(kind)
    raise NotImplementedError(f"no coding is known for the kind {kind!r}")
