-- Remove the weeks after the last one that is asked for.
DELETE FROM @snapshots AS snapshots
USING (
    SELECT scenario_id, plan_design_id, @friday_of_effective_date AS last_friday
    FROM (
        SELECT scenario_id, plan_design_id, coalesce(CAST(@last_day AS DATE), max(effective_date)) AS effective_date
        FROM @events
        GROUP BY ALL
    )
) AS last_weeks
WHERE snapshots.scenario_id = last_weeks.scenario_id
    AND snapshots.plan_design_id = last_weeks.plan_design_id
    AND snapshots.snapshot_date > last_weeks.last_friday
