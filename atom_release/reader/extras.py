"""Claims that stand in the ledger and are derived by nothing yet: commands, blockers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.facts import Document
from atom_release.reader.vocabulary import words

_PROMPT = re.compile(r"^\s*[$❯]\s+(\S.{1,200})$")
_NONE = re.compile(
    r"\W*(?:none|no|n/a|-|0|keine?|ninguno|nenhum|aucun|无|なし)\b.{0,30}", re.IGNORECASE
)
_LONGEST = 200


def read_extras(document: Document) -> Iterator[Claim]:
    """Yield each command that is shown with its output, and each blocker that is named."""
    for block in document.blocks.values():
        if not block[0].section.own or len(block) <= 1:
            continue
        for fact, following in zip(block, [*block[1:], None], strict=True):
            match = _PROMPT.match(fact.text)
            if match and following is not None and not _PROMPT.match(following.text):
                yield document.claim(ClaimKind.COMMAND, match[1].strip(), fact.line)
    for fact in document.named("blocker"):
        if fact.section.own and not _NONE.fullmatch(fact.text) and not _is_nothing(fact.text):
            yield document.claim(ClaimKind.BLOCKER, fact.text[:_LONGEST], fact.line)


def _is_nothing(text: str) -> bool:
    return words("nothing").search(text.lower()) is not None
