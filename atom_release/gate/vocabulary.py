"""The words of a release decision, each with one meaning and an order where the rules need one."""

from __future__ import annotations

from enum import StrEnum


class Answer(StrEnum):
    """What one probe found when it asked its question."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    ABSENT = "absent"


class Outcome(StrEnum):
    """What a leg or a criterion came to."""

    PASS = "PASS"  # noqa: S105 - an outcome, not a password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    BLOCKED = "BLOCKED"
    WAIVED = "WAIVED"

    @property
    def badness(self) -> int:
        """Rank for taking the worst of several: FAIL > INCONCLUSIVE > BLOCKED > WAIVED > PASS."""
        return _BADNESS[self]


_BADNESS = {
    Outcome.PASS: 0,
    Outcome.WAIVED: 1,
    Outcome.BLOCKED: 2,
    Outcome.INCONCLUSIVE: 3,
    Outcome.FAIL: 4,
}


class Verdict(StrEnum):
    """What the decision says of the whole release."""

    GREEN = "GREEN"
    RED = "RED"
    BLOCKED = "BLOCKED"


class Assurance(StrEnum):
    """How near the evidence is to the deployed system: claimed < simulated < rehearsed < live."""

    CLAIMED = "claimed"
    SIMULATED = "simulated"
    REHEARSED = "rehearsed"
    LIVE = "live"

    @property
    def rank(self) -> int:
        """Position in the order, 0 (claimed) to 3 (live)."""
        return list(Assurance).index(self)


class ControlState(StrEnum):
    """What the negative control showed about the probe.

    `alive`: the probe was red where it had to be. `weak`: it was red, but for a reason that does
    not reach the question. `dead`: it stayed green. `vacuous`: a suite of which no test needed the
    code.
    """

    ALIVE = "alive"
    WEAK = "weak"
    DEAD = "dead"
    VACUOUS = "vacuous"


class ClaimVerdict(StrEnum):
    """What became of one assertion of a service report."""

    VERIFIED = "VERIFIED"
    CONTRADICTED = "CONTRADICTED"
    UNVERIFIED = "UNVERIFIED"


class BlockedPolicy(StrEnum):
    """Whether absent external infrastructure refuses the release or is noted beside it."""

    NOTED = "noted"
    REFUSE = "refuse"


class Acts(StrEnum):
    """Whether a GREEN run may change the world; `automatic` also lets a sensor's run do so."""

    OFF = "off"
    ON = "on"
    AUTOMATIC = "automatic"


class TagTime(StrEnum):
    """When a release is tagged: on GREEN, or only once it was merged and decided again."""

    ON_GREEN = "on-green"
    AFTER_MERGE = "after-merge"


FIXED_CRITERIA = ("AC1", "AC2", "P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "T5", "AC5", "AC6")
"""The ids of the criteria that every release has beside its services' own.

The catalogue describes them.
"""

ROLL_UP_NAMES = ("AC3", "AC4")
"""What the worst of others is called."""
