DELETE FROM changed_people
WHERE employee_id BETWEEN $first AND $last AND person NOT IN (SELECT person FROM unproven_people)
