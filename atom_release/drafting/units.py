"""Units: packages and deployments that belong to one folder, before they become services.

Which folder a deployment's code is in, its build, its Dockerfile or its name has to say; what no
folder of the repository holds is somebody else's image.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from atom_release.drafting import words
from atom_release.drafting.deployment import KINDS, dockerfile, image_paths, scripts
from atom_release.drafting.ecosystems import ECOSYSTEMS
from atom_release.drafting.files import Files, folder_of, is_below, is_product, joined
from atom_release.drafting.findings import Deployment, Part, Seen, Suite

_PLACES = ("services", "apps", "packages", "cmd")
_SERVED = ("services", "apps", "cmd")
_OF_PYTHON = {"python", "python3", "gunicorn", "uvicorn", "flask", "fastapi", "daphne", "hypercorn"}
_OF_NODE = {"node", "npm", "npx", "pnpm", "yarn"}
LANGUAGES = {
    suffix: ecosystem.language for ecosystem in ECOSYSTEMS for suffix in ecosystem.suffixes
}


@dataclass
class Unit:
    """What is known of one folder while it is brought together."""

    folder: str
    parts: list[Part] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)

    @property
    def stays(self) -> list[Deployment]:
        """The deployments of the folder that are services, not jobs."""
        return [deployment for deployment in self.deployments if not deployment.once]

    @property
    def is_service(self) -> bool:
        """Whether anything could be asked of it."""
        tested = any(part.suites for part in self.parts)
        started = any(part.start for part in self.parts if not part.is_library)
        return (
            bool(self.stays)
            or tested
            or started
            or self.folder.startswith(tuple(f"{place}/" for place in _SERVED))
        )


def gather(files: Files) -> tuple[dict[str, Unit], list[Deployment], list[Deployment]]:
    """Return the units by folder, all deployments, and those that are images of others."""
    parts = [part for ecosystem in ECOSYSTEMS for part in ecosystem.parts(files)]
    parts += _implied(files, parts)
    deployed = _merged(files, [deployment for kind in KINDS for deployment in kind(files)])
    units, systems = _units(files, parts, deployed)
    return units, deployed, systems


def _implied(files: Files, parts: Sequence[Part]) -> Iterator[Part]:
    """Yield the children of `services`, `apps` and the like that have code and no package file."""
    folders = {part.folder for part in parts}
    if "" in folders:
        return
    for place in _PLACES:
        children = sorted({path.split("/")[1] for path in files.paths if _is_child(path, place)})
        for child in children:
            folder = f"{place}/{child}"
            inside = any(is_below(other, folder) or is_below(folder, other) for other in folders)
            if not inside and not child.startswith((".", "_")):
                yield from _plain(files, folder)


def _is_child(path: str, place: str) -> bool:
    return path.startswith(f"{place}/") and path.count("/") > 1


def _plain(files: Files, folder: str) -> Iterator[Part]:
    """Yield a folder of code as a part, with the suite that its ecosystem would find there."""
    language = language_of(files.below(folder))
    if not language:
        return
    name = folder.rpartition("/")[2]
    marked = {"Python": "requirements.txt", "JavaScript": "package.json"}.get(language)
    if marked is None:
        yield Part(folder, name, language, (), (folder,))
        return
    inside = Files.of(
        {path: files.text(path) for path in files.below(folder)}
        | {joined(folder, marked): "{}" if marked.endswith("json") else ""}
    )
    for ecosystem in ECOSYSTEMS:
        for part in ecosystem.parts(inside):
            if part.folder == folder and ecosystem.language == language:
                suites = tuple(_from_the_top(seen) for seen in part.suites)
                yield replace(part, name=name, package_files=(), source=(folder,), suites=suites)


def _from_the_top(seen: Seen[Suite]) -> Seen[Suite]:
    """Return a suite that is run at the repository's top: nothing says that its folder is one."""
    return Seen(replace(seen.value, directory=""), seen.where, seen.guess)


def language_of(paths: Iterable[str]) -> str:
    """Return the language of most of these files; nothing where none is of a known one."""
    counted = Counter(
        language
        for path in paths
        if is_product(path) and (language := LANGUAGES.get(PurePosixPath(path).suffix))
    )
    return counted.most_common(1)[0][0] if counted else ""


