-- The person's own of a bucket: S + min(round(p·G), G - F), half up, once per bucket.
settled_given - settled_lost + least(
            CAST(
                (
                    CAST((given - settled_given) * 1000000 AS HUGEINT) * CAST(percentage * 10000 AS HUGEINT) + 5000
                ) // 10000 AS DECIMAL(38,0)
            ) * 0.000001,
            (given - settled_given) - (lost - settled_lost)
        )
