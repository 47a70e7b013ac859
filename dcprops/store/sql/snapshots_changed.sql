-- The accounts with a week that isn't as it should be, from the first such week on: the week of the earliest event that
-- has come since the last build, the first week that bears another flag than the anomalies say, or a week that isn't
-- there yet. An event may be a person's and so concern all the person's accounts.
    SELECT
        @account_keys, last_friday,
        greatest(
            first_friday,
            least(changed.since, misflagged.since, coalesce(existing.until_friday + 7, first_friday))
        ) AS from_friday
    FROM first_weeks
    JOIN last_weeks USING (scenario_id, plan_design_id)
    LEFT JOIN (
        SELECT scenario_id, plan_design_id, employee_id, @friday_of_effective_date AS since
        FROM (
            SELECT scenario_id, plan_design_id, employee_id, min(effective_date) AS effective_date
            FROM @events
            WHERE batch > coalesce((SELECT max(batch) FROM @built WHERE table_name = '@snapshots_name'), -1)
            GROUP BY ALL
        )
    ) AS changed USING (scenario_id, plan_design_id, employee_id)
    LEFT JOIN (
        SELECT
            scenario_id, plan_design_id, participant_id AS employee_id, plan_id, max(snapshot_date) AS until_friday
        FROM @snapshots
        GROUP BY ALL
    ) AS existing USING (@account_keys)
    LEFT JOIN (
        SELECT
            snapshots.scenario_id, snapshots.plan_design_id, participant_id AS employee_id, snapshots.plan_id,
            min(snapshot_date) AS since
        FROM @snapshots AS snapshots
        LEFT JOIN first_anomalies
            ON first_anomalies.scenario_id = snapshots.scenario_id
            AND first_anomalies.plan_design_id = snapshots.plan_design_id
            AND first_anomalies.employee_id = snapshots.participant_id
            AND first_anomalies.plan_id = snapshots.plan_id
        WHERE data_quality_flag <> CASE
            WHEN first_anomalies.effective_date <= snapshot_date THEN first_anomalies.code ELSE 'valid'
        END
        GROUP BY ALL
    ) AS misflagged USING (@account_keys)
