"""The packages that a suite's Python has: resolved, downloaded, and installed in the sandbox.

What is offered as source alone is downloaded as it is and becomes a wheel in the sandbox, without
network, before versions are settled.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from atom_release.lab.beneath import copy_beneath, names_beneath
from atom_release.lab.environments import uv
from atom_release.lab.environments.build_system import required_to_build
from atom_release.lab.environments.download import bring, find_source
from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.foreign_names import wheel_name
from atom_release.lab.environments.workshop import Workshop
from atom_release.lab.throwaway import remove

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from atom_release.lab.environments.pythons import Python
    from atom_release.lab.environments.uv import Archive
    from atom_release.lab.look import Look

_ATTEMPTS = 40
_OLDER_BUILDERS = {
    "use_2to3 is invalid": "setuptools<58",  # which still turned Python 2 into Python 3
    "No module named 'pkg_resources'": "setuptools<81",
}
"""What a failed build says where it wants a builder of its own time, and that builder."""
_SAME_CODE = {"psycopg2": "psycopg2-binary"}
"""Packages that want libraries of the machine to be built -> the same code as a wheel with them."""
_PSYCOPG2 = ("psycopg2-binary<2.9", "psycopg2-binary")
_NEAREST = {"psycopg2": _PSYCOPG2, "psycopg2-binary": _PSYCOPG2}
"""The same code in other versions, the nearest to what code of before bears first."""
RULES = (_OLDER_BUILDERS, _SAME_CODE, _NEAREST)
"""What is made otherwise once the gate learns more of it: what could not be built is tried anew."""
_LARGEST = 1 << 20


class NotBuilt(NoEnvironment):
    """A package is here as source, and no wheel could be made of it."""


@dataclass(frozen=True)
class Shelf:
    """Where downloads and built wheels of one repository lie, and where they come from."""

    look: Look
    python: Python
    downloads: Path  # by digest, the gate's own: no subject writes there
    registry: Path  # what the registry said
    root: Path  # what is built here lies below it
    room: Path  # for folders of the moment
    until: str = ""  # the moment before which a registry's files were uploaded; "" for all

    def resolve(  # noqa: PLR0913 - what is asked, and what becomes of it
        self,
        names: Sequence[str],
        constraints: Sequence[str],
        locked: Mapping[str, Collection[str]],
        *,
        built: Path,
        whole: bool = False,
        unbuilt: dict[str, str] | None = None,
        instead: dict[str, str] | None = None,
    ) -> list[Archive]:
        """Return the wheels that these requirements come to, some of them built here first.

        Args:
            names: the requirements.
            constraints: versions of what they may lead to.
            locked: the digests that a lock allows, by package.
            built: where wheels are laid that were built.
            whole: whether `names` is the whole of it.
            unbuilt: is given each package that cannot be built here, with its last lines: it is
                left out then. Without it such a package is a fault.
            instead: is given each package that another version of its code stands for, and why.
                Without it none does: what stands for another is named.

        Raises:
            NoEnvironment: they cannot be had, or not be built without network.
        """
        built.mkdir(parents=True, exist_ok=True)
        requirements, left, placed = [*names], {*(unbuilt or ())}, dict[str, str]()
        for _ in range(_ATTEMPTS):
            try:
                return uv.resolve(
                    requirements,
                    constraints,
                    self.python,
                    registry=self.registry,
                    find=[built],
                    whole=whole,
                    without=sorted(left),
                    instead=sorted({*placed.values()}),
                    until=self.until,
                )
            except uv.SourceOnly as fault:
                for name in fault.names:
                    specifier = _specifier(name, [*names, *constraints])
                    pinned = fault.pinned.get(name, "")
                    exact = [f"=={pinned}"] if pinned else []
                    versions = ",".join(filter(None, [specifier, *exact]))
                    try:
                        self._build(name, versions, locked, built, fault)
                    except NotBuilt as failed:
                        twin = self._twin(name, versions, constraints, without=sorted(left))
                        other = ""
                        if instead is not None and not twin and name not in placed:
                            other = self._other_version(name, built)
                        if instead is not None and other:
                            placed[name] = other
                            wanted = f"{name}=={pinned}" if pinned else f"{name}{versions}"
                            stood = f"{wanted} ({other.replace('==', ' ')} in its place)"
                            instead[stood] = failed.message
                        elif not twin and (unbuilt is None or name in left):
                            raise
                        elif not twin and unbuilt is not None:
                            unbuilt[name] = failed.message
                        requirements += [each for each in (twin, other) if each]
                        left |= {name} - {other.partition("=")[0]}
        raise NoEnvironment(f"more than {_ATTEMPTS} packages have to be built from source")

    def _twin(
        self, name: str, versions: str, constraints: Sequence[str], *, without: Sequence[str]
    ) -> str:
        """Return the requirement that brings a package's own code as a wheel; "" without any."""
        twin = f"{_SAME_CODE.get(name, '')}{versions}"
        if name not in _SAME_CODE or name in without:
            return ""
        try:
            uv.resolve([twin], constraints, self.python, registry=self.registry, until=self.until)
        except NoEnvironment:
            return ""
        return twin

    def _other_version(self, name: str, built: Path) -> str:
        """Lay another version of a package's code among what was built, and return its pin."""
        for wanted in _NEAREST.get(name, ()):
            try:
                archives = uv.resolve([wanted], (), self.python, registry=self.registry)
            except NoEnvironment:
                continue
            for path in bring(archives, self.downloads, {}):
                _link(path, built / path.name)  # where the day of an upload is not asked
            return f"{archives[0].name}=={archives[0].version}"
        return ""

    def gather(
        self, archives: Sequence[Archive], locked: Mapping[str, Collection[str]], place: Path
    ) -> Path:
        """Put these wheels into a folder of their own, downloaded where need be.

        Raises:
            NoEnvironment: one could not be had, or is another than its lock names.
        """
        here = f"{self.root.resolve().as_uri()}/"
        own = [archive for archive in archives if archive.url.startswith(here)]
        others = [archive for archive in archives if archive not in own]
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o755)
        for path in bring(others, self.downloads, locked):
            _link(path, place / path.name)
        for path in bring(own, self.downloads, {}):
            _link(path, place / path.name)
        return place

    def wheels_for(self, names: Sequence[str], place: Path) -> Path:
        """Return a folder with the wheels that these requirements come to."""
        built = place.with_name(f"{place.name}-built")
        try:
            archives = self.resolve(names, (), {}, built=built)
        except NoEnvironment:
            if not self.until:
                raise
            archives = self.of_today.resolve(names, (), {}, built=built)
        return self.gather(archives, {}, place)

    @property
    def of_today(self) -> Shelf:
        """The same shelf, whenever the registry's files were uploaded."""
        return replace(self, until="")

    def _build(
        self,
        name: str,
        specifier: str,
        locked: Mapping[str, Collection[str]],
        built: Path,
        fault: NoEnvironment,
    ) -> None:
        """Make a wheel of a package that is offered as source alone."""
        links = uv.folders(self.registry)
        archive = find_source(name, specifier, self.registry, links, self.until)
        stem = f"{_wheel_name(name)}-{archive.version}-"
        if any(path.name.startswith(stem) for path in built.iterdir()):
            raise fault
        (source,) = bring([archive], self.downloads, locked)
        try:
            self._make_wheel(source, archive, built)
        except NoEnvironment as failed:
            try:
                self._make_wheel_otherwise(source, archive, built, failed)
            except NoEnvironment:
                raise NotBuilt(failed.message, failed.remedy) from failed

    def _make_wheel_otherwise(
        self, source: Path, archive: Archive, built: Path, failed: NoEnvironment
    ) -> None:
        """Make a wheel by what its failed build names as older, else by what is offered today."""
        older = [line for words, line in _OLDER_BUILDERS.items() if words in failed.output]
        if older:
            self._make_wheel(source, archive, built, older)
        elif self.until:
            self.of_today._make_wheel(source, archive, built)  # noqa: SLF001 - its own kind
        else:
            raise failed

    def _make_wheel(
        self, source: Path, archive: Archive, built: Path, older: Sequence[str] = ()
    ) -> None:
        requires = (*required_to_build(_pyproject(source)), *older)
        place = (
            f"to-build-{archive.name}{'-older' if older else ''}"  # with nothing newer beside it
        )
        wheels = self.wheels_for(requires, self.room / place)
        workshop = Workshop(self.look, _fresh(self.room / f"building-{archive.name}"), self.python)
        words = [*("build", "--wheel", str(source), "--out-dir", str(workshop.folder / "out"))]
        words += [*("--python", str(self.python.program), "--no-index")]
        workshop.uv(
            f"the build of {archive.name} {archive.version}",
            [*words, "--find-links", str(wheels)],
            readable=[source, wheels],
        )
        _take_wheel(workshop.folder, archive, built)
        remove(workshop.folder)


