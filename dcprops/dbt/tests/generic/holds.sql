{% test holds(model, law) %}
SELECT * FROM {{ model }} WHERE ({{ law }}) IS NOT TRUE
{% endtest %}
