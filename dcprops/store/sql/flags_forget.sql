-- Forget what was found of those who are judged again.
DELETE FROM @anomalies AS anomalies
USING changed_people AS people
WHERE anomalies.scenario_id = people.scenario_id
    AND anomalies.plan_design_id = people.plan_design_id
    AND anomalies.employee_id = people.employee_id
