{# Fails where events have come since the anomalies were last found: dcprops.store.flags.refresh_anomalies finds them. #}
{% test every_batch_judged(model, table) %}
SELECT max(batch) AS last_batch
FROM {{ source("dcprops", "events") }}
HAVING max(batch) > (
    SELECT coalesce(max(batch), -1) FROM {{ source("dcprops", "built") }} WHERE table_name = '{{ table }}'
)
{% endtest %}
