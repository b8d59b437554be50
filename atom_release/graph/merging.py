"""The act of asking for a merge: once for a release, after its tag, found again after a crash."""

from __future__ import annotations

from dataclasses import dataclass

from atom_release.errors import ActFailed, Refused
from atom_release.gate import reports
from atom_release.gate.decision import Decision
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release.git import Git, remote
from atom_release.graph import archiving, standing
from atom_release.graph.standing import Standing
from atom_release.graph.step import Step
from atom_release.publish import canonical, forge
from atom_release.publish.pull_request import PullRequest, pull_request_text
from atom_release.publish.turn import turn


@dataclass(frozen=True)
class Requested:
    """What was asked: the text, and its address where it stands on a forge."""

    text: str
    address: str


def request_merge(step: Step) -> Requested:
    """Write the pull request's text, open it on the forge where one is named, and see that the release is archived.

    Raises:
        Refused: this commit was not released.
        ActFailed: the remote does not hold the release, the forge does not take it, or another run acts and does not end.
    """
    subject = step.subject
    made = standing.of(subject)
    if made is None or made.record.decision.verdict is not Verdict.GREEN:
        raise Refused(f"Commit {subject.commit[:12]} is not released: there is nothing to merge.", "Run the release_tag asset first.")
    with turn(archiving.lock_of(step), step.context.log.warning):
        text = _text(step, made)
        journal = archiving.journal_of(step)
        entry = journal.read(subject.commit, subject.manifest.release.version)
        address = ""
        if entry is not None and entry.pull_request is None:
            address = _opened(step, made, text)
            entry = journal.reach(entry, pull_request=address or canonical.digest(text.encode()))
        elif entry is not None and str(entry.pull_request).startswith("http"):
            address = str(entry.pull_request)
        archiving.archive(step)
    return Requested(text, address)


def _text(step: Step, made: Standing) -> str:
    name = step.blueprint.artifact("PullRequest.md")
    before = step.inputs([name])
    if name in before:
        return before[name].decode()
    found = made.record
    digests = {**found.artifacts, standing.decision_name(step.manifest): canonical.digest(found.envelope)}
    decided = f"{reports.decision_table(found.decision)}\n\n{reports.digests(digests)}"
    text = pull_request_text(step.subject.tree.repository, _asked(step, made), decided)
    step.write({name: text.encode()})
    return text


def _asked(step: Step, made: Standing) -> PullRequest:
    release = step.manifest.release
    title = f"{release.name} {release.version}"
    return PullRequest(title, step.manifest.infrastructure.remote, release.base, release.branch, made.release_commit, release.tag)


def _opened(step: Step, made: Standing, text: str) -> str:
    """Open the pull request on the forge and give its address; nothing where no forge is named."""
    where = _forge(step)
    if where is None:
        return ""
    decision = made.record.decision
    said = f"{decision.verdict} {decision.version}: decision sha256:{canonical.digest(made.record.envelope)}"
    status = forge.Status(made.release_commit, f"atom-release/{step.manifest.release.asset_key}", said)
    opened = forge.request(where, _asked(step, made), text, status, draft=_is_noted(decision))
    for note in opened.notes:
        step.context.log.warning("%s", note)
    return opened.address


def _is_noted(decision: Decision) -> bool:
    return any(one.outcome is Outcome.BLOCKED for one in decision.criteria)


def _forge(step: Step) -> forge.Forge | None:
    named, given = step.manifest.infrastructure, step.look.environment
    address, token = given.get(named.forge or "", ""), given.get(named.forge_token or "", "")
    if not address:
        return None
    if not token:
        raise ActFailed("A forge is named, and no token for it is set.", f"Set {named.forge_token or 'a variable that infrastructure.forge_token names'}.")
    pushes_to = remote.push_address(Git(step.subject.tree.repository), named.remote)
    found = remote.owner_and_name(pushes_to or "")
    if found is None:
        raise ActFailed(f"The remote {named.remote} does not tell the repository's owner and name on the forge.", f"git remote set-url {named.remote} <url>")
    return forge.Forge(address, "/".join(found), named.timeout.total_seconds(), token)
