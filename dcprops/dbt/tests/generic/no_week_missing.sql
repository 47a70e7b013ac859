{% test no_week_missing(model, account, week) %}
SELECT {{ account | join(", ") }}, count(*) AS weeks_found, min({{ week }}) AS first_week, max({{ week }}) AS last_week
FROM {{ model }}
GROUP BY ALL
HAVING count(*) <> (max({{ week }}) - min({{ week }})) // 7 + 1
{% endtest %}
