"""The locks of an install are in step with the constraints and with what the project asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from atom_release_tests.fixtures import locks

RELEASE, TEST = (locks.entries(place.read_text()) for place in (locks.RELEASE, locks.TEST))
PINNED: dict[str, str] = {
    canonicalize_name(name): version
    for name, _, version in (
        line.partition("==") for line in (locks.ROOT / "constraints.txt").read_text().split()
    )
}
_NEVER_HERE = {"async-timeout"}  # asked for by Pythons before 3.11.3 alone


def declared(extras: tuple[str, ...]) -> Iterator[Requirement]:
    """Yield what pyproject.toml asks for, those of its own extras resolved."""
    project = tomllib.loads((locks.ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    for text in [*project["dependencies"], *(line for extra in extras for line in optional[extra])]:
        requirement = Requirement(text)
        if requirement.name == project["name"]:
            yield from declared(tuple(requirement.extras - {*extras}))
        else:
            yield requirement


def closure(wanted: list[Requirement]) -> set[str]:
    """Return every package that these need on this machine, by the installed packages' own words."""
    needed: set[str] = set()
    seen: set[tuple[str, str]] = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            needed.add(name)
            try:
                lines = requires(name) or []
            except PackageNotFoundError:
                pytest.fail(f"{name} is asked for and not installed")
            wanted.extend(
                line
                for line in map(Requirement, lines)
                if line.marker is None or line.marker.evaluate({"extra": extra})
            )
    return needed


@pytest.mark.parametrize("lock", [RELEASE, TEST], ids=["release", "test"])
def test_each_version_is_the_constraints(lock: dict[str, tuple[Requirement, str]]) -> None:
    versions = {name: str(requirement.specifier) for name, (requirement, _) in lock.items()}
    assert versions.keys() - PINNED.keys() <= _NEVER_HERE
    wrong = {
        name: version
        for name, version in versions.items()
        if name in PINNED and version != f"=={PINNED[name]}"
    }
    assert not wrong, "run: python -m atom_release_tests.fixtures.locks"


@pytest.mark.parametrize("place", [locks.RELEASE, locks.TEST], ids=["release", "test"])
def test_a_lock_is_names_and_digests_alone(place: Path) -> None:
    """No registry, no address, no option: where files come from is the installer's own setting."""
    for line in place.read_text().splitlines():
        assert re.fullmatch(
            r"[\w.-]+(\[[\w,-]+\])?==[\w.+!]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?",
            line,
        ), line


def test_the_locks_hold_what_is_needed_and_nothing_else() -> None:
    extras = tuple(dict.fromkeys((*locks.RELEASE_EXTRAS, *locks.TEST_EXTRAS)))
    needed = closure([*declared(extras), Requirement(locks.BUILDER)])
    here = {
        name
        for name, (requirement, _) in {**RELEASE, **TEST}.items()
        if requirement.marker is None or requirement.marker.evaluate()
    }
    assert needed == here, "run: python -m atom_release_tests.fixtures.locks"
    assert not RELEASE.keys() & TEST.keys()


def test_the_release_is_locked_without_what_only_tests_need() -> None:
    needed = closure([*declared(locks.RELEASE_EXTRAS), Requirement(locks.BUILDER)])
    assert needed == {
        name
        for name, (requirement, _) in RELEASE.items()
        if requirement.marker is None or requirement.marker.evaluate()
    }
