SELECT baseline, metric, run FROM baseline_runs ORDER BY baseline, metric, run;
