-- Every event of one participant in canonical order.
SELECT @readable
FROM @events
WHERE employee_id = $employee_id @narrowed
ORDER BY effective_date, @day_order, created_at, event_id
