-- Remove the weeks after the last one that is asked for.
DELETE FROM @snapshots AS snapshots
USING (
@last_weeks
) AS last_weeks
WHERE snapshots.scenario_id = last_weeks.scenario_id
    AND snapshots.plan_design_id = last_weeks.plan_design_id
    AND snapshots.snapshot_date > last_weeks.last_friday
