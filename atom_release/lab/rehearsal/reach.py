"""What of the judged tree lies in a rehearsed service's folders.

A scorer that can read the labels it is scored by needs no model. The folders are walked, file by
file, for contents by their digest and for a repository: whatever name a copy has, it is found.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_CHUNK = 1 << 20


def find_in_reach(folders: Iterable[Path], contents: Mapping[str, tuple[int, str]]) -> list[str]:
    """Return the names of those contents that a file below the folders holds, sorted.

    And the paths of the folders or files named `.git` there.

    Args:
        folders: where the service may look.
        contents: name -> size in bytes and SHA-256 of what is looked for.
    """
    sizes = {size for size, _ in contents.values()}
    digests = {digest: name for name, (_, digest) in contents.items()}
    seen: set[str] = set()
    for path, is_file in _walk(folders):
        if path.name == ".git":
            seen.add(str(path))
        elif is_file and path.stat().st_size in sizes:
            name = digests.get(_digest(path))
            seen |= {name} if name else set()
    return sorted(seen)


def _walk(folders: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield every path below the folders, following no link, and whether it is a plain file."""
    for folder in folders:
        for place, names, files in os.walk(folder):
            for name in names:
                yield Path(place, name), False
            for name in files:
                path = Path(place, name)
                yield path, path.is_file() and not path.is_symlink()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
