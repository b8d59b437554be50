"""A package-lock.json as npm 5 and 6 wrote it: each package lies within the one that it is for.

Later ones npm reads by itself (`lock`); this form it would ask the registry about, package by
package. What a package needs is looked for where Node.js looks for it: within it, then outwards.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.node.graph import (
    FIELDS,
    Graph,
    Needs,
    Package,
    gather,
    link_to,
    texts,
)
from atom_release.lab.environments.node.lock import check_archive, read_integrity

if TYPE_CHECKING:
    from collections.abc import Mapping

_BETWEEN = " > "
_DEEPEST = 60


def is_former(content: bytes) -> bool:
    """Return whether a lock of npm is of the form that it had before packages had places."""
    try:
        stated = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(stated, dict)
        and "packages" not in stated
        and isinstance(stated.get("dependencies"), dict)
    )


def read_npm(content: bytes, path: str, packages: Mapping[str, Mapping[str, Any]]) -> Graph:
    """Return what such a lock names.

    Args:
        content: the file.
        path: its path, for sentences.
        packages: the package files of the project, by folder; such a lock is of one alone.

    Raises:
        NoEnvironment: it names what no registry has.
    """
    return _Reader(json.loads(content)["dependencies"], path, packages[""], {*packages}).read()


class _Reader:
    def __init__(
        self,
        stated: Mapping[str, Any],
        path: str,
        package: Mapping[str, Any],
        folders: set[str],
    ) -> None:
        self._stated, self._path = stated, path
        self._package, self._folders = package, folders

    def read(self) -> Graph:
        needs = [name for field in FIELDS for name in texts(self._package.get(field))]
        optional = frozenset(texts(self._package.get("optionalDependencies")))
        named = {name: key for name in needs if (key := self._find(name, ()))}
        lacking = sorted({*needs} - {*named} - optional)
        if lacking:
            Graph(self._path, {}, {}).find(lacking[0])
        return gather(self._path, {"": Needs(named, optional)}, self._read)

    def _at(self, place: tuple[str, ...]) -> Mapping[str, Any]:
        """Return the packages that lie directly within one."""
        inside: Any = self._stated
        for name in place:
            entry = inside.get(name)
            inside = entry.get("dependencies") if isinstance(entry, dict) else None
            if not isinstance(inside, dict):
                return {}
        return inside if isinstance(inside, dict) else {}

    def _find(self, name: str, place: tuple[str, ...]) -> str:
        """Return the key of the package that one at a place gets under a name; "" for none."""
        for depth in range(min(len(place), _DEEPEST), -1, -1):
            entry = self._at(place[:depth]).get(name)
            if isinstance(entry, dict) and entry.get("bundled") is True:
                return ""  # the archive of the package around it holds it
            if isinstance(entry, dict):
                version = str(entry.get("version", ""))
                if version.startswith("file:"):
                    return link_to(version.partition(":")[2], "", self._folders, self._path)
                return _BETWEEN.join((*place[:depth], name))
        return ""

    def _read(self, key: str) -> Package:
        place = tuple(key.split(_BETWEEN))
        name, entry = place[-1], self._at(place[:-1]).get(place[-1])
        if not isinstance(entry, dict):
            return Graph(self._path, {}, {}).find(key)
        version = str(entry.get("version", ""))
        if version.startswith("npm:"):
            name, _, version = version.removeprefix("npm:").rpartition("@")
        check_archive(name, version, str(entry.get("resolved") or ""), self._path)
        kind, digest = read_integrity(str(entry.get("integrity", "")))
        needs = {
            needed: inner
            for needed in texts(entry.get("requires"))
            if (inner := self._find(needed, place))
        }
        optional = frozenset(needed for needed, inner in needs.items() if self._is_optional(inner))
        return Package(name, version, kind, digest, Needs(needs, optional))

    def _is_optional(self, key: str) -> bool:
        place = key.split(_BETWEEN)
        entry = self._at(tuple(place[:-1])).get(place[-1])
        return isinstance(entry, dict) and entry.get("optional") is True
