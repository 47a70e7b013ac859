-- One account on one day, whether or not a week ends with it.
    SELECT @account_keys, CAST($day AS DATE) AS from_friday, CAST($day AS DATE) AS last_friday
    FROM first_weeks
    WHERE scenario_id = $scenario_id AND plan_design_id = $plan_design_id AND employee_id = $employee_id
        AND plan_id = $plan_id
