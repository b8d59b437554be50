"""The project itself, installed so that what is imported is the copy that a run is made in.

Its own build backend makes its metadata and its programs, in the sandbox, from a copy of the judged
tree; the places of its packages become import roots relative to the tree. So a copy without bodies
is imported as surely as one with them.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from atom_release.lab.environments.build_system import build_requirements
from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.wanted import for_tests
from atom_release.lab.throwaway import remove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from atom_release.lab.environments.pythons import Python
    from atom_release.lab.environments.workshop import Workshop
    from atom_release.lab.look import Look

_INSIDE = Path(__file__).parent / "inside"
_MISSING = re.compile(r"Because ([A-Za-z0-9._-]+) was not found in the")
_ATTEMPTS = 3
_LARGEST = 4 << 20


@dataclass(frozen=True)
class Layer:
    """A built project.

    `roots` and `built` are relative to the tree: folders to import from, and files that its build
    wrote there; `requires` is what it says that it depends on.
    """

    folder: Path
    roots: tuple[str, ...]
    built: tuple[str, ...]
    packages: tuple[Mapping[str, Any], ...]

    @classmethod
    def by(cls, folder: Path, facts: Mapping[str, Any]) -> Layer:
        """Return the layer that was noted."""
        return cls(folder, tuple(facts["roots"]), tuple(facts["built"]), tuple(facts["packages"]))

    @property
    def site(self) -> Path:
        """The folder with the metadata of the installed project."""
        return self.folder / "site"

    def requires(
        self, extras: Mapping[str, tuple[str, ...] | None], python: Python
    ) -> tuple[str, ...]:
        """Return the dependencies that hold for this Python with these extras.

        Args:
            extras: folder of a project in the tree -> the extras asked of it; None: those for
                tests.
            python: what it is for.
        """
        own: set[str] = {canonicalize_name(str(package["name"])) for package in self.packages}
        lines: list[str] = []
        for package in self.packages:
            wanted = extras.get(str(package["folder"]), ())
            chosen = for_tests(package["extras"]) if wanted is None else wanted
            lines += _holding(package["requires"], chosen, python, own)
        return tuple(dict.fromkeys(lines))


def build(
    workshop: Workshop,
    folders: Sequence[str],
    wheels: Callable[[Sequence[str]], Path],
) -> dict[str, Any]:
    """Build the projects in these folders of the judged tree, and return what was noted of them.

    Args:
        workshop: where; its folder is left with `site` and `built` alone.
        folders: folders of the tree.
        wheels: makes a folder with the wheels that requirements come to.

    Raises:
        NoEnvironment: one of them could not be built without network.
    """
    look, room = workshop.look, workshop.folder
    source = room / "source"
    look.tree.write_to(source)
    look.tree.write_repository(source)
    _check(look, folders)
    wanted = [line for folder in folders for line in build_requirements(look.tree, folder)]
    words = [*("pip", "install", "--target", str(room / "site"), "--no-deps", "--no-index")]
    words += ["--python", str(workshop.python.program)]
    words += [word for folder in folders for word in ("-e", str(source / folder))]
    for attempt in range(_ATTEMPTS):
        place = wheels(wanted)
        try:
            workshop.uv(
                "the build of the project", [*words, "--find-links", str(place)], readable=[place]
            )
            break
        except NoEnvironment as fault:
            more = _MISSING.findall(fault.output)
            if attempt + 1 == _ATTEMPTS or not more or set(more) <= set(wanted):
                raise
            wanted += more
    return _noted(workshop, source)


def _check(look: Look, folders: Sequence[str]) -> None:
    for folder in folders:
        inside = [str(PurePosixPath(folder, name)) for name in ("pyproject.toml", "setup.py")]
        if not any(path in look.tree.entries for path in inside):
            raise NoEnvironment(
                f"the folder {folder} holds no pyproject.toml and no setup.py",
                "Name the folder of the project in `install`.",
            )


def _noted(workshop: Workshop, source: Path) -> dict[str, Any]:
    room = workshop.folder
    listing = room.with_name(f"{room.name}.listing.json")
    listing.write_text(json.dumps(sorted(workshop.look.tree.entries)))
    answer = room / "answer.json"
    for place in (room / "built", answer):
        remove(place)  # whatever a build laid there beforehand
    try:
        words = [str(_INSIDE / "look_at_layer.py"), str(source), str(room / "site")]
        words += [str(room / "built"), str(listing), str(answer)]
        workshop.run(
            "the look at the built project",
            [str(workshop.python.program), "-I", "-S", *words],
            readable=[_INSIDE, listing],
        )
        handle = os.open(answer, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            noted = json.loads(file.read(_LARGEST))
        return _checked(noted, source)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoEnvironment(
            f"what the project's build left cannot be read: {type(error).__name__}"
        ) from error
    finally:
        listing.unlink()


def _checked(noted: dict[str, Any], source: Path) -> dict[str, Any]:
    """Take of the answer what is as expected; it was written by the subject's process."""
    packages = [
        {
            "name": str(package["name"]),
            "version": str(package["version"]),
            "requires": [str(line) for line in package["requires"]],
            "extras": [str(name) for name in package["extras"]],
            "folder": _folder(str(package["from"]), source),
        }
        for package in noted["packages"]
    ]
    return {
        "packages": packages,
        "roots": [path for path in map(str, noted["roots"]) if _is_inside(path)],
        "built": [path for path in map(str, noted["built"]) if _is_inside(path)],
    }


def _folder(url: str, source: Path) -> str:
    place = PurePosixPath(url.removeprefix("file://"))
    real = PurePosixPath(source.resolve())
    return str(place.relative_to(real)) if place.is_relative_to(real) else "."


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and ".git" not in pure.parts


def _holding(
    lines: Sequence[str], extras: Iterable[str], python: Python, own: set[str]
) -> list[str]:
    """Return the requirements whose markers hold, without markers; of its own extras, theirs."""
    visited, todo, kept = set(), [""], list[str]()
    todo += list(extras)
    while todo:
        extra = canonicalize_name(todo.pop()) if todo[-1] else todo.pop()
        if extra in visited:
            continue
        visited.add(extra)
        for requirement in map(_parsed, lines):
            if requirement is None or not _holds(requirement, extra, python):
                continue
            if canonicalize_name(requirement.name) in own:
                todo += sorted(requirement.extras)
            else:
                requirement.marker = None
                kept.append(str(requirement))
    return kept


def _parsed(line: str) -> Requirement | None:
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return None
    if requirement.url:
        raise NoEnvironment(
            f"the project depends on what no package registry has: {line[:80]!r}",
            "Name a released version.",
        )
    return requirement


def _holds(requirement: Requirement, extra: str, python: Python) -> bool:
    if requirement.marker is None:
        return not extra
    environment = {**python.markers, "extra": extra}
    named = requirement.marker.evaluate(environment)
    return named and (not extra or not requirement.marker.evaluate({**environment, "extra": ""}))
