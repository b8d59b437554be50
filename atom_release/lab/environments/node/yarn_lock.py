"""A yarn.lock, of yarn 1 and of later ones, read as text beside the package.json files.

A later yarn's digests are of archives that it packs itself: such packages have none here, and their
registry's is settled instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node.graph import (
    FIELDS,
    LINK,
    Graph,
    Needs,
    Package,
    gather,
    link_to,
    read_lock_text,
    texts,
)
from atom_release.lab.environments.node.lock import check_archive, digest_from_hex, read_integrity

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(r'^(?P<name>"[^"]*"|\S+) (?P<value>"[^"]*"|\S+)$')
_CONDITION = re.compile(r"\b(os|cpu|libc)=([\w-]+)")
_BUILTIN = re.compile(r"@patch:.*builtin<")
_LARGEST = 16 << 20


@dataclass
class _Entry:
    """What a lock says of one package."""

    name: str
    version: str
    resolved: str = ""
    integrity: str = ""
    needs: dict[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    machines: dict[str, Any] = field(default_factory=dict)
    folder: str | None = None  # of a member of the workspace


def read_yarn(content: bytes, path: str, packages: Mapping[str, Mapping[str, Any]]) -> Graph:
    """Return what a lock of yarn names.

    Args:
        content: the file.
        path: its path, for sentences.
        packages: package.json files by their folders, relative to the lock's own.

    Raises:
        NoEnvironment: it cannot be read, or names what no registry has.
    """
    if len(content) > _LARGEST:
        raise NoEnvironment(f"{path} is larger than any lock that is read", "Write it anew.")
    text = content.decode("utf-8", "replace")
    entries = _of_berry(content, path) if "\n__metadata:" in text else _of_first(text)
    return _Reader(path, entries, packages).read()


class _Reader:
    def __init__(
        self, path: str, entries: dict[str, _Entry], packages: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._path, self._entries, self._packages = path, entries, packages
        self._members = {str(package.get("name")): at for at, package in packages.items() if at}
        root = packages.get("", {})
        self._resolutions = texts(root.get("resolutions"))
        self._named: dict[str, list[str]] = {}
        self._first: dict[int, str] = {}  # of the keys of one package
        for key, entry in entries.items():
            self._named.setdefault(key[: key.index("@", 1)], []).append(key)
            self._first.setdefault(id(entry), key)

    def read(self) -> Graph:
        folders = {folder: self._of_folder(package) for folder, package in self._packages.items()}
        return gather(self._path, folders, lambda key: self._package(self._entries[key]))

    def _of_folder(self, package: Mapping[str, Any]) -> Needs:
        ranges: dict[str, str] = {}
        for name in FIELDS:
            ranges |= texts(package.get(name))
        return self._needs(ranges, frozenset(texts(package.get("optionalDependencies"))))

    def _needs(self, ranges: Mapping[str, str], optional: frozenset[str]) -> Needs:
        named: dict[str, str] = {}
        for name, text in ranges.items():
            key = self._key(name, text)
            if key is not None:
                named[name] = key
            elif name not in optional:
                Graph(self._path, {}, {}).find(f"{name}@{text}")
        return Needs(named, optional)

    def _key(self, name: str, text: str) -> str | None:
        """Return the key of what is asked by name and range; None where the lock has none."""
        forced = self._forced(name)
        for wanted in (*((forced,) if forced else ()), text):
            for key in (f"{name}@{wanted}", f"{name}@npm:{wanted}"):
                if key in self._entries:
                    return self._linked(key)
        if name in self._members and not forced:
            return f"{LINK}{self._members[name]}"
        keys = self._named.get(name, [])
        same = {id(self._entries[key]) for key in keys}
        return self._linked(keys[0]) if len(same) == 1 else None

    def _linked(self, key: str) -> str:
        entry = self._entries[key]
        if entry.folder is not None:
            return link_to(entry.folder, "", self._packages, self._path)
        return self._first[id(entry)]

    def _forced(self, name: str) -> str:
        """Return the version that the `resolutions` of package.json name for a package."""
        for place, version in self._resolutions.items():
            plain = re.sub(r"(?<=.)@(?:npm:)?[^/@]+$", "", place)
            if plain == name or plain.endswith(f"/{name}"):
                return version
        return ""

    def _package(self, entry: _Entry) -> Package:
        check_archive(entry.name, entry.version, entry.resolved.partition("#")[0], self._path)
        kind, digest = read_integrity(entry.integrity)
        if not digest:
            kind, digest = digest_from_hex(entry.resolved.partition("#")[2])
        return Package(
            entry.name,
            entry.version,
            kind,
            digest,
            self._needs(entry.needs, entry.optional),
            entry.machines,
        )


def _of_first(text: str) -> dict[str, _Entry]:
    """Read the lock of yarn 1, which has a form of its own."""
    entries: dict[str, _Entry] = {}
    entry, inside = _Entry("", ""), ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip(" "))
        if depth == 0:
            keys = [key.strip().strip('"') for key in line.rstrip(":").split(", ")]
            entry, inside = _Entry(_name_of(keys[0]), ""), ""
            entries |= dict.fromkeys(filter(_is_key, keys), entry)
        elif line.endswith(":"):
            inside = line.strip().rstrip(":")
        elif match := _LINE.match(line.strip()):
            name, value = match["name"].strip('"'), match["value"].strip('"')
            _take(entry, inside if depth > 2 else "", name, value)  # noqa: PLR2004 - its indent
    return entries


def _take(entry: _Entry, inside: str, name: str, value: str) -> None:
    if inside in {"dependencies", "optionalDependencies"}:
        entry.needs[name] = value
        entry.optional |= {name} if inside == "optionalDependencies" else set()
    elif name in {"version", "resolved", "integrity"}:
        setattr(entry, name, value)


def _is_key(key: str) -> bool:
    return "@" in key[1:]


def _name_of(key: str) -> str:
    """Return the name that the registry has; of an alias it stands behind `npm:`."""
    at = key.find("@", 1)
    aliased = key[at + 1 :].removeprefix("npm:") if key[at + 1 :].startswith("npm:") else ""
    if aliased and re.match(r"@?[A-Za-z]", aliased) and aliased.rfind("@") > 0:
        return aliased[: aliased.rindex("@")]
    return key[:at]


def _of_berry(content: bytes, path: str) -> dict[str, _Entry]:
    """Read the lock of yarn 2 and later."""
    stated = read_lock_text(content, path)
    entries: dict[str, _Entry] = {}
    for keys, package in stated.items():
        if keys == "__metadata" or not isinstance(package, dict):
            continue
        entry = _berry_entry(package, path)
        for key in str(keys).split(", "):
            if _BUILTIN.search(key):  # a change that yarn itself makes, for its own way of loading
                continue
            entries[key] = entry
    return entries


def _berry_entry(package: Mapping[str, Any], path: str) -> _Entry:
    resolution = str(package.get("resolution", ""))
    at = resolution.find("@", 1)
    name, place = resolution[:at], resolution[at + 1 :]
    meta = package.get("dependenciesMeta")
    optional = {
        str(need)
        for need, stated in (meta.items() if isinstance(meta, dict) else ())
        if isinstance(stated, dict) and stated.get("optional") is True
    }
    needs = {need: _range(text) for need, text in texts(package.get("dependencies")).items()}
    folder = place.removeprefix("workspace:") if place.startswith("workspace:") else None
    entry = _Entry(name, str(package.get("version", "")), needs=needs, folder=folder)
    entry.optional = frozenset(optional)
    for part, word in _CONDITION.findall(str(package.get("conditions", ""))):
        entry.machines.setdefault(part, []).append(word)
    if folder is None and not place.startswith("npm:") and not _BUILTIN.search(resolution):
        entry.resolved = place or path
    return entry


def _range(text: str) -> str:
    """Return what a need asks, for a builtin change of yarn's the package that is changed."""
    match = re.match(r"patch:[^@]+@npm%3A([^#]+)#", text)
    return match[1] if match else text
