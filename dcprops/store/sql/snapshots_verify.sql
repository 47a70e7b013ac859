-- The accounts and Fridays whose snapshots are not what the events come to, with both.
WITH expected AS MATERIALIZED (@recomputed),
differing AS (
    SELECT 'expected' AS side, *
    FROM (SELECT @snapshot_columns FROM expected EXCEPT ALL SELECT @snapshot_columns FROM @snapshots)
    UNION ALL
    SELECT 'got' AS side, *
    FROM (SELECT @snapshot_columns FROM @snapshots EXCEPT ALL SELECT @snapshot_columns FROM expected)
)
SELECT side, @snapshot_columns
FROM differing
ORDER BY scenario_id, plan_design_id, participant_id, plan_id, snapshot_date, side
