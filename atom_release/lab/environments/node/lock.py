"""A package-lock.json, read as text: the archives that it names, and a copy that names no more.

Every package is an archive of a registry with a digest, or a folder of the judged tree. Addresses
in the lock are never asked: the archive of that name and version is the operator's registry's, and
its digest has to be the lock's.
"""

from __future__ import annotations

import base64
import json
import platform
import posixpath
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node.package_files import DEPENDENCIES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_VERSIONS = frozenset({2, 3})
_MODULES = "node_modules/"
_NAME = re.compile(r"(?:@[a-z0-9~_][a-z0-9._~-]*/)?[a-z0-9~_][a-z0-9._~-]*", re.IGNORECASE)
_VERSION = re.compile(r"\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?")
_INTEGRITY = re.compile(r"(?P<kind>sha512|sha384|sha256|sha1)-(?P<digest>[A-Za-z0-9+/]+={0,2})")
_KINDS = {"sha512": 64, "sha384": 48, "sha256": 32, "sha1": 20}
"""Kinds of digest, the strongest first, with how many bytes each has."""
_KEPT = (
    *("name", "version", *DEPENDENCIES, "peerDependenciesMeta", "workspaces", "bin"),
    *("os", "cpu", "libc", "optional", "dev", "devOptional", "peer", "inBundle", "link"),
    *("bundleDependencies", "hasInstallScript", "hasShrinkwrap"),
)
_CPUS = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "i686": "ia32"}
_REFUSED = "Let the lock name released versions of packages, each with its integrity."


