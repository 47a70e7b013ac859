-- stage: Put a long stream where it can be read more than once.
CREATE TEMP TABLE streamed AS SELECT {columns} FROM stream;

-- head: The receipt of all that the store holds.
SELECT store_id::VARCHAR, coalesce(last.batch, 0), (SELECT coalesce(sum(rows), 0)::BIGINT FROM batches),
    coalesce(last.chain, store_id::VARCHAR)
FROM store LEFT JOIN (FROM batches ORDER BY batch DESC LIMIT 1) AS last ON true;

-- insert_all: Store every row that arrives.
INSERT INTO events BY NAME SELECT {columns}, $batch::BIGINT AS batch FROM {relation} {order};

-- known: Whether some event of the batch was there before.
SELECT EXISTS (
    FROM (SELECT event_id FROM events WHERE batch < $batch)
    SEMI JOIN (SELECT event_id FROM events WHERE batch = $batch) USING (event_id)
);

-- arrive: Hold what arrives, to compare it with what is there.
CREATE OR REPLACE TEMP TABLE arriving AS SELECT {columns} FROM {relation};

-- conflicts: Each event_id that has two contents, with the number of the first column in which they differ.
WITH repeated AS (
    SELECT DISTINCT ON (event_id) * FROM arriving
    WHERE event_id IN (SELECT event_id FROM arriving GROUP BY event_id HAVING count(*) > 1)
),
others AS (
    SELECT {columns} FROM events SEMI JOIN arriving USING (event_id)
    UNION ALL
    SELECT {columns} FROM repeated
),
differences AS (
    SELECT arriving.event_id::VARCHAR AS event_id, min({differing}) AS place
    FROM arriving JOIN others ON arriving.event_id = others.event_id
    GROUP BY ALL
)
SELECT event_id, place, count(*) OVER () FROM differences WHERE place IS NOT NULL
ORDER BY event_id LIMIT $listed;

-- new: How many events aren't there yet.
SELECT count(DISTINCT event_id) FROM arriving ANTI JOIN events USING (event_id);

-- insert_new: Store each event that isn't there yet, once.
INSERT INTO events BY NAME SELECT {columns}, $batch::BIGINT AS batch
FROM (SELECT DISTINCT ON (event_id) * FROM arriving ANTI JOIN events USING (event_id)) {order};

-- forget_arrived:
DROP TABLE arriving;

-- stored: What a batch's rows are now.
SELECT count(*), count(DISTINCT event_id), {digest} FROM events WHERE batch = $batch;

-- note_batch:
INSERT INTO batches VALUES ($batch, $rows, $digest, $chain, now());

-- quarantine: Keep what was refused. What is there already, because an append was repeated, isn't kept twice.
INSERT INTO quarantine BY NAME
SELECT arrived.*, $batch::BIGINT AS batch
FROM (SELECT line, field, rule, message, coalesce(raw, ''::BLOB) AS raw FROM {relation}) AS arrived
ANTI JOIN quarantine USING (line, field, rule, message, raw);

-- first_refused:
SELECT line, message FROM {relation} ORDER BY line LIMIT 1;
