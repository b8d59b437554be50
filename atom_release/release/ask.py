"""The one boundary between probes and the graph: whatever a probe raises becomes evidence.

So an asset still materializes, the refusal is recorded and signed, and the reason can be read. Only
"must not act" and "act failed" pass.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from atom_release.errors import (
    ActFailed,
    AtomReleaseError,
    ProbeFault,
    Refused,
    TimeboxExceeded,
)
from atom_release.gate.catalogue import leg_specs
from atom_release.gate.facts.by_question import MODELS, read_facts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.lab.look import Look
from atom_release.lab.rights import readable_by_subject
from atom_release.release import progress, timebox

Probe = Callable[[], Evidence | Iterable[Evidence]]
_REASON_LIMIT = 400


@dataclass(frozen=True)
class Question:
    """One call of a probe, and the legs it has to answer."""

    legs: tuple[tuple[str, str], ...]
    probe: Probe


@dataclass(frozen=True)
class Boundary:
    """Asks probes on behalf of one step, until the timebox ends."""

    look: Look
    step: str
    deadline: datetime
    costs: dict[tuple[str, str], float] = field(
        default_factory=dict, repr=False, compare=False
    )  # seconds that asking each leg took

    def wants(self, legs: Sequence[tuple[str, str]]) -> bool:
        """Return whether the manifest expects a criterion that one of these legs belongs to.

        Nothing else is asked.
        """
        return any(leg in leg_specs.asked_legs(self.look.manifest) for leg in legs)

    def ask(self, *questions: Question) -> list[Evidence]:
        """Ask one after another."""
        return [
            evidence
            for question in questions
            if self.wants(question.legs)
            for evidence in self._ask(question)
        ]

    def show(self, *questions: Question) -> list[Evidence]:
        """Ask what no criterion needs, so that the reports can show it."""
        return [evidence for question in questions for evidence in self._ask(question)]

    def ask_together(self, questions: Sequence[Question], workers: int = 8) -> list[Evidence]:
        """Ask at the same time, for probes that wait for other systems.

        The answers keep the order of the questions.
        """
        from concurrent.futures import (
            ThreadPoolExecutor,
        )

        wanted = [question for question in questions if self.wants(question.legs)]
        with ThreadPoolExecutor(max_workers=max(1, min(workers, len(wanted)))) as pool:
            return [evidence for answers in pool.map(self._ask, wanted) for evidence in answers]

    def ask_aside(self, question: Question) -> list[Evidence]:
        """Ask what belongs to no leg: it is shown beside the others and decides nothing."""
        return self._ask(question)

    def _ask(self, question: Question) -> list[Evidence]:
        progress.announce(
            self.step, ", ".join(f"{name} {subject}" for name, subject in question.legs)
        )
        began = time.monotonic()
        try:
            self._in_time()
            with readable_by_subject(), timebox.ends_at(self.deadline, self.look.clock):
                answer = question.probe()
            answers = [answer] if isinstance(answer, Evidence) else list(answer)
            for evidence in answers:
                _check_facts(evidence)
        except (Refused, ActFailed):
            raise
        except Exception as error:  # noqa: BLE001 - this is the boundary: an error is evidence, judged INCONCLUSIVE, never a pass
            return [self._errored(leg, error) for leg in question.legs]
        finally:
            self._count(question.legs, time.monotonic() - began)
        return answers

    def _count(self, legs: Sequence[tuple[str, str]], seconds: float) -> None:
        """Keep what asking took, shared by the legs; what was asked within another has its own."""
        for leg in legs:
            self.costs.setdefault(leg, round(seconds / len(legs), 3))

    def _in_time(self) -> None:
        if self.look.clock() >= self.deadline:
            raise TimeboxExceeded(
                "The timebox of the release ended before this was asked.",
                timebox.REMEDY,
            )

    def _errored(self, leg: tuple[str, str], error: Exception) -> Evidence:
        remedy = (
            error.remedy
            if isinstance(error, AtomReleaseError)
            else "Read the run's log; mend what the probe met, and audit again."
        )
        return self.look.found(
            *leg,
            Answer.UNKNOWN,
            self._said(error),
            assurance=Assurance.SIMULATED,
            errored=not isinstance(error, TimeboxExceeded),  # then no probe failed
            remedy=remedy,
        )

    def _said(self, error: Exception) -> str:
        """Return the error in one line without any value of a secret."""
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, AtomReleaseError):
            text = f"{type(error).__name__}: {error.message}"
        if isinstance(error, TimeboxExceeded):
            text = f"not established in time: {error.message}"
        for value in sorted(self.look.environment.values(), key=len, reverse=True):
            text = text.replace(value, "***")
        return " ".join(text.split())[:_REASON_LIMIT]


def _check_facts(evidence: Evidence) -> None:
    """Check that the rules will be able to read what a probe wrote.

    Raises:
        ProbeFault: facts of a known question that fit none of its models.
    """
    has_model = evidence.question in MODELS and evidence.facts
    if has_model and read_facts(evidence.question, evidence.facts) is None:
        raise ProbeFault(
            f"The facts of {evidence.question} fit none of the models that its rule reads.",
            "This is a fault of the gate, not of the release: report it with the run's log.",
        )
