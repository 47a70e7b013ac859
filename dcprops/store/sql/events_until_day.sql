SELECT *
FROM @events
WHERE scenario_id = $scenario_id AND plan_design_id = $plan_design_id AND employee_id = $employee_id
    AND effective_date <= $day
