SELECT @snapshot_columns FROM @snapshots ORDER BY scenario_id, plan_design_id, participant_id, plan_id, snapshot_date
