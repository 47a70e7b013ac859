"""The numbers that a field accepts, as whole multiples of one step: exact, whatever the decimal context."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dcprops.strategies._from_model.shapes import Number

__all__ = ["Grid", "as_decimal", "fits", "grid_of", "places_of", "step_of"]

#: Places that a Decimal is drawn with where neither the field nor its bounds say how many.
_PLACES = 6
#: The most digits of a Decimal that says nothing of them; Pydantic divides by `multiple_of` with 28.
_DIGITS = 24


@dataclass(frozen=True)
class Grid:
    """Every multiple of `step` from the `first`th to the `last`th; None where there is no end."""

    step: Fraction
    first: int | None
    last: int | None

    @property
    def is_empty(self) -> bool:
        """Whether no multiple is left."""
        return self.first is not None and self.last is not None and self.first > self.last

    def edges(self) -> tuple[int, ...]:
        """The ends, those beside them, zero and its neighbours, from the simplest on."""
        ends = [(self.first, 1), (self.last, -1)]
        near_ends = [
            place + side for end, inwards in ends if end is not None for place in (end,) for side in (0, inwards)
        ]
        inside = [place for place in (0, 1, -1, *near_ends) if self.has(place)]
        return tuple(sorted(set(inside), key=lambda place: (abs(place), place < 0)))

    def has(self, place: int) -> bool:
        """Whether a place is on the grid."""
        return (self.first is None or place >= self.first) and (self.last is None or place <= self.last)


def step_of(number: Number) -> Fraction:
    """The smallest step that keeps to the places and to the multiple."""
    quantum = Fraction(1, 10 ** _places_drawn(number))
    if number.multiple_of is None:
        return quantum
    return _least_common_multiple(abs(number.multiple_of), quantum)


def _places_drawn(number: Number) -> int:
    """How many decimal places are drawn."""
    if number.form == "int":
        return 0
    if number.decimal_places is not None:
        # Zeros after the point count as digits.
        return min(number.decimal_places, number.max_digits or number.decimal_places)
    named = [number.ge, number.gt, number.le, number.lt, number.multiple_of]
    wanted = max([_PLACES, *(places_of(each) for each in named if each is not None)])
    return wanted if number.max_digits is None else min(wanted, number.max_digits)


def places_of(value: Fraction) -> int:
    """How many decimal places a number has; the most that are looked at where it never ends."""
    places = 0
    while (value * 10**places).denominator != 1 and places < _DIGITS:
        places += 1
    return places


def _least_common_multiple(one: Fraction, other: Fraction) -> Fraction:
    denominator = math.lcm(one.denominator, other.denominator)
    return Fraction(math.lcm(int(one * denominator), int(other * denominator)), denominator)


def grid_of(number: Number) -> Grid:
    """The numbers that an int or a Decimal field accepts."""
    step = step_of(number)
    firsts = [math.ceil(bound / step) for bound in (number.ge,) if bound is not None]
    firsts += [math.floor(bound / step) + 1 for bound in (number.gt,) if bound is not None]
    lasts = [math.floor(bound / step) for bound in (number.le,) if bound is not None]
    lasts += [math.ceil(bound / step) - 1 for bound in (number.lt,) if bound is not None]
    most = _most(number)
    if most is not None:
        firsts.append(-math.floor(most / step))
        lasts.append(math.floor(most / step))
    return Grid(step, max(firsts, default=None), min(lasts, default=None))


def _most(number: Number) -> Fraction | None:
    """The largest number that the digits allow, with all its places."""
    if number.form == "int":
        return None
    digits = _DIGITS if number.max_digits is None else number.max_digits
    return Fraction(10**digits - 1, 10 ** _places_drawn(number))


def fits(number: Number, value: Fraction) -> bool:
    """Whether a number is within the bounds, whatever its digits."""
    return not (
        (number.ge is not None and value < number.ge)
        or (number.gt is not None and value <= number.gt)
        or (number.le is not None and value > number.le)
        or (number.lt is not None and value >= number.lt)
    )


def as_decimal(value: Fraction, places: int = 0) -> Decimal:
    """The Decimal of a number whose places end, with at least so many of them."""
    places = max(places, places_of(value))
    quanta = int(value * 10**places)
    return Decimal((quanta < 0, tuple(map(int, str(abs(quanta)))), -places))
