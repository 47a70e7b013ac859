SELECT 1 FROM duckdb_tables() WHERE table_name = $name AND schema_name = current_schema() AND database_name = current_database()
