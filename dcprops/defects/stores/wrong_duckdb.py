"""Stores over DuckDB that are wrong in one place each."""

from __future__ import annotations

from dcprops.defects.stores.duckdb_file import Store


class StoresByPlace(Store):
    """INSERT … SELECT *, which goes by the place of a column and not by its name."""

    by_name = ""
