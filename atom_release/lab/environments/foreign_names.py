"""Names that come from elsewhere, read and written anew before the gate does anything with them.

What a registry calls a file, and what a project's files call a requirement, is never used as it is
written: it is parsed, and what is used is made of the parts.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from atom_release.lab.environments.faults import NoEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+!-]*")
_SHOWN = 80


def file_name(url: str, project: str, version: str) -> str:
    """Return the name of a wheel or source archive that is offered at an address.

    Raises:
        NoEnvironment: the last part of the address, decoded, is no such file of this project and
            version.
    """
    stated = unquote(urlsplit(url).path.rpartition("/")[2])
    name = _built_anew(stated, project, version)
    if name is None or not _FILE.fullmatch(name):
        raise NoEnvironment(
            f"the registry names a file of {project} {version} that is none of it:"
            f" {stated[:_SHOWN]!r}",
            "See what the operator's registry offers.",
        )
    return name


def wheel_name(stated: str, project: str, version: str) -> str | None:
    """Return the name of a project's wheel, built anew; None if this is none of it."""
    name = _built_anew(stated, project, version) if stated.endswith(".whl") else None
    return name if name and _FILE.fullmatch(name) else None


def _built_anew(stated: str, project: str, version: str) -> str | None:
    stem = canonicalize_name(project).replace("-", "_")
    try:
        if stated.endswith(".whl"):
            own, of, build, tags = parse_wheel_filename(stated)
            if not _is_of(own, of, project, version):
                return None
            parts = [stem, str(of), *(["".join(map(str, build))] if build else [])]
            parts += [
                ".".join(sorted({str(getattr(tag, kind)) for tag in tags}))
                for kind in ("interpreter", "abi", "platform")
            ]
            return f"{'-'.join(parts)}.whl"
        own, of = parse_sdist_filename(stated)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
    ending = ".zip" if stated.endswith(".zip") else ".tar.gz"
    return f"{stem}-{of}{ending}" if _is_of(own, of, project, version) else None


def _is_of(own: str, of: Version, project: str, version: str) -> bool:
    return own == canonicalize_name(project) and of == Version(version)


def directly_in(folder: Path, name: str) -> Path:
    """Return the path of a file that lies in a folder itself.

    Raises:
        NoEnvironment: a file of that name would lie elsewhere.
    """
    if name in {"", ".", ".."} or "\0" in name or PurePosixPath(name).name != name:
        raise NoEnvironment(f"{name[:_SHOWN]!r} is no name of a file", "See where it comes from.")
    return folder / name


def written_anew(lines: Iterable[str]) -> list[str]:
    """Return requirements as they are given to uv: names and versions, one a line.

    Raises:
        NoEnvironment: one is something else, such as an option, an address or a file.
    """
    return [_written_anew(line) for line in lines]


def _written_anew(line: str) -> str:
    try:
        requirement = Requirement(line)
    except InvalidRequirement as error:
        raise _no_requirement(line) from error
    text = str(requirement)
    if requirement.url or not text.isprintable() or set(text) & set("$\\") or text[0] == "-":
        raise _no_requirement(line)
    return text


def _no_requirement(line: str) -> NoEnvironment:
    return NoEnvironment(
        f"the project's files ask for what is no package by name and version: {line[:_SHOWN]!r}",
        "Name a released version; which registry is asked is for the operator's settings to say.",
    )
