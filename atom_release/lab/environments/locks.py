"""The locks that the gate reads itself: poetry.lock and pylock.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.foreign_names import written_anew

if TYPE_CHECKING:
    from atom_release.lab.environments.requirements import Listed


def pin(listed: Listed, path: str, content: bytes) -> None:
    """Add what a lock pins: versions as constraints, and the digests that its files must have.

    Raises:
        NoEnvironment: it cannot be read as a lock, or pins what is no name and version.
    """
    try:
        lock = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NoEnvironment(f"{path} cannot be read as a lock: {error}") from error
    packages = _tables(lock.get("package") or lock.get("packages"))
    times = Counter(canonicalize_name(str(package.get("name"))) for package in packages)
    for package in packages:
        _pin(listed, package, path, alone=times[canonicalize_name(str(package.get("name")))] == 1)


def _pin(listed: Listed, package: dict[str, Any], path: str, *, alone: bool) -> None:
    name, version = package.get("name"), package.get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        return
    marker = package.get("marker") or package.get("markers")
    applies = f" ; {marker}" if isinstance(marker, str) else ""
    if path.endswith("poetry.lock"):
        if alone or applies:
            listed.constraints += written_anew([f"{name}=={version}{applies}"])
    else:
        listed.names += written_anew([f"{name}=={version}{applies}"])
    digests = _digests(package)
    if digests:
        listed.hashes.setdefault(canonicalize_name(name), set()).update(digests)


def _digests(package: dict[str, Any]) -> set[str]:
    digests = [file.get("hash") for file in _tables(package.get("files"))]
    archives = [*_tables(package.get("wheels")), package.get("sdist")]
    for archive in archives:
        hashes = archive.get("hashes") if isinstance(archive, dict) else None
        digests += [f"{kind}:{value}" for kind, value in (hashes or {}).items()]
    return {value.lower() for value in digests if isinstance(value, str)}


def _tables(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
