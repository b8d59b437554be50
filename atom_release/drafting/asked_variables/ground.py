"""How the code of a folder speaks to its database, and which class of settings it has."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from atom_release.drafting import addresses, worlds
from atom_release.drafting.asked_variables.values import Ground

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.drafting.files import Files

_ASYNC = re.compile(r"\bcreate_async_engine\b|\basync_engine_from_config\b")
_REPLACED = re.compile(
    r"replace\([^()\n]{0,200}postgres(?:ql)?\+asyncpg|scheme\s*=\s*[\"']postgresql\+"
)
_CLASS = re.compile(r"^class (\w*(?:Config|Settings)\w*)\b", re.MULTILINE)
_FOR_WORK = re.compile(r"dev|local|test", re.IGNORECASE)
_BY_FILE = re.compile(
    r"\b(?:sqlalchemy|sqlmodel|databases|django|peewee|flask-sqlalchemy)\b", re.IGNORECASE
)
_MOST_READ = 400


def find(
    files: Files, folder: str, own: Sequence[str], systems: Sequence[str], *, starts: bool
) -> Ground:
    """Return what values for the code of a folder are made for."""
    packages = worlds.package_text(files, folder)
    code = [path for path in own if path.endswith(".py")][:_MOST_READ]
    texts = [files.text(path) for path in code]
    is_async = any(_ASYNC.search(text) for text in texts)
    builds_itself = any(_REPLACED.search(text) for text in texts)
    sync = _sync_scheme(packages) if code else "postgresql"
    by_async = is_async and "asyncpg" in packages and not builds_itself
    django = bool(re.search(r"\bdjango\b", packages, re.IGNORECASE))
    address = partial(_address, frozenset(systems))
    return Ground(
        frozenset(systems),
        address,
        "postgresql+asyncpg" if by_async else sync,
        sync,
        _file(packages, is_async=is_async) if code else "",
        _settings_class(files, folder, code),
        django=django,
        starts=starts,
    )


def _address(systems: frozenset[str], name: str, value: str) -> str:
    return addresses.address(name, value, sorted(systems))


def _sync_scheme(packages: str) -> str:
    """Return how addresses begin by the driver that the package files name."""
    named = {
        r"\bpsycopg2": "postgresql",
        r"\bdjango\b": "postgres",
        r"\bpsycopg\b": "postgresql+psycopg",
        r"\bpg8000\b": "postgresql+pg8000",
    }
    text = packages.lower()
    speaks = (scheme for driver, scheme in named.items() if re.search(driver, text))
    chosen = next(speaks, "postgresql")
    plain = "sqlalchemy" not in text and "sqlmodel" not in text
    return chosen.partition("+")[0] if plain else chosen


def _file(packages: str, *, is_async: bool) -> str:
    """Return the address of a database in a file of the service's own copy."""
    if is_async:
        return "sqlite+aiosqlite:///./release.db" if "aiosqlite" in packages else ""
    return "sqlite:///./release.db" if _BY_FILE.search(packages) else ""


def _settings_class(files: Files, folder: str, code: Sequence[str]) -> str:
    """Return the class of settings for developers, else the first, by its module."""
    start = len(folder) + 1 if folder else 0
    named = [
        f"{path[start:].removesuffix('.py').removesuffix('/__init__').replace('/', '.')}.{name}"
        for path in code
        if re.search(r"(?:^|/)(?:config|settings)(?:\.py$|/)", path)
        for name in _CLASS.findall(files.text(path))
    ]
    for_work = (name for name in named if _FOR_WORK.search(name.rpartition(".")[2]))
    return next(for_work, next(iter(named), ""))
