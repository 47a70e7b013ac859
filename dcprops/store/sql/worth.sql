-- What accounts come to at the end of each of their moments, of what the moments brought.
buckets AS (
    SELECT
        @account, moment, bucket,
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
    WINDOW until_now AS (PARTITION BY @account, bucket ORDER BY moment ROWS UNBOUNDED PRECEDING)
),
vested_buckets AS (
    SELECT
        *,
        @vested AS vested
    FROM buckets
),
-- A moment that brings nothing to a bucket leaves it as it is, so an account is the sum of what its moments brought.
changes AS (
    SELECT
        @account, moment, bucket, brought_given, brought_lost, current_vested_percentage,
        vested - lag(vested, 1, 0) OVER (PARTITION BY @account, bucket ORDER BY moment) AS brought_vested
    FROM vested_buckets
),
account_changes AS (
    SELECT
        @account, moment,
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
        @account, moment,
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
    WINDOW until_now AS (PARTITION BY @account ORDER BY moment ROWS UNBOUNDED PRECEDING)
)
