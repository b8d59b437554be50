"""Fills `{name}` in the manifest's commands and environments.

What has no value because its system is absent is said, not left empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Start
from atom_release.lab.rehearsal.postgres import loopback_dsn
from atom_release.lab.rehearsal.values import spelled

if TYPE_CHECKING:
    from atom_release.lab.rehearsal.postgres import Postgres

_TEMPLATE = re.compile(
    r"\{(python|port|postgres(?:_(?:host|port|user|password|database))?|redis(?:_(?:host|port))?|vault|vault_token|scratch|random|url:[A-Za-z0-9.]+|secret:[a-z][a-z0-9_]*)\}"
)
_PARTS = ("host", "port", "user", "password", "database")
_SYSTEMS = {
    "vault": "vault",
    "vault_token": "vault",
    **dict.fromkeys(("redis", "redis_host", "redis_port"), "redis"),
    "postgres": "postgres",
    **{f"postgres_{part}": "postgres" for part in _PARTS},
}


class Lacking(ProbeFault):
    """A template stands for something that this rehearsal does not have."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the templates of the manifest; any other brace stays as it is.

    Raises:
        Lacking: a template has no value.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise Lacking(f"there is no {{{match[1]}}} in this rehearsal")
        return values[match[1]]

    return _TEMPLATE.sub(value, text)


def describe_database(postgres: Postgres, database: str, role: str) -> dict[str, str]:
    """Return what the templates that speak of a database stand for, for one of its roles."""
    return database_values(role, postgres.password_of(role), postgres.port, database)


def database_values(user: str, password: str, port: int, database: str) -> dict[str, str]:
    """Return the same of any database that listens on loopback."""
    return {
        "postgres": loopback_dsn(user, password, port, database),
        "postgres_host": "127.0.0.1",
        "postgres_port": str(port),
        "postgres_user": user,
        "postgres_password": password,
        "postgres_database": database,
    }


def systems_asked(start: Start) -> set[str]:
    """Return the systems, `postgres` and `vault`, that a service is told the address of."""
    return {_SYSTEMS[name] for name in _named(start) if name in _SYSTEMS}


def services_asked(start: Start) -> set[str]:
    """Return the ids of the services that a service is told the address of."""
    return {name.removeprefix("url:") for name in _named(start) if name.startswith("url:")}


def _named(start: Start) -> set[str]:
    texts = [
        *start.command,
        *(word for step in start.before_start for word in step),
        *start.environment.values(),
    ]
    return {name for text in texts for name in _TEMPLATE.findall(text)}


def redactor(secrets: Mapping[str, str]) -> Callable[[bytes], bytes]:
    """Return a function that replaces every one of these values, and every line of one.

    By its name.
    """
    marks = {
        value.encode(): f"[redacted:{name}]".encode() for name, value in spelled(secrets) if value
    }
    if not marks:
        return lambda text: text
    pattern = re.compile(
        b"|".join(re.escape(value) for value in sorted(marks, key=len, reverse=True))
    )
    return lambda text: pattern.sub(lambda match: marks[match[0]], text)
