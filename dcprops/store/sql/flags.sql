CREATE TABLE IF NOT EXISTS @anomalies (
    code VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    scenario_id VARCHAR NOT NULL,
    plan_design_id VARCHAR NOT NULL,
    employee_id VARCHAR NOT NULL,
    plan_id VARCHAR,
    event_id UUID NOT NULL,
    effective_date DATE NOT NULL,
    place INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS @built (table_name VARCHAR NOT NULL, batch BIGINT NOT NULL);
