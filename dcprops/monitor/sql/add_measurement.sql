INSERT INTO measurements (run, metric, unit, better, of_number) VALUES (:run, :metric, :unit, :better, :of);
