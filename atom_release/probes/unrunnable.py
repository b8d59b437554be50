"""What it means for a question that code of the release could not be run here: never a no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.vocabulary import Answer
from atom_release.lab.environments import NoToolchain
from atom_release.lab.worlds import NoSystem

if TYPE_CHECKING:
    from atom_release.errors import ProbeFault


def answer_without_run(fault: ProbeFault) -> Answer:
    """Return that a toolchain or system is absent from this machine, or that nobody can tell."""
    return Answer.ABSENT if isinstance(fault, NoToolchain | NoSystem) else Answer.UNKNOWN
