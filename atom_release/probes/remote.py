"""The question `remote` (AC6): it answers, the branch fast-forwards, a pull request is written."""

from __future__ import annotations

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.remote import RemoteFacts
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.git import failure, masked
from atom_release.git.remote import is_ancestor
from atom_release.lab.look import Look
from atom_release.probes.remote_refs import Place, Unanswered, place_of, scratch_with
from atom_release.probes.tag import Own


def probe_remote(look: Look, *, own: Own) -> Evidence:
    """Ask whether the release's branch can be pushed and a pull request be written.

    Args:
        look: the run's surroundings.
        own: says whether a commit is a GREEN release commit that the gate itself made; raises where
            it cannot tell.
    """
    release, name = look.manifest.release, look.manifest.infrastructure.remote
    try:
        place = place_of(look)
        refs = place.refs(f"refs/heads/{release.branch}", f"refs/heads/{release.base}")
        answer, reason, remedy = _fast_forwards(look, place, refs, own)
        if answer is Answer.YES:
            answer, reason, remedy = _request_pull(look, place, refs, name, reason)
    except Unanswered as fault:
        return look.found("remote", name, fault.answer, fault.message, remedy=fault.remedy)
    facts = RemoteFacts(
        remote=place.shown,
        branch=refs.get(f"refs/heads/{release.branch}"),
        base=refs.get(f"refs/heads/{release.base}"),
    )
    control = _control(look, place)
    return look.found(
        "remote",
        name,
        answer,
        reason,
        remedy=remedy,
        facts=facts.to_json(),
        control=control,
        assurance=place.assurance,
    )


def _fast_forwards(
    look: Look, place: Place, refs: dict[str, str], own: Own | None
) -> tuple[Answer, str, str]:
    """Return whether S, or a commit on it, may become the remote branch's tip without force."""
    branch = look.manifest.release.branch
    tip = refs.get(f"refs/heads/{branch}")
    if tip is None:
        return _room_for(place, branch, look.manifest.infrastructure.remote)
    if is_ancestor(place.git, tip, place.judged):
        return Answer.YES, f"{branch} fast-forwards from {tip[:12]}", ""
    if own is not None:
        place.take(f"refs/heads/{branch}", tip)
        if own(tip):
            return (
                Answer.YES,
                (
                    f"{branch} holds {tip[:12]}, an earlier release commit of the gate's own, which"
                    " is merged"
                ),
                "",
            )
    if not look.tree.history_complete:
        return (
            Answer.UNKNOWN,
            f"history is cut: whether {tip[:12]} is an ancestor is not known",
            "git fetch --unshallow",
        )
    remedy = (
        f"Bring it into the release: git fetch {look.manifest.infrastructure.remote} {branch} &&"
        " git merge FETCH_HEAD; or choose another release.branch."
    )
    return (
        Answer.NO,
        f"{branch} on the remote holds {tip[:12]}, which is not an ancestor of {place.judged[:12]}",
        remedy,
    )


def _room_for(place: Place, branch: str, remote: str) -> tuple[Answer, str, str]:
    """Return whether a branch of this name can be made beside those that are there."""
    crossing = [ref.removeprefix("refs/heads/") for ref in place.in_the_way(f"refs/heads/{branch}")]
    if not crossing:
        return Answer.YES, f"{branch} does not exist on the remote yet", ""
    return (
        Answer.NO,
        (
            f"{branch} cannot be made on the remote: its branch {crossing[0]} is in the way, since"
            " git keeps no branch above or below another"
        ),
        f"Choose another release.branch, or: git push {remote} --delete {crossing[0]}",
    )


def _request_pull(
    look: Look, place: Place, refs: dict[str, str], name: str, so_far: str
) -> tuple[Answer, str, str]:
    """Let git write the text.

    Before the push it warns that the commit is not there yet, which is known.
    """
    base = look.manifest.release.base
    tip = refs.get(f"refs/heads/{base}")
    if tip is None:
        return (
            Answer.NO,
            f"the remote has no branch {base} to pull into",
            f"git push {name} {base}, or mend release.base in release.yaml.",
        )
    place.take(f"refs/heads/{base}", tip)
    ran = place.git.call(
        "request-pull", tip, name, place.judged, network=True, timeout=max(place.timeout, 60)
    )
    text = masked(ran.out.decode("utf-8", "replace"))
    if f"for you to fetch changes up to {place.judged}" in text and (
        ran.status == 0 or "No match for commit" in ran.stderr
    ):
        return Answer.YES, f"{so_far}; git request-pull wrote {len(text.splitlines())} lines", ""
    if "No commits in common" in ran.stderr:
        return (
            Answer.NO,
            f"{base} on the remote has no commit in common with {place.judged[:12]}",
            "Mend release.base in release.yaml.",
        )
    return (
        Answer.UNKNOWN,
        failure(ran, "request-pull", place.git.repository).message,
        f"git request-pull {tip[:12]} {name} {place.judged[:12]}",
    )


def _control(look: Look, place: Place) -> NegativeControl:
    """Put the same question to a remote whose branch has gone another way."""
    ref = f"refs/heads/{look.manifest.release.branch}"
    with scratch_with(look, place, ref) as diverged:
        answer, reason, _ = _fast_forwards(look, diverged, diverged.refs(ref), None)
    state = ControlState.DEAD if answer is Answer.YES else ControlState.ALIVE
    return NegativeControl(
        state=state,
        changed="asked a remote of the probe's own whose branch has another history",
        found=f"{answer}: {reason}",
    )
