SELECT
    measurements.run, measurements.metric, measurements.unit, measurements.better, measurements.of_number,
    samples.value
FROM measurements
JOIN samples USING (measurement)
ORDER BY measurements.run, measurements.metric, samples.place;
