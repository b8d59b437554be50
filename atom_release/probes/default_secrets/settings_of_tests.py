"""Which lines of a file are settings of its tests' runner: what stands there, no service reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

_WHOLE = frozenset({"pytest.ini", ".pytest.ini", "tox.ini"})
_SECTIONS = {
    "pyproject.toml": re.compile(r"\[tool\.(?:pytest|tox|coverage)[\w.]*\]"),
    "setup.cfg": re.compile(r"\[tool:pytest\]"),
}
_HEADER = re.compile(r"\[{1,2}[A-Za-z][\w.:\"'-]*\]{1,2}\s*(?:#.*)?")


def find_lines(path: str, content: bytes) -> Callable[[int], bool]:
    """Return what says of a line, counted from 1, whether it is such a setting."""
    name = PurePosixPath(path).name
    if name in _WHOLE:
        return lambda _line: True
    section = _SECTIONS.get(name)
    if section is None:
        return lambda _line: False
    inside, lines = False, set()
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        if _HEADER.fullmatch(line):
            inside = section.match(line) is not None
        elif inside:
            lines.add(number)
    return lines.__contains__
