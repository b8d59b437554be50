-- faults: rls-not-forced, view
-- A view without security_invoker, and its owner is not bound by the policies.
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    body text NOT NULL
);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes
    USING (tenant_id::text = current_setting('app.tenant_id', true))
    WITH CHECK (tenant_id::text = current_setting('app.tenant_id', true));
CREATE VIEW all_notes AS SELECT * FROM notes;
GRANT SELECT ON all_notes TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
