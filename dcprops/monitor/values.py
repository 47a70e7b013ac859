"""How a value of a metric is written for people."""

from __future__ import annotations

from typing import Final

__all__ = ["shown"]

#: What seconds are said in, from the largest down.
_SECONDS: Final = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def shown(value: float, unit: str) -> str:
    """The value in its unit, with four digits or so; a share in percent, seconds in what suits them."""
    if unit == "share":
        return f"{value * 100:.6g} %"
    if unit == "s":
        factor, unit = next((each for each in _SECONDS if abs(value) >= each[0]), _SECONDS[-1])
        value /= factor
    return f"{value:,.0f} {unit}" if abs(value) >= 10_000 else f"{value:.4g} {unit}"
