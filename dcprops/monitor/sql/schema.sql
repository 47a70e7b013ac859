-- What the monitor keeps. Nothing in it is changed or deleted by a command: runs and baselines are only added.

-- A machine by its facts, a JSON object: processor, cores, memory, system, and versions of what was installed.
CREATE TABLE machines (
    machine INTEGER PRIMARY KEY,
    facts TEXT NOT NULL UNIQUE
);

-- One run: when (UTC, ISO 8601), of which commit (empty where none was said), on which machine. The subject is empty for
-- performance, and the name of the event file for quality.
CREATE TABLE runs (
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    machine INTEGER NOT NULL REFERENCES machines,
    subject TEXT NOT NULL
);

-- One metric in one run. A share has the number of rows or events that it is of, other metrics null.
CREATE TABLE measurements (
    measurement INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    metric TEXT NOT NULL,
    unit TEXT NOT NULL,
    better TEXT NOT NULL CHECK (better IN ('higher', 'lower')),
    of_number INTEGER,
    UNIQUE (run, metric)
);

-- Every sample of it, in the order in which they were taken.
CREATE TABLE samples (
    measurement INTEGER NOT NULL REFERENCES measurements,
    place INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (measurement, place)
) WITHOUT ROWID;

-- Baselines, the newest of which counts for a metric, and the runs that each is made of, metric by metric.
CREATE TABLE baselines (
    baseline INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at TEXT NOT NULL
);
CREATE TABLE baseline_runs (
    baseline INTEGER NOT NULL REFERENCES baselines,
    metric TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs,
    PRIMARY KEY (baseline, metric, run)
) WITHOUT ROWID;

-- For people who look into the file: each metric of each run with its middle and its spread.
CREATE VIEW spreads AS
WITH placed AS (
    SELECT
        measurement,
        value,
        row_number() OVER (PARTITION BY measurement ORDER BY value) AS place,
        count(*) OVER (PARTITION BY measurement) AS number
    FROM samples
)
SELECT
    runs.run, runs.recorded_at, runs.commit_id, runs.subject, machines.facts,
    measurements.metric, measurements.unit, measurements.better, measurements.of_number,
    max(placed.number) AS samples,
    min(placed.value) AS least,
    avg(placed.value) FILTER (WHERE placed.place IN ((placed.number + 1) / 2, (placed.number + 2) / 2)) AS median,
    max(placed.value) AS greatest
FROM placed
JOIN measurements USING (measurement)
JOIN runs USING (run)
JOIN machines USING (machine)
GROUP BY measurements.measurement
ORDER BY runs.run, measurements.metric;
