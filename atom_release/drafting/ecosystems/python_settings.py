"""What the configuration of pytest lists, in whichever file of a folder it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atom_release.drafting.files import joined

if TYPE_CHECKING:
    from atom_release.drafting.files import Files

_PLACES = ("pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg")


def listed(files: Files, folder: str, option: str) -> list[str]:
    """Return the words under an option in the first configuration of a folder that has it."""
    table: Any = files.toml(joined(folder, "pyproject.toml"))
    for key in ("tool", "pytest", "ini_options"):
        table = table.get(key, {}) if isinstance(table, Mapping) else {}
    stated = table.get(option, []) if isinstance(table, Mapping) else []
    if stated:
        return stated.split() if isinstance(stated, str) else [str(word) for word in stated]
    for name in _PLACES:
        path = joined(folder, name)
        match = path in files and re.search(_option(option), files.text(path), re.MULTILINE)
        if match:
            return match[1].split()
    return []


def _option(name: str) -> str:
    """Return the expression of an option: its line, and those indented below it."""
    lines = r"((?:[^\n]*)(?:\n[ \t]+[^\n]+)*)"
    return rf"^\[(?:tool:)?pytest\][^\[]*?^{name}\s*={lines}"
