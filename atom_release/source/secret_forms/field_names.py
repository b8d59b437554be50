"""Whether a literal is the name of a field: `JWT_AUTH_USERNAME_KEY = "email"`.

A key of a mapping has a name that ends as the name of a key that signs does. Which of the two it
is, the word before `key` says, and the literal, which is then a plain word.
"""

from __future__ import annotations

import re

from atom_release.source.secret_forms.asking_names import words
from atom_release.source.secret_forms.plausible import is_random, is_worded

_FIELDS = frozenset(
    {"user", "username", "login", "email", "mail", "phone", "name", "nickname", "account", "owner"}
    | {"id", "ids", "uid", "uuid", "identity", "identifier", "subject", "sub", "claim", "claims"}
    | {"header", "headers", "param", "parameter", "query", "field", "form", "body", "payload"}
    | {"role", "roles", "scope", "scopes", "group", "type", "kind", "status", "error", "message"}
    | {"data", "item", "items", "count", "expiry", "expires", "locale", "lang", "language"}
)
_HOLDERS = frozenset({"session", "cookie", "storage", "password"})  # `SESSION_KEY = "_user_id"`
_HELD = _FIELDS | {"password", "passwd", "pwd", "pass", "hash", "backend", "token", "jwt"}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z_.-]{1,39}")


def is_field_name(name: str, value: str) -> bool:
    """Return whether what has this name is the key of a mapping, and the literal that key."""
    parts, spoken = words(name), words(value)
    if len(parts) < 2 or parts[-1] not in {"key", "keys"} or not spoken:  # noqa: PLR2004
        return False
    if not _PLAIN.fullmatch(value) or is_random(value) or is_worded(value):
        return False
    return parts[-2] in _FIELDS or (parts[-2] in _HOLDERS and spoken[-1] in _HELD)
