"""What a lock of pnpm or yarn names: packages, and what each of them, and each folder, needs.

The locks themselves are read beside this; where packages are laid is `placement`. No file is read
here and nobody is asked.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.yaml_text import YamlTextError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

LINK = "link:"
"""Before a folder of the tree, where a need is no package of a registry."""
FIELDS = ("dependencies", "devDependencies", "optionalDependencies")
"""The fields that name what a package is installed with."""
_TIMES = 128  # as large as a manifest a lock may be


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


def read_lock_text(content: bytes, path: str) -> Any:  # noqa: ANN401 - whatever the document is
    """Return the data of a lock that is YAML.

    Raises:
        NoEnvironment: it cannot be read.
    """
    try:
        return read_yaml(content, times=_TIMES)
    except YamlTextError as error:
        raise NoEnvironment(f"{path} cannot be read: {error}", "Write it anew.") from error


def gather(path: str, folders: Mapping[str, Needs], find: Callable[[str], Package]) -> Graph:
    """Return the packages that folders need, and those that these need, each asked for once.

    Args:
        path: the lock's, for sentences.
        folders: what each folder of the project needs.
        find: returns the package of a key.
    """
    packages: dict[str, Package] = {}
    waiting = [key for needs in folders.values() for key in needs.named.values()]
    while waiting:
        key = waiting.pop()
        if key in packages or key.startswith(LINK):
            continue
        packages[key] = package = find(key)
        waiting += package.needs.named.values()
    return Graph(path, packages, folders)


def normal_folder(folder: str) -> str:
    """Return a folder as the graph has it: from the lock's own, which is nothing."""
    place = posixpath.normpath(folder)
    return "" if place == "." else place


def link_to(folder: str, base: str, folders: Collection[str], path: str) -> str:
    """Return the key of a folder of the tree, named relative to another.

    Raises:
        NoEnvironment: it is no package of this repository.
    """
    normal = normal_folder(posixpath.join(base, folder))
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
