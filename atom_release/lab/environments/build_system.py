"""What building a project wants beforehand, as its pyproject.toml says."""

from __future__ import annotations

import posixpath
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atom_release.source.commit import JudgedTree

_SETUPTOOLS = ("setuptools", "wheel")


def build_requirements(tree: JudgedTree, folder: str) -> tuple[str, ...]:
    """Return what building a folder of the judged tree wants beforehand."""
    path = posixpath.normpath(posixpath.join(folder, "pyproject.toml"))
    if path not in tree.entries:
        return _SETUPTOOLS
    return required_to_build(tree.read(path))


def required_to_build(pyproject: bytes) -> tuple[str, ...]:
    """Return the `requires` of a build system, setuptools where none is named."""
    try:
        stated = tomllib.loads(pyproject.decode("utf-8-sig", "replace"))
    except tomllib.TOMLDecodeError:
        return _SETUPTOOLS
    if "build-system" not in stated:
        return _SETUPTOOLS
    system = stated["build-system"]
    listed = system.get("requires") if isinstance(system, dict) else None
    lines = listed if isinstance(listed, list) else []
    requires = tuple(line for line in lines if isinstance(line, str))
    return (*requires, *_SETUPTOOLS) if _names_setuptools(requires) else requires


def _names_setuptools(requires: tuple[str, ...]) -> bool:
    return any(line.lower().startswith("setuptools") for line in requires)
