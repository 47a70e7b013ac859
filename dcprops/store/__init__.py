"""The event store in DuckDB: balances, histories and weekly snapshots of what it holds."""
