-- What C.4 reads. The view asks with the reader's rights, so that row-level security holds through it.
CREATE VIEW prediction_facts WITH (security_invoker = true) AS
    SELECT tenant_id, model_version, probability, prediction, created_at FROM predictions;
GRANT SELECT ON prediction_facts TO atom_app;
