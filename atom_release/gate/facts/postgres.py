"""What was learned of a PostgreSQL server and of the application's role on it."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class PostgresFacts(Facts):
    """How the server was asked, and what the role is."""

    how: str = Field(description="`live` or `rehearsed`")
    kind: str = Field(description="`answers`, or how the connection failed")
    variable: str = Field(default="", description="the environment variable with its address")
    role: str = ""
    superuser: bool = False
    bypassrls: bool = False
    may_become: tuple[str, ...] = Field(
        default=(), description="roles that row-level security does not bind, of which it is one"
    )
    not_applicable: str = Field(
        default="", description="why the answer says nothing about the release, where it does not"
    )
