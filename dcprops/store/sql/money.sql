-- What moments bring to the buckets of accounts, of the events in `ledger`.
--
-- `ledger` has the columns of the events, `moment`, which never falls from an event to the next in canonical order, and
-- the columns of @account. `brought` has one row for each account, moment and bucket that a plan event of the moment
-- concerns; a moment with a plan event has at least one.
--
-- A closing settles everything that is left, so what is settled by then is what was given less what was lost, both
-- counted from the start: S = given - lost. Between closings G and F are what was given and lost since the last one.
-- Given and lost never fall, so the last closing by a moment is the one with the most of both. Only whether a forfeiture
-- closes has to be found out one forfeiture after the other.

-- What isn't a contribution is little: it is read once.
others AS MATERIALIZED (
    SELECT
        @account, moment, event_type, effective_date, created_at, event_id, amount, forfeited_from_source,
        vested_percentage, @listed_buckets AS listed_buckets
    FROM ledger
    WHERE event_type IN (@plan_events_without_money)
),
contributions AS MATERIALIZED (
    SELECT @account, moment, source, sum(amount) AS amount
    FROM ledger
    WHERE source IS NOT NULL
    GROUP BY ALL
),
-- What had been lost and given by each forfeiture: contributions of the same day come before it.
forfeitures AS (
    SELECT
        @account, forfeited_from_source AS bucket, moment, effective_date, created_at, event_id, vested_percentage,
        sum(amount) OVER (
            PARTITION BY @account, forfeited_from_source ORDER BY effective_date, created_at, event_id
            ROWS UNBOUNDED PRECEDING
        ) AS lost
    FROM others
    WHERE event_type = 'forfeiture'
),
-- The days from one forfeiture of a bucket to the next, for each source that is kept there.
forfeiture_days AS (
    SELECT
        @account, bucket, unnest(@sources_of_bucket) AS source, effective_date AS last_day,
        lag(effective_date, 1, DATE '0001-01-01' - 1) OVER (
            PARTITION BY @account, bucket ORDER BY effective_date
        ) AS day_before
    FROM (SELECT DISTINCT @account, bucket, effective_date FROM forfeitures)
),
-- In one row, because the planner takes what comes of one row for few, and makes the hash table of the join from that.
few_days AS (
    SELECT list(forfeiture_days) AS days FROM forfeiture_days
),
given_between AS (
    SELECT @account, source, last_day, sum(amount) AS amount
    FROM ledger JOIN (SELECT unnest(days, max_depth := 2) FROM few_days) USING (@account, source)
    WHERE effective_date > day_before AND effective_date <= last_day
    GROUP BY ALL
),
given_by AS (
    SELECT
        @account, bucket, last_day AS effective_date,
        sum(coalesce(amount, 0)) OVER (
            PARTITION BY @account, bucket ORDER BY last_day ROWS UNBOUNDED PRECEDING
        ) AS given
    FROM (
        SELECT @account, bucket, last_day, sum(amount) AS amount
        FROM forfeiture_days LEFT JOIN given_between USING (@account, source, last_day)
        GROUP BY ALL
    )
),
-- Money in millionths and percentages in ten-thousandths: the quotients of whole numbers are exact, others a DOUBLE.
forfeitures_in_order AS (
    SELECT
        @account, bucket,
        list(
            struct_pack(
                moment := moment,
                given := CAST(given * 1000000 AS HUGEINT),
                lost := CAST(lost * 1000000 AS HUGEINT),
                percentage := CAST(vested_percentage * 10000 AS HUGEINT)
            )
            ORDER BY effective_date, created_at, event_id
        ) AS steps
    FROM forfeitures JOIN given_by USING (@account, bucket, effective_date)
    GROUP BY ALL
),
-- A forfeiture closes if G - F, with it in F, is at most round(q·G), half up. Nothing was settled at the start.
closings AS (
    SELECT
        @account, bucket, closing.moment AS moment,
        CAST(closing.given AS DECIMAL(38,0)) * 0.000001 AS given,
        CAST(closing.lost AS DECIMAL(38,0)) * 0.000001 AS lost
    FROM (
        SELECT
            @account, bucket,
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
        @account, moment, vested_percentage AS percentage, listed_buckets AS buckets,
        (effective_date, created_at, event_id) AS place
    FROM others
    WHERE event_type = 'vesting'
),
-- What a moment brings to a bucket. Every account and moment with a plan event has a row, one without money too.
parts AS (
    SELECT @account, moment, @bucket_of_source AS bucket, amount AS given
    FROM contributions
    UNION ALL BY NAME
    SELECT @account, moment, forfeited_from_source AS bucket, sum(amount) AS lost
    FROM others
    WHERE event_type = 'forfeiture'
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT @account, moment, bucket, given AS settled_given, lost AS settled_lost
    FROM closings
    UNION ALL BY NAME
    SELECT @account, moment, bucket, arg_max(percentage, place) AS percentage
    FROM (SELECT * EXCLUDE (buckets), unnest(buckets) AS bucket FROM vestings)
    WHERE bucket IS NOT NULL
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT @account, moment, 'employee' AS bucket, arg_max(percentage, place) AS current_vested_percentage
    FROM vestings
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT DISTINCT @account, moment, 'employee' AS bucket
    FROM others
    WHERE event_type IN ('eligibility', 'enrollment')
),
brought AS (
    SELECT
        @account, moment, bucket,
        coalesce(sum(given), 0) AS given,
        coalesce(sum(lost), 0) AS lost,
        max(settled_given) AS settled_given,
        max(settled_lost) AS settled_lost,
        max(percentage) AS percentage,
        max(current_vested_percentage) AS current_vested_percentage
    FROM parts
    GROUP BY ALL
)
