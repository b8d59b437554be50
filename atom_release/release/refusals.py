"""What there is to tell of one run: that it refused the release, or that it came to no decision."""

from __future__ import annotations

import json
from collections.abc import Iterator

from atom_release.gate.decision.decision import Decision
from atom_release.gate.vocabulary import Verdict
from atom_release.notify import Refusal, RefusedCriterion
from atom_release.records import names
from atom_release.records.paths import children
from atom_release.records.run_store import RunStore
from atom_release.release.subject import Subject


def find_refusal(subject: Subject, run: str) -> Refusal | None:
    """Return the refusal that a run came to; None of one that decided GREEN.

    Args:
        subject: the release, as the run had it.
        run: the run's id; that S has moved since does not matter.

    Raises:
        StoreError: what the run signed cannot be believed.
    """
    release = subject.manifest.release
    for stored in _runs(subject, run):
        snapshot = f"{release.prefix}_{names.SNAPSHOT}"
        if snapshot in stored.names():
            document = json.loads(stored.read(snapshot))
            return _refusal(Decision.model_validate_json(json.dumps(document["decision"])), run)
    return Refusal(
        release=f"{release.phase} {release.name}",
        version=release.version,
        verdict="NONE",
        reason="The run ended before it came to a decision; nothing was tagged.",
        commit=subject.commit,
        run=run,
        as_of="",
    )


def _runs(subject: Subject, run: str) -> Iterator[RunStore]:
    root = subject.store.root / "runs"
    for commit in children(root):
        if run in children(root / commit):
            yield subject.store.run(commit, run)


def _refusal(decision: Decision, run: str) -> Refusal | None:
    if decision.verdict is Verdict.GREEN:
        return None
    return Refusal(
        release=decision.release,
        version=decision.version,
        verdict=decision.verdict.value,
        reason=decision.reason,
        commit=decision.commit,
        run=run,
        as_of=decision.as_of,
        criteria=tuple(
            RefusedCriterion(id=result.id, outcome=result.outcome.value, reason=result.reason)
            for result in decision.criteria
            if not result.accepted
        ),
    )
