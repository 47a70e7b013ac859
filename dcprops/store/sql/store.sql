-- note_store: Which store this is, and the form of its tables.
INSERT INTO store SELECT $form, $store_id::UUID, {hash_probe};

-- forms:
SELECT form FROM store;

-- table_names:
SELECT table_name FROM duckdb_tables();

-- events: Every event, in canonical order.
SELECT {columns} FROM events ORDER BY effective_date, {day_order}, created_at, event_id;

-- memory_used:
SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory();

-- last_day:
SELECT max(effective_date) FROM events;

-- quarantined:
SELECT batch, line, field, rule, message, raw FROM quarantine ORDER BY batch, line, field, rule;

-- compact: Write the events anew in one order.
INSERT INTO compacted BY NAME FROM events {order};

-- replace_events:
DROP TABLE events;
ALTER TABLE compacted RENAME TO events;
