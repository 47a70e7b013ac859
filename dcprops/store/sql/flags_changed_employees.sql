SELECT employee_id, CAST(sum(new_events) AS BIGINT) FROM changed_people GROUP BY ALL ORDER BY employee_id