def _merged(files: Files, deployed: Sequence[Deployment]) -> list[Deployment]:
    """Return the deployments, those of a Dockerfile that another builds told once."""
    built = {deployment.dockerfile for deployment in deployed if deployment.kind != "Dockerfile"}
    kept = [
        deployment
        for deployment in deployed
        if deployment.kind != "Dockerfile" or deployment.dockerfile not in built
    ]
    unfolded = (scripts.unfold(files, _with_image(files, deployment)) for deployment in kept)
    return [image_paths.as_here(files, deployment) for deployment in unfolded]


def _with_image(files: Files, deployment: Deployment) -> Deployment:
    """Return a compose service with what its Dockerfile says and it does not."""
    if deployment.kind == "Dockerfile" or deployment.dockerfile not in files:
        return deployment
    image = dockerfile.read(files, deployment.dockerfile)
    return replace(
        deployment,
        command=deployment.command or image.command,
        port=deployment.port or image.port,
        health=deployment.health or image.health,
    )


def _units(
    files: Files, parts: Sequence[Part], deployed: Sequence[Deployment]
) -> tuple[dict[str, Unit], list[Deployment]]:
    units: dict[str, Unit] = {}
    systems: list[Deployment] = []
    for part in parts:
        units.setdefault(part.folder, Unit(part.folder)).parts.append(part)
    for deployment in deployed:
        folder = _folder_of_code(files, deployment, units)
        if folder is None:
            systems.append(deployment)
        else:
            units.setdefault(folder, Unit(folder)).deployments.append(deployment)
    return dict(sorted(units.items())), _others(systems, units)


def _others(systems: Sequence[Deployment], units: Mapping[str, Unit]) -> list[Deployment]:
    """Return the images of others, each name once, and none that a unit is deployed as."""
    own = {
        words.slug(deployment.name) for unit in units.values() for deployment in unit.deployments
    }
    named = {
        words.slug(deployment.name): deployment
        for deployment in systems
        if words.slug(deployment.name) not in own
    }
    return [deployment for deployment in named.values() if deployment.image]


def _folder_of_code(files: Files, deployment: Deployment, units: Mapping[str, Unit]) -> str | None:
    """Return the folder whose code a deployment is; None where the repository does not hold it."""
    if deployment.image and not deployment.dockerfile:
        return _by_name(deployment, units)
    beside = folder_of(deployment.dockerfile) if deployment.dockerfile else deployment.folder
    candidates = (
        [beside, deployment.folder]
        if is_below(beside, deployment.folder)
        else [deployment.folder, beside]
    )
    for folder in candidates:
        if folder in units:
            return folder
    for folder in candidates:
        if folder and _holds_code(files, folder):
            return folder
    if deployment.kind == "Dockerfile" and _is_of_scripts(files, deployment.folder, units):
        return None
    inside = [folder for folder in units if is_below(folder, deployment.folder)]
    if len(inside) > 1 and deployment.folder not in units:
        inside = [folder for folder in inside if _speaks(units[folder], deployment)]
    if len(inside) == 1:
        return inside[0]
    return (
        deployment.folder
        if language_of(files.below(deployment.folder))
        else _by_name(deployment, units)
    )


def _speaks(unit: Unit, deployment: Deployment) -> bool:
    """Return whether a unit is of the language that a deployment's command is a program of."""
    program = deployment.command.value[0] if deployment.command else ""
    languages = {part.language for part in unit.parts}
    if program in _OF_PYTHON:
        return "Python" in languages
    return program in _OF_NODE and bool({"JavaScript", "TypeScript"} & languages)


def _holds_code(files: Files, folder: str) -> bool:
    """Return whether a folder holds more than the scripts that an image is begun with."""
    return language_of(files.below(folder)) not in {"", "Shell"}


def _is_of_scripts(files: Files, folder: str, units: Mapping[str, Unit]) -> bool:
    """Return whether a folder holds an image's scripts alone, within a package that it serves."""
    around = any(unit.parts and is_below(folder, outer) for outer, unit in units.items())
    return around and language_of(files.below(folder)) == "Shell"


def _by_name(deployment: Deployment, units: Mapping[str, Unit]) -> str | None:
    image = re.sub(r"[:@].*$", "", deployment.image.rpartition("/")[2])
    names = {words.slug(deployment.name), words.slug(image)} - {""}
    for folder in units:
        if any(words.slug(part) in names for part in folder.split("/")[::-1]):
            return folder
    return None
