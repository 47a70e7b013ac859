-- All events of those of them whose employee_id is in a range.
SELECT @readable
FROM @events SEMI JOIN changed_people USING (scenario_id, plan_design_id, employee_id)
WHERE employee_id BETWEEN $first AND $last
