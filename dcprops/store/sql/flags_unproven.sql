-- The people of a range of employees whose events don't prove by themselves that nothing is wrong with them.
--
-- Each rule of dcprops.reference.coherence is asked here in such a way that whoever breaks it is among those found, and
-- some who don't break it may be too: where a rule is long, a shorter and stricter one stands in its place. Of the others
-- the reference would find nothing. Who is found is for the reference to judge.
--
-- The number of a person is in a list for the reason that snapshots.sql has.
WITH limits AS (
    FROM (VALUES @limits) AS figures (year, deferrals, catch_up, highest_catch_up, additions, hce_threshold)
),
people AS (
    SELECT scenario_id, plan_design_id, employee_id, [person] AS person
    FROM changed_people
    WHERE employee_id BETWEEN $first AND $last
),
deposits AS MATERIALIZED (
    SELECT
        person[1] AS person, events.plan_id, source, effective_date AS day, year(pay_period_end) AS year,
        pay_period_end, amount, ytd_amount,
        effective_date <> contribution_date OR ytd_amount < amount OR contribution_date < pay_period_end
            OR (source IN (@employee_sources) AND contribution_date - pay_period_end > @days_never_late) AS is_odd
    FROM @events AS events JOIN people USING (scenario_id, plan_design_id, employee_id)
    WHERE event_type = 'contribution' AND employee_id BETWEEN $first AND $last
),
others AS MATERIALIZED (
    SELECT events.* EXCLUDE (employee_id, scenario_id, plan_design_id), person[1] AS person,
        effective_date AS day
    FROM @events AS events JOIN people USING (scenario_id, plan_design_id, employee_id)
    WHERE event_type <> 'contribution' AND employee_id BETWEEN $first AND $last
),
-- A year's money from one source: whether its totals, from the least on, are the sums up to them.
years AS MATERIALIZED (
    SELECT
        person, plan_id, source, year, sum(amount) AS amount, min(day) AS first_day,
        bool_or(is_odd OR ytd_amount <> total_before + amount) AS is_odd
    FROM (
        SELECT
            *,
            lag(ytd_amount, 1, 0) OVER (PARTITION BY person, plan_id, source, year ORDER BY ytd_amount) AS total_before
        FROM deposits
    )
    GROUP BY ALL
),
hires AS MATERIALIZED (
    SELECT person, min(day) AS hired FROM others WHERE event_type = 'hire' GROUP BY ALL
),
spells AS MATERIALIZED (
    SELECT
        person, event_type, day, final_pay_date,
        lag(event_type) OVER in_order AS type_before, lag(day) OVER in_order AS day_before, lead(day) OVER in_order AS next_day
    FROM others
    WHERE event_type IN ('hire', 'termination')
    WINDOW in_order AS (PARTITION BY person ORDER BY day)
),
absences AS MATERIALIZED (
    SELECT person, day AS left_on, coalesce(next_day, DATE '9999-12-31' + 1) AS back_on, final_pay_date
    FROM spells
    WHERE event_type = 'termination'
),
eligible AS MATERIALIZED (
    SELECT person, plan_id, min(day) FILTER (eligible) AS since FROM others WHERE event_type = 'eligibility' GROUP BY ALL
),
-- Whoever is paid into, enrolls, vests or forfeits: in which plan, and since when it takes that the person is eligible.
participations AS (
    SELECT person, plan_id, min(first_day) AS first_day FROM years GROUP BY ALL
    UNION ALL
    SELECT person, plan_id, min(day) FILTER (event_type = 'enrollment') AS first_day
    FROM others
    WHERE event_type IN ('enrollment', 'vesting', 'forfeiture')
    GROUP BY ALL
),
elections AS MATERIALIZED (
    SELECT person, plan_id, day, elected.source AS source, elected.rate AS rate
    FROM (SELECT person, plan_id, day, unnest([@elected_rates]) AS elected FROM others WHERE event_type = 'enrollment')
),
pay AS MATERIALIZED (
    SELECT
        person, day,
        -- As wide as the products with it are.
        CAST(coalesce(annual_compensation, new_annual_compensation, new_compensation) AS DECIMAL(38,6)) AS pay
    FROM others
    WHERE event_type IN ('hire', 'promotion', 'merit')
),
-- A year's deferrals, with the highest rate and the highest pay by the first of them.
deferred_years AS MATERIALIZED (
    SELECT years.*, rates.rate, pays.pay
    FROM (FROM years WHERE source IN (@employee_sources)) AS years
    LEFT JOIN (
        SELECT person, plan_id, source, year, max(rate) AS rate
        FROM years JOIN elections USING (person, plan_id, source)
        WHERE day <= first_day
        GROUP BY ALL
    ) AS rates USING (person, plan_id, source, year)
    LEFT JOIN (
        SELECT person, first_day, max(pay) AS pay
        FROM (SELECT DISTINCT person, first_day FROM years WHERE source IN (@employee_sources)) JOIN pay USING (person)
        WHERE day <= first_day
        GROUP BY ALL
    ) AS pays USING (person, first_day)
),
-- Where that isn't enough for the whole year: what came in by each day on which the rate or the pay may have risen, and
-- by the end, is compared with the highest of both before that day.
uneven_years AS MATERIALIZED (
    FROM deferred_years WHERE source <> 'employee_catch_up' AND amount * @fortnights_reckoned > rate * pay * @fortnights_paid
),
turns AS MATERIALIZED (
    SELECT DISTINCT person, plan_id, source, year, day
    FROM (
        SELECT person, plan_id, source, year, DATE '9999-12-31' + 1 AS day FROM uneven_years
        UNION ALL
        SELECT person, plan_id, source, year, day FROM uneven_years JOIN elections USING (person, plan_id, source) WHERE day > first_day
        UNION ALL
        SELECT person, plan_id, source, year, day FROM uneven_years JOIN pay USING (person) WHERE day > first_day
    )
),
by_turns AS (
    SELECT person, plan_id, source, year, turns.day, sum(amount) AS amount
    FROM turns JOIN deposits USING (person, plan_id, source, year)
    WHERE deposits.day < turns.day
    GROUP BY ALL
),
rates_by_turns AS (
    SELECT person, plan_id, source, year, turns.day, max(rate) AS rate
    FROM turns JOIN elections USING (person, plan_id, source)
    WHERE elections.day < turns.day
    GROUP BY ALL
),
pay_by_turns AS (
    SELECT person, turns.day, max(pay) AS pay
    FROM (SELECT DISTINCT person, day FROM turns) AS turns JOIN pay USING (person)
    WHERE pay.day < turns.day
    GROUP BY ALL
),
vestings AS MATERIALIZED (
    SELECT
        *,
        lag(percentage) OVER in_order AS percentage_before, lag(day) OVER in_order AS day_before
    FROM (
        SELECT person, plan_id, day, created_at, event_id, vested_percentage AS percentage, unnest(@listed_buckets) AS bucket
        FROM others
        WHERE event_type = 'vesting'
    )
    WHERE bucket IS NOT NULL
    WINDOW in_order AS (PARTITION BY person, plan_id, bucket ORDER BY day, created_at, event_id)
),
forfeitures AS MATERIALIZED (
    SELECT
        person, plan_id, forfeited_from_source AS bucket, count(*) AS count, any_value(day) AS day,
        any_value(CAST(amount AS DECIMAL(38,6))) AS amount, any_value(vested_percentage) AS percentage, any_value(reason) AS reason
    FROM others
    WHERE event_type = 'forfeiture'
    GROUP BY ALL
),
given AS (
    SELECT person, plan_id, bucket, sum(deposits.amount) AS given
    FROM forfeitures
    JOIN (SELECT person, plan_id, @bucket_of_source AS bucket, day, amount FROM deposits WHERE source NOT IN (@employee_sources)) AS deposits
        USING (person, plan_id, bucket)
    WHERE deposits.day <= forfeitures.day
    GROUP BY ALL
),
recorded AS (
    SELECT person, plan_id, bucket, arg_max(vestings.percentage, (vestings.day, created_at, event_id)) AS percentage
    FROM forfeitures JOIN vestings USING (person, plan_id, bucket)
    WHERE vestings.day <= forfeitures.day
    GROUP BY ALL
),
measured_pay AS (
    SELECT
        person, CASE determination_method WHEN 'prior_year' THEN year(determination_date) - 1 ELSE year(determination_date) END AS year,
        min(ytd_compensation) AS pay
    FROM others
    WHERE event_type = 'hce_status'
        AND (determination_method = 'prior_year' OR (month(determination_date) = 12 AND day(determination_date) = 31))
    GROUP BY ALL
),
notes_of_catch_up AS MATERIALIZED (
    SELECT person, plan_id, year(monitoring_date) AS year, count(*) AS count
    FROM others
    WHERE compliance_type = 'catch_up_eligible'
    GROUP BY ALL
),
yearly AS (
    SELECT
        person, year, sum(amount) AS amount,
        coalesce(sum(amount) FILTER (source IN (@deferral_sources)), 0) AS deferred
    FROM years
    GROUP BY ALL
)
-- Fields of one event that don't agree.
SELECT person FROM others WHERE @own_date <> effective_date
UNION
SELECT person
FROM others
WHERE event_type = 'enrollment' AND (
    pre_tax_contribution_rate + roth_contribution_rate + after_tax_contribution_rate > 1
    OR opt_out_window_expires < enrollment_date
)
UNION
SELECT person
FROM others
WHERE event_type = 'vesting' AND (
    service_computation_date > service_period_end_date
    OR (vesting_schedule_type = 'immediate' AND vested_percentage <> 1)
    OR (vesting_schedule_type = 'cliff' AND vested_percentage NOT IN (0, 1))
)
UNION
SELECT person
FROM others LEFT JOIN limits ON limits.year = year(determination_date) - 1
WHERE event_type = 'hce_status' AND NOT (
    CASE determination_method
        WHEN 'prior_year' THEN limits.hce_threshold IS NOT DISTINCT FROM others.hce_threshold
        ELSE annualized_compensation >= ytd_compensation
    END
    AND CASE
        WHEN is_hce THEN ytd_compensation > others.hce_threshold
        WHEN determination_method = 'prior_year' THEN ytd_compensation <= others.hce_threshold
        ELSE greatest(ytd_compensation, annualized_compensation) <= others.hce_threshold
    END
)
UNION
SELECT person
FROM others LEFT JOIN limits ON limits.year = year(monitoring_date)
WHERE event_type = 'compliance' AND NOT coalesce(
    current_amount <= applicable_limit
    AND CASE compliance_type
        WHEN '402g_limit_approach' THEN limit_type = 'elective_deferral'
            AND applicable_limit IN (deferrals, deferrals + catch_up, deferrals + highest_catch_up)
        WHEN '415c_limit_approach' THEN limit_type = 'annual_additions' AND (
            applicable_limit = additions
            OR (applicable_limit < additions AND applicable_limit NOT IN (SELECT additions FROM limits))
        )
        ELSE limit_type = 'catch_up' AND applicable_limit IN (catch_up, highest_catch_up)
    END,
    false
)
UNION
SELECT person FROM years WHERE is_odd
-- A career, of those who were hired: by turns hired and gone, never both on a day, and nothing before the first hire.
UNION
SELECT person
FROM (
    SELECT person
    FROM spells
    WHERE type_before IS NOT DISTINCT FROM event_type OR day_before = day
    UNION ALL
    SELECT person FROM others JOIN hires USING (person) WHERE day < hired
    UNION ALL
    SELECT person
    FROM others JOIN absences USING (person)
    WHERE day > left_on AND day < back_on AND (
        event_type IN ('promotion', 'merit')
        OR (event_type = 'eligibility' AND eligible)
        OR (
            event_type = 'enrollment'
            AND pre_tax_contribution_rate + roth_contribution_rate + after_tax_contribution_rate > 0
        )
    )
    UNION ALL
    SELECT person
    FROM deposits JOIN absences USING (person)
    WHERE day > left_on AND day < back_on AND (source = 'employer_match' OR source IN (@employee_sources))
        AND pay_period_end - greatest(left_on, final_pay_date) > @longest_pay_period
    -- Taking part: eligible by then, enrolled by then, at a rate that gives as much.
    UNION ALL
    SELECT person
    FROM participations LEFT JOIN eligible USING (person, plan_id)
    WHERE since IS NULL OR first_day < since
    UNION ALL
    SELECT person FROM deferred_years WHERE rate IS NULL OR rate = 0 OR pay IS NULL
    UNION ALL
    SELECT person
    FROM by_turns
    LEFT JOIN rates_by_turns USING (person, plan_id, source, year, day)
    LEFT JOIN pay_by_turns USING (person, day)
    WHERE NOT coalesce(amount * @fortnights_reckoned <= rate * pay * @fortnights_paid, false)
) SEMI JOIN hires USING (person)
-- Vesting that never falls but after a rehire; forfeitures, one of a bucket, of exactly what is unvested.
UNION
SELECT person
FROM (FROM vestings WHERE percentage < percentage_before) AS falls
WHERE NOT EXISTS (
    FROM spells
    WHERE spells.person = falls.person AND event_type = 'hire'
        AND spells.day > falls.day_before AND spells.day <= falls.day
)
UNION
SELECT person
FROM forfeitures
LEFT JOIN given USING (person, plan_id, bucket)
LEFT JOIN recorded USING (person, plan_id, bucket)
LEFT JOIN hires USING (person)
LEFT JOIN (SELECT person, min(left_on) AS left_on FROM absences GROUP BY ALL) AS leaving USING (person)
WHERE NOT coalesce(
    count = 1
    AND forfeitures.percentage <> 1
    AND coalesce(recorded.percentage, forfeitures.percentage) = forfeitures.percentage
    AND CAST(amount * 1000000 AS HUGEINT) = CAST(given * 1000000 AS HUGEINT) - (
        CAST(given * 1000000 AS HUGEINT) * CAST(forfeitures.percentage * 10000 AS HUGEINT) + 5000
    ) // 10000
    AND CASE
        WHEN hired IS NULL THEN true
        WHEN reason = 'unvested_termination' THEN left_on <= day
        ELSE day > hired + INTERVAL (@break_years) YEAR
    END,
    false
)
-- A year's limits, over all plans.
UNION
SELECT person
FROM yearly
LEFT JOIN limits USING (year)
LEFT JOIN measured_pay USING (person, year)
LEFT JOIN (SELECT DISTINCT person, year, true AS noted FROM notes_of_catch_up) USING (person, year)
WHERE NOT coalesce(
    deferred <= deferrals + CASE WHEN noted THEN highest_catch_up ELSE 0 END
    AND yearly.amount - least(deferred, highest_catch_up) <= least(additions, pay),
    false
)
UNION
SELECT person FROM notes_of_catch_up WHERE count > 1
