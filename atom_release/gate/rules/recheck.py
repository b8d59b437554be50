"""What the findings of a question answer, worked out again from its facts.

Evidence carries what its probe concluded beside what it rests on. A rule believes the second alone,
and takes the first for a sign that both were written by the same gate: where they differ, nothing
is known. A finding is a no where it decides by itself, or where the manifest says that its kind
does (`findings`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from atom_release.gate.facts.contradiction import ContradictionFacts
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from atom_release.gate.facts.contradiction import Contradiction
    from atom_release.gate.facts.evidence import Evidence

FactsT = TypeVar("FactsT", bound=ContradictionFacts)


@dataclass(frozen=True)
class Recheck(Generic[FactsT]):
    """How the findings of one question follow from its facts, and what is said where they do not.

    Attributes:
        model: what the facts are read as.
        findings_of: the findings that follow from them.
        unreadable: what is said of facts that do not fit the model.
        unlike: what is said where other findings follow than stand there; default `unreadable`.
        answer_of: what the facts answer where no finding decides; default the evidence's own.
    """

    model: type[FactsT]
    findings_of: Callable[[FactsT], list[Contradiction]]
    unreadable: str
    unlike: str = ""
    answer_of: Callable[[FactsT], tuple[Answer, str]] | None = None

    def judge(self, evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
        """Return the answer, and why; `deciding` are the kinds that the manifest lets decide."""
        facts = self.model.read(evidence.facts)
        if facts is None:
            return Answer.UNKNOWN, self.unreadable
        if self.findings_of(facts) != facts.contradictions:
            return Answer.UNKNOWN, self.unlike or self.unreadable
        named = [entry for entry in facts.contradictions if entry.decides or entry.id in deciding]
        if named:
            return Answer.NO, named[0].sentence
        return self.answer_of(facts) if self.answer_of else (evidence.answer, evidence.reason)
