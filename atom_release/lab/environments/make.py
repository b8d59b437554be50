"""Make a suite's environment of what its files ask, or take the one that was made before.

Two kinds of step, never mixed: with a network, files are named and brought, and nothing of them
runs; in the sandbox, without network, they are built and installed as the subject. What is made is
sealed and kept by everything that it was made from, the repository and how far it is trusted
included: what one repository's code wrote is never another's.
"""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.environment import EnvironmentFacts
from atom_release.gate.first_few import first_few
from atom_release.lab.environments import packages, project
from atom_release.lab.environments.faults import NoEnvironment, NoToolchain
from atom_release.lab.environments.packages import NotBuilt, Shelf
from atom_release.lab.environments.project import Layer
from atom_release.lab.environments.pythons import choose
from atom_release.lab.environments.requirements import (
    Listed,
    NamedByAddress,
    names_package,
    refused,
)
from atom_release.lab.environments.settled import end_of_next_day
from atom_release.lab.environments.store import Store, digest
from atom_release.lab.environments.uv import Archive
from atom_release.lab.environments.uv_lock import export
from atom_release.lab.environments.wanted import LOCKS, Reader, Wanted
from atom_release.lab.environments.workshop import Workshop
from atom_release.lab.interpreter import Built, Interpreter
from atom_release.lab.throwaway import remove

if TYPE_CHECKING:
    from atom_release.gate.manifest import Install
    from atom_release.lab.environments.pythons import Python
    from atom_release.lab.look import Look

_PACKAGES_WANT = re.compile(r"(?:does not satisfy|requires) Python ?(>=[\d.]+(?:, ?<[\d.]+)?)")
_ITSELF = "the project itself"
_WITHOUT_SETUPTOOLS = (3, 12)  # since which a virtual environment begins empty
_SETUPTOOLS = "setuptools<81"  # the last ones with `pkg_resources`
_NETWORK = (
    "open while wheels and source archives were brought, by name and digest; none while anything"
    " was built or installed"
)


def make(
    look: Look, install: Install, *, needs: tuple[str, ...] = (), whole: bool = True
) -> Interpreter:
    """Return a Python with what the files of a folder of the judged tree ask.

    Args:
        look: the surroundings.
        install: which parts of what the files ask.
        needs: packages that the run itself needs, such as pytest, whatever the files say.
        whole: whether the project itself has to be installed; else, where a lock names its
            packages and it cannot be built here, the facts say so.

    Raises:
        NoToolchain: this machine has no Python that fits.
        NoEnvironment: it could not be had, or not be built without network.
    """
    reader = Reader(look.tree, install)
    wanted = reader.read()
    python = choose(wanted.requires_python, install.python, wanted.preferred)
    try:
        return _Maker(look, wanted, python, needs, whole).make()
    except _NotBuilt as fault:
        alone = Reader(look.tree, install.model_copy(update={"project": False})).read()
        return _Maker(look, alone, python, needs, whole, fault.message).make()
    except (NamedByAddress, NotBuilt):
        plain = _without_developers(install, wanted) if whole else None
        if plain is None:
            raise
        return _Maker(look, Reader(look.tree, plain).read(), python, needs, whole).make()
    except NoEnvironment as fault:
        newer = _choose_by_packages(fault, wanted, install)
        if newer is None or newer == python:
            raise
        return _Maker(look, wanted, newer, needs, whole).make()


def _without_developers(install: Install, wanted: Wanted) -> Install | None:
    """Return an environment without what developers alone have; None where nobody chose that."""
    base = posixpath.normpath(posixpath.join(wanted.folder, "requirements.txt"))
    others = [path for path in wanted.sources if path.endswith(".txt") and path != base]
    update: dict[str, tuple[str, ...]] = {}
    if install.groups is None and wanted.groups:
        update["groups"] = ()
    if install.requirements is None and base in wanted.sources and others:
        update["requirements"] = (base,)
    return install.model_copy(update=update) if update else None


