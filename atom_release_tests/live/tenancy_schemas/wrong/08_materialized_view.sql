-- faults: materialized-view
-- A materialized view keeps the rows of whoever refreshed it, and no policy holds for it.
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
CREATE MATERIALIZED VIEW note_bodies AS SELECT id, body FROM notes;
GRANT SELECT ON note_bodies TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
