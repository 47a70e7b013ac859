-- same_hash: Whether digests of then and of now can be compared.
SELECT count(*) FROM store WHERE hash_probe = {hash_probe};

-- noted: The batches as they were noted.
SELECT batch, rows, digest FROM batches ORDER BY batch;

-- found: The batches as their rows are now; every column is read.
SELECT batch, count(*), {digest} FROM events GROUP BY batch ORDER BY batch;

-- repeated: How many rows have an event_id that another has too.
SELECT count(*) - count(DISTINCT event_id) FROM events;

-- read_quarantine: Every column, for DuckDB to find damage in them.
SELECT sum(hash(batch, line, field, rule, message, raw)::HUGEINT) FROM quarantine;
