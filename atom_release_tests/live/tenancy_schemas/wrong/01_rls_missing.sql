-- faults: rls-missing
-- The tenant column, and no row-level security at all.
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    body text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
