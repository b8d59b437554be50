-- faults: policy-move, policy-update, policy-delete
-- The upsert, the update and the delete have policies of their own, which ask for nothing.
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    body text NOT NULL
);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON notes FOR SELECT USING (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY adds ON notes FOR INSERT WITH CHECK (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY changes ON notes FOR UPDATE USING (true) WITH CHECK (true);
CREATE POLICY removes ON notes FOR DELETE USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
