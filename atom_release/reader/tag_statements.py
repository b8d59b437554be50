"""What a document says of tags: which one it is of, and whether that is annotated or signed.

A tag that is only mentioned is none that the document is of: it may be the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from atom_release.reader.document_rows import is_said_of_now
from atom_release.reader.facts import Document

Promised = Literal["annotated", "signed"]

_HEADER = 30
_BESIDE = r"[\"'*_`\s]*"
_OF = re.compile(
    rf"[>|\-{{,]?{_BESIDE}(?:(?P<tag>(?:git |release )?tag(?: name)?)|(?:release )?version|release)"
    rf"{_BESIDE}[:=|]{_BESIDE}(?P<name>[A-Za-z0-9][\w./+-]*\w)",
    re.IGNORECASE,
)
_OF_A_RELEASE = re.compile(r"v\d+\.\d+\.\d+|.*\d.*[-_+][A-Za-z]|[A-Za-z]{2,}.*\d", re.IGNORECASE)
"""What a document's own version hardly ever looks like: `1.2` may be its second edition."""
_PROMISE = re.compile(
    r"\b(?:(?P<before>annotated|(?:(?:gpg|ssh|pgp)[- ])?signed)\s+(?:git\s+|release\s+)?tags?"
    r"|tags?\b(?:[^.|;]|\.(?=\w)){0,60}?\b(?:is|are|was|were|been|be)\s+(?:always\s+)?"
    r"(?P<behind>annotated|(?:(?:gpg|ssh|pgp)[- ])?signed))\b"
    r"|\bgit tag\s+(?:-[a-z]+\s+)*-(?P<flag>[as])\b",
    re.IGNORECASE,
)
_NO_PROMISE = re.compile(
    r"\b(?:not|no|never|without|neither|unsigned|lightweight|should|could|may|might|can|optional\w*"
    r"|if|todo|consider|recommend\w*|planned|next|later|future|instead|image|images|docker"
    r"|container|html|xml|meta|dataset|label\w*|e\.g|example)\b|n't\b|\?",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r"\b(?:git|releases?|released|version|tagged)\b|\bv\d", re.IGNORECASE)


@dataclass(frozen=True)
class TagNamed:
    """A line that says which tag a document is of; `explicit` calls it a tag, not a version."""

    name: str
    explicit: bool


@dataclass(frozen=True)
class TagPromised:
    """A line that says how a tag is made."""

    promised: Promised
    line: int
    text: str


def tags_of(text: str) -> Iterator[TagNamed]:
    """Yield the tags that a document says it is of; what looks like one may be its own version."""
    for number, line in enumerate(text.split("\n"), start=1):
        match = _OF.match(line.strip())
        if match is None or not (match["tag"] or number <= _HEADER):
            continue
        if match["tag"] or _OF_A_RELEASE.match(match["name"]):
            yield TagNamed(match["name"], explicit=bool(match["tag"]))


def tag_promises(document: Document) -> Iterator[TagPromised]:
    """Yield what a document says of how its release's tags are made, of what is and not of plans."""
    for fact in document.lines:
        match = _PROMISE.search(fact.text)
        if match is None or not is_said_of_now(fact):
            continue
        if _NO_PROMISE.search(fact.text) or not (match["flag"] or _CONTEXT.search(fact.text)):
            continue
        word = (match["before"] or match["behind"] or "").lower()
        signed = word.endswith("signed") or match["flag"] == "s"
        yield TagPromised("signed" if signed else "annotated", fact.line, fact.text)
