-- Profiles that C.2 made. They are about services, not about tenants.
CREATE TABLE perf_samples (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target text NOT NULL,
    path text NOT NULL,
    requests integer NOT NULL CHECK (requests >= 0),
    errors integer NOT NULL CHECK (errors >= 0),
    p95_ms double precision,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
