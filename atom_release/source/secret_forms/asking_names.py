"""Whether a name asks for a secret.

The plain rule accuses honest code: `secret_name`, `token_url`, `primary_key`, `next_token`.
"""

from __future__ import annotations

import re

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_STRONG = frozenset(
    {
        "secret",
        "secrets",
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "credential",
        "credentials",
        "apikey",
    }
)
_QUALIFIERS = frozenset({"base", "value", "base64", "b64", "plain", "raw", "default"})
_STRONG_AFTER = frozenset({"pass", "pw", "psk"})  # alone they are words of the language
_KEY_OF = frozenset(
    {
        "secret",
        "api",
        "signing",
        "sign",
        "private",
        "access",
        "encryption",
        "jwt",
        "auth",
        "master",
        "hmac",
        "fernet",
        "aes",
        "webhook",
        "license",
        "signature",
    }
    | {"account", "storage", "session", "cookie", "vault"}
)
_NOT_KEY_OF = frozenset(
    {
        "public",
        "primary",
        "foreign",
        "sort",
        "cache",
        "partition",
        "routing",
        "lookup",
        "idempotency",
        "row",
        "map",
        "object",
        "unique",
        "natural",
        "pub",
        "verification",
        "verify",
        "verifying",
        "site",
        "publishable",
    }
)
_TOKEN_OF = frozenset(
    {
        "access",
        "api",
        "auth",
        "bearer",
        "refresh",
        "jwt",
        "session",
        "vault",
        "admin",
        "secret",
        "bot",
        "github",
        "gitlab",
        "slack",
        "deploy",
        "service",
        "root",
    }
)
_NOT_TOKEN_OF = frozenset(
    {
        "max",
        "min",
        "num",
        "next",
        "page",
        "cls",
        "pad",
        "eos",
        "bos",
        "unk",
        "sep",
        "mask",
        "special",
        "stop",
        "start",
        "end",
        "lex",
        "cancel",
    }
)


def words(name: str) -> list[str]:
    """Split a name into its lower case words, whatever joins them."""
    return [word.lower() for word in _WORDS.findall(name)]


def asks_for_secret(name: str, *, bare: bool = True, loose: bool = False) -> bool:
    """Return whether what has this name holds a secret itself, not the name of one.

    Place or size.

    Args:
        name: the name, in any case style.
        bare: whether `secret` or `token` alone is enough; in configuration they mostly refer to a
            secret.
        loose: whether every `..._KEY` and `..._TOKEN` counts that is not known to be harmless, as
            in names of environment variables;
            in code most keys open dictionaries, and most tokens come from lexers.
    """
    parts = words(name)
    if not parts or (
        len(parts) == 1 and not bare and parts[0] not in {"password", "passwd", "passphrase"}
    ):
        return False
    while len(parts) > 1 and parts[-1] in _QUALIFIERS:  # SECRET_KEY_BASE, DB_PASSWORD_VALUE
        parts.pop()
    last, before = parts[-1], set(parts[:-1])
    if last in {"key", "keys"}:
        return not before & _NOT_KEY_OF and bool(before & (_KEY_OF | _STRONG) or (loose and before))
    if last == "token":
        return not before & _NOT_TOKEN_OF and (loose or bool(before & _TOKEN_OF))
    return (
        last in _STRONG
        or last.endswith(("password", "passwd", "passphrase"))
        or (loose and bool(before) and last in _STRONG_AFTER)
    )
