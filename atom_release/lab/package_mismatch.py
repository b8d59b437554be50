"""Whether a test failed because installed packages do not fit one another.

Without a lock the versions of what packages need are whatever the registry has: one package then
calls what another has no more. Neither is the release's code, and no line of it was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

CAUSE = "the installed packages do not fit one another"
REMEDY = "Name versions of them that do, by a lock or by bounds in the requirements."
_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r"^  File \"([^\"]+)\", line \d+, in .*\n((?:    .*\n)?)", re.MULTILINE)
_INSTALLED = re.compile(r"/(?:site|dist)-packages/([^/]+)")
_STANDARD = re.compile(r"/lib/python3\.\d+/(?!(?:site|dist)-packages/)")
_LACKS = re.compile(
    r"AttributeError: (?:partially initialized )?module '([\w.]+)' has no attribute '"
    r"|ImportError: cannot import name '\w+' from '([\w.]+)'"
)
_TAKES = re.compile(r"TypeError: [\w.]*__init__\(\) got an unexpected keyword argument '")
_TO_ITS_BASE = "super().__init__("


@dataclass(frozen=True)
class _Frame:
    package: str  # the installed package that it is of; nothing for the release's own code
    standard: bool
    line: str


def is_mismatch(message: str, text: str) -> bool:
    """Return whether one installed package asked another for what it does not have.

    `text` is Python's own traceback. Who asked is the nearest caller outside the package that
    lacks it: where that is the release's own code or its test, the release asked.
    """
    frames = _frames(text)
    lacks = _LACKS.search(message)
    if lacks:
        lacking = (lacks[1] or lacks[2]).partition(".")[0]
        return bool(_asking(frames, lacking))
    if _TAKES.search(message) and frames:
        return bool(frames[-1].package) and _TO_ITS_BASE in frames[-1].line
    return False


def _asking(frames: Sequence[_Frame], lacking: str) -> str:
    """Return the installed package that asked; nothing where it was the release, or is not seen."""
    outer = (each for each in reversed(frames) if not each.standard and each.package != lacking)
    caller = next(outer, None)
    return caller.package if caller else ""


def _frames(text: str) -> list[_Frame]:
    last = text.rpartition(_TRACEBACK)[2]
    return [_frame(path, line) for path, line in _FRAME.findall(last)]


def _frame(path: str, line: str) -> _Frame:
    installed = _INSTALLED.search(path)
    package = installed[1].removesuffix(".py") if installed else ""
    return _Frame(package, not package and bool(_STANDARD.search(path)), line)
