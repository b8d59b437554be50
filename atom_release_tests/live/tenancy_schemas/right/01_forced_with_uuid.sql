-- The plain right case: a table of tenants, two tables of theirs, every protected table forced.
CREATE TABLE tenants (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(80) NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TYPE stage AS ENUM ('draft', 'active', 'retired');
CREATE TABLE models (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 3 AND 120),
    stage stage NOT NULL DEFAULT 'draft',
    metadata jsonb NOT NULL DEFAULT '{}',
    labels text[] NOT NULL DEFAULT '{}',
    UNIQUE (tenant_id, name),
    UNIQUE (tenant_id, id)
);
CREATE TABLE predictions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL,
    model_id uuid NOT NULL,
    parent_id bigint REFERENCES predictions (id),
    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    band text NOT NULL CHECK (band IN ('low', 'medium', 'high')),
    risk numeric(5, 4) GENERATED ALWAYS AS ((1 - probability)::numeric) STORED,
    client inet,
    digest bytea NOT NULL,
    scored_on date NOT NULL DEFAULT current_date,
    FOREIGN KEY (tenant_id, model_id) REFERENCES models (tenant_id, id)
);
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN
        CREATE ROLE app NOLOGIN;
    END IF;
END
$$;
ALTER TABLE models ENABLE ROW LEVEL SECURITY;
ALTER TABLE models FORCE ROW LEVEL SECURITY;
ALTER TABLE predictions ENABLE ROW LEVEL SECURITY;
ALTER TABLE predictions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON models
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
CREATE POLICY tenant_isolation ON predictions
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
CREATE VIEW recent_predictions WITH (security_invoker = true) AS
    SELECT p.id, m.name, p.probability FROM predictions p JOIN models m ON m.id = p.model_id WHERE p.scored_on > current_date - 30;
GRANT SELECT, INSERT, UPDATE, DELETE ON models, predictions TO app;
-- Tenants' names are no tenant's rows; how many models each has is: of the others, none are counted.
CREATE VIEW models_of_tenants WITH (security_invoker = true) AS
    SELECT t.name, count(m.id) AS models FROM tenants t LEFT JOIN models m ON m.tenant_id = t.id GROUP BY t.name;
GRANT SELECT ON tenants, recent_predictions, models_of_tenants TO app;
