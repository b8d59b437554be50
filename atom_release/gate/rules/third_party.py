"""From what others measured to an answer.

By the same rule as the gate's own figures, and never more than a claim.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from atom_release.gate.manifest import Budget
from atom_release.gate.rules.performance import Measured, judge_endpoint
from atom_release.gate.vocabulary import Answer

_WORST_FIRST = (Answer.NO, Answer.UNKNOWN, Answer.YES)


class Told(Measured):
    """What one file says.

    A problem is why it cannot be believed, and a summary gives a number without its uncertainty.
    """

    requests: int = Field(default=0, ge=0)
    errors: int = Field(default=0, ge=0)
    problem: str = ""
    summary: bool = False


class _Files(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    files: tuple[Told, ...] = Field(min_length=1)


def judge_elsewhere(facts: Mapping[str, JsonValue], budget: Budget) -> tuple[Answer, str]:
    """Give the answer that the files come to, the worst of them, and why."""
    try:
        read = _Files.model_validate(facts)
    except ValidationError as error:
        return Answer.UNKNOWN, f"the measurements cannot be read: {error.error_count()} errors"
    judged = [_judge(one, budget) for one in read.files]
    answer = min((one for one, _ in judged), key=_WORST_FIRST.index)
    return answer, "; ".join(reason for one, reason in judged if one is answer)


def _judge(one: Told, budget: Budget) -> tuple[Answer, str]:
    if one.problem:
        return Answer.UNKNOWN, f"{one.name} is not used: {one.problem}"
    if one.summary:
        return (
            Answer.UNKNOWN,
            (
                f"{one.name}: p95 is said to be {one.p95:g} ms, a number without its uncertainty"
                if one.p95 is not None
                else one.name
            ),
        )
    answer, reason = judge_endpoint(one, budget)
    return (
        answer,
        reason or f"{one.name}: p95 of {one.requests} requests is at most {one.high:.1f} ms",
    )
