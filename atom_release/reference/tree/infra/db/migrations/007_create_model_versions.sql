-- Who activated which model, why, and what was served before and after.
CREATE TABLE model_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version text NOT NULL,
    approver text NOT NULL CHECK (approver <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    before_digest text NOT NULL,
    after_digest text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT ON model_audit TO atom_app;
