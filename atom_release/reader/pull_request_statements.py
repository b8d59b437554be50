"""Where a document says that a pull request was opened, and from which branch.

Of one that was merged nothing is read: its branch may be gone, as it should.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atom_release.gate.claims.record import ClaimKind, ClaimRecord
from atom_release.reader.facts import Document
from atom_release.reader.release_document import is_said_of_now

_REQUEST = r"(?:pull request|merge request|PR|MR)"
_OPENED = r"(?:opened|created|submitted|raised|is open)"
_SAYS = re.compile(
    rf"\b{_REQUEST}\b[^.|;]{{0,60}}?\b{_OPENED}\b|\b{_OPENED}\b[^.|;]{{0,30}}?\b{_REQUEST}\b"
    rf"|\b{_REQUEST}\b\W+(?i:opened?)\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\b(?:not|no|never|will|to be|should|must|can|could|when|once|if|after|before|pending|todo"
    r"|ready|needs?|please|each|every|any|all|template|automatic\w*|merged|closed|on each|whenever"
    r"|by hand|next|planned)\b|n't\b|\?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"#\d+|/pulls?/\d+|/merge_requests/\d+|!\d+")
_BRANCH = re.compile(
    r"(?:from|branch|head)\s+`?((?:[\w.-]+/)+[\w.-]+|`[\w.-]+`)|`((?:[\w.-]+/)+[\w.-]+)`"
    r"|\b((?:feature|release|prod-[a-z]+|hotfix|bugfix|review)/[\w./-]+\w)"
)


@dataclass(frozen=True)
class Opened:
    """A line that says so; `branch` is empty where neither it nor the header names one."""

    branch: str
    line: int
    text: str


def opened_requests(document: Document, record: ClaimRecord) -> Iterator[Opened]:
    """Yield where a pull request is said to have been opened; one with a number is a forge's."""
    of_header = next(
        (str(claim.value) for claim in record.claims if claim.kind is ClaimKind.BRANCH), ""
    )
    for fact in document.lines:
        if not _SAYS.search(fact.text) or not is_said_of_now(fact):
            continue
        if _OTHERWISE.search(fact.text) or _NUMBERED.search(fact.raw):
            continue
        match = _BRANCH.search(fact.raw)
        named = next((part for part in match.groups() if part), "") if match else ""
        yield Opened(named.strip("`") or of_header, fact.line, fact.text)
