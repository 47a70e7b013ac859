-- The week that the snapshots of each scenario and plan design go up to.
    SELECT scenario_id, plan_design_id, @friday_of_effective_date AS last_friday
    FROM (
        SELECT scenario_id, plan_design_id, coalesce(CAST(@last_day AS DATE), max(effective_date)) AS effective_date
        FROM @events
        GROUP BY ALL
    )
