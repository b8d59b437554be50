"""The act of asking for a merge: once for a release, after its tag, found again after a crash."""

from __future__ import annotations

from dataclasses import dataclass

from atom_release.acts.pull_request import pull_request_text
from atom_release.errors import Refused
from atom_release.forge import PullRequest, Status
from atom_release.forge.choice import forge_at
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents import markdown
from atom_release.gate.documents.rows import asked_rows
from atom_release.gate.printable import one_line
from atom_release.gate.vocabulary import Outcome, TagTime, Verdict
from atom_release.records import canonical, names
from atom_release.release import after_merge, bundle_decision, forge_place, released
from atom_release.release.released import Standing
from atom_release.release.work import Work


@dataclass(frozen=True)
class Requested:
    """What was asked: the text, and its address where it stands on a forge."""

    text: str
    address: str


def request_merge(work: Work) -> Requested:
    """Write the pull request's text, open it on the forge where one is named.

    And see that the release is archived.

    Raises:
        Refused: this commit was not released.
        ActFailed: the remote does not hold the release, the forge does not take it, or another run
            acts and does not end.
    """
    subject, made = work.subject, _made(work)
    with bundle_decision.turn_to_act(work) as turn:
        text = _text(work, made)
        journal = bundle_decision.journal_of(work)
        entry = journal.read(subject.commit, subject.manifest.release.version)
        address = ""
        if entry is not None and entry.pull_request is None:
            turn.require_held()
            address = _opened(work, made, text)
            entry = journal.reach(entry, pull_request=address or canonical.digest(text.encode()))
        elif entry is not None and str(entry.pull_request).startswith("http"):
            address = str(entry.pull_request)
        bundle_decision.archive(work)
    return Requested(text, address)


def is_merged(work: Work) -> bool:
    """Return whether the release was merged before its tag: there is nothing left to ask for."""
    return work.manifest.merges_first and released.find_released(work.subject) is not None


def _made(work: Work) -> Standing:
    """Return what is to be merged: the release that was tagged, or the proposal of one."""
    merges_first = work.manifest.merges_first
    made = after_merge.find_proposed(work) if merges_first else released.find_released(work.subject)
    if made is None or made.record.decision.verdict is not Verdict.GREEN:
        state = "proposed" if merges_first else "released"
        raise Refused(
            f"Commit {work.subject.commit[:12]} is not {state}: there is nothing to merge.",
            "Run the release_tag asset first.",
        )
    return made


def _text(work: Work, made: Standing) -> str:
    name = work.names.artifact(names.PULL_REQUEST)
    before = work.inputs([name])
    if name in before:
        return before[name].decode()
    judged = made.record
    digests = {
        **judged.artifacts,
        released.decision_name(work.manifest): canonical.digest(judged.envelope),
    }
    decided = f"{markdown.decision_table(judged.decision)}\n\n{markdown.digests(digests)}"
    text = pull_request_text(work.subject.tree.repository, _pull_request(work, made), decided)
    work.write({name: text.encode()})
    return text


def _pull_request(work: Work, made: Standing) -> PullRequest:
    release = work.manifest.release
    title = one_line(f"{release.name} {release.version}")
    return PullRequest(
        title,
        work.manifest.infrastructure.remote,
        release.base,
        release.branch,
        made.release_commit,
        release.tag,
        tagged=work.manifest.tag is TagTime.ON_GREEN,
    )


def _opened(work: Work, made: Standing, text: str) -> str:
    """Open the pull request on the forge and give its address; nothing where no forge is named."""
    place = forge_place.find_place(work)
    if place is None:
        return ""
    decision = made.record.decision
    description = (
        f"{decision.verdict} {decision.version}: decision"
        f" sha256:{canonical.digest(made.record.envelope)}"
    )
    status = Status(made.release_commit, forge_place.status_context(work), description)
    forge, pull = forge_at(place.address), _pull_request(work, made)
    opened = forge.request(place, pull, text, status, draft=_is_noted(decision))
    for note in opened.notes:
        work.log.warning("%s", note)
    return opened.address


def _is_noted(decision: Decision) -> bool:
    return any(row.outcome is Outcome.BLOCKED for row in asked_rows(decision))
