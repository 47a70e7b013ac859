"""How a value of a metric is written for people."""

from __future__ import annotations

from typing import Final

__all__ = ["scale_of", "shown"]

#: What seconds are said in, from the largest down.
_SECONDS: Final = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def scale_of(value: float, unit: str) -> tuple[float, str]:
    """What one of the unit that suits the value is in the given one, and its name: seconds have smaller ones."""
    if unit != "s":
        return 1.0, unit
    return next((each for each in _SECONDS if abs(value) >= each[0]), _SECONDS[-1])


def shown(value: float, unit: str) -> str:
    """The value in its unit, with four digits or so; a share in percent, seconds in what suits them."""
    if unit == "share":
        return f"{value * 100:.6g} %"
    factor, unit = scale_of(value, unit)
    value /= factor
    return f"{value:,.0f} {unit}" if abs(value) >= 10_000 else f"{value:.4g} {unit}"
