-- What every account comes to at the end of a day, one row per account, sorted by its four keys.
WITH ledger AS NOT MATERIALIZED (
    SELECT *, 0 AS moment
    FROM @events
    WHERE effective_date <= $as_of @narrowed
),
@money,
buckets AS (
    SELECT
        * EXCLUDE (settled_given, settled_lost, percentage),
        coalesce(settled_given, 0) AS settled_given,
        coalesce(settled_lost, 0) AS settled_lost,
        CASE bucket WHEN 'employee' THEN 1 ELSE coalesce(percentage, 0) END AS percentage
    FROM brought
),
-- The sources that were contributed to; the others are null.
sources AS (
    SELECT @account, struct_pack(@sum_of_each_source) AS sources
    FROM contributions
    GROUP BY @account
),
worth AS (
    SELECT
        @account,
        sum(given) FILTER (bucket = 'employee') AS employee,
        sum(given) AS total,
        sum(lost) AS total_forfeitures,
        sum(vested) AS vested_account_balance,
        max(current_vested_percentage) AS current_vested_percentage
    FROM (SELECT *, @vested AS vested FROM buckets)
    GROUP BY ALL
)
SELECT
    @account,
    coalesce(employee, 0) AS total_employee_contributions,
    total - coalesce(employee, 0) AS total_employer_contributions,
    total_forfeitures,
    total AS gross_account_balance,
    vested_account_balance,
    total - total_forfeitures - vested_account_balance AS unvested_balance,
    total - total_forfeitures AS net_account_balance,
    CAST(coalesce(current_vested_percentage, 0) AS DECIMAL(5,4)) AS current_vested_percentage,
    sources
FROM worth LEFT JOIN sources USING (@account)
ORDER BY @account
