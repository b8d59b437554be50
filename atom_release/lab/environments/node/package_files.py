"""The package.json files of a project, read as text, and what of them npm is given.

npm sees a copy that names packages and versions alone: no script, no setting and no program of the
project's own. What no registry has is refused by name.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node.named import Preferred, asked_ranges, preferred
from atom_release.yaml_text import YamlTextError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atom_release.source.commit import JudgedTree

LOCKS = ("npm-shrinkwrap.json", "package-lock.json")
LOCKS_OF_OTHERS = ("pnpm-lock.yaml", "yarn.lock")
UNREAD_LOCKS = ("bun.lock", "bun.lockb")
DEPENDENCIES = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
)
_KEPT = (
    *("name", "version", *DEPENDENCIES, "peerDependenciesMeta", "overrides"),
    *("bundleDependencies", "bundledDependencies"),
)
_RANGE = r"[\w.*+~^<>=| \t-]*"  # versions, or the name of one such as `latest`
_OF_REGISTRY = re.compile(rf"(?:npm:(?:@[\w.~-]+/)?[\w.~-]+(?:@{_RANGE})?|{_RANGE})")
_ARCHIVE = re.compile(r"\.(?:tgz|tar|tar\.gz)\s*$", re.IGNORECASE)  # npm takes it for a file
_SAME_AS = re.compile(r"\$(?:@[\w.~-]+/)?[\w.~-]+")  # in overrides: what a dependency asks
_LARGEST = 32 << 20


@dataclass(frozen=True)
class Project:
    """A package and the members of its workspace, each by its folder below the package's own."""

    folder: str
    packages: Mapping[str, Mapping[str, Any]]
    lock: str | None
    other_lock: str | None
    files: tuple[str, ...]
    engines: Mapping[str, str]
    preferred: Preferred | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether its lock is another tool's than npm's."""
        return posixpath.basename(self.lock or "") in LOCKS_OF_OTHERS

    def plain(self) -> dict[str, dict[str, Any]]:
        """Return the package files that npm is given, by folder below the project's own."""
        return {folder: _plain(package) for folder, package in self.packages.items()}


def find_project(tree: JudgedTree, directory: str, folder: str | None, lock: str | None) -> Project:
    """Return the project that a suite belongs to.

    Args:
        tree: the judged tree.
        directory: where the suite runs.
        folder: the folder that the manifest names; else the nearest one, outwards, with a lock.
        lock: the lock that the manifest names.

    Raises:
        NoEnvironment: there is no package.json, or it cannot be read.
    """
    own = _normal(directory if folder is None else folder)
    if folder is None and lock is None:
        own = next((place for place in _outwards(own) if _lock(tree, place)), own)
    path = posixpath.join(own, "package.json") if own else "package.json"
    if path not in tree.entries:
        raise NoEnvironment(
            f"the commit holds no {path}",
            "Name the suite's `directory`, or the folder of its package.json under `install`.",
        )
    root = read_json(tree, path)
    packages = {"": root}
    for member in _members(tree, own, root):
        packages[member] = read_json(tree, posixpath.join(own, member, "package.json"))
    own_lock = _normal(lock) if lock else _lock(tree, own)
    other = next((at for name in UNREAD_LOCKS if (at := _join(own, name)) in tree.entries), None)
    files = [_join(own, member, "package.json") for member in packages]
    return Project(
        own,
        packages,
        own_lock,
        None if own_lock else other,
        (*files, *([own_lock] if own_lock else [])),
        dict(asked_ranges(tree, own, _normal(directory), root)),
        preferred(tree, own, _normal(directory), root),
    )


def read_json(tree: JudgedTree, path: str) -> dict[str, Any]:
    """Return a file of the tree that holds a JSON object.

    Raises:
        NoEnvironment: it is none.
    """
    content = tree.read(path)
    try:
        stated = json.loads(content) if len(content) <= _LARGEST else None
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict):
        raise NoEnvironment(f"{path} is no JSON object", "Correct it, and commit.")
    return stated


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal


def _join(*parts: str) -> str:
    return _normal(posixpath.join(*parts))


def _outwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _lock(tree: JudgedTree, folder: str) -> str | None:
    names = (*LOCKS, *LOCKS_OF_OTHERS)
    return next((path for name in names if (path := _join(folder, name)) in tree.entries), None)


def _members(tree: JudgedTree, folder: str, root: Mapping[str, Any]) -> list[str]:
    """Return the folders of a workspace's members, below the workspace's own."""
    stated = root.get("workspaces") or _of_pnpm(tree, folder)
    patterns = stated.get("packages") if isinstance(stated, dict) else stated
    chosen: dict[str, None] = {}
    for pattern in patterns if isinstance(patterns, list) else []:
        if not isinstance(pattern, str):
            continue
        name = pattern.replace("\\", "/").lstrip("!").removeprefix("./").rstrip("/")
        for path in tree.glob(_join(folder, name, "package.json")):
            member = posixpath.relpath(posixpath.dirname(path), folder or ".")
            if "node_modules" in member.split("/") or member.startswith(".."):
                continue
            if pattern.startswith("!"):
                chosen.pop(member, None)
            elif member != ".":
                chosen[member] = None
    return sorted(chosen)


def _of_pnpm(tree: JudgedTree, folder: str) -> dict[str, Any]:
    """Return what pnpm's file of the workspace says; nothing where there is none."""
    path = _join(folder, "pnpm-workspace.yaml")
    if path not in tree.entries:
        return {}
    try:
        stated = read_yaml(tree.read(path))
    except YamlTextError as error:
        raise NoEnvironment(f"{path} cannot be read: {error}", "Correct it, and commit.") from error
    return stated if isinstance(stated, dict) else {}


def _plain(package: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: package[name] for name in _KEPT if name in package}
    return plain | (
        {"workspaces": _slashed(package["workspaces"])} if "workspaces" in package else {}
    )


def _slashed(stated: object) -> object:
    """Return patterns of folders as every machine reads them: some are written on Windows."""
    if isinstance(stated, dict):
        return {name: _slashed(value) for name, value in stated.items()}
    if isinstance(stated, list):
        return [_slashed(value) for value in stated]
    return stated.replace("\\", "/") if isinstance(stated, str) else stated


def refuse_elsewhere(project: Project) -> None:
    """Refuse dependencies that no registry has, where nothing but package.json names them.

    Raises:
        NoEnvironment: one is named by address or path.
    """
    for folder, package in project.packages.items():
        for name, text in _asked(package):
            if not isinstance(text, str) or not _has_registry(text):
                place = _join(project.folder, folder, "package.json")
                raise NoEnvironment(
                    f"{place} asks {name} as {str(text)[:80]!r}, which no package registry has",
                    "Name a released version.",
                )


def _asked(package: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield each package that a package.json asks, its overrides included, and as what."""
    for field in DEPENDENCIES:
        stated = package.get(field)
        yield from stated.items() if isinstance(stated, dict) else ()
    waiting = [package.get("overrides")]
    while waiting:
        overrides = waiting.pop()
        for name, text in overrides.items() if isinstance(overrides, dict) else ():
            if isinstance(text, dict):
                waiting.append(text)
            elif not (isinstance(text, str) and _SAME_AS.fullmatch(text)):
                yield name, text


def _has_registry(text: str) -> bool:
    """Return whether npm asks a registry for a package that is so named, and nobody else."""
    return _OF_REGISTRY.fullmatch(text) is not None and _ARCHIVE.search(text) is None
