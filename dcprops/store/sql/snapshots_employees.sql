-- Everyone, with how many events there are.
SELECT employee_id, count(*) FROM @events GROUP BY ALL ORDER BY employee_id
