INSERT INTO samples (measurement, place, value) VALUES (:measurement, :place, :value);
