"""Whether an answer about health says that the service's own store is away, whatever it says above.

`{"status": "ok", "database": "down"}` is how a constant looks beside what was asked. Only stores of
data count: a cache or a queue that is away may be one that the service does without.
"""

from __future__ import annotations

import re
from typing import Any

_STORE = re.compile(
    r"(?:primary|main|app)?(?:databases?|db|rdbms|postgres(?:ql)?|mysql|mariadb|sqlserver|oracle|mongo(?:db)?"
    r"|datasource|datastore)(?:conn(?:ection|ected)?|status|state|health|healthy|ok|up|ready|reachable|check)?"
)
_AWAY = frozenset(
    {"down", "error", "fail", "failed", "failing", "failure", "unhealthy", "unavailable"}
    | {"disconnected", "notconnected", "unreachable", "outofservice", "offline", "refused"}
)
_STATES = frozenset(
    {"status", "state", "health", "connected", "healthy", "ok", "up", "ready", "reachable", "alive"}
)
_LISTS = frozenset({"checks", "components", "dependencies", "services", "entries", "results"})
_NAMES = frozenset({"name", "component", "componentid", "service", "check", "id"})
_DEEPEST = 4


def find_store_away(document: Any, depth: int = 0) -> str:  # noqa: ANN401 - any JSON
    """Return the member that says that a store of data is away, or nothing."""
    if not isinstance(document, dict) or depth > _DEEPEST:
        return ""
    for key, value in document.items():
        plain = _plain(key)
        if _STORE.fullmatch(plain):
            if _is_away(value):
                return f"`{key}` {_shown(value)}"
        elif words := _within(plain, value, depth):
            return words
    return ""


def _within(key: str, value: Any, depth: int) -> str:  # noqa: ANN401 - any JSON
    """Look into what a member holds: an object, or the list of what was checked."""
    if isinstance(value, list) and key in _LISTS:
        for item in value:
            name = (
                next((item[key] for key in item if _plain(key) in _NAMES), "")
                if isinstance(item, dict)
                else ""
            )
            if isinstance(name, str) and _STORE.fullmatch(_plain(name)) and _is_away(item):
                return f"`{name}` {_shown(item)}"
        return ""
    return find_store_away(value, depth + 1)


def _is_away(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return whether a store's state, or one that it holds, says that it is away."""
    if isinstance(value, str):
        return _plain(value) in _AWAY
    if isinstance(value, list):
        return any(_is_away(item) for item in value if isinstance(item, dict))
    if isinstance(value, dict):
        return any(_plain(key) in _STATES and _is_away(inner) for key, inner in value.items())
    return value is False


def _shown(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, dict | list):
        members = value if isinstance(value, dict) else next(iter(value), {})
        return next((_shown(inner) for key, inner in members.items() if _plain(key) in _STATES), "")
    return "false" if value is False else str(value)[:60]


def _plain(text: str) -> str:
    return re.sub(r"[_\s.:-]", "", text.casefold())
