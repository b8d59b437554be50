"""The packages of the environments that a release's suites and checks are installed with."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, PackageMetadata, distributions
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Install
from atom_release.lab.environments.make import make
from atom_release.probes.own_probe.subject import Package

if TYPE_CHECKING:
    from atom_release.gate.manifest import Manifest
    from atom_release.lab.look import Look

_LICENCE = "License :: "
_LONGEST = 200


def installed_packages(look: Look) -> tuple[Package, ...]:
    """Return every package of those environments, each name and version once.

    Raises:
        ProbeFault: none is made for this release, or one could not be made.
    """
    installs = list(dict.fromkeys(_installs(look.manifest)))
    if not installs:
        raise ProbeFault(
            "no environment is made for this release, so there are no packages to look at",
            "Name `install` for a suite or a check.",
        )
    packages = {
        (package.name, package.version): package
        for install in installs
        for package in _of_environment(Path(make(look, install, needs=()).python))
    }
    return tuple(packages[key] for key in sorted(packages))


def _installs(manifest: Manifest) -> Iterator[Install]:
    """Yield what is installed for suites and checks of Python."""
    suites = [service.suite for service in manifest.services if service.suite]
    named = [suite.install for suite in suites if suite.runner == "pytest"]
    named += [tests.install for tests in manifest.integration]
    named += [check.install for check in manifest.checks]
    for install in named:
        if install is not None:
            yield Install() if install == "auto" else install


def _of_environment(python: Path) -> Iterator[Package]:
    places = [str(place) for place in python.parent.parent.glob("lib/python3*/site-packages")]
    for distribution in distributions(path=places):
        yield _package(distribution)


def _package(distribution: Distribution) -> Package:
    metadata = distribution.metadata
    return Package(
        str(metadata["Name"]).lower().replace("_", "-"), distribution.version, _licence(metadata)
    )


def _licence(metadata: PackageMetadata) -> str:
    """Return what a package states: its expression, else its classifiers, else its own words."""
    expression = _line(metadata, "License-Expression")
    classifiers = [
        entry.rpartition(" :: ")[2]
        for entry in metadata.get_all("Classifier") or ()
        if entry.startswith(_LICENCE) and entry != f"{_LICENCE}OSI Approved"
    ]
    words = _line(metadata, "License")
    return expression or "; ".join(classifiers) or words


def _line(metadata: PackageMetadata, name: str) -> str:
    values = metadata.get_all(name) or [""]
    text = " ".join(str(values[0]).split())
    return "" if text in {"UNKNOWN", "None"} else text[:_LONGEST]
