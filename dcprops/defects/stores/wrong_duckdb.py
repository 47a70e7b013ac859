"""Stores over DuckDB that are wrong in one place each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dcprops.defects.stores.duckdb_file import Store


class StoresByPlace(Store):
    """INSERT … SELECT *, which goes by the place of a column and not by its name."""

    by_name = ""


class StoresInAnotherScale(Store):
    """A column of cents, and a cast on the way in that rounds without a word."""

    def insert(self) -> None:
        super().insert()
        self.connection.execute("UPDATE events SET amount = amount::DECIMAL(18, 2)::DECIMAL(18, 6)")


class EmptiesWideDecimals(Store):
    """Decimals too wide for 64 bits are read by code that knows no wider ones, and come out as zero."""

    def events(self) -> Any:
        table = super().events()
        place, amounts = table.schema.get_field_index("amount"), table["amount"]
        is_wide = pc.greater(amounts, pa.scalar(Decimal("9223372036.854775")))
        zeros = pc.if_else(is_wide, pa.scalar(Decimal(0), amounts.type), amounts)
        return table.set_column(place, table.schema.field(place), zeros)
