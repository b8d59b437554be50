"""What a path of a container's image is here: programs by their names, files by their tails."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from atom_release.drafting.files import Files, joined

if TYPE_CHECKING:
    from atom_release.drafting.findings import Deployment

_PROGRAM = re.compile(
    r"/(?:[\w.-]+/)*bin/(python3?|gunicorn|uvicorn|flask|fastapi|celery|hypercorn|daphne|uv|poetry"
    r"|node|npm|npx|yarn|pnpm)"
)
_PATH = re.compile(r"/(?:[\w.@-]+/)*[\w.@-]+")


def as_here(files: Files, deployment: Deployment) -> Deployment:
    """Return a deployment whose command names programs and files as they are called here."""
    if deployment.command is None:
        return deployment
    folder = deployment.folder
    first, *others = deployment.command.value or ("",)
    script, *arguments = others or ("",)  # what is run itself: whether it is here is asked later
    named = [*([script] if others else ()), *(find(files, folder, word) for word in arguments)]
    program = _PROGRAM.fullmatch(first)
    value = (program[1] if program else first, *named)
    return replace(deployment, command=replace(deployment.command, value=value))


def find(files: Files, folder: str, word: str) -> str:
    """Return what a word is here: a file by the end of its path; what is none stays."""
    if not _PATH.fullmatch(word):
        return word
    parts = word.strip("/").split("/")
    tails = ("/".join(parts[start:]) for start in range(len(parts)))
    for tail in tails:
        if joined(folder, tail) in files:
            return tail
        if tail in files and "/" in tail:
            return tail
    return word
