"""What a suite is worth that ran with values which were made for what only its code names.

As it is with a guessed start: a made value may be wrong, so nothing that fails with one is held
against the release, and no count of a report is contradicted by such runs. What passes is shown in
a draft, and counts in a committed manifest once the names are taken from `guessed_variables`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look


def without_guessed_values(look: Look, service: Service, evidence: Evidence) -> Evidence:
    """Return a suite's evidence without what it cannot show where values were made for it."""
    names = service.suite.guessed_variables if service.suite else ()
    if not names:
        return evidence
    named = first_few(names)
    facts = {**evidence.facts, "guessed": [*names]}
    changed: dict[str, object] = {"facts": facts}
    if evidence.answer is Answer.NO:
        changed |= {
            "answer": Answer.UNKNOWN,
            "reason": f"with made values of {named}, so this does not count: {evidence.reason}",
            "remedy": f"Name {named} in the suite's `environment` with values that are right, and"
            " take the names from `guessed_variables`.",
        }
    elif evidence.answer is Answer.YES and not look.external:
        changed |= {
            "answer": Answer.UNKNOWN,
            "reason": f"well, but with made values of {named}: {evidence.reason}",
            "remedy": f"Take {named} from `guessed_variables` if the values in `environment` are"
            " as they should be, and commit.",
        }
    return evidence.model_copy(update=changed)
