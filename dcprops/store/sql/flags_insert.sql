INSERT INTO @anomalies BY NAME SELECT * FROM found_anomalies
