{% test one_row_each(model, key) %}
SELECT {{ key | join(", ") }}, count(*) AS rows_found
FROM {{ model }}
GROUP BY ALL
HAVING count(*) > 1
{% endtest %}
