"""The lines that announce a list, and what they say of its items: "Targets:", "Before:".

Such a line stands to its list as a title to its section, and is read like one. What is made of it
is decided where a field is read.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from atom_release.reader.facts import Document, Kind
from atom_release.reader.sections import Topic, topic
from atom_release.reader.vocabulary import concepts, name_of, words

_ENDS = (":", "\uff1a")
_LONGEST = 120
_NEAR = 3  # the fence, and an empty line before it


@lru_cache(maxsize=1)
def find_leads(document: Document) -> dict[int, Topic]:
    """Return by their lines what the line that announces them says of items.

    Kept for the document that is read: several fields ask.
    """
    leads: list[tuple[int, Topic]] = []
    led: dict[int, Topic] = {}
    for fact in document.lines:
        if fact.kind is Kind.HEADING:
            leads = []
            continue
        depth = fact.depth
        leads = [lead for lead in leads if lead[0] < depth]
        if leads and fact.item:
            led[fact.line] = leads[-1][1]
        if fact.text.endswith(_ENDS) and len(fact.text) <= _LONGEST:
            leads.append((depth, _read(fact.text)))
    return led


def _read(lead: str) -> Topic:
    """Return what a lead says; "Baseline:" and "Goal:" by their names, like the columns of a table."""
    read = topic(lead)
    return replace(read, history=True) if "target_column" in concepts(name_of(lead)) else read


def lead_of_block(document: Document, first: int) -> Topic | None:
    """Return what the line that announces a code block says of it: "Expected output:"."""
    above = next((fact for fact in reversed(document.lines) if fact.line < first), None)
    if above is None or first - above.line > _NEAR or not above.text.endswith(_ENDS):
        return None
    return _read(words("as_hoped").sub(" ", above.text.lower()[-_LONGEST:]))
