-- faults: view
-- A view with the rights of an owner for whom a second policy lets everything through.
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    body text NOT NULL
);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes
    USING (tenant_id::text = current_setting('app.tenant_id', true))
    WITH CHECK (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY upkeep ON notes TO CURRENT_USER USING (true);
CREATE VIEW all_notes AS SELECT count(*) AS notes, max(length(body)) AS longest FROM notes;
GRANT SELECT ON all_notes TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