def _take_wheel(folder: Path, archive: Archive, built: Path) -> None:
    """Take the wheel that a build was for, and nothing else that it left.

    Raises:
        NoEnvironment: there is none of that name and version.
    """
    for stated in names_beneath(folder, "out"):
        name = wheel_name(stated, archive.name, archive.version)
        if name and copy_beneath(folder, f"out/{stated}", built, name):
            return
    raise NoEnvironment(
        f"the build of {archive.name} {archive.version} left no wheel of that name and version",
        "See the step's output among the artifacts.",
    )


def install(workshop: Workshop, archives: Sequence[Archive], wheels: Path) -> None:
    """Make a virtual environment of these wheels, in the sandbox.

    Raises:
        NoEnvironment: a wheel could not be installed.
    """
    venv = workshop.folder / "venv"
    listed = workshop.folder / "packages.txt"
    listed.write_text("".join(f"{archive.name}=={archive.version}\n" for archive in archives))
    workshop.uv(
        "the making of the environment",
        ["venv", str(venv), "--python", str(workshop.python.program), "--no-project"],
    )
    words = ["pip", "install", "--python", str(venv / "bin" / "python"), "--no-deps", "--no-index"]
    words += ["--find-links", str(wheels), "--compile-bytecode", "-r", str(listed)]
    workshop.uv("the installation of the packages", words, readable=[wheels])
    remove(workshop.folder / "uv-cache")


