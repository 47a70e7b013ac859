-- What every account comes to on :as_of, from the table `event`.
-- Money is kept in two columns, whole dollars and millionths, because a percentage of twelve digits of dollars in
-- millionths is more than 64 bits hold. A percentage is in ten-thousandths.
-- Where `slack` or `surplus` overflows all the same, SQLite goes on with a double; only its sign is asked, which is
-- right.
WITH RECURSIVE
version AS (
    SELECT *, row_number() OVER (PARTITION BY event_id ORDER BY effective_date, day_place, created_at, content) AS nth
    FROM event
),
counted AS (
    SELECT *, rank() OVER (ORDER BY scenario_id, plan_design_id, employee_id, plan_id) AS account,
           CASE WHEN event_type = 'contribution' THEN iif(source LIKE 'employee%', 'employee', 'employer') END AS of
    FROM version
    WHERE nth = 1 AND effective_date <= :as_of
      AND event_type IN ('eligibility', 'enrollment', 'contribution', 'vesting', 'forfeiture')
),
bucket(source, bucket, percentage) AS (
    VALUES ('employee_pre_tax', 'own', 10000), ('employee_roth', 'own', 10000), ('employee_after_tax', 'own', 10000),
           ('employee_catch_up', 'own', 10000),
           ('employer_match', 'employer_match', 0), ('employer_match_true_up', 'employer_match', 0),
           ('employer_nonelective', 'employer_nonelective', 0),
           ('employer_profit_sharing', 'employer_profit_sharing', 0),
           ('forfeiture_allocation', 'employer_profit_sharing', 0)
),
-- What an event does to a bucket. Whether a forfeiture settles the bucket takes a look at it after the money is gone.
action(event_type, action, step) AS (
    VALUES ('contribution', 'give', 1), ('vesting', 'vest', 1),
           ('forfeiture', 'take', 1), ('forfeiture', 'weigh', 2), ('forfeiture', 'settle', 3)
),
touch AS MATERIALIZED (
    SELECT account, bucket.bucket AS name, bucket.percentage AS opening, action, action = 'settle' AS closing,
           counted.percentage AS share, counted.dollars, counted.millionths,
           row_number() OVER (PARTITION BY account, bucket.bucket
                              ORDER BY effective_date, day_place, created_at, event_id, step) AS place
    FROM counted
        JOIN action ON action.event_type = counted.event_type
        JOIN bucket ON bucket.source = counted.source
            OR (action = 'vest' AND bucket.bucket = bucket.source AND instr(counted.listed, bucket.source || ';') > 0)
),
state AS (
    SELECT account, name, 0 AS place, opening AS p, 0 AS slack,
           0 AS settled_d, 0 AS settled_m, 0 AS given_d, 0 AS given_m, 0 AS lost_d, 0 AS lost_m
    FROM touch WHERE place = 1
  UNION ALL
    SELECT account, name, touch.place,
           CASE action WHEN 'vest' THEN share ELSE p END,
           -- Vested less left: not negative where nothing is left but what is vested.
           CASE action WHEN 'weigh'
               THEN (share * given_d / 10000 - given_d + lost_d) * 1000000
                    + share * given_d % 10000 * 100 + (share * given_m + 5000) / 10000 - given_m + lost_m
           END,
           settled_d + CASE WHEN closing AND slack >= 0 THEN given_d - lost_d ELSE 0 END,
           settled_m + CASE WHEN closing AND slack >= 0 THEN given_m - lost_m ELSE 0 END,
           CASE WHEN closing AND slack >= 0 THEN 0 WHEN action = 'give' THEN given_d + dollars ELSE given_d END,
           CASE WHEN closing AND slack >= 0 THEN 0 WHEN action = 'give' THEN given_m + millionths ELSE given_m END,
           CASE WHEN closing AND slack >= 0 THEN 0 WHEN action = 'take' THEN lost_d + dollars ELSE lost_d END,
           CASE WHEN closing AND slack >= 0 THEN 0 WHEN action = 'take' THEN lost_m + millionths ELSE lost_m END
    FROM state JOIN touch USING (account, name)
    WHERE touch.place = state.place + 1
),
last_state AS (
    SELECT *, max(place),  -- SQLite takes the other columns from the row of the maximum
           given_d - lost_d AS left_d, given_m - lost_m AS left_m,
           p * given_d / 10000 AS share_d, p * given_d % 10000 * 100 + (p * given_m + 5000) / 10000 AS share_m
    FROM state GROUP BY account, name
),
money AS (
    SELECT account,
           sum(settled_d + left_d) AS net_d, sum(settled_m + left_m) AS net_m,
           sum(settled_d + CASE WHEN surplus >= 0 THEN left_d ELSE share_d END) AS vested_d,
           sum(settled_m + CASE WHEN surplus >= 0 THEN left_m ELSE share_m END) AS vested_m
    FROM (SELECT *, (share_d - left_d) * 1000000 + share_m - left_m AS surplus FROM last_state)
    GROUP BY account
),
latest AS (
    SELECT account, percentage,
           row_number() OVER (PARTITION BY account ORDER BY effective_date DESC, created_at DESC, event_id DESC) AS back
    FROM counted WHERE event_type = 'vesting'
)
SELECT scenario_id, plan_design_id, employee_id, plan_id,
       coalesce(sum(dollars) FILTER (WHERE of = 'employee'), 0) AS employee_d,
       coalesce(sum(millionths) FILTER (WHERE of = 'employee'), 0) AS employee_m,
       coalesce(sum(dollars) FILTER (WHERE of = 'employer'), 0) AS employer_d,
       coalesce(sum(millionths) FILTER (WHERE of = 'employer'), 0) AS employer_m,
       coalesce(sum(dollars) FILTER (WHERE event_type = 'forfeiture'), 0) AS forfeited_d,
       coalesce(sum(millionths) FILTER (WHERE event_type = 'forfeiture'), 0) AS forfeited_m,
       coalesce(money.net_d, 0) AS net_d, coalesce(money.net_m, 0) AS net_m,
       coalesce(money.vested_d, 0) AS vested_d, coalesce(money.vested_m, 0) AS vested_m,
       coalesce(latest.percentage, 0) AS percentage
FROM counted
    LEFT JOIN money ON money.account = counted.account
    LEFT JOIN latest ON latest.account = counted.account AND latest.back = 1
GROUP BY counted.account
ORDER BY 1, 2, 3, 4
