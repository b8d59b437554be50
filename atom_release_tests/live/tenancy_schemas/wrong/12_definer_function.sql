-- faults: definer-function
-- A definer function returns another tenant's rows by their tenant.
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
CREATE FUNCTION notes_of(wanted uuid) RETURNS SETOF notes LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT * FROM notes WHERE tenant_id = wanted $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
