DELETE FROM @anomalies AS anomalies
USING changed_people AS people
WHERE anomalies.employee_id BETWEEN $first AND $last
    AND anomalies.scenario_id = people.scenario_id
    AND anomalies.plan_design_id = people.plan_design_id
    AND anomalies.employee_id = people.employee_id
