"""Dockerfiles: what the last stage starts, which port it exposes, which health check it has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from atom_release.drafting import words
from atom_release.drafting.deployment.compose import health_of
from atom_release.drafting.deployment.systems import system_built
from atom_release.drafting.files import Files, folder_of, joined
from atom_release.drafting.findings import Deployment, Place, Seen
from atom_release.source.text import is_example, is_test

_FILE = r"(?:.*/)?(?:Dockerfile|Containerfile|Dockerfile\.[\w.-]+|[\w.-]+\.Dockerfile)"
_OTHER_USE = re.compile(r"test|e2e|playwright|debug|dev|lint|docs|ci", re.IGNORECASE)
_HOUSES = {"docker", "build", "deploy", "deployment", ".docker", "container", "containers"}
_INSTRUCTION = re.compile(
    r"^[ \t]*+(FROM|CMD|ENTRYPOINT|EXPOSE|HEALTHCHECK)\b\s*(.*)$", re.IGNORECASE
)


def deployments(files: Files) -> Iterator[Deployment]:
    """Yield a deployment for each Dockerfile of the product."""
    for path in files.matching(_FILE):
        name = PurePosixPath(path).name
        if is_test(path) or is_example(path) or ".devcontainer" in path or _OTHER_USE.search(name):
            continue
        if name != "Dockerfile" and joined(folder_of(path), "Dockerfile") in files:
            continue
        if not system_built(files, path):
            yield read(files, path)


def read(files: Files, path: str) -> Deployment:
    """Return what one Dockerfile says of its container, by its last stage."""
    stage: dict[str, tuple[str, int]] = {}
    for keyword, value, line in _instructions(files.text(path)):
        if keyword == "FROM":
            stage = {}
        elif keyword != "EXPOSE" or "EXPOSE" not in stage:
            stage[keyword] = (value, line)
    entry, command = stage.get("ENTRYPOINT"), stage.get("CMD")
    argv = (*(_words(entry[0]) if entry else ()), *(_words(command[0]) if command else ()))
    first = command or entry
    exposed = re.match(r"\d+", stage["EXPOSE"][0]) if "EXPOSE" in stage else None
    folder = folder_of(path)
    if folder.rpartition("/")[2].lower() in _HOUSES:
        folder = folder_of(folder)
    return Deployment(
        folder.rpartition("/")[2],
        folder,
        Place(path),
        "Dockerfile",
        "",
        path,
        Seen(argv, Place(path, first[1])) if argv and first else None,
        Seen(int(exposed[0]), Place(path, stage["EXPOSE"][1])) if exposed else None,
        health_of(stage["HEALTHCHECK"][0], Place(path, stage["HEALTHCHECK"][1]))
        if "HEALTHCHECK" in stage
        else None,
    )


def _words(value: str) -> tuple[str, ...]:
    if value.lstrip().startswith("["):
        try:
            listed = json.loads(value)
        except ValueError:
            return ()
        return words.command(listed) if isinstance(listed, list) else ()
    return words.command(value)


def _instructions(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the instructions that matter, continued lines joined, each with its first line."""
    held, start = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#"):
            continue
        start = start if held else number
        held += line.rstrip("\\ \t") + " " if line.rstrip().endswith("\\") else line
        if line.rstrip().endswith("\\"):
            continue
        match = _INSTRUCTION.match(held)
        if match:
            yield match[1].upper(), match[2].strip(), start
        held = ""
