-- Shared reference data, rows of no tenant that all may read, a view with its owner's rights over tables that bind the owner.
CREATE TABLE currencies (code char(3) PRIMARY KEY, name text NOT NULL);
INSERT INTO currencies VALUES ('EUR', 'Euro'), ('CHF', 'Swiss franc');
CREATE TABLE templates (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id text,
    title text NOT NULL
);
INSERT INTO templates (tenant_id, title) VALUES (NULL, 'shared by all');
CREATE TABLE prices (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id text NOT NULL,
    currency char(3) NOT NULL REFERENCES currencies,
    amount bigint NOT NULL CHECK (amount > 0 AND amount < 1000000),
    previous uuid REFERENCES prices
);
ALTER TABLE templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE templates FORCE ROW LEVEL SECURITY;
ALTER TABLE prices ENABLE ROW LEVEL SECURITY;
ALTER TABLE prices FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON templates FOR SELECT USING (tenant_id IS NULL OR tenant_id = current_setting('app.tenant_id', true));
CREATE POLICY adds ON templates FOR INSERT WITH CHECK (tenant_id = current_setting('app.tenant_id', true));
CREATE POLICY own ON prices USING (tenant_id = current_setting('app.tenant_id', true));
CREATE VIEW price_list AS SELECT currency, count(*) AS prices, sum(amount) AS total FROM prices GROUP BY currency;
CREATE VIEW known_currencies AS SELECT code, name FROM currencies;
GRANT SELECT ON currencies, known_currencies, price_list TO app;
GRANT SELECT, INSERT ON templates TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON prices TO app;
