"""What the first folder of a path tells: a project's own, a machine's, or one that may be either.

`/home` is a machine's, `/app` a project's or a container's.
"""

from __future__ import annotations

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


def may_be_of_machine(folder: str) -> bool:
    """Return whether a first folder is one that machines or containers have at their root."""
    return folder.lower() in _ONLY_MACHINES | _EITHER
