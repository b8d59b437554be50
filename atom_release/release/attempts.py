"""The attempts on one judged tree: its history, and whether the acts may believe a decision.

What an attempt is and which of its refusals stick is `records.history`'s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from atom_release.errors import Refused, StoreError
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.decision.retries import determined_by_tree, ended_runners
from atom_release.gate.rules.case import Case
from atom_release.gate.vocabulary import Verdict
from atom_release.records import names, record
from atom_release.records.history import History
from atom_release.records.history_entries import Occasion, Sticking
from atom_release.release import state
from atom_release.release.gate_key import believed_gates
from atom_release.release.subject import Subject

_AGAIN = "Run `atom-release audit` on this commit."
_SHOWN = 10
_LONGEST = 200


def occasion_of(subject: Subject) -> Occasion:
    """Return what a failure sticks to: this commit and tree, this manifest, this environment."""
    return Occasion.here(subject.commit, subject.tree.tree, subject.manifest_bytes)


def history_of(subject: Subject) -> History:
    """Return the history of the judged tree under its manifest, of this machine or of a team."""
    kept = state.histories_at(subject.settings).lines(occasion_of(subject).name)
    believed = believed_gates(subject.operator.operator)
    return History(kept, subject.key, believed, shared=subject.settings.state is not None)


def sticking(case: Case, results: Sequence[CriterionResult]) -> Sticking:
    """Return what of a judgement is the tree's, whatever commit it is asked by again."""
    return Sticking(
        determined_by_tree(results, case.manifest), ended_runners(results, case.evidence)
    )


def require_undisputed(
    subject: Subject, rederived: record.Record, artifacts: Mapping[str, bytes]
) -> None:
    """Check that the history knows a GREEN decision and nothing that speaks against it.

    The run that it was made by may lie in another output folder than a later one, and a later one
    may have been deleted: the history has both.

    Raises:
        Refused: it does not, or it cannot be believed.
    """
    snapshot = _snapshot(rederived, artifacts)
    try:
        history = history_of(subject)
        objection = history.objection(snapshot)
        occasion = history.occasion_of(snapshot)
        failures = history.failures(occasion) if occasion else {}
    except StoreError as error:
        raise Refused(f"The history cannot be believed: {error.message}", error.remedy) from error
    if objection:
        raise Refused(f"The decision on {subject.commit[:12]} is disputed: {objection}.", _AGAIN)
    again = decide(replace(rederived.decidable(), history=failures))
    if again.verdict is not Verdict.GREEN:
        raise Refused(
            f"With what the history knows now, the decision on {subject.commit[:12]} is"
            f" {again.verdict}: {again.reason}.",
            _AGAIN,
        )


def describe_attempts(rederived: record.Record, artifacts: Mapping[str, bytes]) -> str:
    """Return the lines of a tag's message that tell of the attempts before this decision."""
    earlier = json.loads(_snapshot(rederived, artifacts))["earlier"]
    lines = [
        f"Earlier-Attempt: {attempt['verdict']} {attempt['as_of']}"
        f" {' '.join(attempt['reason'].split())[:_LONGEST]}"
        for attempt in earlier[-_SHOWN:]
    ]
    return "".join(f"{line}\n" for line in (f"Earlier-Attempts: {len(earlier)}", *lines))


def _snapshot(rederived: record.Record, artifacts: Mapping[str, bytes]) -> bytes:
    return artifacts[names.ArtifactNames(rederived.manifest).artifact(names.SNAPSHOT)]
