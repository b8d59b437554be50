"""Command lines and names as people write them into package files, images and pipelines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

_SHELL = re.compile(r"[|;&<>`]|\$\(|\bwhile\b|\bif\b")
_WITHIN = re.compile(r"^(?:(?:uv|poetry|pipenv|pdm|hatch) run )+")
_AFTER = re.compile(r"\s*(?:;|&&)\s*")
_SHELLS = {"sh", "bash", "/bin/sh", "/bin/bash", "ash"}
_WRAPPERS = {"exec", "tini", "/usr/bin/tini", "/sbin/tini", "dumb-init", "/usr/bin/dumb-init", "--"}


def command(value: object) -> tuple[str, ...]:
    """Return a command as words, from a list or a line; empty where it is a program of a shell."""
    return next(reversed(commands(value)), ())


def commands(value: object) -> tuple[tuple[str, ...], ...]:
    """Return the commands of a list or a line, one after another; none where it needs a shell.

    The last is what stays; those before it run to their end.
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        words = _unwrapped(tuple(str(word) for word in value))
    else:
        line = str(value or "")
        words = _unwrapped(_plain(line))
        if words[:1] and words[0] not in _SHELLS:
            return _listed(line)
    if len(words) == 3 and words[0] in _SHELLS and words[1] in {"-c", "-lc"}:  # noqa: PLR2004 - sh -c LINE
        return _listed(words[2])
    is_line = isinstance(value, str) and not split(value)
    return (words,) if words and not is_line else ()


def _unwrapped(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[0] in _WRAPPERS:
        words = words[1:]
    return words


def _listed(line: str) -> tuple[tuple[str, ...], ...]:
    """Return the simple commands that a line runs one after another; none where one is not."""
    steps = [_unwrapped(split(step)) for step in _AFTER.split(line.strip().rstrip(";"))]
    return tuple(steps) if all(steps) else ()


def _plain(line: str) -> tuple[str, ...]:
    """Return the words of a line as they are quoted, whatever a shell would make of them."""
    try:
        return tuple(shlex.split(line))
    except ValueError:
        return ()


def split(line: str) -> tuple[str, ...]:
    """Return the words of a line; none where it needs a shell or is no whole line."""
    return () if _SHELL.search(line) else _plain(line)


def without_environment(line: str) -> str:
    """Return a line without what runs it in a project's environment: `uv run`, `poetry run`."""
    return _WITHIN.sub("", line)


def slug(name: str) -> str:
    """Return a name as services are called: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().rpartition("/")[2]).strip("-")
