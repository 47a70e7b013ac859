INSERT INTO machines (facts) VALUES (:facts) ON CONFLICT (facts) DO NOTHING;
