-- The snapshots' SQL of dcprops.store, rendered for dbt: change it there.
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=['scenario_id', 'plan_design_id', 'participant_id', 'plan_id', 'snapshot_date'],
        on_schema_change="fail",
        post_hook=[
            "{{ dcprops.forget_weeks_beyond_the_last() }}",
            "{{ dcprops.note_what_is_built() }}",
        ],
    )
}}
WITH first_weeks AS (
    SELECT scenario_id, plan_design_id, employee_id, plan_id, effective_date + CAST((12 - isodow(effective_date)) % 7 AS INTEGER) AS first_friday
    FROM (
        SELECT scenario_id, plan_design_id, employee_id, plan_id, min(effective_date) AS effective_date
        FROM {{ source('dcprops', 'events') }}
        WHERE event_type = 'contribution' OR event_type IN ('eligibility', 'enrollment', 'forfeiture', 'vesting')
        GROUP BY ALL
    )
),
last_weeks AS (
    SELECT scenario_id, plan_design_id, effective_date + CAST((12 - isodow(effective_date)) % 7 AS INTEGER) AS last_friday
    FROM (
        SELECT scenario_id, plan_design_id, coalesce(CAST({{ dcprops.last_day() }} AS DATE), max(effective_date)) AS effective_date
        FROM {{ source('dcprops', 'events') }}
        GROUP BY ALL
    )
),
first_anomalies AS (
    SELECT
        scenario_id, plan_design_id, employee_id, accounts.plan_id,
        arg_min(anomalies.code, anomalies.place) AS code,
        arg_min(anomalies.effective_date, anomalies.place) AS effective_date
    FROM first_weeks AS accounts JOIN {{ source('dcprops', 'anomalies') }} AS anomalies USING (scenario_id, plan_design_id, employee_id)
    WHERE anomalies.plan_id IS NULL OR anomalies.plan_id = accounts.plan_id
    GROUP BY ALL
),
scope AS (
{% if is_incremental() %}
    SELECT
        scenario_id, plan_design_id, employee_id, plan_id, last_friday,
        greatest(
            first_friday,
            least(changed.since, misflagged.since, coalesce(existing.until_friday + 7, first_friday))
        ) AS from_friday
    FROM first_weeks
    JOIN last_weeks USING (scenario_id, plan_design_id)
    LEFT JOIN (
        SELECT scenario_id, plan_design_id, employee_id, effective_date + CAST((12 - isodow(effective_date)) % 7 AS INTEGER) AS since
        FROM (
            SELECT scenario_id, plan_design_id, employee_id, min(effective_date) AS effective_date
            FROM {{ source('dcprops', 'events') }}
            WHERE batch > coalesce((SELECT max(batch) FROM {{ source('dcprops', 'built') }} WHERE table_name = '{{ this }}'), -1)
            GROUP BY ALL
        )
    ) AS changed USING (scenario_id, plan_design_id, employee_id)
    LEFT JOIN (
        SELECT
            scenario_id, plan_design_id, participant_id AS employee_id, plan_id, max(snapshot_date) AS until_friday
        FROM {{ this }}
        GROUP BY ALL
    ) AS existing USING (scenario_id, plan_design_id, employee_id, plan_id)
    LEFT JOIN (
        SELECT
            snapshots.scenario_id, snapshots.plan_design_id, participant_id AS employee_id, snapshots.plan_id,
            min(snapshot_date) AS since
        FROM {{ this }} AS snapshots
        LEFT JOIN first_anomalies
            ON first_anomalies.scenario_id = snapshots.scenario_id
            AND first_anomalies.plan_design_id = snapshots.plan_design_id
            AND first_anomalies.employee_id = snapshots.participant_id
            AND first_anomalies.plan_id = snapshots.plan_id
        WHERE data_quality_flag <> CASE
            WHEN first_anomalies.effective_date <= snapshot_date THEN first_anomalies.code ELSE 'valid'
        END
        GROUP BY ALL
    ) AS misflagged USING (scenario_id, plan_design_id, employee_id, plan_id)
{% else %}
    SELECT scenario_id, plan_design_id, employee_id, plan_id, first_friday AS from_friday, last_friday
    FROM first_weeks JOIN last_weeks USING (scenario_id, plan_design_id)
{% endif %}
),
accounts AS MATERIALIZED (
    SELECT row_number() OVER () AS account, *
    FROM scope
    WHERE from_friday <= last_friday
),
ledger AS NOT MATERIALIZED (
    SELECT *, greatest(least(effective_date + CAST((12 - isodow(effective_date)) % 7 AS INTEGER), last_friday), from_friday) AS moment
    FROM (
        SELECT
            events.*, weeks[1].account AS account, weeks[1].from_friday AS from_friday,
            weeks[1].last_friday AS last_friday
        FROM {{ source('dcprops', 'events') }} AS events
        JOIN (
            SELECT
                scenario_id, plan_design_id, employee_id, plan_id,
                [struct_pack(account := account, from_friday := from_friday, last_friday := last_friday)] AS weeks
            FROM accounts
        ) USING (scenario_id, plan_design_id, employee_id, plan_id)
    )
    WHERE effective_date <= last_friday
),

