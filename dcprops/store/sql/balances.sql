-- What every account comes to at the end of a day, one row per account, sorted by its four keys.
WITH ledger AS NOT MATERIALIZED (
    SELECT *, 0 AS moment
    FROM @events
    WHERE effective_date <= $as_of @narrowed
),
@money,
-- The sources that were contributed to; the others are null.
sources AS (
    SELECT @account, struct_pack(@sum_of_each_source) AS sources
    FROM contributions
    GROUP BY @account
)
SELECT @account, @balance, sources
FROM worth LEFT JOIN sources USING (@account)
ORDER BY @account
