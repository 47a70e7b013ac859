"""The values that events are drawn with: money, rates, days and moments, each made once where it comes often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import Final
from uuid import UUID

from dcprops.events.kinds import FixedPoint
from dcprops.events.schema import PAYLOADS

__all__ = ["event_id", "instant", "midnight_after", "money", "payroll_id", "rate"]


def _places_of(event_type: str, name: str) -> int:
    (kind,) = (field.kind for field in PAYLOADS[event_type] if field.name == name)
    assert isinstance(kind, FixedPoint)
    return kind.places


_MONEY: Final = _places_of("contribution", "amount")
_RATE: Final = _places_of("forfeiture", "vested_percentage")
# Wide enough for any sum, and it refuses to lose a digit.
_EXACT: Final = Context(prec=60, Emin=-999999, Emax=999999, traps=[Inexact, InvalidOperation])
_RECORDED_FROM: Final = datetime(2027, 7, 1, tzinfo=UTC)
_CACHED: Final = 1 << 14


def money(millionths: int) -> Decimal:
    """So many millionths of a dollar."""
    return _EXACT.scaleb(millionths, -_MONEY)


@lru_cache(_CACHED)
def rate(ten_thousandths: int) -> Decimal:
    """So many ten-thousandths."""
    return _EXACT.scaleb(ten_thousandths, -_RATE)


@lru_cache(_CACHED)
def event_id(number: int) -> UUID:
    """The UUID of that number; larger numbers sort later."""
    return UUID(int=number, version=4)


@lru_cache(_CACHED)
def instant(number: int) -> datetime:
    """The moment of that number, a second apart from the next."""
    return _RECORDED_FROM + timedelta(seconds=number)


@lru_cache(_CACHED)
def midnight_after(day: date) -> datetime:
    """The end of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(1)


@lru_cache(_CACHED)
def payroll_id(period_end: date) -> str:
    """How the payroll of a period is called."""
    return f"PR{period_end:%Y%m%d}"
