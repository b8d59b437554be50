"""Lays the packages of a graph into folders as npm does, and writes the lock that says so.

Every package lies as far out as nothing else of its name is in the way, so that Node.js finds for
each exactly what its lock names.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node.graph import LINK, Graph, Needs, Package
from atom_release.lab.environments.node.lock import Tarball, address, is_for_here

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MODULES = "node_modules"


@dataclass(frozen=True)
class Details:
    """What a package's own package.json says, which its lock may not: programs and scripts."""

    bin: Any = None
    scripts: bool = False
    machines: Mapping[str, Any] | None = None


def lay_out(graph: Graph, names: Mapping[str, str], details: Mapping[str, Details]) -> str:
    """Return the lock that npm is given, of the packages that this machine needs.

    Args:
        graph: what the lock names.
        names: folder of the project -> the name of its package.
        details: label of a package -> what its archive says of it.

    Raises:
        NoEnvironment: the lock needs a package that it does not name.
    """
    wanted = needed(graph, details)
    placed = _Placement(graph, wanted, names).place()
    entries: dict[str, Any] = dict(plain_packages(graph, names, details))
    for place, key in sorted(placed.items()):
        if key.startswith(LINK):
            entries[place] = {"link": True, "resolved": key.removeprefix(LINK)}
        else:
            entries[place] = _entry(graph, place, key, wanted, details)
    whole = {"lockfileVersion": 3, "requires": True, "packages": entries}
    return json.dumps(whole, indent=1)


def _entry(
    graph: Graph,
    place: str,
    key: str,
    wanted: frozenset[str],
    details: Mapping[str, Details],
) -> dict[str, Any]:
    package = graph.packages[key]
    stated = details.get(package.label, Details())
    return {
        **({} if place.endswith(f"{_MODULES}/{package.name}") else {"name": package.name}),
        "version": package.version,
        "resolved": address(tarball_of(package)),
        "integrity": f"{package.kind}-{package.digest}",
        **({"bin": stated.bin} if stated.bin else {}),
        **({"hasInstallScript": True} if stated.scripts else {}),
        **_dependencies(graph, package.needs, wanted),
    }


def plain_packages(
    graph: Graph, names: Mapping[str, str], details: Mapping[str, Details]
) -> dict[str, dict[str, Any]]:
    """Return the package files that npm is given beside that lock: exact versions, no ranges."""
    wanted = needed(graph, details)
    members = [folder for folder in graph.folders if folder]
    return {
        folder: {
            "name": names[folder],
            "version": "0.0.0",
            **_dependencies(graph, needs, wanted),
            **({"workspaces": members} if members and not folder else {}),
        }
        for folder, needs in graph.folders.items()
    }


def tarball_of(package: Package) -> Tarball:
    """Return the archive of a package."""
    return Tarball(package.name, package.version, package.kind, package.digest)


def needed(graph: Graph, details: Mapping[str, Details]) -> frozenset[str]:
    """Return the keys of the packages that are installed here: optional ones if meant for here."""
    wanted: set[str] = set()
    waiting = list(graph.folders.values())
    while waiting:
        needs = waiting.pop()
        for name, key in needs.named.items():
            if key in wanted or key.startswith(LINK):
                continue
            package = graph.find(key)
            machines = {**(_machines(details, package) or {}), **package.machines}
            if name in needs.optional and not is_for_here({**machines, "optional": True}):
                continue
            wanted.add(key)
            waiting.append(package.needs)
    return frozenset(wanted)


def _machines(details: Mapping[str, Details], package: Package) -> Mapping[str, Any] | None:
    stated = details.get(package.label)
    return stated.machines if stated else None


def _dependencies(graph: Graph, needs: Needs, wanted: frozenset[str]) -> dict[str, Any]:
    """Return what a folder or package needs, each as the one version that it gets."""
    versions = {
        name: version if package.name == name else f"npm:{package.name}@{version}"
        for name, key in needs.named.items()
        if key in wanted and (package := graph.packages[key]) and (version := package.version)
    }
    return {"dependencies": versions} if versions else {}


class _Placement:
    """Where every package lies: `placed` is place -> key, `seen` what a folder must not hide."""

    def __init__(self, graph: Graph, wanted: frozenset[str], names: Mapping[str, str]) -> None:
        self._graph, self._wanted = graph, wanted
        self._placed: dict[str, str] = {
            f"{_MODULES}/{names[folder]}": f"{LINK}{folder}" for folder in graph.folders if folder
        }
        self._seen: dict[tuple[str, str], str] = {}
        self._waiting: deque[tuple[str, Needs]] = deque(
            sorted(graph.folders.items(), key=lambda folder: folder[0])
        )

    def place(self) -> dict[str, str]:
        while self._waiting:
            owner, needs = self._waiting.popleft()
            for name, key in sorted(needs.named.items()):
                if key.startswith(LINK) or key in self._wanted:
                    self._place(owner, name, key)
        return self._placed

    def _place(self, owner: str, name: str, key: str) -> None:
        passed: list[str] = []
        for folder in _outwards(owner):
            there = self._placed.get(_join(folder, name)) or self._seen.get((folder, name))
            if there is not None and there != key:
                break
            passed.append(folder)
            if self._placed.get(_join(folder, name)) == key:
                break
        if not passed:
            raise NoEnvironment(
                f"the packages of {self._graph.path} cannot be laid out: {owner} needs another"
                f" {name} than lies there",
                "Commit a package-lock.json: npm install --package-lock-only",
            )
        place = _join(passed[-1], name)
        self._seen |= {(folder, name): key for folder in passed}
        if place not in self._placed:
            self._placed[place] = key
            if not key.startswith(LINK):
                self._waiting.append((place, self._graph.packages[key].needs))


def _outwards(owner: str) -> Iterator[str]:
    """Yield the folders in which Node.js looks for packages, from the owner's own outwards."""
    yield owner
    folder = owner
    while folder:
        folder = folder.rpartition(f"/{_MODULES}/")[0] if f"/{_MODULES}/" in folder else ""
        yield folder


def _join(folder: str, name: str) -> str:
    return f"{folder}/{_MODULES}/{name}" if folder else f"{_MODULES}/{name}"
