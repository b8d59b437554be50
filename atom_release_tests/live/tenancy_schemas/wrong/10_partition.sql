-- faults: rls-missing
-- The parent is protected, its partition is granted and is not.
CREATE TABLE readings (
    tenant_id uuid NOT NULL,
    taken_at timestamptz NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (tenant_id, taken_at)
) PARTITION BY RANGE (taken_at);
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE readings ENABLE ROW LEVEL SECURITY;
ALTER TABLE readings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON readings USING (tenant_id::text = current_setting('app.tenant_id', true));
GRANT SELECT, INSERT ON readings, readings_2026 TO app;
