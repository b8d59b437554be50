"""A failure as a waiver looks at it: what of it is the same whenever it happens again."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import ControlState, Outcome

_VARYING = re.compile(r"0x[0-9a-fA-F]+|\b[0-9a-f]{7,64}\b|\d+(?:[.:]\d+)*")
_VARYING_FACTS = ("leaks", "found", "failed", "errors")


class Failing(BaseModel):
    """One leg that does not pass, as a waiver looks at it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    subject: str
    outcome: Outcome
    reason: str
    control: ControlState | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def material(self) -> dict[str, Any]:
        """What of this failure is the same whenever it happens again.

        Measured figures, digests and addresses are left out.
        """
        return {
            "question": self.question,
            "subject": self.subject,
            "outcome": self.outcome.value,
            "reason": _steady(self.reason),
            "answers": sorted(piece.answer.value for piece in self.evidence),
            "facts": sorted(
                json.dumps(_deciding(piece.facts), sort_keys=True) for piece in self.evidence
            ),
        }


def _steady(text: str) -> str:
    return _VARYING.sub("#", text)


def _deciding(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts on which an answer rests, without what differs from run to run."""
    deciding = {
        name: _steady(json.dumps(facts[name], sort_keys=True))
        for name in _VARYING_FACTS
        if name in facts
    }
    findings = facts.get("findings")
    if isinstance(findings, list):
        named = (
            (
                {name: value for name, value in finding.items() if name != "line"}
                if isinstance(finding, dict)
                else {"is": finding}
            )
            for finding in findings
        )
        deciding["findings"] = json.dumps(
            sorted(json.dumps(finding, sort_keys=True) for finding in named)
        )
    return deciding
