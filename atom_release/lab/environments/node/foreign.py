"""Locks of pnpm, yarn and npm before 7, made into one that npm installs: the same archives.

The archives are brought first, since programs and install scripts of a package stand in its own
package.json alone.
"""

from __future__ import annotations

import json
import posixpath
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node.npm_lock import read_npm
from atom_release.lab.environments.node.package_files import LOCKS
from atom_release.lab.environments.node.placement import (
    Details,
    lay_out,
    needed,
    plain_packages,
    tarball_of,
)
from atom_release.lab.environments.node.pnpm_lock import read_pnpm
from atom_release.lab.environments.node.yarn_lock import read_yarn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from atom_release.lab.environments.node.graph import Graph
    from atom_release.lab.environments.node.package_files import Project
    from atom_release.lab.environments.node.registry import Registry

_SCRIPTS = ("preinstall", "install", "postinstall")
_LARGEST = 1 << 20


def translate(project: Project, content: bytes, registry: Registry) -> dict[str, Any]:
    """Return npm's lock and package files for a project that another tool has locked.

    `settled` says what was asked of the registry because the lock does not name it.

    Raises:
        NoEnvironment: the lock cannot be read, names what no registry has, or an archive could not
            be had.
    """
    lock = str(project.lock)
    graph = _read(project, content, lock)
    wanted = needed(graph, {})
    unnamed = [graph.packages[key] for key in sorted(wanted) if not graph.packages[key].digest]
    if unnamed:
        digests = registry.find_digests([tarball_of(package) for package in unnamed])
        graph = _with_digests(graph, digests)
    archives = registry.bring(sorted({tarball_of(graph.packages[key]) for key in wanted}))
    details = {tarball.label: read_details(path) for tarball, path in archives.items()}
    names = {
        folder: str(package.get("name") or posixpath.basename(folder) or "project")
        for folder, package in project.packages.items()
    }
    return {
        "lock": lay_out(graph, names, details),
        "packages": plain_packages(graph, names, details),
        "settled": f"{lock} names versions; the digests of {len(unnamed)} archives are those that"
        " the registry gave once, here"
        if unnamed
        else "",
    }


def _read(project: Project, content: bytes, lock: str) -> Graph:
    if posixpath.basename(lock) == "pnpm-lock.yaml":
        return read_pnpm(content, lock, project.packages)
    if posixpath.basename(lock) in LOCKS:
        return read_npm(content, lock, project.packages)
    return read_yarn(content, lock, project.packages)


def _with_digests(graph: Graph, digests: Mapping[str, tuple[str, str]]) -> Graph:
    """Return a graph whose packages have the digests that were settled for them."""
    packages = {
        key: replace(package, kind=digests[package.label][0], digest=digests[package.label][1])
        if not package.digest and package.label in digests
        else package
        for key, package in graph.packages.items()
    }
    return replace(graph, packages=packages)


def read_details(archive: Path) -> Details:
    """Return what an archive's package.json says of programs, scripts and machines.

    Nothing else of it is unpacked.

    Raises:
        NoEnvironment: it has no package.json that can be read.
    """
    stated: Any = None
    compiles = False
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.name.count("/") != 1 or not member.isfile():
                    continue
                compiles = compiles or member.name.endswith("/binding.gyp")
                if member.name.endswith("/package.json") and (file := tar.extractfile(member)):
                    stated = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, EOFError, RecursionError, tarfile.TarError):
        stated = None
    if not isinstance(stated, dict):
        raise NoEnvironment(
            f"the archive {archive.name[:40]} has no package.json that can be read",
            "Compare the lock with the registry that npm is configured to ask.",
        )
    scripts = stated.get("scripts")
    named = scripts if isinstance(scripts, dict) else {}
    machines = {name: stated[name] for name in ("os", "cpu", "libc") if name in stated}
    bin_stated = stated.get("bin")
    return Details(
        bin_stated if isinstance(bin_stated, str | dict) else None,
        scripts=compiles or any(name in named for name in _SCRIPTS),
        machines=machines,
    )
