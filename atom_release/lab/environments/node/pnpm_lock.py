"""A pnpm-lock.yaml of any version since 5, read as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atom_release.gate.first_few import first_few
from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node.graph import (
    FIELDS,
    LINK,
    Graph,
    Needs,
    Package,
    gather,
    link_to,
    normal_folder,
    read_lock_text,
    texts,
)
from atom_release.lab.environments.node.lock import check_archive, read_integrity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_MACHINES = ("os", "cpu", "libc")
_LABEL = re.compile(r"(?P<name>(?:@[^/]+/)?[^/@]+)[@/](?P<version>[^_(]+)")
_PEERS = re.compile(r"[(_].*$", re.DOTALL)


def read_pnpm(content: bytes, path: str, folders: Collection[str]) -> Graph:
    """Return what a lock of pnpm names.

    Args:
        content: the file.
        path: its path, for sentences.
        folders: folders of packages of the judged tree, relative to the lock's own.

    Raises:
        NoEnvironment: it cannot be read, or names what no registry has.
    """
    stated = read_lock_text(content, path)
    if not isinstance(stated, dict) or "lockfileVersion" not in stated:
        raise NoEnvironment(f"{path} is no lock of pnpm", "Write it anew: pnpm install.")
    patched = stated.get("patchedDependencies")
    if patched:
        raise NoEnvironment(
            f"{path} has patches of {first_few(sorted(texts(patched) or patched), 3)}, and the"
            " gate installs packages as their registry has them",
            "Name an `environment` for the suite that has them, or publish what is patched.",
        )
    return _Reader(stated, path, folders).read()


class _Reader:
    def __init__(self, stated: Mapping[str, Any], path: str, folders: Collection[str]) -> None:
        self._stated, self._path, self._folders = stated, path, folders
        self._packages = _mapping(stated.get("packages"))
        self._snapshots = _mapping(stated.get("snapshots")) or self._packages

    def read(self) -> Graph:
        importers = _mapping(self._stated.get("importers")) or {".": self._stated}
        folders = {
            folder: self._needs(_mapping(importer), folder)
            for stated, importer in importers.items()
            if (folder := normal_folder(str(stated))) in self._folders
        }
        return gather(self._path, folders, self._package)

    def _needs(self, stated: Mapping[str, Any], base: str = "") -> Needs:
        named = {name: self._key(name, value, base) for name, value in _versions(stated)}
        return Needs(named, frozenset(_mapping(stated.get("optionalDependencies"))))

    def _key(self, name: str, value: str, base: str) -> str:
        if value.startswith((LINK, "file:")):
            return link_to(value.partition(":")[2], base, self._folders, self._path)
        for key in (f"{name}@{value}", value, f"/{name}@{value}", f"/{name}/{value}", f"/{value}"):
            if key in self._snapshots:
                return key
        return f"{name}@{value}"

    def _package(self, key: str) -> Package:
        snapshot = self._snapshots.get(key)
        plain = key if key in self._packages else _PEERS.sub("", key)
        entry = self._packages.get(plain)
        if not isinstance(snapshot, dict) or not isinstance(entry, dict):
            return Graph(self._path, {}, {}).find(key)
        name, version = self._label(plain, entry)
        resolution = _mapping(entry.get("resolution"))
        elsewhere = resolution.get("tarball") or resolution.get("repo") or resolution.get("type")
        check_archive(name, version, str(elsewhere or ""), self._path)
        kind, digest = read_integrity(str(resolution.get("integrity", "")))
        if not digest:
            raise NoEnvironment(
                f"{self._path} names {name}@{version} without its integrity",
                "Let the lock name released versions of packages, each with its integrity.",
            )
        machines = {field: entry[field] for field in _MACHINES if field in entry}
        return Package(name, version, kind, digest, self._needs(snapshot), machines)

    def _label(self, key: str, entry: Mapping[str, Any]) -> tuple[str, str]:
        """Return the name and the version that a key stands for."""
        match = _LABEL.match(key.removeprefix("/"))
        name, version = (match["name"], match["version"]) if match else (key, "")
        return str(entry.get("name") or name), str(entry.get("version") or version)


def _versions(stated: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each need with what the lock says of its version."""
    for field in FIELDS:
        for name, value in _mapping(stated.get(field)).items():
            version = value.get("version") if isinstance(value, dict) else value
            if isinstance(version, str | int | float):
                yield str(name), str(version)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
