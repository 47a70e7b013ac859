-- Put the weeks that were made again in the place of what was there of their accounts from their first week on.
DELETE FROM @snapshots AS snapshots
USING (
    SELECT scenario_id, plan_design_id, participant_id, plan_id, min(snapshot_date) AS since
    FROM changed_weeks
    GROUP BY ALL
) AS changed
WHERE snapshots.scenario_id = changed.scenario_id
    AND snapshots.plan_design_id = changed.plan_design_id
    AND snapshots.participant_id = changed.participant_id
    AND snapshots.plan_id = changed.plan_id
    AND snapshots.snapshot_date >= changed.since;
INSERT INTO @snapshots BY NAME SELECT * FROM changed_weeks;
