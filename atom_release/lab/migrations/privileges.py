"""Errors of a migration for want of rights: whose role applies it is not in the files.

The gate applies migrations as the database's owner, who is no superuser; a deployment may apply
them as one. What only that one may do is no fault of the release, and is never done here.
"""

from __future__ import annotations

import re

_REFUSED = "42501"  # insufficient_privilege
_SUPERUSER = re.compile(
    r"superuser"
    r"|permission denied to (?:copy (?:to|from)|set parameter|create (?:role|database|tablespace"
    r"|subscription|event trigger|extension)|alter (?:role|system|setting)|drop role|grant role"
    r"|grant privileges)"
    r"|permission denied for (?:language|tablespace|database|parameter|function pg_)"
    r"|must have (?:privileges of|admin option|createrole|replication)"
    r"|only roles with"
    r"|must be able to set role|must be member of role"  # since PostgreSQL 16, and before
    r"|must be owner of (?:extension|event trigger|language|database|schema)",
    re.IGNORECASE,
)
_HANDED_OVER = re.compile(r"\bowner\s+to\b", re.IGNORECASE)
_NEW_OWNER = re.compile(r"permission denied for schema", re.IGNORECASE)
_SETTING = re.compile(r'unrecognized configuration parameter "[^".]+\.[^"]+"')


def wants_superuser(message: str, sqlstate: str | None, statement: str = "") -> bool:
    """Return whether a superuser would not have met this error of the server.

    Either the right is one that only superusers have, or the new owner of something lacks one that
    it must have only where no superuser hands it over, or a policy asked for the session's
    setting: no policy is asked of a superuser.
    """
    handed = _HANDED_OVER.search(statement) is not None and _NEW_OWNER.search(message) is not None
    refused = sqlstate == _REFUSED and (handed or _SUPERUSER.search(message) is not None)
    return refused or _SETTING.search(message) is not None


def failed_statement(text: str, line: int | None) -> str:
    """Return what stands from this line on, to the line that ends a statement."""
    lines = text.splitlines()[(line or 1) - 1 :]
    ends = next((place for place, written in enumerate(lines, 1) if ";" in written), len(lines))
    return "\n".join(lines[:ends])
