"""Which environment a service's own files ask for, as a manifest says it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from atom_release.drafting.files import joined
from atom_release.lab.environments.wanted import for_tests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atom_release.drafting.files import Files
    from atom_release.drafting.findings import Service

_WHERE_IT_RUNS = re.compile(r"prod(?:uction)?|deploy(?:ment)?|server|serve|runtime", re.IGNORECASE)

_ASKS_PACKAGES = re.compile(
    r"pyproject\.toml|setup\.(py|cfg)|requirements.*\.txt|uv\.lock|poetry\.lock|pylock\.toml|Pipfile"
)


def install_of(service: Service) -> str | dict[str, Any] | None:
    """Return the environment that the service's own files ask for its suite.

    The one of the outermost folder that has such files; None where none has, so that the suite runs
    in the gate's own Python.
    """
    folders = sorted(
        {
            posixpath.dirname(path)
            for path in service.package_files
            if _ASKS_PACKAGES.fullmatch(posixpath.basename(path))
        },
        key=lambda folder: (folder.count("/"), folder),
    )
    if not folders:
        return None
    return {"folder": folders[0]} if folders[0] else "auto"


def named_for_service(files: Files, folder: str) -> dict[str, list[str]]:
    """Return groups and extras that a project keeps for where it runs, beside those for tests.

    Nothing where it has none of such a name: `auto` then takes what it does.
    """
    document = files.toml(joined(folder, "pyproject.toml"))
    tables = {
        "groups": {
            **_table(document, "dependency-groups"),
            **_table(document, "tool", "poetry", "group"),
        },
        "extras": _table(document, "project", "optional-dependencies"),
    }
    named = {
        kind: [name for name in table if _WHERE_IT_RUNS.fullmatch(name)]
        for kind, table in tables.items()
    }
    return {kind: [*names, *for_tests(tables[kind])] for kind, names in named.items() if names}


def _table(document: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = document.get(name)
        document = inner if isinstance(inner, dict) else {}
    return document


def with_named(
    install: str | dict[str, Any], named: Mapping[str, list[str]]
) -> str | dict[str, Any]:
    """Return an environment that has these groups and extras too."""
    if not named:
        return install
    return {**(install if isinstance(install, dict) else {}), **named}


def has_packages(service: Service) -> bool:
    """Return whether anything says which packages the service is made with."""
    names = {posixpath.basename(path) for path in service.package_files}
    return bool(install_of(service)) or "package.json" in names