others AS MATERIALIZED (
    SELECT
        account, moment, event_type, effective_date, created_at, event_id, amount, forfeited_from_source,
        vested_percentage, [CASE WHEN source_balances_vested_employer_match IS NOT NULL THEN 'employer_match' END, CASE WHEN source_balances_vested_employer_nonelective IS NOT NULL THEN 'employer_nonelective' END, CASE WHEN source_balances_vested_employer_profit_sharing IS NOT NULL THEN 'employer_profit_sharing' END] AS listed_buckets
    FROM ledger
    WHERE event_type IN ('eligibility', 'enrollment', 'forfeiture', 'vesting')
),
contributions AS MATERIALIZED (
    SELECT account, moment, source, sum(amount) AS amount
    FROM ledger
    WHERE source IS NOT NULL
    GROUP BY ALL
),
forfeitures AS (
    SELECT
        account, forfeited_from_source AS bucket, moment, effective_date, created_at, event_id, vested_percentage,
        sum(amount) OVER (
            PARTITION BY account, forfeited_from_source ORDER BY effective_date, created_at, event_id
            ROWS UNBOUNDED PRECEDING
        ) AS lost
    FROM others
    WHERE event_type = 'forfeiture'
),
forfeiture_days AS (
    SELECT
        account, bucket, unnest(CASE bucket WHEN 'employer_match' THEN ['employer_match', 'employer_match_true_up'] WHEN 'employer_nonelective' THEN ['employer_nonelective'] WHEN 'employer_profit_sharing' THEN ['employer_profit_sharing', 'forfeiture_allocation'] END) AS source, effective_date AS last_day,
        lag(effective_date, 1, DATE '0001-01-01' - 1) OVER (
            PARTITION BY account, bucket ORDER BY effective_date
        ) AS day_before
    FROM (SELECT DISTINCT account, bucket, effective_date FROM forfeitures)
),
few_days AS (
    SELECT list(forfeiture_days) AS days FROM forfeiture_days
),
given_between AS (
    SELECT account, source, last_day, sum(amount) AS amount
    FROM ledger JOIN (SELECT unnest(days, max_depth := 2) FROM few_days) USING (account, source)
    WHERE effective_date > day_before AND effective_date <= last_day
    GROUP BY ALL
),
given_by AS (
    SELECT
        account, bucket, last_day AS effective_date,
        sum(coalesce(amount, 0)) OVER (
            PARTITION BY account, bucket ORDER BY last_day ROWS UNBOUNDED PRECEDING
        ) AS given
    FROM (
        SELECT account, bucket, last_day, sum(amount) AS amount
        FROM forfeiture_days LEFT JOIN given_between USING (account, source, last_day)
        GROUP BY ALL
    )
),
forfeitures_in_order AS (
    SELECT
        account, bucket,
        list(
            struct_pack(
                moment := moment,
                given := CAST(given * 1000000 AS HUGEINT),
                lost := CAST(lost * 1000000 AS HUGEINT),
                percentage := CAST(vested_percentage * 10000 AS HUGEINT)
            )
            ORDER BY effective_date, created_at, event_id
        ) AS steps
    FROM forfeitures JOIN given_by USING (account, bucket, effective_date)
    GROUP BY ALL
),
closings AS (
    SELECT
        account, bucket, closing.moment AS moment,
        CAST(closing.given AS DECIMAL(38,0)) * 0.000001 AS given,
        CAST(closing.lost AS DECIMAL(38,0)) * 0.000001 AS lost
    FROM (
        SELECT
            account, bucket,
            unnest(list_reduce(
                steps,
                lambda closed, step: CASE
                    WHEN (step.given - closed[-1].given) - (step.lost - closed[-1].lost)
                        <= ((step.given - closed[-1].given) * step.percentage + 5000) // 10000
                    THEN list_append(closed, step)
                    ELSE closed
                END,
                [struct_pack(
                    moment := steps[1].moment,
                    given := CAST(0 AS HUGEINT),
                    lost := CAST(0 AS HUGEINT),
                    percentage := CAST(0 AS HUGEINT)
                )]
            )) AS closing
        FROM forfeitures_in_order
    )
),
vestings AS (
    SELECT
        account, moment, vested_percentage AS percentage, listed_buckets AS buckets,
        (effective_date, created_at, event_id) AS place
    FROM others
    WHERE event_type = 'vesting'
),
parts AS (
    SELECT account, moment, CASE source WHEN 'employee_pre_tax' THEN 'employee' WHEN 'employee_roth' THEN 'employee' WHEN 'employee_after_tax' THEN 'employee' WHEN 'employee_catch_up' THEN 'employee' WHEN 'employer_match' THEN 'employer_match' WHEN 'employer_match_true_up' THEN 'employer_match' WHEN 'employer_nonelective' THEN 'employer_nonelective' WHEN 'employer_profit_sharing' THEN 'employer_profit_sharing' WHEN 'forfeiture_allocation' THEN 'employer_profit_sharing' END AS bucket, amount AS given
    FROM contributions
    UNION ALL BY NAME
    SELECT account, moment, forfeited_from_source AS bucket, sum(amount) AS lost
    FROM others
    WHERE event_type = 'forfeiture'
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT account, moment, bucket, given AS settled_given, lost AS settled_lost
    FROM closings
    UNION ALL BY NAME
    SELECT account, moment, bucket, arg_max(percentage, place) AS percentage
    FROM (SELECT * EXCLUDE (buckets), unnest(buckets) AS bucket FROM vestings)
    WHERE bucket IS NOT NULL
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT account, moment, 'employee' AS bucket, arg_max(percentage, place) AS current_vested_percentage
    FROM vestings
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT DISTINCT account, moment, 'employee' AS bucket
    FROM others
    WHERE event_type IN ('eligibility', 'enrollment')
),
brought AS (
    SELECT
        account, moment, bucket,
        coalesce(sum(given), 0) AS given,
        coalesce(sum(lost), 0) AS lost,
        max(settled_given) AS settled_given,
        max(settled_lost) AS settled_lost,
        max(percentage) AS percentage,
        max(current_vested_percentage) AS current_vested_percentage
    FROM parts
    GROUP BY ALL
),
buckets AS (
    SELECT
        account, moment, bucket,
        given AS brought_given,
        lost AS brought_lost,
        current_vested_percentage,
        sum(given) OVER until_now AS given,
        sum(lost) OVER until_now AS lost,
        coalesce(max(settled_given) OVER until_now, 0) AS settled_given,
        coalesce(max(settled_lost) OVER until_now, 0) AS settled_lost,
        CASE bucket
            WHEN 'employee' THEN 1
            ELSE coalesce(last_value(percentage IGNORE NULLS) OVER until_now, 0)
        END AS percentage
    FROM brought
    WINDOW until_now AS (PARTITION BY account, bucket ORDER BY moment ROWS UNBOUNDED PRECEDING)
),
vested_buckets AS (
    SELECT
        *,
        settled_given - settled_lost + least(
            CAST(
                (
                    CAST((given - settled_given) * 1000000 AS HUGEINT) * CAST(percentage * 10000 AS HUGEINT) + 5000
                ) // 10000 AS DECIMAL(38,0)
            ) * 0.000001,
            (given - settled_given) - (lost - settled_lost)
        ) AS vested
    FROM buckets
),
changes AS (
    SELECT
        account, moment, bucket, brought_given, brought_lost, current_vested_percentage,
        vested - lag(vested, 1, 0) OVER (PARTITION BY account, bucket ORDER BY moment) AS brought_vested
    FROM vested_buckets
),
account_changes AS (
    SELECT
        account, moment,
        coalesce(sum(brought_given) FILTER (bucket = 'employee'), 0) AS employee,
        coalesce(sum(brought_given) FILTER (bucket <> 'employee'), 0) AS employer,
        sum(brought_lost) AS lost,
        sum(brought_vested) AS vested,
        max(current_vested_percentage) AS current_vested_percentage
    FROM changes
    GROUP BY ALL
),
worth AS (
    SELECT
        account, moment,
        sum(employee) OVER until_now AS total_employee_contributions,
        sum(employer) OVER until_now AS total_employer_contributions,
        sum(lost) OVER until_now AS total_forfeitures,
        sum(employee + employer) OVER until_now AS gross_account_balance,
        sum(vested) OVER until_now AS vested_account_balance,
        sum(employee + employer - lost - vested) OVER until_now AS unvested_balance,
        sum(employee + employer - lost) OVER until_now AS net_account_balance,
        CAST(
            coalesce(last_value(current_vested_percentage IGNORE NULLS) OVER until_now, 0) AS DECIMAL(5,4)
        ) AS current_vested_percentage
    FROM account_changes
    WINDOW until_now AS (PARTITION BY account ORDER BY moment ROWS UNBOUNDED PRECEDING)
),
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
working_days AS (
    SELECT
        scenario_id, plan_design_id, employee_id, effective_date,
        bool_or(event_type = 'hire') AS hired,
        bool_or(event_type = 'termination') AS left_work
    FROM {{ source('dcprops', 'events') }}
    WHERE event_type IN ('hire', 'termination')
    GROUP BY ALL
),
employment AS (
    SELECT
        account, greatest(least(effective_date + CAST((12 - isodow(effective_date)) % 7 AS INTEGER), last_friday), from_friday) AS moment,
        arg_max(left_work, effective_date) FILTER (hired <> left_work) AS left_work,
        bool_or(hired AND left_work) AS came_and_went
    FROM working_days JOIN accounts USING (scenario_id, plan_design_id, employee_id)
    WHERE effective_date <= last_friday
    GROUP BY ALL
),
happenings AS (
    SELECT
        account, moment, max(total_employee_contributions) AS total_employee_contributions, max(total_employer_contributions) AS total_employer_contributions, max(total_forfeitures) AS total_forfeitures, max(gross_account_balance) AS gross_account_balance, max(vested_account_balance) AS vested_account_balance, max(unvested_balance) AS unvested_balance, max(net_account_balance) AS net_account_balance, max(current_vested_percentage) AS current_vested_percentage, max(current_deferral_percentage) AS current_deferral_percentage,
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
        account, moment, last_value(total_employee_contributions IGNORE NULLS) OVER until_now AS total_employee_contributions, last_value(total_employer_contributions IGNORE NULLS) OVER until_now AS total_employer_contributions, last_value(total_forfeitures IGNORE NULLS) OVER until_now AS total_forfeitures, last_value(gross_account_balance IGNORE NULLS) OVER until_now AS gross_account_balance, last_value(vested_account_balance IGNORE NULLS) OVER until_now AS vested_account_balance, last_value(unvested_balance IGNORE NULLS) OVER until_now AS unvested_balance, last_value(net_account_balance IGNORE NULLS) OVER until_now AS net_account_balance, last_value(current_vested_percentage IGNORE NULLS) OVER until_now AS current_vested_percentage,
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
    total_employee_contributions, total_employer_contributions, total_forfeitures, gross_account_balance, vested_account_balance, unvested_balance, net_account_balance, current_vested_percentage,
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
    SELECT scenario_id, plan_design_id, employee_id, plan_id, [struct_pack(code := code, effective_date := effective_date)] AS anomaly FROM first_anomalies
) USING (scenario_id, plan_design_id, employee_id, plan_id)
ORDER BY scenario_id, plan_design_id, participant_id, plan_id, snapshot_date
