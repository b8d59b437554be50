"""Builds that a service of Node.js wants before it is started, as its own package files say.

A step is drafted where what is started lies in a folder that builds write and the commit does not
hold: the service's own, or a member of its workspace that it needs. They run without a network.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from atom_release.drafting.files import Files, folder_of, joined

Step = tuple[str, ...]
_MANAGERS = {"npm", "pnpm", "yarn"}
_BUILT = re.compile(
    r"(?:^|[\s\"'/=])(?P<place>(?:\./)?(?:dist|build|lib|out|\.next|\.output|\.nuxt)(?:/[\w./-]*)?)(?=$|[\s\"'])"
)
_NEEDS_BUILD = re.compile(
    r"\b(?:next|nuxt|nuxi|remix-serve|react-router-serve)\s+(?:start|preview|\.|build)"
)
_DEPTH = 4


def steps(files: Files, folder: str, command: Sequence[str]) -> tuple[Step, ...]:
    """Return the builds before a command of a folder, those of what it needs first."""
    if joined(folder, "package.json") not in files or not command:
        return ()
    return tuple(
        dict.fromkeys([*_of_members(files, folder, _DEPTH), *_own(files, folder, command)])
    )


def _own(files: Files, folder: str, command: Sequence[str]) -> Iterator[Step]:
    scripts = _scripts(files, folder)
    line = _expanded(command, scripts)
    if "build" not in scripts:
        return
    places = [match["place"].removeprefix("./") for match in _BUILT.finditer(line)]
    if any(_is_missing(files, joined(folder, place)) for place in places) or (
        _NEEDS_BUILD.search(line) and not any("build" in word for word in command)
    ):
        yield ("npm", "run", "build")


def _expanded(command: Sequence[str], scripts: Mapping[str, str]) -> str:
    """Return what a command comes to, scripts of the package replaced by their lines."""
    words = [*command]
    for _ in range(_DEPTH):
        if words[:1] and words[0] not in _MANAGERS:
            break
        name = next((word for word in words[1:] if word in scripts), "")
        if not name:
            break
        words = scripts[name].split()
    return " ".join(words)


def _of_members(files: Files, folder: str, depth: int) -> Iterator[Step]:
    """Yield the builds of the members of a workspace that a package needs and nobody built."""
    package = files.json(joined(folder, "package.json"))
    named = package.get("dependencies")
    members = _by_name(files) if depth and isinstance(named, Mapping) else {}
    for name in named if isinstance(named, Mapping) else ():
        place = members.get(name)
        if place is None or place == folder:
            continue
        yield from _of_members(files, place, depth - 1)
        stated = files.json(joined(place, "package.json"))
        exported = json.dumps([stated.get("main"), stated.get("exports"), stated.get("module")])
        wanted = re.findall(r"[\"'](?:\./)?([\w./-]+\.[cm]?js)[\"']", exported)
        if "build" in _scripts(files, place) and any(
            _is_missing(files, joined(place, path)) for path in wanted
        ):
            way = posixpath.relpath(place or ".", folder or ".")
            yield ("npm", "--prefix", way, "run", "build")


def _by_name(files: Files) -> dict[str, str]:
    """Return the folders of packages by the names that others need them under."""
    named: dict[str, str] = {}
    for path in files.named("package.json"):
        name = files.json(path).get("name")
        if isinstance(name, str):
            named.setdefault(name, folder_of(path))
    return named


def _scripts(files: Files, folder: str) -> Mapping[str, str]:
    scripts = files.json(joined(folder, "package.json")).get("scripts")
    return (
        {str(name): line for name, line in scripts.items() if isinstance(line, str)}
        if isinstance(scripts, Mapping)
        else {}
    )


def _is_missing(files: Files, path: str) -> bool:
    plain = path.rstrip("/")
    return not (plain in files or plain in files.folders or f"{plain}.js" in files)
