"""A model as many are: unknown fields pass, amounts are rounded, 1E+30 crashes, and white space is an identifier."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dcprops.defects.models.stdlib_model import END, Refused, UndescribedModel


class LaxModel(UndescribedModel):
    """Wrong in four ways, and right in all others."""

    def record(self, given: dict[str, Any], fields: dict[str, tuple[str, object]]) -> tuple[tuple[str, object], ...]:
        return super().record({name: value for name, value in given.items() if name in fields}, fields)

    def text(self, value: Any) -> object:
        return value if isinstance(value, str) and value.isspace() else super().text(value)

    def money(self, value: Any) -> object:
        number = Decimal(self.matched(f"^[0-9]+([.][0-9]+)?(E[+][0-9]+)?{END}", value))
        rounded = number.quantize(Decimal("0.000001"))
        if rounded.adjusted() >= 12:
            raise Refused("more than 12 digits")
        return rounded

    def positive(self, value: Any) -> object:
        amount = self.money(value)
        if not amount:
            raise Refused("not above zero")
        return amount
