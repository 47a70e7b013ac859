-- The people with events that came after the anomalies were last found, and how many of those there are.
CREATE OR REPLACE TEMP TABLE changed_people AS
SELECT *, CAST(row_number() OVER () AS INTEGER) AS person
FROM (
    SELECT scenario_id, plan_design_id, employee_id, count(*) AS new_events
    FROM @events
    WHERE batch > coalesce((SELECT max(batch) FROM @built WHERE table_name = '@anomalies_name'), -1)
    GROUP BY ALL
)
