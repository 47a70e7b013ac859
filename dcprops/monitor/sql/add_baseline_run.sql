INSERT INTO baseline_runs (baseline, metric, run) VALUES (:baseline, :metric, :run);
