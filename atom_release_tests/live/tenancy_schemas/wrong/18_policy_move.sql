-- faults: policy-move
-- A row may be handed to another tenant.
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    body text NOT NULL
);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON notes FOR SELECT USING (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY changes ON notes FOR UPDATE USING (tenant_id::text = current_setting('app.tenant_id', true)) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
