-- Every account from its first week on.
    SELECT @account_keys, first_friday AS from_friday, last_friday
    FROM first_weeks JOIN last_weeks USING (scenario_id, plan_design_id)
