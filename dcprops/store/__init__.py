"""The event store: a DuckDB file, or memory, that takes events, loses none and proves it. Needs the `duckdb` extra."""
