"""How simple a number is, and which simpler ones there are: few digits first, and near to one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final

from dcprops.events.kinds import FixedPoint

__all__ = ["number_cost", "simpler_numbers"]

#: What people write when any number will do.
_PLAIN: Final = tuple(map(Decimal, ("0", "1", "0.5", "100", "1000", "0.01", "0.25", "0.2")))
_QUANTA: Final = (1, 2, 3, 5)
_OF_A_DIGIT: Final = 100
_OF_A_PLACE: Final = 4


def number_cost(number: Decimal) -> int:
    """How far a number is from being simple: by its digits, then by its size, then by its first digit."""
    if not number:
        return 0
    shown = number.normalize(Context(prec=60))
    first = shown.as_tuple().digits[0]
    return _OF_A_DIGIT * len(shown.as_tuple().digits) + _OF_A_PLACE * abs(shown.adjusted()) + (first != 1)


def simpler_numbers(kind: FixedPoint, text: str) -> list[str]:
    """The numbers to try in the place of one, as canonical texts, the simplest first."""
    number = Decimal(text)
    most = number_cost(number)
    found = {each for each in (*_PLAIN, *_tiny(kind, number), *_parts(number)) if number_cost(each) < most}
    return [
        kind.text_of(each)
        for each in sorted(found, key=lambda each: (number_cost(each), each))
        if int(each / kind.quantum) in kind.quanta
    ]


def _tiny(kind: FixedPoint, number: Decimal) -> Iterator[Decimal]:
    """A few quanta, and the number's own last digits: what is lost in rounding is there."""
    yield from (kind.quantum * times for times in _QUANTA)
    yield from (number % (kind.quantum * 10**places) for places in range(1, kind.places))


def _parts(number: Decimal) -> Iterator[Decimal]:
    """The number with fewer digits: rounded, without its fraction, and its fraction alone."""
    digits = len(number.normalize(Context(prec=60)).as_tuple().digits)
    for places in range(1, digits):
        yield Context(prec=places, rounding=ROUND_DOWN).plus(number)
    whole = number.to_integral_value(ROUND_DOWN)
    yield whole
    yield number - whole
