"""The act of asking for a merge: once for a release, after its tag, found again after a crash."""

from __future__ import annotations

from atom_release.errors import Refused
from atom_release.gate import reports
from atom_release.gate.vocabulary import Verdict
from atom_release.graph import archiving, standing
from atom_release.graph.standing import Standing
from atom_release.graph.step import Step
from atom_release.publish import canonical
from atom_release.publish.pull_request import PullRequest, pull_request_text
from atom_release.publish.turn import turn


def request_merge(step: Step) -> str:
    """Write the pull request's text, see that the release is archived, and give the text.

    Raises:
        Refused: this commit was not released.
        ActFailed: the remote does not hold the release, or another run acts and does not end.
    """
    subject = step.subject
    made = standing.of(subject)
    if made is None or made.record.decision.verdict is not Verdict.GREEN:
        raise Refused(f"Commit {subject.commit[:12]} is not released: there is nothing to merge.", "Run the release_tag asset first.")
    with turn(archiving.lock_of(step), step.context.log.warning):
        text = _text(step, made)
        journal = archiving.journal_of(step)
        entry = journal.read(subject.commit, subject.manifest.release.version)
        if entry is not None and entry.pull_request is None:
            journal.reach(entry, pull_request=canonical.digest(text.encode()))
        archiving.archive(step)
    return text


def _text(step: Step, made: Standing) -> str:
    release = step.manifest.release
    name = step.blueprint.artifact("PullRequest.md")
    before = step.inputs([name])
    if name in before:
        return before[name].decode()
    asked = PullRequest(
        f"{release.name} {release.version}", step.manifest.infrastructure.remote, release.base, release.branch, made.release_commit, release.tag
    )
    text = pull_request_text(step.subject.tree.repository, asked, reports.decision_table(made.record.decision))
    step.write({name: text.encode()})
    return text
