"""Where alone a suite holds, by what failed once something around it was otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Contradiction, Place
from atom_release.gate.facts.surroundings import SurroundingsFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.rules.recheck import Recheck
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from collections.abc import Collection

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest.origins import Surrounding

HOLDS_ONLY = "suite-holds-only-where"
_WHERE: dict[Surrounding, str] = {
    "c-locale": "text is UTF-8 by the environment",
    "other-directory": "it is run from its usual working directory",
    "requirements-only": "more is installed than its own files declare",
    "one-process": "each suite has a process of its own",
    "thread-exceptions": "exceptions in threads are overlooked",
}
_TRIED: dict[Surrounding, str] = {
    "c-locale": "with LC_ALL=C and PYTHONUTF8=0",
    "other-directory": "from the folder of the tests",
    "requirements-only": "with what its files declare",
    "one-process": "with all suites in one process",
    "thread-exceptions": "with exceptions in threads as errors",
}


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Look again where alone the suite holds; that is a no only where it is to decide."""
    unreadable = "the runs in other surroundings cannot be read"
    return Recheck(SurroundingsFacts, findings_of, unreadable=unreadable).judge(evidence, deciding)


def findings_of(facts: SurroundingsFacts) -> list[Contradiction]:
    """Return where alone the suite holds, one finding for each of the surroundings."""
    whose = "all suites together" if facts.subject == "release" else f"the suite of {facts.subject}"
    return [
        Contradiction(
            id=HOLDS_ONLY,
            subject=facts.subject,
            sentence=(
                f"{whose} holds only where {_WHERE[run.surrounding]}: {_TRIED[run.surrounding]}"
                f" {first_few(run.fails)} fails{f' ({run.why})' if run.why else ''}"
            ),
            first=Place(path=facts.places[0], line=0, text=run.fails[0]),
        )
        for run in facts.runs
        if run.fails
    ]
