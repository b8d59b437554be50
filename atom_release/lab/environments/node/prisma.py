"""What `prisma generate` writes among the packages: the client of a project's own schema.

Prisma's program wants its engine before it writes the client, and brings that from a host of its
own while it is installed: no registry has it. The client is written without one all the same, if
the program is shown a file in the engine's place. Tests that put something else before the database
run with that; whoever asks the database through it fails, and that is no failure of theirs.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.lab.environments.node.lock import Lock
    from atom_release.source.commit import JudgedTree

PROGRAM = "node_modules/prisma/build/index.js"
ENGINE = "Prisma's query engine"
WITHOUT = "it comes from a host of its own, and from no package registry"
_USUAL = ("prisma/schema.prisma", "schema.prisma", "prisma/schema")
_CLIENT = "@prisma/client"
_ENGINES = ("QUERY_ENGINE_LIBRARY", "QUERY_ENGINE_BINARY", "SCHEMA_ENGINE_BINARY")
_MOST = 4 << 20  # bytes of a schema's files


@dataclass(frozen=True)
class Schema:
    """Where a schema lies, relative to its package, and its files by their paths there."""

    place: str
    files: Mapping[str, bytes]

    def put(self, project: Path) -> Path:
        """Write the schema where it lies in the project, and return what stands for the engine."""
        for path, content in self.files.items():
            place = project / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        engine = project / ".no-engine"
        engine.write_text("#!/bin/sh\nexit 1\n")
        engine.chmod(0o755)
        return engine

    @property
    def words(self) -> list[str]:
        """The words of Prisma's program."""
        return [PROGRAM, "generate", f"--schema={self.place}"]


def variables(engine: Path) -> dict[str, str]:
    """Return the variables by which Prisma takes a file for its engine."""
    named = {f"PRISMA_{name}": str(engine) for name in (*_ENGINES, "MIGRATION_ENGINE_BINARY")}
    return named | {"PRISMA_HIDE_UPDATE_MESSAGE": "1", "CHECKPOINT_DISABLE": "1"}


def find_schema(
    tree: JudgedTree, folder: str, package: Mapping[str, Any], lock: Lock
) -> Schema | None:
    """Return the schema of a package whose lock has Prisma's program and client; else nothing."""
    if not {"prisma", _CLIENT} <= {tarball.name for tarball in lock.tarballs}:
        return None
    stated = package.get("prisma")
    named = stated.get("schema") if isinstance(stated, dict) else None
    places = [posixpath.normpath(named)] if isinstance(named, str) else list(_USUAL)
    for place in places:
        if place.startswith(("/", "..", "-")):
            continue
        path = posixpath.normpath(posixpath.join(folder, place))
        paths = [
            each
            for each, entry in tree.entries.items()
            if entry.is_file
            and (each == path or (each.startswith(f"{path}/") and each.endswith(".prisma")))
        ]
        if paths:
            contents = {posixpath.relpath(each, folder or "."): tree.read(each) for each in paths}
            is_small = sum(map(len, contents.values())) <= _MOST
            return Schema(place, contents) if is_small else None
    return None