def _specifier(name: str, lines: Sequence[str]) -> str:
    own = [
        str(requirement.specifier)
        for requirement in map(Requirement, lines)
        if canonicalize_name(requirement.name) == canonicalize_name(name)
    ]
    return ",".join(filter(None, own))


def _wheel_name(name: str) -> str:
    return canonicalize_name(name).replace("-", "_")


def _fresh(folder: Path) -> Path:
    remove(folder)
    folder.mkdir(parents=True)
    return folder


def _link(path: Path, place: Path) -> None:
    place.unlink(missing_ok=True)
    try:
        os.link(path, place)
    except OSError:
        shutil.copyfile(path, place)


def _pyproject(source: Path) -> bytes:
    """Return the pyproject.toml of a source archive; nothing else of it is unpacked."""
    if source.suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            names = [name for name in archive.namelist() if _is_top(name)]
            if not names:
                return b""
            with archive.open(names[0]) as pyproject:
                return pyproject.read(_LARGEST)  # whatever it would unpack to
    with tarfile.open(source) as tar:
        for member in tar:
            if member.isfile() and _is_top(member.name) and (file := tar.extractfile(member)):
                return file.read(_LARGEST)
    return b""


def _is_top(name: str) -> bool:
    return name.count("/") == 1 and name.endswith("/pyproject.toml")
