"""Make a suite's packages of what its lock names, or take those that were made before.

Archives are brought with a network; they are unpacked, and their install scripts run, in the
sandbox without one. What a script could not do there is noted by its package: tests may not need
it, and where they fail it is no fault of theirs.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.environment import EnvironmentFacts
from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node.brought import bring
from atom_release.lab.environments.node.foreign import translate
from atom_release.lab.environments.node.lock import read_lock
from atom_release.lab.environments.node.nodes import choose
from atom_release.lab.environments.node.npm_lock import is_former
from atom_release.lab.environments.node.package_files import find_project, refuse_elsewhere
from atom_release.lab.environments.node.prisma import find_schema
from atom_release.lab.environments.node.registry import Registry
from atom_release.lab.environments.node.room import MODULES, Room, shown
from atom_release.lab.environments.settled import end_of_next_day
from atom_release.lab.environments.store import Store, digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atom_release.gate.manifest import Install
    from atom_release.lab.environments.node.lock import Lock
    from atom_release.lab.environments.node.nodes import Chosen, Node
    from atom_release.lab.environments.node.package_files import Project
    from atom_release.lab.look import Look

_NETWORK = (
    "open while npm brought archives, by name and digest; none while anything was unpacked or ran"
)


@dataclass(frozen=True)
class Modules:
    """A Node.js, and the packages that lie over each copy of the judged tree.

    `layer` is laid under a copy as a whole: `places` are its folders of packages, relative to the
    tree.
    """

    node: Node
    layer: Path
    places: tuple[str, ...]
    readable: tuple[Path, ...]
    instead_of: Mapping[str, str]  # what its authors had, where that could not be had here -> why
    facts: EnvironmentFacts = field(repr=False)

    def has(self, package: str) -> bool:
        """Return whether a package is there, in any of its places."""
        return self.find(package) is not None

    def find(self, package: str, directory: str = "") -> str | None:
        """Return the folder of a package, relative to the tree, as a file in `directory` sees it.

        None where it is not there.
        """
        for place in sorted(self.places, key=len, reverse=True):
            owner = posixpath.dirname(place)
            inside = not owner or directory == owner or directory.startswith(f"{owner}/")
            if inside and (self.layer / place / package / "package.json").is_file():
                return posixpath.join(place, package)
        return None


def make(look: Look, install: Install, directory: str) -> Modules:
    """Return the packages that the lock of a suite's project names.

    Args:
        look: the surroundings.
        install: which folder and which lock, where the manifest says so.
        directory: where the suite runs.

    Raises:
        NoToolchain: this machine has no Node.js that fits, and none could be brought.
        NoEnvironment: they could not be had, or not be installed without network.
    """
    folder = install.folder if "folder" in install.model_fields_set else None
    project = find_project(look.tree, directory, folder, install.lock)
    if project.other_lock is not None:
        raise NoEnvironment(
            f"{project.other_lock} is not read: the gate reads locks of npm, pnpm and yarn",
            "Commit a package-lock.json beside it: npm install --package-lock-only",
        )
    _check_no_packages(look, project)
    chosen = choose(project.engines, project.preferred, partial(bring, look))
    return _Maker(look, project, chosen).make()


def _check_no_packages(look: Look, project: Project) -> None:
    """Refuse a commit that holds installed packages itself: they would hide the lock's."""
    for member in project.packages:
        place = posixpath.normpath(posixpath.join(project.folder, member, MODULES))
        held = [path for path in look.tree.entries if path.startswith(f"{place}/")]
        if held or place in look.tree.entries:
            raise NoEnvironment(
                f"the commit holds {place} itself, beside its lock",
                "Remove it from the commit: the lock says what is installed.",
            )


@dataclass(frozen=True)
class _Maker:
    look: Look
    project: Project
    chosen: Chosen

    @property
    def node(self) -> Node:
        """What the project's own code is run by."""
        return self.chosen.node

    def make(self) -> Modules:
        """Return the packages, made or found."""
        self.look.tell("making the suite's environment", 0.0)
        packages, lock, settled = self._asked()
        schema = find_schema(self.look.tree, self.project.folder, self.project.packages[""], lock)
        key = self._store.key(
            "modules", self.project.folder, packages, lock.text, *([schema] if schema else [])
        )

        def install(folder: Path) -> dict[str, Any]:
            room = Room(self.look, folder, self.chosen, self.project.folder)
            room.install(packages, lock, self._registry.bring(lock.tarballs))
            return {"unbuilt": room.finish(lock, schema)}

        made, noted = self._store.sealed(key, install)
        places = _places(made, self.project)
        return Modules(
            self.node,
            made,
            places,
            shown(self.look, self.node),
            self.chosen.instead_of,
            self._facts(lock, noted["unbuilt"], settled),
        )

    def _asked(self) -> tuple[Mapping[str, Mapping[str, Any]], Lock, str]:
        """Return package files and lock for npm, and what of them no lock of the commit names."""
        project, tree = self.project, self.look.tree
        folders = {*project.packages}
        packages = project.plain()
        if project.lock is not None:
            content = tree.read(project.lock)
            if not project.is_foreign and not is_former(content):
                return packages, read_lock(content, project.lock, folders), ""
            key = self._store.key("translated", project.lock, project.packages, digest(content))
            made = self._store.sealed(
                key, lambda _room: translate(project, content, self._registry)
            )[1]
            lock = read_lock(str(made["lock"]).encode(), project.lock, folders)
            return made["packages"], lock, str(made["settled"])
        refuse_elsewhere(project)
        until = end_of_next_day(tree.committed_at)
        key = self._store.key("versions", packages, until)
        made = self._store.sealed(key, lambda _room: self._registry.settle(packages, until))[1]
        lock = read_lock(
            str(made["lock"]).encode(), "the lock that npm made of package.json", folders
        )
        return packages, lock, f"no lock: npm settled the versions once, here: {made['settled']}"

    @cached_property
    def _store(self) -> Store:
        return Store(self.look, (self.node.version, str(self.node.program)))

    @property
    def _registry(self) -> Registry:
        return Registry(self.chosen.own, self._store.root / "archives")

    def _facts(self, lock: Lock, unbuilt: Mapping[str, str], settled: str) -> EnvironmentFacts:
        return EnvironmentFacts(
            language="JavaScript",
            runtime=f"Node.js {self.node.version}",
            packages=_versions(lock),
            digest=digest(sorted(tarball.digest for tarball in lock.tarballs)),
            network=_NETWORK,
            files=list(self.project.files),
            settled=settled,
            unbuilt={**unbuilt, **self.chosen.instead_of},
            brought=self.node.origin,
        )


def _versions(lock: Lock) -> dict[str, str]:
    """Return each package with its version, or with all of them where there are several."""
    named: dict[str, list[str]] = {}
    for tarball in lock.tarballs:
        named.setdefault(tarball.name, []).append(tarball.version)
    return {name: ", ".join(sorted(versions)) for name, versions in named.items()}


def _places(made: Path, project: Project) -> tuple[str, ...]:
    """Return the folders of packages that are there, relative to the tree."""
    named = [
        posixpath.normpath(posixpath.join(project.folder, member, MODULES))
        for member in project.packages
    ]
    return tuple(
        place for place in named if (made / place).is_dir() and not (made / place).is_symlink()
    )
