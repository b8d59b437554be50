"""Pictures whose words refuse what the text beside them passes.

What a picture shows is seen and its words are not, so they state nothing for the report
(`plain`). Words that refuse speak against it all the same: the picture shows what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader.facts import Document
from atom_release.reader.sections import Section
from atom_release.reader.vocabulary import words
from atom_release.reader.words import bare, status_of

_PICTURE = re.compile(
    r"!\[(?P<words>[^\[\]]{1,300})\]|<img\s[^<>]{0,300}?\balt=[\"'](?P<alt>[^\"'<>]{1,300})[\"']",
    re.IGNORECASE,
)
_KEY = re.compile(r"^[^:]{1,60}:\s*")
_REFUSING = frozenset({ReportStatus.FAIL, ReportStatus.BLOCKED})


def refusing_pictures(document: Document) -> Iterator[tuple[int, str]]:
    """Yield where a picture of the header, a conclusion or the foot says that it is not so."""
    if "![" not in document.lower and "<img" not in document.lower:
        return
    sections = {fact.line: fact.section for fact in document.facts}
    unread = {fact.line for block in document.blocks.values() for fact in block}
    unread |= {fact.line for fact in document.commented}
    above: Section | None = None
    for number, line in enumerate(document.source, 1):
        above = sections.get(number, above)
        if number in unread or ("![" not in line and "<img" not in line.lower()):
            continue
        if above is not None and not _speaks_of_the_whole(above):
            continue
        if any(_refuses(match["words"] or match["alt"]) for match in _PICTURE.finditer(line)):
            yield number, "shows a picture whose words speak against it"


def _speaks_of_the_whole(section: Section) -> bool:
    return bool(section.header or section.foot or section.topic.conclusion or section.topic.verdict)


def _refuses(text: str) -> bool:
    lowered = text.lower()
    if words("refusal").search(lowered):
        return True
    alone = _KEY.sub("", text)
    return bare(alone) and status_of(alone) in _REFUSING
