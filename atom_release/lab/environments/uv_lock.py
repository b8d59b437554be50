"""What a uv.lock holds for some groups and extras: uv itself says it, in the sandbox.

The lock of a workspace holds what all its members need. A member gets its own part, and the groups
for tests or developers of the workspace, which its developers have as well.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.requirements import Listed, merge, read_requirements
from atom_release.lab.environments.workshop import Workshop
from atom_release.lab.throwaway import put_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from atom_release.lab.environments.pythons import Python
    from atom_release.lab.environments.store import Store
    from atom_release.lab.environments.wanted import Wanted
    from atom_release.lab.look import Look


def export(look: Look, store: Store, python: Python, wanted: Wanted) -> Listed | None:
    """Return what the lock holds of what is wanted; None where there is no uv.lock.

    Raises:
        NoEnvironment: uv cannot read it, or it names what no registry has.
    """
    if wanted.exported is None:
        return None
    folder = posixpath.dirname(wanted.exported)
    projects = [
        path
        for path in look.tree.glob("**/pyproject.toml")
        if path.startswith(f"{folder}/" if folder else "")
    ]
    files = {path: look.tree.read(path) for path in (wanted.exported, *projects)}
    calls = [[*call] for call in _calls(wanted, folder)]
    parts = ([path + str(look.tree.digest(path)) for path in files], calls)
    key = store.key("export", *parts)

    def ask(room: Path) -> dict[str, Any]:
        put_files(room, files)
        workshop = Workshop(look, room, python)
        words = ["export", "--frozen", "--no-header", "--no-annotate", "--no-default-groups"]
        words += ["--python", str(python.program), "--quiet"]
        step = "the reading of uv.lock"
        return {
            "texts": [
                workshop.uv(step, [*words, "--project", str(room / place), *rest])
                for place, *rest in calls
            ]
        }

    listed = Listed()
    path = posixpath.join(folder, "exported.txt")
    for text in store.sealed(key, ask)[1]["texts"]:
        content = str(text).encode()
        merge(listed, read_requirements(lambda _path, content=content: content, path))  # type: ignore[misc]
    return listed


def _calls(wanted: Wanted, folder: str) -> Iterator[tuple[str, ...]]:
    """Yield the folder of each project that uv is asked for, with the words that choose of it."""
    groups = [word for name in wanted.groups for word in ("--group", name)]
    extras = [word for name in wanted.extras for word in ("--extra", name)]
    yield wanted.folder, *groups, *extras
    if wanted.of_workspace:
        yield (
            folder or ".",
            *(word for name in wanted.of_workspace for word in ("--only-group", name)),
        )
