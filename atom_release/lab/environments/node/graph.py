"""What a lock of pnpm or yarn names: packages, and what each of them, and each folder, needs.

The locks themselves are read beside this; where packages are laid is `placement`. No file is read
here and nobody is asked.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LINK = "link:"
"""Before a folder of the tree, where a need is no package of a registry."""
TIMES = 128
"""How many times larger than a manifest a lock may be."""


@dataclass(frozen=True)
class Needs:
    """Names under which packages are imported -> keys of the graph; some of them may be absent."""

    named: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Package:
    """One package of a registry; without a digest where its lock names none of the archive."""

    name: str
    version: str
    kind: str = ""
    digest: str = ""
    needs: Needs = Needs()
    machines: Mapping[str, Any] = field(default_factory=dict)  # os, cpu, libc

    @property
    def label(self) -> str:
        """The package with its version, as npm writes it."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Graph:
    """All packages of a lock, and what the folders of the project need of them."""

    path: str
    packages: Mapping[str, Package]
    folders: Mapping[str, Needs]

    def find(self, key: str) -> Package:
        """Return a package.

        Raises:
            NoEnvironment: the lock needs it and does not name it.
        """
        package = self.packages.get(key)
        if package is None:
            raise NoEnvironment(
                f"{self.path} needs {key[:120]}, which it does not name",
                "Write the lock anew, and commit it.",
            )
        return package


def link_to(folder: str, base: str, folders: Collection[str], path: str) -> str:
    """Return the key of a folder of the tree, named relative to another.

    Raises:
        NoEnvironment: it is no package of this repository.
    """
    place = posixpath.normpath(posixpath.join(base, folder))
    normal = "" if place == "." else place
    if normal not in folders:
        raise NoEnvironment(
            f"{path} names the folder {folder[:80]!r}, which is no package of this repository",
            "Let the lock name released versions, or packages of this repository.",
        )
    return f"{LINK}{normal}"


def texts(stated: object) -> dict[str, str]:
    """Return the entries of a mapping whose values are texts or numbers, as texts."""
    if not isinstance(stated, dict):
        return {}
    return {
        str(name): str(value)
        for name, value in stated.items()
        if isinstance(value, str | int | float)
    }
