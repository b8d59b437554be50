-- Several schemas, names that must be quoted, text and integer tenants, a domain, a table the application does not reach.
CREATE SCHEMA "Sales";
CREATE SCHEMA audit;
CREATE DOMAIN "Sales".percentage AS numeric(5, 2) CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE DOMAIN "Sales".slug AS text NOT NULL CHECK (VALUE ~ '^[a-z][a-z0-9-]{2,40}$');
CREATE TABLE "Sales"."Order Lines" (
    "Line Id" serial PRIMARY KEY,
    tenant_id varchar(20) NOT NULL CHECK (tenant_id <> ''),
    "Unit Price" numeric(10, 2) NOT NULL CHECK ("Unit Price" > 0),
    discount "Sales".percentage NOT NULL,
    slug "Sales".slug,
    starts_at timestamp NOT NULL,
    ends_at timestamp NOT NULL,
    kind char(3) NOT NULL CHECK (kind = upper(kind)),
    CHECK (ends_at > starts_at),
    UNIQUE (tenant_id, slug)
);
CREATE TABLE audit.entries (
    id bigserial PRIMARY KEY,
    tenant_id integer NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    what json NOT NULL
);
CREATE TABLE audit.archive (LIKE audit.entries);
ALTER TABLE "Sales"."Order Lines" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit.entries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON "Sales"."Order Lines" TO app USING (tenant_id = current_setting('app.tenant_id'));
CREATE POLICY reads ON audit.entries FOR SELECT TO app USING (tenant_id::text = current_setting('app.tenant_id', true));
CREATE POLICY appends ON audit.entries FOR INSERT TO app WITH CHECK (tenant_id::text = current_setting('app.tenant_id', true));
GRANT USAGE ON SCHEMA "Sales", audit TO app;
GRANT ALL ON ALL TABLES IN SCHEMA "Sales" TO app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA "Sales" TO app;
GRANT SELECT, INSERT ON audit.entries TO app;
