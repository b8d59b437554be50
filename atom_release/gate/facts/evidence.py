"""Evidence: one dated observation of one system, with the control that could have been red.

A probe answers a question about a subject; it does not decide what the answer means for the release
(see `gate.rules.legs`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from atom_release.gate.vocabulary import Answer, Assurance, ControlState


class NegativeControl(BaseModel):
    """What was changed so that the probe had to be red, and what it then said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: ControlState
    changed: str = Field(description="what the control altered, e.g. 'dropped policy p on table t'")
    found: str = Field(description="what the probe then said")


class Evidence(BaseModel):
    """One observation; immutable; identified outside by the SHA-256 of its canonical JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str = Field(
        description="the probe's name, e.g. 'metrics'; with `subject` it names the leg"
    )
    subject: str = Field(description="a service id, a suite's name, or a system's name")
    answer: Answer
    reason: str = Field(description="one sentence a person can act on; never a secret")
    remedy: str = Field(
        default="", description="one command or change that would alter a bad answer"
    )
    commit: str = Field(description="S, 40 or 64 hexadecimal digits")
    tree: str = Field(description="the tree of S")
    observed_at: datetime
    assurance: Assurance
    errored: bool = False
    control: NegativeControl | None = None
    sources: dict[str, str] = Field(
        default_factory=dict, description="what was read: name -> sha256"
    )
    tools: dict[str, str] = Field(default_factory=dict, description="tool -> version")
    isolation: tuple[str, ...] = Field(
        default=(),
        description="isolation that held while the subject's code ran; ('none',) if none did",
    )
    facts: dict[str, JsonValue] = Field(
        default_factory=dict, description="numbers and lists the rules and reports read"
    )

    @field_validator("observed_at")
    @classmethod
    def _has_zone(cls, value: datetime) -> datetime:
        if value.utcoffset() != timedelta(0):
            message = "observed_at must be in UTC"
            raise ValueError(message)
        return value

    @property
    def leg(self) -> tuple[str, str]:
        """The leg this evidence speaks for: (question, subject)."""
        return self.question, self.subject
