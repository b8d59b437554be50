"""What the first folder of a path tells: a project's own, a machine's, or one that may be either.

A path with a slash before it is meant from the project's root where its folder, or that of another
such path of the same report, is one that projects have and machines do not. `/home` is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable

MACHINES = frozenset(
    {"vercel", "home", "users", "workspace", "workspaces", "var", "opt", "mnt", "root", "tmp", "srv", "usr", "data"}
)  # fmt: skip
USUAL = frozenset(
    {"src", "lib", "app", "apps", "tests", "test", "docs", "scripts", "packages", "config", "public",
     "frontend", "backend", "server", "client", "api", "components", "pages", "services", "tools",
     "resources", "templates", "static", "assets", "core", "models", "utils", "web", "include", "internal", "cmd", "pkg",
     "crates", "examples", "migrations", "notebooks", ".github"}
)  # fmt: skip
_ONLY_MACHINES = MACHINES | frozenset(
    {"etc", "bin", "sbin", "dev", "proc", "sys", "run", "media", "boot", "lib64", "private", "volumes", "library",
     "applications", "system", "content", "kaggle", "builds", "nix", "repo", "project", "code", "work", "c", "d"}
)  # fmt: skip
_EITHER = frozenset(
    {"lib", "app", "config", "public", "server", "client", "api", "models", "static", "assets", "web", "include"}
)  # fmt: skip
"""What containers mount at their root, too."""


def are_of_project(written: Iterable[str]) -> bool:
    """Return whether paths with a slash before them begin at the project's root."""
    return any(
        path.startswith("/") and _first(path) in USUAL and _first(path) not in _EITHER
        for path in written
    )


def path_of_project(path: str) -> str:
    """Return a path without the slash before it, where its first folder is not a machine's."""
    return path if _first(path) in _ONLY_MACHINES else path.removeprefix("/")


def _first(path: str) -> str:
    """Return the first folder of a path in lower case, or the file that stands in none."""
    return path.removeprefix("/").partition("/")[0].lower()
