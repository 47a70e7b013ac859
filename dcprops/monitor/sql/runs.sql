SELECT runs.run, runs.recorded_at, runs.commit_id, runs.subject, machines.facts
FROM runs
JOIN machines USING (machine)
ORDER BY runs.run;
