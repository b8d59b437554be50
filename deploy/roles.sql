-- The roles of a deployment, each with what it needs: run once, by psql, as a superuser, in a new cluster.
--   dagster     owns the schema of Dagster's own tables, and sees nothing of the gate's
--   gate_owner  owns the schema of the shared state; used by `atom-release state --prepare gate` alone
--   gate        adds lines and takes turns there, and changes or removes nothing; sees nothing of Dagster's
\set ON_ERROR_STOP on
\getenv dagster_password DAGSTER_PASSWORD
\getenv owner_password OWNER_PASSWORD
\getenv gate_password GATE_PASSWORD

CREATE ROLE dagster LOGIN PASSWORD :'dagster_password';
CREATE ROLE gate_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE gate LOGIN PASSWORD :'gate_password';
CREATE DATABASE dagster;
REVOKE ALL ON DATABASE dagster FROM PUBLIC;
GRANT CONNECT ON DATABASE dagster TO dagster, gate_owner, gate;
ALTER ROLE dagster IN DATABASE dagster SET search_path TO dagster;

\connect dagster
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA dagster AUTHORIZATION dagster;
CREATE SCHEMA atom_release AUTHORIZATION gate_owner;
