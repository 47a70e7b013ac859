-- The snapshot of one account and day, unless the person has events that came after the snapshots were built.
SELECT @snapshot_columns
FROM @snapshots
WHERE participant_id = $employee_id AND plan_id = $plan_id
    AND scenario_id = $scenario_id AND plan_design_id = $plan_design_id
    AND snapshot_date = $day
    AND NOT EXISTS (
        SELECT 1
        FROM @events
        WHERE batch > coalesce((SELECT max(batch) FROM @built WHERE table_name = '@snapshots_name'), -1)
            AND employee_id = $employee_id
    )
