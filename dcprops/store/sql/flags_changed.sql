-- The people with events that came after the anomalies were last found.
CREATE OR REPLACE TEMP TABLE changed_people AS
SELECT DISTINCT scenario_id, plan_design_id, employee_id
FROM @events
WHERE batch > coalesce((SELECT max(batch) FROM @built WHERE table_name = '@anomalies_name'), -1)
