"""Roles and schemas that a hosted platform brings to every database of its own.

A migration may count on them; a plain server does not have them, and that is no fault of the
release. Only names that a platform's own documentation gives are here.
"""

from __future__ import annotations

import re

_SUPABASE, _NEON, _HASURA, _RDS = "Supabase", "Neon", "Hasura", "Amazon RDS"
_ROLES = {
    **dict.fromkeys(
        (
            "anon",
            "authenticated",
            "service_role",
            "authenticator",
            "supabase_admin",
            "supabase_auth_admin",
            "supabase_storage_admin",
            *("supabase_replication_admin", "supabase_read_only_user", "pgbouncer", "pgtle_admin"),
            "dashboard_user",
        ),
        _SUPABASE,
    ),
    **dict.fromkeys(("neon_superuser", "anonymous"), _NEON),
    **dict.fromkeys(("rds_superuser", "rds_iam", "rdsadmin", "rds_replication"), _RDS),
    **dict.fromkeys(("cloudsqlsuperuser", "cloudsqlimportexport"), "Google Cloud SQL"),
    **dict.fromkeys(("azure_pg_admin", "azuresu"), "Azure Database"),
}
_SCHEMAS = {
    **dict.fromkeys(
        (
            *("auth", "storage", "realtime", "vault", "graphql", "graphql_public", "pgsodium"),
            *("extensions", "supabase_functions", "supabase_migrations", "net", "cron", "pgmq"),
            *("pgbouncer", "_realtime", "_analytics"),
        ),
        _SUPABASE,
    ),
    "hdb_catalog": _HASURA,
    "neon_auth": _NEON,
    "google_ml": "Google Cloud SQL",
}
_PUBLICATIONS = {"supabase_realtime": _SUPABASE}
_NO_PUBLICATION = re.compile(r'publication "([^"]+)" does not exist')
_NO_ROLE = re.compile(r'role "([^"]+)" does not exist')
_NO_SCHEMA = re.compile(
    r'schema "([^"]+)" does not exist|relation "([^".]+)\.[^"]+" does not exist'
)


def missing_from_platform(message: str) -> str:
    """Return what a hosted platform would have brought, "" where the error is about nothing such.

    `message` is the server's, as `role "authenticated" does not exist`.
    """
    if match := _NO_ROLE.search(message):
        platform = _ROLES.get(match[1])
        return f"the role {match[1]} of {platform}" if platform else ""
    if match := _NO_PUBLICATION.search(message):
        platform = _PUBLICATIONS.get(match[1])
        return f"the publication {match[1]} of {platform}" if platform else ""
    if match := _NO_SCHEMA.search(message):
        name = match[1] or match[2]
        platform = _SCHEMAS.get(name)
        return f"the schema {name} of {platform}" if platform else ""
    return ""
