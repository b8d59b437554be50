"""What a variable says of a system that stands beside code, as a manifest says it in templates.

By the form of its value (a URL), else by its name; nothing where it speaks of no needed system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

DATABASE_URL = re.compile(
    r"^(?P<scheme>postgres(?:ql)?(?:\+\w+)?|postgis|psql)://(?:[^/@\s]*@)?[^/\s?]*/(?P<name>[\w-]*|\$\{[^}]*\}|\$\w+)"
    r"(?P<rest>\?\S*)?$"
)
_REDIS_URL = re.compile(
    r"^(?P<scheme>rediss?|https?|tcp)://(?:[^/@\s]*@)?[^/\s?]+(?P<rest>/\d+)?/?$"
)
_DB = r"(?:^|_)(?:PG|POSTGRES(?:QL)?|DB|DATABASE|SQL|RDS)_?"
_PLAIN = {
    re.compile(rf"{_DB}(?:HOST(?:NAME)?|SERVER|ADDRESS)$"): "{postgres_host}",
    re.compile(rf"{_DB}PORT$"): "{postgres_port}",
    re.compile(rf"{_DB}USER(?:NAME)?$"): "{postgres_user}",
    re.compile(rf"{_DB}PASS(?:WORD|WD)?$"): "{postgres_password}",
    re.compile(rf"{_DB}(?:NAME|DB|DATABASE)$"): "{postgres_database}",
}
_PLAIN_REDIS = {
    re.compile(r"REDIS_?(?:\w+_)?(?:HOST(?:NAME)?|SERVER)$"): "{redis_host}",
    re.compile(r"REDIS_?(?:\w+_)?PORT$"): "{redis_port}",
}


def address(name: str, value: str, needs: Iterable[str]) -> str:
    """Return what a variable says of a needed system in templates; nothing where it says none."""
    texts = (_ADDRESSES[system](name, value) for system in needs)
    return next((text for text in texts if text), "")


def _of_database(name: str, value: str) -> str:
    match = DATABASE_URL.match(value)
    if match:
        where = "{postgres_user}:{postgres_password}@{postgres_host}:{postgres_port}"
        return f"{match['scheme']}://{where}/{{postgres_database}}{match['rest'] or ''}"
    return next((text for pattern, text in _PLAIN.items() if pattern.search(name)), "")


def _of_redis(name: str, value: str) -> str:
    match = _REDIS_URL.match(value)
    if match and (match["scheme"].startswith("redis") or "REDIS" in name):
        scheme = "redis" if match["scheme"] == "rediss" else match["scheme"]
        return f"{scheme}://{{redis_host}}:{{redis_port}}{match['rest'] or ''}"
    return next((text for pattern, text in _PLAIN_REDIS.items() if pattern.search(name)), "")


def _of_vault(name: str, value: str) -> str:
    del value
    return {"VAULT_ADDR": "{vault}", "VAULT_URL": "{vault}", "VAULT_TOKEN": "{vault_token}"}.get(
        name, ""
    )


_ADDRESSES = {"postgres": _of_database, "redis": _of_redis, "vault": _of_vault}
