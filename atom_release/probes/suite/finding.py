"""What the runs of one suite found, and the evidence made of it.

Which runs there are, and in which order, is `series`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.gate.rules.isolation import common_isolation
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.log_text import kept_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.suite import SuiteFacts
    from atom_release.lab.look import Look
    from atom_release.probes.suite.control import Control
    from atom_release.probes.suite.run import Run
    from atom_release.probes.suite.trial import Trial
    from atom_release.probes.suite.verdict import Verdict

_ASK_THE_SERVICES = (
    "Let these tests ask the running services and compare what they answer: the gate ran them once"
    " more with stand-ins that answer 503 to everything, and they still passed."
)
_CALL_THE_CODE = (
    "Let these tests call the service's code and compare what it returns: the gate ran them once"
    " more on a copy in which each function only raises, and they still passed."
)
_CORRECT_A_SERVICE = (
    "Correct the service that the test asks, or the test, and commit; `atom-release run --only T3`"
    " runs the cross-service tests alone."
)


@dataclass(frozen=True)
class Finding:
    """A trial and its control, if there was anything to control, with the digest of the copy."""

    trial: Trial
    control: Control | None
    copy: str
    by_manifest: bool = False  # the manifest's own arguments choose among the tests

    @property
    def runs(self) -> tuple[tuple[str, Run], ...]:
        """Every run that was made, each with what it is called."""
        control = self.control
        distorted = control.distorted if control else None
        idling = distorted.idle if distorted else None
        twin = control.twin if control else None
        return (
            *([("the collection", self.trial.collection)] if self.trial.is_collected_apart else []),
            *((f"run {run.seed}", run) for run in self.trial.runs),
            *([("the run without the code", control.run)] if control else []),
            *(
                [("the run against other answers", control.answered)]
                if control and control.answered
                else []
            ),
            *([("the run with code written differently", twin)] if twin else []),
            *([("the run with wrong results", distorted.run)] if distorted else []),
            *([("the run with idle code", idling)] if idling else []),
        )


def evidence(
    look: Look,
    question: str,
    subject: str,
    finding: Finding,
    more: Callable[[SuiteFacts], SuiteFacts] = lambda facts: facts,
) -> Evidence:
    """Put what was found into evidence; `more` adds what a question has beside the runs."""
    trial, control = finding.trial, finding.control
    verdict = trial.verdict.without_files(look.tree.missing)
    for label, run in finding.runs:  # for people who look for the cause of what it came to
        heading = f"{question} {subject}, {label}: status {run.status}"
        look.keep(heading, kept_log(run.output))
    facts = trial.facts.model_copy(
        update={
            "control": control.facts if control else None,
            "by_manifest": finding.by_manifest,
            **({"failure": trial.failure} if verdict.answer is Answer.NO and trial.failure else {}),
        }
    )
    reason = verdict.reason
    if verdict.answer is Answer.YES and facts.beside:
        reason = f"{reason}; {facts.beside}"
    return look.found(
        question,
        subject,
        verdict.answer,
        reason,
        remedy=_remedy(question, verdict, control),
        control=control.judged if control else None,
        facts=more(facts).to_json(),
        sources={"copy of the judged tree": finding.copy},
        tools={
            name: trial.collection.witness[name]
            for name in ("python", "pytest", "node", "vitest", "jest", "mocha")
            if name in trial.collection.witness
        },
        isolation=common_isolation(run.isolation for _, run in finding.runs),
    )


def _remedy(question: str, verdict: Verdict, control: Control | None) -> str:
    """Return what to do; integration tests are not run alone by hand, the services are not there.

    And tests that pass without what they are there for have to ask it.
    """
    of_services = question == "integration"
    if of_services and verdict.answer is Answer.NO:
        return _CORRECT_A_SERVICE
    if verdict.remedy or control is None or control.judged.state is not ControlState.VACUOUS:
        return verdict.remedy
    return _ASK_THE_SERVICES if of_services else _CALL_THE_CODE
