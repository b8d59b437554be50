-- What C.1 predicted, for whom, and by which model.
CREATE TABLE predictions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    run_id text NOT NULL,
    model_version text NOT NULL,
    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    prediction smallint NOT NULL CHECK (prediction IN (0, 1)),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX predictions_by_tenant ON predictions (tenant_id, created_at DESC);
