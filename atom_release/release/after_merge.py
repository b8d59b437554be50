"""The acts of a release that is tagged after its merge.

First the branch with the evidence is pushed, to be merged; a later run on the commit that brought
it into the base branch judges that commit from evidence, and only then tags it. Which of the two a
run does, the base branch at the remote says; what can neither be proposed nor tagged is refused by
its name, or waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from atom_release.acts.journal import Entry
from atom_release.acts.push import Wanted, push
from atom_release.errors import ActFailed
from atom_release.gate.vocabulary import TagTime
from atom_release.git import Git, GitError, remote
from atom_release.records import canonical
from atom_release.release import bundle_decision, release_objects, released, stored_decision
from atom_release.release.clock import now
from atom_release.release.merged_proposal import Base, Merge, find_merge, is_proposal, read_base
from atom_release.release.released import Standing
from atom_release.release.tag_release import Released, tag
from atom_release.release.work import Work

_ASKING = 60.0


@dataclass(frozen=True)
class Proposed:
    """A release that waits for its merge; `commit` is its release commit on the branch."""

    branch: str
    commit: str
    base: str
    before: bool

    @property
    def sentence(self) -> str:
        """What is there, and what is to come."""
        done = "stands" if self.before else "was pushed"
        return (
            f"{self.branch} {done} at {self.commit[:12]} and is not tagged: once it is merged into"
            f" {self.base}, run again on the commit that merged it"
        )


@dataclass(frozen=True)
class Nothing:
    """Why a run has nothing to do, and what comes next."""

    sentence: str
    commit: str = ""


def tag_or_propose(work: Work) -> Released | Proposed | Nothing:
    """Tag the judged commit, as its manifest says when: at once, or if it merged the proposal.

    A commit that is to be merged first is proposed.

    Raises:
        Refused: the decision on this commit is not GREEN, now, or what was merged as its proposal
            cannot be believed.
        ActFailed: the remote, the repository or the disk did not let it happen; or the commit
            stands in the base branch, and another one brought the proposal there.
    """
    subject = work.subject
    if work.manifest.tag is TagTime.ON_GREEN or released.find_released(subject) is not None:
        return tag(work)
    base = read_base(subject)
    merge = find_merge(subject, base)
    if merge is not None and merge.commit == subject.commit:
        return tag(work, merge.trailer)
    hindrance = _why_not_proposed(work, base, merge)
    return Nothing(hindrance) if hindrance else _propose(work, base)


def find_proposed(work: Work) -> Standing | None:
    """Return the proposal of the judged commit that stands on the remote's branch now.

    Raises:
        ActFailed: the remote does not answer.
    """
    subject = work.subject
    tip = _branch_tip(work)
    if tip is None or not is_proposal(subject, tip):
        return None
    standing = released.carried_by(subject, tip)
    judged = standing is not None and standing.record.decision.commit == subject.commit
    return standing if judged else None


def _why_not_proposed(work: Work, base: Base, merge: Merge | None) -> str:
    """Return why the commit is not to be proposed although nothing went wrong, or nothing.

    Raises:
        ActFailed: it stands in the base branch beside the commit that is to be tagged.
    """
    subject, git = work.subject, Git(work.subject.tree.repository)
    version = work.manifest.release.version
    if merge is not None:
        again = f"atom-release run --rev {merge.commit[:12]}"
        if merge.proposed == subject.commit:
            return (
                f"proposed and merged into {base.name} as {merge.commit[:12]} by {merge.way}"
                f" ({merge.tree_in_words}): {again} judges that commit, and tags it on GREEN"
            )
        if remote.is_ancestor(git, subject.commit, base.tip):
            raise ActFailed(
                f"{subject.commit[:12]} is on {base.name}, and {version} was merged there as"
                f" {merge.commit[:12]} by {merge.way}: only that commit may be tagged.",
                again,
            )
    if _is_of_a_proposal(work, git):
        return (
            f"{subject.commit[:12]} is the proposal of {version} itself: it waits for its merge"
            f" into {base.name}"
        )
    return ""


def _is_of_a_proposal(work: Work, git: Git) -> bool:
    """Return whether the commit is a proposal, or only merges one into something to try it."""
    _, *merged = git.line("rev-parse", f"{work.subject.commit}^@").split() or [""]
    return any(is_proposal(work.subject, commit) for commit in (work.subject.commit, *merged))


def _branch_tip(work: Work) -> str | None:
    """Return what the release's branch holds at the remote, its objects taken here."""
    manifest, git = work.manifest, Git(work.subject.tree.repository)
    ref = f"refs/heads/{manifest.release.branch}"
    try:
        address = remote.push_address(git, manifest.infrastructure.remote) or ""
        tip = remote.references(git, address, ref, timeout=_ASKING).get(ref)
        if tip is not None:
            remote.take(git, address, ref, tip, timeout=_ASKING)
    except GitError as error:
        raise ActFailed(f"The remote could not be read: {error.message}", error.remedy) from error
    return tip


def _propose(work: Work, base: Base) -> Proposed:
    """Push the branch with the evidence, once, or find that this was done."""
    subject, release = work.subject, work.manifest.release
    journal = bundle_decision.journal_of(work)
    with bundle_decision.turn_to_act(work) as turn:
        standing = find_proposed(work)
        if standing is not None:
            entry = journal.read(subject.commit, release.version)
            if entry is not None and entry.proposed is None:  # a crash came before this note
                journal.reach(entry, committed=standing.release_commit, proposed=now())
            return Proposed(release.branch, standing.release_commit, base.name, before=True)
        green, artifacts = stored_decision.green_record(subject)
        entry = journal.begin(
            subject.commit, release.version, canonical.digest(green.envelope), now()
        )
        _require_never_proposed(work, entry)
        objects = release_objects.ReleaseObjects(work, journal, green, artifacts)
        entry = objects.commit(entry, release_objects.onto_branch(work))
        turn.require_held()
        wanted = Wanted(
            work.manifest.infrastructure.remote, release.branch, str(entry.committed), "", ""
        )
        for note in push(subject.tree.repository, wanted).notes:
            work.log.warning("%s", note)
        journal.reach(entry, proposed=now())
    return Proposed(release.branch, str(entry.committed), base.name, before=False)


def _require_never_proposed(work: Work, entry: Entry) -> None:
    """Check that this commit was not proposed before: who took that back is not overruled."""
    if entry.proposed is None:
        return
    branch, base = work.manifest.release.branch, work.manifest.release.base
    raise ActFailed(
        f"{work.subject.commit[:12]} was proposed at {entry.proposed.isoformat()} as"
        f" {str(entry.committed)[:12]}, which {branch} at the remote does not end with any more,"
        f" and which is not merged into {base}.",
        f"Run on what {branch} holds now, or propose another commit.",
    )
