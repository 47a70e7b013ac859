SELECT
    CAST(NULL AS VARCHAR) AS code, CAST(NULL AS INTEGER) AS place, CAST(NULL AS DATE) AS effective_date,
    CAST(NULL AS VARCHAR) AS scenario_id, CAST(NULL AS VARCHAR) AS plan_design_id,
    CAST(NULL AS VARCHAR) AS employee_id, CAST(NULL AS VARCHAR) AS plan_id
WHERE false
