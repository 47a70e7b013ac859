SELECT * FROM events WHERE employee_id BETWEEN $first AND $last
