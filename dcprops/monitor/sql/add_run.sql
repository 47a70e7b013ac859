INSERT INTO runs (recorded_at, commit_id, machine, subject)
SELECT :recorded_at, :commit, machine, :subject FROM machines WHERE facts = :facts;
