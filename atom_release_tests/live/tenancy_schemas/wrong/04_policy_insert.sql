-- faults: policy-insert, policy-no-tenant, policy-empty-tenant, policy-malformed-tenant
-- Reads are bound to the tenant, what is written is not.
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    body text NOT NULL
);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON notes FOR SELECT USING (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY adds ON notes FOR INSERT WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
