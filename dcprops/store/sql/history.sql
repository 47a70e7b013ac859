-- Every event of one participant in canonical order, each with what its account comes to after it.
WITH participant AS MATERIALIZED (
    SELECT * EXCLUDE (batch), row_number() OVER (ORDER BY effective_date, @day_order, created_at, event_id) AS moment
    FROM @events
    WHERE employee_id = $employee_id @narrowed
),
ledger AS NOT MATERIALIZED (
    SELECT * FROM participant
),
@money,
-- The sources that had been contributed to; the others are null.
sources AS (
    SELECT moment, struct_pack(@running_sum_of_each_source) AS sources
    FROM participant
    WINDOW until_now AS (PARTITION BY @account ORDER BY moment ROWS UNBOUNDED PRECEDING)
)
SELECT participant.* EXCLUDE (moment), @balance, sources
FROM participant
JOIN sources ON sources.moment = participant.moment
ASOF LEFT JOIN worth
    ON worth.scenario_id = participant.scenario_id
    AND worth.plan_design_id = participant.plan_design_id
    AND worth.employee_id = participant.employee_id
    AND worth.plan_id = participant.plan_id
    AND participant.moment >= worth.moment
ORDER BY participant.moment
