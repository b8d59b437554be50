"""What it means that code could not be run, or files not be read, on this machine: never a no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.vocabulary import Answer
from atom_release.lab.environments import NoToolchain
from atom_release.lab.worlds import NoSystem
from atom_release.source.objects import MENDED

if TYPE_CHECKING:
    from atom_release.errors import ProbeFault
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.lab.look import Look


def answer_without_run(fault: ProbeFault) -> Answer:
    """Return that a toolchain or system is absent from this machine, or that nobody can tell."""
    return Answer.ABSENT if isinstance(fault, NoToolchain | NoSystem) else Answer.UNKNOWN


def unread(look: Look, question: str, subject: str, why: str) -> Evidence:
    """Return that this clone does not hold what is asked about, and how it comes to."""
    return look.found(question, subject, Answer.UNKNOWN, why, remedy=f"Fetch it: {MENDED}")