def _choose_by_packages(fault: NoEnvironment, wanted: Wanted, install: Install) -> Python | None:
    """Return the Python that the packages ask for, where the project's own files name none.

    Raises:
        NoToolchain: this machine has none that fits.
    """
    match = _PACKAGES_WANT.search(fault.output or fault.message)
    if match is None or wanted.requires_python or install.python:
        return None
    return choose(match[1].replace(" ", ""), None, wanted.preferred)


class _NotBuilt(NoEnvironment):
    """The project itself cannot be built here, and a lock names its packages."""


@dataclass(frozen=True)
class _Maker:
    look: Look
    wanted: Wanted
    python: Python
    needs: tuple[str, ...]
    whole: bool
    unbuilt: str = ""  # why the project itself is not installed

    def make(self) -> Interpreter:
        """Return the interpreter, made or found."""
        self.look.tell("making the suite's environment", 0.0)
        exported = export(self.look, self._store, self.python, self.wanted)
        listed = self.wanted.listed.joined(exported) if exported else self.wanted.listed
        if listed.elsewhere and self.whole:
            raise refused(next(iter(listed.elsewhere.values())))
        projects = dict(self.wanted.projects)
        for folder, extras in exported.local.items() if exported else ():
            projects.setdefault(folder, tuple(extras))
        layer = self._built_layer(sorted(projects)) if projects and not self.unbuilt else None
        names = list(listed.names)
        if layer and not exported:
            names += layer.requires(projects, self.python)
        if not exported:
            names += self._of_virtualenv(names)
        archives, left, settled = self._resolved(names, listed, whole=exported is not None)
        venv = self._venv(archives, listed)
        return Interpreter(
            str(venv / "bin" / "python"),
            own_environment=True,
            readable=(venv, *([layer.folder] if layer else []), self.python.prefix),
            roots=layer.roots if layer else self._plain_roots(),
            site=layer.site if layer else None,
            built=Built(layer.folder / "built", layer.built) if layer and layer.built else None,
            facts=self._facts(archives, layer, listed, left, settled),
        )

    def _plain_roots(self) -> tuple[str, ...]:
        folder = self.wanted.folder
        source = os.path.normpath(f"{folder}/src")
        return (folder, source) if source in self.look.tree.entries else (folder,)

    def _facts(
        self,
        archives: list[Archive],
        layer: Layer | None,
        listed: Listed,
        left: dict[str, str],
        settled: str,
    ) -> EnvironmentFacts:
        own = (
            {str(package["name"]): package["version"] for package in layer.packages}
            if layer
            else {}
        )
        return EnvironmentFacts(
            python=self.python.version,
            packages={archive.name: archive.version for archive in archives} | own,
            digest=digest([asdict(archive)["sha256"] for archive in archives]),
            network=_NETWORK,
            files=list(self.wanted.sources),
            groups=list(self.wanted.groups),
            extras=list(self.wanted.extras),
            project=list(layer.roots) if layer else [],
            built=list(layer.built) if layer else [],
            passed_over=sorted(set(listed.passed_over)),
            settled=settled,
            unbuilt={**left, **({_ITSELF: self.unbuilt} if self.unbuilt else {})},
        )

    def _built_layer(self, folders: list[str]) -> Layer:
        """Return the built project.

        Raises:
            _NotBuilt: it could not be, and need not: its tests can be run from its folders, as by
                those who install the packages alone.
        """
        try:
            return self._layer(folders)
        except NoToolchain:
            raise
        except NoEnvironment as fault:
            locked = any(PurePosixPath(path).name in LOCKS for path in self.wanted.sources)
            if self.whole or not locked:
                raise
            raise _NotBuilt(fault.message, fault.remedy) from fault

    def _layer(self, folders: list[str]) -> Layer:
        key = self._store.key("project", self.look.tree.tree, folders, self._until)

        def build(room: Path) -> dict[str, Any]:
            shelf = self._shelf(key, self._until)
            noted = project.build(
                Workshop(self.look, room, self.python),
                folders,
                lambda names: shelf.wheels_for(names, shelf.room / "wheels"),
            )
            for name in os.listdir(room):  # noqa: PTH208
                if name not in {"site", "built"}:
                    remove(room / name)
            return noted

        return Layer.by(*self._store.sealed(key, build))

    def _of_virtualenv(self, names: list[str]) -> list[str]:
        """Return what virtual environments and images had beside what files ask for.

        Before Python 3.12 that was setuptools, whose `pkg_resources` packages of then import.
        """
        minor = (self.wanted.preferred or "").split(".")[1:2]
        had = bool(minor) and int(minor[0]) < _WITHOUT_SETUPTOOLS[1]
        if not had or self.python.parts[:2] >= _WITHOUT_SETUPTOOLS:
            return []
        if names_package(names, "setuptools"):
            return []
        try:
            self._resolve([_SETUPTOOLS], Listed(), [], whole=False, until=self._until)
        except NoEnvironment:
            return []
        return [_SETUPTOOLS]

    def _resolved(
        self, names: list[str], listed: Listed, *, whole: bool
    ) -> tuple[list[Archive], dict[str, str], str]:
        """Return the files that it all comes to; the same as before for the same words.

        And what tests, but no service, have to do without; and how versions were chosen.
        """
        lacking = [name for name in self.needs if not names_package(names, name)]
        resolve = partial(self._resolve, names, listed, lacking, whole=whole and not lacking)
        if whole and not lacking:
            return *resolve(until=""), ""
        day = self._until[:10]
        try:
            archives, left = resolve(until=self._until)
        except NoEnvironment as fault:
            why = f"those of before {day} could not be had: {fault.message}"
            return *resolve(until=""), f"no lock: the newest of today, since {why[:400]}"
        unbuilt = {*left} - {*listed.elsewhere}
        if unbuilt and len((today := resolve(until=""))[1]) < len(left):
            why = f"of those of before {day} {first_few(sorted(left))} could not be built here"
            return *today, f"no lock: the newest of today, since {why}"
        return archives, left, f"no lock: the newest of before {day}, the day after the commit's"

    @cached_property
    def _until(self) -> str:
        """What the commit's authors could have had was uploaded until then."""
        return end_of_next_day(self.look.tree.committed_at)

    def _resolve(
        self, names: list[str], listed: Listed, lacking: list[str], *, whole: bool, until: str
    ) -> tuple[list[Archive], dict[str, str]]:
        parts = (names, listed.constraints, lacking, whole, self.whole, until, listed.elsewhere)
        key = self._store.key("resolved", *parts, packages.RULES)

        def resolve(room: Path) -> dict[str, Any]:
            unbuilt: dict[str, str] | None = None if self.whole else _refused(listed)
            instead: dict[str, str] = {}
            archives = self._shelf(key, until).resolve(
                [*names, *lacking],
                listed.constraints,
                listed.hashes,
                built=room / "wheels",
                whole=whole,
                unbuilt=unbuilt,
                instead=instead,
            )
            left = {**(unbuilt or {}), **instead}
            return {"archives": [asdict(archive) for archive in archives], "unbuilt": left}

        noted = self._store.sealed(key, resolve)[1]
        return [Archive(**archive) for archive in noted["archives"]], noted["unbuilt"]

    def _venv(self, archives: list[Archive], listed: Listed) -> Path:
        locked = {name: sorted(digests) for name, digests in listed.hashes.items()}
        key = self._store.key("packages", [asdict(archive) for archive in archives], locked)

        def install(room: Path) -> dict[str, Any]:
            shelf = self._shelf(key)
            wheels = shelf.gather(archives, listed.hashes, shelf.room / "wheels")
            packages.install(Workshop(self.look, room, self.python), archives, wheels)
            return {}

        return self._store.sealed(key, install)[0] / "venv"

    @cached_property
    def _store(self) -> Store:
        return Store(self.look, (self.python.version, str(self.python.program)))

    def _shelf(self, key: str, until: str = "") -> Shelf:
        root = self._store.root
        return Shelf(
            self.look,
            self.python,
            root / "downloads",
            root / "registry",
            root,
            self._store.workplace(key),
            until,
        )


def _refused(listed: Listed) -> dict[str, str]:
    """Return the packages that are named by an address, each with why it is left out."""
    return {name: refused(line).message for name, line in listed.elsewhere.items()}
