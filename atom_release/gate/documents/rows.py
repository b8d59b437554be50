"""The rows of a decision: what every rendering of it shows, one row after the other.

The terminal, the page, the pull request's Markdown, the tag's message, the signed statement and
Dagster's checks all read these, so that none of them says of a criterion what another does not.
How a row looks is theirs; what it says is decided here, from the decision alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from atom_release.gate.catalogue import criteria, remedies
from atom_release.gate.decision.decision import CriterionResult, Decision, LeftOut, RollUp
from atom_release.gate.documents.described_questions import describe
from atom_release.gate.documents.description import Description, Grounds, recommended, recorded
from atom_release.gate.printable import printable
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Assurance, ControlState, Outcome

MEND = "Fix what was found, commit, then run `atom-release audit` again."
_SURE = {
    Assurance.CLAIMED: "claimed: stated by the release, not measured",
    Assurance.SIMULATED: "simulated: not the release's own code",
    Assurance.REHEARSED: "rehearsed: seen by the gate on the release's own files or running code",
    Assurance.LIVE: "live: answered by the deployed system",
}
_CONTROLS = {
    ControlState.ALIVE: "the probe was shown to tell good from bad in this run",
    ControlState.WEAK: "weak negative control",
    ControlState.DEAD: "its negative control did not turn",
    ControlState.VACUOUS: "no test needed the code",
}
_UNSURE = {
    Outcome.INCONCLUSIVE: "not established: nothing is said against the release",
    Outcome.BLOCKED: "not asked: what it needs is absent here",
}
_EARLIER = "recorded in the signed history of this commit"
NOT_ASKED = "not asked"
NOT_APPLICABLE = "not applicable"


class Kind(StrEnum):
    """What a row is about."""

    ASKED = "asked"
    LEFT_OUT = "left out"
    ROLL_UP = "roll-up"


@dataclass(frozen=True)
class Cause:
    """One thing that keeps a criterion from PASS: where it was looked, what was found.

    How sure that is, one edit or command that changes it, and whether it can be followed to the
    letter or is to be done by hand.
    """

    where: str
    outcome: str
    reason: str
    description: Description
    sure: str = ""
    how: str = remedies.BY_HAND
    question: str = ""
    subject: str = ""
    observes: bool = False

    @property
    def change(self) -> str:
        """The one edit or command that changes it."""
        shown = self.description
        return f"{shown.change} {shown.then}".rstrip()


@dataclass(frozen=True)
class LegRow:
    """One leg of a criterion, each part as text but for the outcome."""

    question: str
    subject: str
    outcome: Outcome | None
    assurance: str
    control: str
    reason: str
    remedy: str
    description: Description
    observes: bool = False

    @property
    def state(self) -> str:
        """The outcome, or that it does not apply."""
        return NOT_APPLICABLE if self.outcome is None else str(self.outcome)

    @property
    def sure(self) -> str:
        """How sure its outcome is: what it was seen on, and whether the probe could have failed."""
        if self.outcome in _UNSURE:
            return _UNSURE[self.outcome]
        seen = _SURE[Assurance(self.assurance)] if self.assurance else ""
        control = _CONTROLS[ControlState(self.control)] if self.control else ""
        return "; ".join(filter(None, (seen, control)))

    @property
    def how(self) -> str:
        """How its remedy is followed: by a command, an edit, or by hand."""
        change = self.description.change
        return remedies.how(self.question, change) if change else remedies.BY_HAND

    @property
    def place(self) -> str:
        """What was asked of whom, e.g. `health/C.1`."""
        return printable(f"{self.question}/{self.subject}")


@dataclass(frozen=True)
class Row:
    """One criterion that was asked, one that was left out, or a roll-up of several.

    `outcome` is None where nothing was asked. `before` is the outcome that a waiver accepted.
    `below_floor` is whether a criterion that the manifest leaves out was asked all the same.
    """

    kind: Kind
    name: str
    title: str
    reason: str = ""
    outcome: Outcome | None = None
    before: Outcome | None = None
    noted: bool = False
    accepted: bool = False
    flaky: bool = False
    assurance: Assurance | None = None
    failure: str = ""
    unwaivable: str = ""
    evidence: tuple[str, ...] = ()
    legs: tuple[LegRow, ...] = ()
    members: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    below_floor: bool = field(default=False, kw_only=True)

    @property
    def state(self) -> str:
        """The outcome, or that it was not asked."""
        return NOT_ASKED if self.outcome is None else str(self.outcome)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands beside the outcome: that it is noted, and what it was before a waiver."""
        was = (f"was {self.before}",) if self.before else ()
        return (*(("noted",) if self.noted else ()), *was)

    @property
    def heading(self) -> str:
        """Its name and title as a noun, whatever became of it: `C.3 authz report`."""
        return f"{self.name} {self.title.removesuffix(' holds')}"

    @property
    def sentence(self) -> str:
        """The outcome and why, in one line."""
        return f"{self.state}: {self.reason}"

    @property
    def asks(self) -> str:
        """What the criterion expects, in one sentence."""
        return criteria.asks_of(self.name)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What keeps an asked criterion from PASS, the legs that decided first."""
        return tuple(_causes(self)) if self.kind is Kind.ASKED else ()


def rows(decision: Decision, grounds: Grounds | None = None) -> tuple[Row, ...]:
    """Return every row of a decision: what was asked, what was left out, then the roll-ups."""
    judged = rows_of(decision.criteria, grounds)
    names = {row.name for row in judged}
    left_out = (_left_out(entry, entry.criterion in names) for entry in decision.left_out)
    return (*judged, *left_out, *map(_roll_up, decision.rolled))


def asked_rows(decision: Decision, grounds: Grounds | None = None) -> tuple[Row, ...]:
    """Return the rows of the criteria that were asked."""
    return rows_of(decision.criteria, grounds)


def rows_of(results: Iterable[CriterionResult], grounds: Grounds | None = None) -> tuple[Row, ...]:
    """Return the rows of criteria that were judged, in their order.

    With the `grounds` of the decision, what keeps a leg from PASS is described from them.
    """
    return tuple(_asked(result, grounds) for result in results)


def _asked(result: CriterionResult, grounds: Grounds | None) -> Row:
    return Row(
        Kind.ASKED,
        result.id,
        result.title,
        result.reason,
        result.outcome,
        result.before,
        result.noted,
        result.accepted,
        result.flaky,
        result.assurance,
        result.failure,
        result.unwaivable,
        result.evidence,
        tuple(_leg(leg, grounds) for leg in result.legs),
    )


def _leg(leg: Leg, grounds: Grounds | None) -> LegRow:
    return LegRow(
        leg.question,
        leg.subject,
        leg.outcome,
        str(leg.assurance or ""),
        str(leg.control or ""),
        leg.reason,
        leg.remedy,
        recorded(leg) if leg.outcome in {None, Outcome.PASS} else describe(leg, grounds),
        leg.observes is not None,
    )


def _left_out(entry: LeftOut, below_floor: bool) -> Row:  # noqa: FBT001 - one of two kinds
    return Row(Kind.LEFT_OUT, entry.criterion, entry.title, entry.reason, below_floor=below_floor)


def _roll_up(roll_up: RollUp) -> Row:
    return Row(
        Kind.ROLL_UP,
        roll_up.name,
        roll_up.explanation,
        outcome=roll_up.outcome,
        members=tuple(roll_up.members),
        not_asked=tuple(roll_up.not_asked),
    )


def _suites_first(legs: Sequence[LegRow]) -> list[LegRow]:
    """Return the legs, claims after the suite that they rest on: what ails it ails them."""
    return sorted(legs, key=lambda leg: leg.question == "claims")


def _causes(row: Row) -> Iterator[Cause]:
    if row.flaky:
        where = "earlier runs on this commit"
        yield Cause(
            "history", row.state, row.reason, Description(row.reason, where, MEND), _EARLIER
        )
    if not row.flaky and all(leg.outcome is None for leg in row.legs):
        remedy = remedies.would_ask(leg.question for leg in row.legs)
        where = ", ".join(leg.place for leg in row.legs) or "the manifest"
        change, otherwise = recommended(remedy)
        described = Description(row.reason, "release.yaml", change, otherwise)
        yield Cause(where, row.state, row.reason, described, _UNSURE[Outcome.INCONCLUSIVE])
    decided = row.before or row.outcome
    worst = [leg for leg in row.legs if leg.outcome == decided]
    rest = [leg for leg in row.legs if leg.outcome != decided]
    for leg in (*_suites_first(worst), *_suites_first(rest)):
        if leg.outcome not in {None, Outcome.PASS}:
            described = leg.description
            if not described.change:
                described = replace(described, change=MEND)
            yield Cause(
                leg.place,
                leg.state,
                leg.reason,
                described,
                leg.sure,
                leg.how,
                leg.question,
                leg.subject,
                leg.observes,
            )
