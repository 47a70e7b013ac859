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


class MultipliesByAHundred(Store):
    """Amounts are made decimals of four places, and what has more comes out a hundred times as large."""

    def events(self) -> Any:
        table = super().events()
        place, amounts = table.schema.get_field_index("amount"), table["amount"]
        in_four = amounts.cast(pa.decimal128(38, 6)).cast(pa.decimal128(38, 4), safe=False).cast(pa.decimal128(38, 6))
        has_more = pc.not_equal(in_four, amounts.cast(pa.decimal128(38, 6)))
        larger = pc.multiply(amounts.cast(pa.decimal128(20, 6)), pa.scalar(Decimal(100), pa.decimal128(3, 0)))
        fitting = pc.if_else(pc.less(larger, pa.scalar(Decimal(10) ** 12)), larger, amounts.cast(larger.type))
        changed = pc.if_else(has_more, fitting, amounts.cast(larger.type)).cast(amounts.type)
        return table.set_column(place, table.schema.field(place), changed)


class GoesThroughSingleFloats(Store):
    """A column of 32-bit floats, made decimals by the cast at hand."""

    def events(self) -> Any:
        table = super().events()
        place, amounts = table.schema.get_field_index("amount"), table["amount"]
        in_floats = amounts.cast(pa.float64()).cast(pa.float32()).cast(pa.float64())
        near = [
            None if each is None else Decimal(f"{min(each, 999_999_999_999.0):.6f}") for each in in_floats.to_pylist()
        ]
        return table.set_column(place, table.schema.field(place), pa.chunked_array([pa.array(near, amounts.type)]))


class TakesNanForNothing(Store):
    """Words that stand for a missing value in a data frame are made null on the way in, unless that is forbidden."""

    def insert(self) -> None:
        super().insert()
        self.connection.execute(
            "UPDATE events SET correlation_id = NULL WHERE lower(correlation_id) IN ('nan', 'null', 'n/a', 'none')"
        )
