"""What a Pipfile asks for and its lock pins, said as other tools say it."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.foreign_names import written_anew

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atom_release.lab.environments.requirements import Listed

NAME = "Pipfile"
LOCK = "Pipfile.lock"
DEVELOPERS = "dev"
"""What its second section is called here: the group of those who work on the project."""
_SECTIONS = {"": "packages", DEVELOPERS: "dev-packages"}


def read(content: bytes) -> dict[str, Any]:
    """Return a Pipfile's tables; none where it cannot be read as one."""
    try:
        return tomllib.loads(content.decode("utf-8-sig", "replace"))
    except tomllib.TOMLDecodeError:
        return {}


def groups(pipfile: Mapping[str, Any]) -> list[str]:
    """Return the names of its groups beside what is always installed."""
    return [DEVELOPERS] if _table(pipfile, _SECTIONS[DEVELOPERS]) else []


def group(pipfile: Mapping[str, Any], name: str = "") -> list[str]:
    """Return the requirements of a group; of what is always installed without a name."""
    section = _SECTIONS.get(name)
    return list(_lines(_table(pipfile, section))) if section else []


def pin(listed: Listed, content: bytes) -> None:
    """Add what a Pipfile.lock pins: versions as constraints, and the digests of its files.

    Raises:
        NoEnvironment: it cannot be read as a lock, or pins what is no name and version.
    """
    try:
        lock = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NoEnvironment(f"{LOCK} cannot be read as a lock: {error}") from error
    sections = lock if isinstance(lock, dict) else {}
    for section in ("default", "develop"):
        for name, package in _table(sections, section).items():
            _pin(listed, str(name), package)


def _pin(listed: Listed, name: str, package: object) -> None:
    version = package.get("version") if isinstance(package, dict) else None
    if not isinstance(package, dict) or not isinstance(version, str):
        return
    line = f"{name}{version}{_marker(package)}"
    if line not in listed.constraints:
        listed.constraints += written_anew([line])
    hashes = package.get("hashes")
    digests = {value.lower() for value in hashes or () if isinstance(value, str)}
    if digests:
        listed.hashes.setdefault(canonicalize_name(name), set()).update(digests)


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for name, stated in table.items():
        if line := _line(name, stated):
            yield line


def _line(name: str, stated: object) -> str:
    if isinstance(stated, str):
        return f"{name}{'' if stated == '*' else stated}"
    if not isinstance(stated, dict):
        return ""
    extras = stated.get("extras")
    within = f"[{','.join(map(str, extras))}]" if isinstance(extras, list) else ""
    if isinstance(stated.get("path"), str):
        return f"{stated['path']}{within}"
    if address := stated.get("git") or stated.get("file"):
        return f"{name} @ {address}"
    version = str(stated.get("version", "*"))
    return f"{name}{within}{'' if version == '*' else version}{_marker(stated)}"


def _marker(stated: Mapping[str, Any]) -> str:
    """Return the conditions of a package: one named `markers`, and those named after variables."""
    parts = [stated.get("markers")]
    parts += [f"{name} {stated[name]}" for name in _VARIABLES if name in stated]
    marker = " and ".join(f"({part})" for part in parts if isinstance(part, str) and part)
    if not marker:
        return ""
    try:
        Requirement(f"package ; {marker}")
    except InvalidRequirement:
        return ""
    return f" ; {marker}"


_VARIABLES = ("os_name", "sys_platform", "platform_machine", "platform_system", "python_version")


def _table(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner = document.get(name)
    return inner if isinstance(inner, dict) else {}
