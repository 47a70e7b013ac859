-- A workforce's events of five years, in the order in which a payroll records them: pay day after pay day, everyone's.
--
-- Of $people persons, hired over the first two years in three plans, each is paid every second week: deferrals before
-- tax and after (Roth), and a match. Every year's end brings a vesting step; a fifth leave in the fourth year, and of
-- most of them a part of the match is forfeited. A quarter of those who left are hired again half a year later, so that
-- one in twenty accounts has money that came after a forfeiture.
INSERT INTO events BY NAME
WITH people AS (
    SELECT
        number,
        printf('E%07d', (number * 7919) % 10000019) AS employee_id,
        printf('P%d', number % 3) AS plan_id,
        DATE '2020-01-03' + CAST((number * 13) % 700 AS INTEGER) AS hired,
        CASE WHEN number % 5 = 0 THEN DATE '2023-06-30' ELSE DATE '2024-12-27' END AS last_day,
        CASE WHEN number % 20 = 5 THEN DATE '2024-01-05' END AS hired_again
    FROM (SELECT CAST(unnest(range($people)) AS BIGINT) AS number)
),
paydays AS (
    SELECT DATE '2020-01-03' + CAST(14 * unnest(range(130)) AS INTEGER) AS payday
),
events_of_people AS (
    SELECT employee_id, 'hire' AS event_type, NULL AS plan_id, hired AS effective_date FROM people
    UNION ALL BY NAME
    SELECT employee_id, 'hire' AS event_type, NULL AS plan_id, hired_again AS effective_date
    FROM people WHERE hired_again IS NOT NULL
    UNION ALL BY NAME
    SELECT employee_id, 'eligibility' AS event_type, plan_id, hired AS effective_date FROM people
    UNION ALL BY NAME
    SELECT employee_id, 'enrollment' AS event_type, plan_id, hired AS effective_date FROM people
    UNION ALL BY NAME
    SELECT
        employee_id, 'contribution' AS event_type, plan_id, payday AS effective_date,
        unnest(['employee_pre_tax', 'employee_roth', 'employer_match']) AS source,
        CAST(100 + (number * 31) % 400 AS DECIMAL(18,6)) + CAST(0.010001 AS DECIMAL(18,6)) AS amount
    FROM people JOIN paydays ON (payday >= hired AND payday <= last_day) OR payday >= hired_again
    UNION ALL BY NAME
    SELECT
        employee_id, 'vesting' AS event_type, plan_id, make_date(year, 12, 31) AS effective_date,
        CAST(0.2 * (year - 2019) AS DECIMAL(5,4)) AS vested_percentage,
        CAST(0 AS DECIMAL(18,6)) AS source_balances_vested_employer_match
    FROM people JOIN (SELECT unnest([2020, 2021, 2022, 2023, 2024]) AS year) ON year(last_day) >= year
    UNION ALL BY NAME
    SELECT employee_id, 'termination' AS event_type, NULL AS plan_id, last_day AS effective_date
    FROM people WHERE number % 5 = 0
    UNION ALL BY NAME
    SELECT
        employee_id, 'forfeiture' AS event_type, plan_id, DATE '2023-07-31' AS effective_date,
        CAST(0.6 AS DECIMAL(5,4)) AS vested_percentage, 'employer_match' AS forfeited_from_source,
        CAST(1000 AS DECIMAL(18,6)) AS amount
    FROM people WHERE number % 20 <> 0 AND number % 5 = 0
)
SELECT
    uuid() AS event_id, employee_id, effective_date, CAST(effective_date AS TIMESTAMPTZ) AS created_at,
    'baseline' AS scenario_id, 'standard' AS plan_design_id, 'payroll' AS source_system, event_type, plan_id,
    source, amount, vested_percentage, source_balances_vested_employer_match, forfeited_from_source,
    CASE event_type WHEN 'hire' THEN effective_date END AS hire_date,
    CASE event_type WHEN 'hire' THEN 'Claims' END AS department,
    CASE event_type WHEN 'hire' THEN 1 END AS job_level,
    CASE event_type WHEN 'hire' THEN CAST(60000 AS DECIMAL(18,6)) END AS annual_compensation,
    CASE event_type WHEN 'eligibility' THEN true END AS eligible,
    CASE event_type WHEN 'eligibility' THEN effective_date END AS eligibility_date,
    CASE event_type WHEN 'eligibility' THEN 'immediate' WHEN 'forfeiture' THEN 'unvested_termination' END AS reason,
    CASE event_type WHEN 'enrollment' THEN effective_date END AS enrollment_date,
    CASE event_type WHEN 'enrollment' THEN CAST(0.06 AS DECIMAL(5,4)) END AS pre_tax_contribution_rate,
    CASE event_type WHEN 'enrollment' THEN CAST(0.02 AS DECIMAL(5,4)) END AS roth_contribution_rate,
    CASE event_type WHEN 'enrollment' THEN CAST(0 AS DECIMAL(5,4)) END AS after_tax_contribution_rate,
    CASE event_type WHEN 'enrollment' THEN false END AS auto_enrollment,
    CASE event_type WHEN 'contribution' THEN effective_date END AS pay_period_end,
    CASE event_type WHEN 'contribution' THEN effective_date END AS contribution_date,
    CASE event_type WHEN 'contribution' THEN amount END AS ytd_amount,
    CASE event_type WHEN 'contribution' THEN 'PR1' END AS payroll_id,
    CASE event_type WHEN 'contribution' THEN false END AS irs_limit_applied,
    CASE event_type WHEN 'contribution' THEN false END AS inferred_value,
    CASE event_type WHEN 'vesting' THEN 'graded' END AS vesting_schedule_type,
    CASE event_type WHEN 'vesting' THEN effective_date END AS service_computation_date,
    CASE event_type WHEN 'vesting' THEN 1000 END AS service_credited_hours,
    CASE event_type WHEN 'vesting' THEN effective_date END AS service_period_end_date,
    CASE event_type WHEN 'termination' THEN 'voluntary' END AS termination_reason,
    CASE event_type WHEN 'termination' THEN effective_date END AS final_pay_date,
    year(effective_date) * 12 + month(effective_date) AS batch
FROM events_of_people
ORDER BY effective_date, hash(employee_id)