@dataclass(frozen=True, order=True)
class Tarball:
    """An archive of a registry: what it is called there, and the digest that it must have."""

    name: str
    version: str
    kind: str  # of digest
    digest: str  # base64
    scripts: bool = False  # whether it has scripts that run when it is installed

    @property
    def scope(self) -> str:
        """The `@scope` of its name, for which another registry may be asked; else nothing."""
        return self.name.partition("/")[0] if self.name.startswith("@") else ""

    @property
    def label(self) -> str:
        """The package with its version, as npm writes it."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Lock:
    """What npm is given as the lock, and the archives that it needs here."""

    text: str
    tarballs: tuple[Tarball, ...]


def read_lock(content: bytes, path: str, folders: Collection[str]) -> Lock:
    """Return what a lock names.

    Args:
        content: the file.
        path: its path, for sentences.
        folders: folders of packages of the judged tree, relative to the lock's own.

    Raises:
        NoEnvironment: it cannot be read, or names what no registry has.
    """
    try:
        stated = json.loads(content)
    except (ValueError, RecursionError):
        stated = None
    packages = stated.get("packages") if isinstance(stated, dict) else None
    if not isinstance(packages, dict) or stated.get("lockfileVersion") not in _VERSIONS:
        raise NoEnvironment(
            f"{path} is no lock that npm 7 or later writes (lockfileVersion 2 or 3)",
            "Write it anew: npm install --package-lock-only",
        )
    plain: dict[str, Any] = {}
    tarballs: dict[Tarball, None] = {}
    for place, entry in packages.items():
        if not isinstance(entry, dict):
            raise NoEnvironment(f"{path} has no package at {place[:80]!r}", _REFUSED)
        plain[place] = _kept(entry)
        if _MODULES not in f"{place}/":
            _check_folder(place, path, folders)
            plain[place].pop("bin", None)
        elif entry.get("link") is True:
            _check_folder(str(entry.get("resolved", "")), path, folders)
            plain[place] = {"link": True, "resolved": entry["resolved"]}
        elif entry.get("inBundle") is not True:
            tarball = _tarball(place, entry, path)
            plain[place] |= {
                "integrity": f"{tarball.kind}-{tarball.digest}",
                "resolved": address(tarball),
            }
            if is_for_here(entry):
                tarballs[tarball] = None
    whole = {"lockfileVersion": 3, "requires": True, "packages": plain}
    named = {name: stated[name] for name in ("name", "version") if name in stated}
    return Lock(json.dumps({**named, **whole}, indent=1), tuple(tarballs))


def address(tarball: Tarball, registry: str = "https://registry.npmjs.org") -> str:
    """Return where registries keep an archive; this one npm reads as the configured registry."""
    base = tarball.name.rpartition("/")[2]
    return f"{registry.rstrip('/')}/{tarball.name}/-/{base}-{tarball.version}.tgz"


def _kept(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in _KEPT if name in entry}


def _check_folder(folder: str, path: str, folders: Collection[str]) -> None:
    normal = posixpath.normpath(folder) if folder else ""
    if normal not in folders:
        raise NoEnvironment(
            f"{path} names the folder {folder[:80]!r}, which is no package of this repository",
            _REFUSED,
        )


def _tarball(place: str, entry: Mapping[str, Any], path: str) -> Tarball:
    name = entry.get("name") or place.rpartition(_MODULES)[2]
    version, resolved = entry.get("version"), entry.get("resolved", "")
    if not isinstance(name, str) or not isinstance(version, str):
        name, version = place.rpartition(_MODULES)[2], ""
    check_archive(name, version, str(resolved), path)
    kind, digest = read_integrity(str(entry.get("integrity", "")))
    if not digest:
        raise NoEnvironment(f"{path} names {name}@{version} without its integrity", _REFUSED)
    return Tarball(name, version, kind, digest, entry.get("hasInstallScript") is True)


def check_archive(name: str, version: str, resolved: str, path: str) -> None:
    """Check that a package is a registry's archive of that name and version.

    Raises:
        NoEnvironment: it is from elsewhere, or has no such name or version.
    """
    if (
        not _NAME.fullmatch(name)
        or not _VERSION.fullmatch(version)
        or not _is_of_registry(resolved, name, version)
    ):
        shown = (resolved or version)[:120]
        raise NoEnvironment(
            f"{path} takes {name[:80]} from {shown!r}, which is no"
            " package registry's archive of that name and version",
            _REFUSED,
        )


def _is_of_registry(resolved: str, name: str, version: str) -> bool:
    """Return whether an address, of whatever host, is where a registry keeps this archive."""
    if not resolved:
        return True
    parts = urlsplit(resolved)
    base = name.rpartition("/")[2]
    ending = f"/{name}/-/{base}-{version}.tgz"
    plain = version.partition("+")[0]
    return parts.scheme in {"http", "https"} and unquote(parts.path).endswith(
        (ending, f"/{name}/-/{base}-{plain}.tgz", f"/{name}/-/{name}-{version}.tgz")
    )


def read_integrity(text: str) -> tuple[str, str]:
    """Return the strongest digest that an integrity names; nothing where it names none."""
    stated = {
        match["kind"]: match["digest"]
        for match in _INTEGRITY.finditer(text)
        if _has_length(match["digest"], _KINDS[match["kind"]])
    }
    return next(((kind, stated[kind]) for kind in _KINDS if kind in stated), ("", ""))


def digest_from_hex(text: str) -> tuple[str, str]:
    """Return the kind and the digest of a SHA-1 in hexadecimal digits; nothing of another text."""
    if not re.fullmatch(r"[0-9a-f]{40}", text):
        return "", ""
    return "sha1", base64.b64encode(bytes.fromhex(text)).decode()


def _has_length(digest: str, length: int) -> bool:
    try:
        return len(base64.b64decode(digest, validate=True)) == length
    except ValueError:
        return False


def is_for_here(entry: Mapping[str, Any]) -> bool:
    """Return whether an optional package is meant for this machine; all others are."""
    if entry.get("optional") is not True:
        return True
    machine = platform.machine().casefold()
    libc = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    return (
        _lists(entry.get("os"), sys.platform)
        and _lists(entry.get("cpu"), _CPUS.get(machine, machine))
        and (sys.platform != "linux" or _lists(entry.get("libc"), libc))
    )


def _lists(stated: object, word: str) -> bool:
    """Return whether npm's list of words, some of them with `!`, takes this one in."""
    words = [stated] if isinstance(stated, str) else stated
    if not isinstance(words, list) or not words:
        return True
    refused = {str(name)[1:] for name in words if str(name).startswith("!")}
    taken = {str(name) for name in words if not str(name).startswith("!")}
    return word not in refused and (not taken or word in taken or "any" in taken)
