-- Each account's state at the Fridays of its weeks, from `from_friday` to `last_friday` of the accounts in `scope`.
--
-- A week ends on its Friday: a Saturday's events belong to the week that ends six days later. All that happened before
-- from_friday counts for it. There is a row of states for each week in which something happens, and the weeks after it
-- in which nothing does have the same.
--
-- What a join adds to many rows is packed into a list of one value. Without a list among its columns DuckDB 2.0 collects
-- the rows of such a join as dictionaries, and where several threads run it, it now and then meets a second one and
-- gives up ("dict-surviving cache: global dictionary column changed identity").
WITH first_weeks AS (
    SELECT @account_keys, @friday_of_effective_date AS first_friday
    FROM (
        SELECT @account_keys, min(effective_date) AS effective_date
        FROM @events
        WHERE event_type = 'contribution' OR event_type IN (@plan_events_without_money)
        GROUP BY ALL
    )
),
last_weeks AS (
@last_weeks
),
-- An anomaly of a person is one of all the person's accounts.
first_anomalies AS (
    SELECT
        scenario_id, plan_design_id, employee_id, accounts.plan_id,
        arg_min(anomalies.code, anomalies.place) AS code,
        arg_min(anomalies.effective_date, anomalies.place) AS effective_date
    FROM first_weeks AS accounts JOIN @anomalies AS anomalies USING (scenario_id, plan_design_id, employee_id)
    WHERE anomalies.plan_id IS NULL OR anomalies.plan_id = accounts.plan_id
    GROUP BY ALL
),
scope AS (
@scope
),
accounts AS MATERIALIZED (
    SELECT row_number() OVER () AS account, *
    FROM scope
    WHERE from_friday <= last_friday
),
ledger AS NOT MATERIALIZED (
    SELECT *, @moment AS moment
    FROM (
        SELECT
            events.*, weeks[1].account AS account, weeks[1].from_friday AS from_friday,
            weeks[1].last_friday AS last_friday
        FROM @events AS events
        JOIN (
            SELECT
                @account_keys,
                [struct_pack(account := account, from_friday := from_friday, last_friday := last_friday)] AS weeks
            FROM accounts
        ) USING (@account_keys)
    )
    WHERE effective_date <= last_friday
),
@money,
@worth,
-- Of a day's elections the last one counts, in canonical order; an eligibility that is denied ends the enrollment.
participation AS (
    SELECT
        account, moment,
        arg_max(pre_tax_contribution_rate + roth_contribution_rate, place) FILTER (event_type = 'enrollment')
            AS current_deferral_percentage,
        arg_max(enrollment_date, place) FILTER (event_type = 'enrollment') AS enrollment_date,
        arg_max(eligibility_date, place) FILTER (event_type = 'eligibility') AS eligibility_date,
        arg_max(eligible, place) FILTER (event_type = 'eligibility') AS eligible,
        arg_max(event_type = 'enrollment', place) FILTER (event_type = 'enrollment' OR NOT eligible) AS enrolled
    FROM (
        SELECT *, (effective_date, event_type = 'enrollment', created_at, event_id) AS place
        FROM ledger
        WHERE event_type IN ('eligibility', 'enrollment')
    )
    GROUP BY ALL
),
-- Who leaves and is hired on one day is afterwards what they were before it: employed, or not.
working_days AS (
    SELECT
        scenario_id, plan_design_id, employee_id, effective_date,
        bool_or(event_type = 'hire') AS hired,
        bool_or(event_type = 'termination') AS left_work
    FROM @events
    WHERE event_type IN ('hire', 'termination')
    GROUP BY ALL
),
employment AS (
    SELECT
        account, @moment AS moment,
        arg_max(left_work, effective_date) FILTER (hired <> left_work) AS left_work,
        bool_or(hired AND left_work) AS came_and_went
    FROM working_days JOIN accounts USING (scenario_id, plan_design_id, employee_id)
    WHERE effective_date <= last_friday
    GROUP BY ALL
),
happenings AS (
    SELECT
        account, moment, @max_of_each_balance, max(current_deferral_percentage) AS current_deferral_percentage,
        max(enrollment_date) AS enrollment_date, max(eligibility_date) AS eligibility_date,
        bool_or(eligible) AS eligible, bool_or(enrolled) AS enrolled,
        bool_or(left_work) AS left_work, bool_or(came_and_went) AS came_and_went
    FROM (
        SELECT * FROM worth
        UNION ALL BY NAME
        SELECT * FROM participation
        UNION ALL BY NAME
        SELECT * FROM employment
    )
    GROUP BY ALL
),
states AS (
    SELECT
        account, moment, @last_of_each_balance,
        coalesce(last_value(current_deferral_percentage IGNORE NULLS) OVER until_now, 0) AS current_deferral_percentage,
        last_value(enrollment_date IGNORE NULLS) OVER until_now AS enrollment_date,
        last_value(eligibility_date IGNORE NULLS) OVER until_now AS eligibility_date,
        coalesce(last_value(eligible IGNORE NULLS) OVER until_now, false) AS eligible,
        coalesce(last_value(enrolled IGNORE NULLS) OVER until_now, false) AS enrolled,
        coalesce(
            last_value(left_work IGNORE NULLS) OVER until_now, bool_or(came_and_went) OVER until_now, false
        ) AS left_work,
        lead(moment) OVER (PARTITION BY account ORDER BY moment) AS next_moment
    FROM happenings
    WINDOW until_now AS (PARTITION BY account ORDER BY moment ROWS UNBOUNDED PRECEDING)
),
weeks AS (
    SELECT *, moment + CAST(7 * week AS INTEGER) AS snapshot_date
    FROM (
        SELECT
            states.* EXCLUDE (account), keys[1].scenario_id AS scenario_id, keys[1].plan_design_id AS plan_design_id,
            keys[1].employee_id AS employee_id, keys[1].plan_id AS plan_id,
            unnest(range((coalesce(next_moment, keys[1].last_friday + 7) - moment) // 7)) AS week
        FROM states
        JOIN (
            SELECT
                account,
                [struct_pack(
                    scenario_id := scenario_id, plan_design_id := plan_design_id, employee_id := employee_id,
                    plan_id := plan_id, last_friday := last_friday
                )] AS keys
            FROM accounts
        ) AS of_accounts ON states.account = of_accounts.account
    )
)
SELECT
    weeks.employee_id AS participant_id,
    weeks.plan_id,
    weeks.scenario_id,
    weeks.plan_design_id,
    snapshot_date,
    @balance,
    CAST(current_deferral_percentage AS DECIMAL(5,4)) AS current_deferral_percentage,
    CASE WHEN eligible THEN eligibility_date END AS eligibility_date,
    enrollment_date,
    CASE
        WHEN left_work THEN 'terminated'
        WHEN enrolled AND current_deferral_percentage > 0 THEN 'active_participant'
        WHEN enrolled THEN 'enrolled_zero_deferral'
        WHEN eligible THEN 'eligible_not_enrolled'
        ELSE 'not_eligible'
    END AS participation_status,
    CASE WHEN anomaly[1].effective_date <= snapshot_date THEN anomaly[1].code ELSE 'valid' END AS data_quality_flag
FROM weeks
LEFT JOIN (
    SELECT @account_keys, [struct_pack(code := code, effective_date := effective_date)] AS anomaly FROM first_anomalies
) USING (@account_keys)
ORDER BY scenario_id, plan_design_id, participant_id, plan_id, snapshot_date
