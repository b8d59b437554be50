-- A helper that reads the setting, a trigger that stamps rows, a definer function that checks who asks, and one that sums only its own tenant.
CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;
CREATE TABLE accounts (id uuid PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email LIKE '%@%'));
CREATE TABLE memberships (
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts,
    role text NOT NULL DEFAULT 'member' CHECK (role = ANY (ARRAY['member', 'admin'])),
    PRIMARY KEY (tenant_id, account_id)
);
CREATE TABLE invoices (
    id serial PRIMARY KEY,
    tenant_id uuid NOT NULL DEFAULT current_tenant(),
    total numeric(12, 2) NOT NULL CHECK (total >= 0),
    paid boolean NOT NULL DEFAULT false,
    period daterange NOT NULL,
    updated_at timestamptz
);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON memberships USING (tenant_id = current_tenant());
CREATE POLICY own ON invoices USING (tenant_id = current_tenant());
CREATE FUNCTION open_total() RETURNS numeric LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT coalesce(sum(total), 0) FROM invoices WHERE NOT paid AND tenant_id = current_tenant() $$;
CREATE FUNCTION enter_tenant(wanted uuid, account uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM memberships WHERE tenant_id = wanted AND account_id = account) THEN
        RAISE EXCEPTION 'not a member' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('app.tenant_id', wanted::text, true);
END $$;
CREATE FUNCTION use_tenant(wanted uuid) RETURNS void LANGUAGE sql AS $$ SELECT set_config('app.tenant_id', wanted::text, true) $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON memberships, invoices TO app;
GRANT USAGE ON SEQUENCE invoices_id_seq TO app;
