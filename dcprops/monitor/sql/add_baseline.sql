INSERT INTO baselines (made_at) VALUES (:made_at);
