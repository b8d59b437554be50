"""The folder that a command of a service runs in: where the module that it names is found.

An image often holds a folder of the repository (`src/app`) elsewhere than the repository does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.drafting.files import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.drafting.files import Files

_TARGET = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*):[A-Za-z_]\w*(?:\(\))?")


def find(files: Files, folder: str, command: Sequence[str]) -> str:
    """Return the folder below which the named module lies; the service's own where none says."""
    target = next((match[1] for word in command if (match := _TARGET.fullmatch(word))), "")
    tails = [f"{target.replace('.', '/')}{end}" for end in (".py", "/__init__.py")]
    if not target or any(joined(folder, tail) in files for tail in tails):
        return folder
    folders = [
        path.removesuffix(f"/{tail}")
        for path in files.below(folder)
        for tail in tails
        if path.endswith(f"/{tail}")
    ]
    return folders[0] if len(folders) == 1 else folder
