"""Command lines and names as people write them into package files, images and pipelines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

_SHELL = re.compile(r"[|;&<>`]|\$\(|\bwhile\b|\bif\b")
_SHELLS = {"sh", "bash", "/bin/sh", "/bin/bash", "ash"}
_WRAPPERS = {"exec", "tini", "/usr/bin/tini", "/sbin/tini", "dumb-init", "/usr/bin/dumb-init", "--"}


def command(value: object) -> tuple[str, ...]:
    """Return a command as words, from a list or a line; empty where it is a program of a shell."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        words = tuple(str(word) for word in value)
    else:
        words = split(str(value or ""))
    while words and words[0] in _WRAPPERS:
        words = words[1:]
    if len(words) == 3 and words[0] in _SHELLS and words[1] in {"-c", "-lc"}:  # noqa: PLR2004 - sh -c LINE
        return split(words[2].removeprefix("exec "))
    return words


def split(line: str) -> tuple[str, ...]:
    """Return the words of a line; none where it needs a shell or is no whole line."""
    if _SHELL.search(line):
        return ()
    try:
        return tuple(shlex.split(line))
    except ValueError:
        return ()


def slug(name: str) -> str:
    """Return a name as services are called: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().rpartition("/")[2]).strip("-")
