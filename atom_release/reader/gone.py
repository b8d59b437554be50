"""Files that a report says it deleted: what else it lists them under, they are not delivered.

`Modified: src/app/Panel.tsx` in the list of what was changed, and `Deleted: src/app/Panel.*` in
the summary of it. Only a text that begins with the word, and has the file straight behind it: what
was removed *from* a file leaves the file. Knows texts and paths, nothing of a report's form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from atom_release.reader.vocabulary import words

_BEFORE = re.compile(r"[\s\W]{0,12}")
_FILE = re.compile(r"[\s:`*\"'\u2013\u2014-]{1,8}([\w@./*-]{3,300})")
_MOST = 2  # asterisks of a pattern that is tried
_LONGEST = 400


class Gone:
    """The files that some texts say were deleted, each by its path or a pattern of paths."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read the texts: lines, items, or the strings of a document."""
        self._patterns = {pattern for text in texts if (pattern := _deleted(text))}

    def has(self, path: str) -> bool:
        """Return whether a path is one of them."""
        return bool(self._patterns) and any(
            fnmatchcase(path, pattern) or path.endswith(f"/{pattern}") for pattern in self._patterns
        )


def _deleted(text: str) -> str | None:
    """Return what a text says was deleted, where that is a file or a pattern of files."""
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    word = words("gone_now").match(text[start:_LONGEST].lower())
    file = _FILE.match(text, start + word.end()) if word else None
    named = file[1].strip(".") if file else ""
    is_file = "." in named and ("/" in named or "*" not in named)
    return named if is_file and named.count("*") <= _MOST else None
