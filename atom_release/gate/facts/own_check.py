"""The facts of `own-check`: each run of a check of one's own, and what its control showed.

What becomes of them is `gate.rules.proof`. Outputs do not stand here, only lines of them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from atom_release.gate.facts.environment import EnvironmentFacts
from atom_release.gate.facts.model import Facts

Part = Literal["as it is", "control", "harmless", "emptied", "broken"]
"""Of which tree a run was: the judged one, with the known-bad change, with a harmless one, with all
files emptied, or with text of no language in the files that the control changes."""

State = Literal["green", "red", "untold"]


class CheckRun(Facts):
    """One run of the check."""

    part: Part
    state: State
    why: str
    status: int
    met_limit: str | None = None
    seconds: float = 0.0


class ControlledRed(Facts):
    """What tells a right red from the red of anything broken.

    `own_words` and `own_status` are compared with an emptied and a broken tree, and None where the
    verdict form names what turned by itself; `turned` are the tests or results that did.
    """

    changed: list[str] = Field(default_factory=list)
    is_of_the_check: list[str] = Field(
        default_factory=list, description="changed files that the check itself is run from"
    )
    unreadable: list[str] = Field(
        default_factory=list, description="changed files that are of their language no more"
    )
    unstarted: str = ""  # the line by which the check says that it could not start
    new_words: list[str] = Field(
        default_factory=list, description="lines of the red that the tree as it is does not get"
    )
    own_words: list[str] | None = None
    own_status: bool | None = None
    turned: list[str] | None = None
    lost: list[str] = Field(
        default_factory=list, description="tests not run any more, or not by their own judgement"
    )
    judged: int | None = None  # how many of those that turned judged what they got
    says: str = ""  # what a right red has to say
    says_it: bool | None = None


class OwnCheckFacts(Facts):
    """A check of one's own: its runs, the change that it had to find, and how it answered."""

    command: list[str]
    verdict: str
    control: str  # the change in one line; empty where there is none
    no_control: str = ""  # why there is none
    unmade: str = ""  # why the change could not be made
    runs: list[CheckRun]
    red: ControlledRed | None = None
    environment: EnvironmentFacts | None = None
    control_environment: EnvironmentFacts | None = None  # where the control is another one
    services: list[str] = Field(
        default_factory=list, description="the rehearsed services that it ran beside"
    )
