"""What a document is where its status is its own, and not that of the work it speaks of.

"Accepted" in a decision record says that the decision stands, "Approved" on a plan that it may be
followed: neither says that anything was built or passed. Which words make a document one of these
is in `vocabulary`; what is read of it is in `status`.
"""

from __future__ import annotations

import re

from atom_release.reader.facts import Document, Kind
from atom_release.reader.vocabulary import name_of, words

_NUMBERED = re.compile(r"\W{0,4}(?:adr|madr|rfc|pep|rep|kep|eip)[\s#:._-]{0,3}\d{1,5}\b")
_FOLDERS = frozenset({"adr", "adrs", "decisions", "decision-records", "rfcs"})
_HEADINGS = 3


def is_decision_record(document: Document, path: str = "") -> bool:
    """Return whether it records a decision: by its folder, its title or the sections of such records."""
    if _FOLDERS & {part.lower() for part in path.replace("\\", "/").split("/")[:-1]}:
        return True
    title = (document.title or "").lower()
    if _NUMBERED.match(title) or words("t_record").search(title):
        return True
    parts = {
        name_of(fact.text)
        for fact in document.lines
        if fact.kind is Kind.HEADING and fact.section.level <= _HEADINGS
    }
    decides = any(words("t_decides").fullmatch(part) for part in parts)
    weighs = any(words("t_weighs").fullmatch(part) for part in parts)
    return decides and weighs


def is_plan(document: Document) -> bool:
    """Return whether its title calls it a plan, a proposal or a specification, and no report on one."""
    title = (document.title or "").lower()
    planned = words("t_plan").search(title)
    return planned is not None and words("t_report").search(title) is None


def is_intended(document: Document) -> bool:
    """Return whether the status in its header says that what it describes is still to be built."""
    for field in document.fields:
        if field.section.header and field.is_a("status"):
            text = field.text.lower()
            if words("t_intended").search(text) and not words("pass").search(text):
                return True
    return False


def only_agrees(raw: str) -> bool:
    """Return whether a status says no more than that a document was agreed upon."""
    lowered = words("agreed").sub(" ", raw.lower())
    return lowered != raw.lower() and words("pass").search(lowered) is None
