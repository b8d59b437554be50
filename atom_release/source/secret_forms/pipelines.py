"""What a build server's own files say, and which of their passwords protect nothing deployed.

The password that a job gives to a database container of its own lives as long as the job, on a
network that only the job is on: it is told and decides nothing, however random it looks. A token
of an issuer, a private key, or any other secret in such a file is a secret: who reads the
repository has it.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_FOLDERS = frozenset(
    {".github", ".circleci", ".buildkite", ".gitlab", ".gitea", ".forgejo", ".woodpecker"}
    | {".azure-pipelines", ".semaphore", ".teamcity", ".tekton"}
)
_FILES = re.compile(
    r"\.?(?:[\w.-]*gitlab-ci|travis|drone|cirrus|woodpecker|appveyor|bitbucket-pipelines"
    r"|azure-pipelines[\w.-]*|cloudbuild[\w.-]*|buildspec[\w.-]*|codefresh|semaphore|wercker)\.ya?ml"
    r"|Jenkinsfile[\w.-]*",
    re.IGNORECASE,
)
_STARTS_CONTAINER = re.compile(
    r"(?i)\b(?:POSTGRES(?:QL)?|MYSQL|MARIADB|MONGO_INITDB|MSSQL|REDIS|RABBITMQ|MINIO|CLICKHOUSE"
    r"|ELASTIC|OPENSEARCH_INITIAL|KEYCLOAK|KC_BOOTSTRAP|NEO4J|ORACLE|SA|PG|LDAP|ARANGO|COUCHDB"
    r"|CASSANDRA|INFLUXDB|DOCKER_INFLUXDB_INIT|VAULT_DEV)(?:_[A-Z]+)*_?"
    r"(?:PASSWORD|PASS|PASSWD|AUTH|TOKEN_ID)\b[\"']?\s*[:=]\s*[\"']?(?P<value>[^\s\"'#$,{}]{3,})"
)
_OWN_HOSTS = frozenset(
    {"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal"}  # noqa: S104 - a name to compare with
)


def is_pipeline(path: str) -> bool:
    """Return whether the path configures a build server: what it sets lives as long as one job."""
    place = PurePosixPath(path)
    return place.parts[0] in _FOLDERS or _FILES.fullmatch(place.name) is not None


def container_passwords(text: str) -> frozenset[str]:
    """Return the passwords that a pipeline's file starts containers with."""
    return frozenset(match["value"] for match in _STARTS_CONTAINER.finditer(text))


def is_of_the_job(line: str) -> bool:
    """Return whether an address on this line is one of the job's own machine."""
    return any(f"@{host}" in line for host in _OWN_HOSTS)
