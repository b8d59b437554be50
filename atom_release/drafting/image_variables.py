"""Variables that images set of themselves: those of Dockerfiles, and of what these build on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.drafting.files import Files, joined
from atom_release.drafting.settings_files import Stated, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_MOST_CODE = 400
_VERSIONED = re.compile(
    r"^[ \t]*+FROM\s+(?:--\S+\s+)*(?:\S*/)?(?P<name>python|node):(?P<version>\d+(?:\.\d+)*)",
    re.MULTILINE,
)


def find(files: Files, folder: str) -> Iterator[Stated]:
    """Yield what the images of Python and Node.js set of themselves, where code asks for it."""
    for path in dict.fromkeys((joined(folder, "Dockerfile"), "Dockerfile")):
        for match in _VERSIONED.finditer(files.text(path)) if path in files else ():
            name = f"{match['name'].upper()}_VERSION"
            code = [other for other in files.below(folder) if other.endswith((".py", ".js", ".ts"))]
            if any(name in files.text(other) for other in code[:_MOST_CODE]):
                yield Stated({name: match["version"]}, files.place(path, r"^[ \t]*+FROM"))


_SET = re.compile(rf"^[ \t]*+ENV\s+({_NAME})(?:=|[ \t]+)(.*)$", re.MULTILINE)
_MORE = re.compile(rf"\s({_NAME})=(\"[^\"]*\"|'[^']*'|\S+)")


def stated(files: Files, folder: str) -> dict[str, str]:
    """Return the variables that the Dockerfile of a folder, else the top's, sets in its image."""
    path = next((at for at in (joined(folder, "Dockerfile"), "Dockerfile") if at in files), "")
    text = files.text(path).replace("\\\n", " ") if path else ""
    named: dict[str, str] = {}
    for name, rest in _SET.findall(text):
        for each, value in _MORE.findall(f" {name}={rest}"):
            if (plain := unquoted(value)) and "$" not in plain:
                named[each] = plain
    return named
