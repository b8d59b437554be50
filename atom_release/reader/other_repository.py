"""What a section says it put into another repository: a tap, a repository by its name.

What it lists there lies there, and is no file of the judged tree. Only the section's own lines tell
it, and only where they name the other repository: "pushed to homebrew-fees tap". "The repository"
is the one that the report lies in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atom_release.reader.facts import Document

_PUT = re.compile(
    r"\b(?:pushed|committed|published|added|copied|submitted|uploaded|merged|moved|lives|located)\b"
    r"[^.;\n]{0,40}?\b(?:to|in|into|on|at|against)\s+(?:(?:the|our|my|a)\s+)?(?:separate\s+)?"
    r"[`*\"']{0,3}(?P<name>[\w.]+(?:[-/][\w.-]+)+)[`*\"']{0,3}\s+(?:tap|repo(?:sitory)?)\b",
    re.IGNORECASE,
)
_LONGEST = 200


def sections_elsewhere(document: Document) -> set[int]:
    """Return the lines of the sections that tell of another repository."""
    return {
        fact.section.line
        for fact in document.lines
        if len(fact.text) <= _LONGEST and _PUT.search(fact.text)
    }
