"""From what others measured to an answer.

By the same rule as the gate's own figures, and never more than a claim.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from atom_release.gate.facts.measurement import FileFacts, MeasurementFacts
from atom_release.gate.manifest import Budget
from atom_release.gate.rules.performance import judge_endpoint
from atom_release.gate.vocabulary import Answer

_WORST_FIRST = (Answer.NO, Answer.UNKNOWN, Answer.YES)


def judge_elsewhere(facts: Mapping[str, JsonValue], budget: Budget) -> tuple[Answer, str]:
    """Return the answer that the files come to, the worst of them, and why."""
    measurement = MeasurementFacts.read(facts)
    if measurement is None:
        return Answer.UNKNOWN, "the measurements cannot be read"
    judged = [_judge(file, budget) for file in measurement.files]
    answer = min((verdict for verdict, _ in judged), key=_WORST_FIRST.index)
    reasons = "; ".join(reason for verdict, reason in judged if verdict is answer)
    return answer, f"{reasons}; under a load that the files do not tell"


def _judge(file: FileFacts, budget: Budget) -> tuple[Answer, str]:
    if file.problem:
        return Answer.UNKNOWN, f"{file.name} is not used: {file.problem}"
    if file.summary:
        return (
            Answer.UNKNOWN,
            (
                f"{file.name}: p95 is said to be {file.p95:g} ms, a number without its uncertainty"
                if file.p95 is not None
                else file.name
            ),
        )
    answer, reason = judge_endpoint(file, budget)
    return (
        answer,
        reason or f"{file.name}: p95 of {file.requests} requests is at most {file.high:.1f} ms",
    )
