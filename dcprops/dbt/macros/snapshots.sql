{% macro last_day() -%}
{%- if var("dcprops_last_day", none) -%}
    DATE '{{ var("dcprops_last_day") }}'
{%- else -%}
    NULL
{%- endif -%}
{%- endmacro %}

{% macro forget_weeks_beyond_the_last() -%}
DELETE FROM {{ this }} AS snapshots
USING (
    SELECT scenario_id, plan_design_id, effective_date + CAST((12 - isodow(effective_date)) % 7 AS INTEGER) AS last_friday
    FROM (
        SELECT scenario_id, plan_design_id, coalesce(CAST({{ dcprops.last_day() }} AS DATE), max(effective_date)) AS effective_date
        FROM {{ source('dcprops', 'events') }}
        GROUP BY ALL
    )
) AS last_weeks
WHERE snapshots.scenario_id = last_weeks.scenario_id
    AND snapshots.plan_design_id = last_weeks.plan_design_id
    AND snapshots.snapshot_date > last_weeks.last_friday
{%- endmacro %}

{% macro note_what_is_built() -%}
DELETE FROM {{ source('dcprops', 'built') }} WHERE table_name = '{{ this }}';
INSERT INTO {{ source('dcprops', 'built') }} SELECT '{{ this }}', coalesce(max(batch), -1) FROM {{ source('dcprops', 'events') }};
{%- endmacro %}
