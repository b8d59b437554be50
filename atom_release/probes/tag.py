"""AC5: the tag's name is free, here and on the remote, or already this release's own.

A tag is never moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.git.remote import first_parent
from atom_release.lab.look import Look
from atom_release.probes.remote_refs import Place, Unanswered, place_of, scratch_with

Own = Callable[[str], bool]


@dataclass(frozen=True)
class Holder:
    """A tag of that name that stands somewhere; `commit` is what it points at in the end."""

    where: str
    ref: str
    object: str
    commit: str


def probe_tag(look: Look, *, own: Own) -> Evidence:
    """Ask whether the tag's name may be used.

    Args:
        look: the run's surroundings.
        own: says whether a commit is a GREEN release commit that the gate itself made; raises where
            it cannot tell.
    """
    tag = look.manifest.release.tag
    try:
        place = place_of(look)
        holders = [*_here(place, tag), *_there(place, tag)]
        others = [holder for holder in holders if not _is_ours(place, holder, own)]
    except Unanswered as fault:
        return look.found(
            "tag",
            "repository",
            fault.answer,
            f"whether {tag} is free is not known: {fault.message}",
            remedy=fault.remedy,
        )
    facts = {
        "tag": tag,
        "remote": place.shown,
        "holders": [
            {"where": one.where, "object": one.object, "commit": one.commit} for one in holders
        ],
    }
    control = _control(look, place, tag)
    if others:
        reason = (
            f"{tag} already stands {others[0].where}, on {others[0].commit[:12]}, which is not this"
            " release"
        )
        remedy = "Choose another release.tag in release.yaml; a tag is never moved."
        return look.found(
            "tag",
            "repository",
            Answer.NO,
            reason,
            remedy=remedy,
            control=control,
            facts=facts,
            assurance=place.assurance,
        )
    reason = (
        f"{tag} is already this release's own"
        if holders
        else f"{tag} is free here and on the remote"
    )
    return look.found(
        "tag",
        "repository",
        Answer.YES,
        reason,
        control=control,
        facts=facts,
        assurance=place.assurance,
    )


def _here(place: Place, tag: str) -> Iterator[Holder]:
    ref = f"refs/tags/{tag}"
    found = place.git.call("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
    if found.status == 0:
        peeled = place.git.call(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{}}"
        )
        oid = found.out.decode("ascii").strip()
        yield Holder("here", ref, oid, peeled.out.decode("ascii").strip() or oid)


def _there(place: Place, tag: str) -> Iterator[Holder]:
    ref = f"refs/tags/{tag}"
    found = place.refs(ref)
    if ref in found:
        yield Holder("on the remote", ref, found[ref], found.get(f"{ref}^{{}}", found[ref]))


def _is_ours(place: Place, holder: Holder, own: Own | None) -> bool:
    """Say whether a tag is this release's.

    On S or on a commit whose first parent S is, and made by the gate on GREEN.
    """
    if own is None:
        return False
    if holder.where != "here":
        place.take(holder.ref, holder.commit)
    return place.judged in {holder.commit, first_parent(place.git, holder.commit)} and own(
        holder.commit
    )


def _control(look: Look, place: Place, tag: str) -> NegativeControl:
    """Put the same question to a remote on which the name is taken."""
    changed = "asked a remote of the probe's own on which the tag stands on another commit"
    with scratch_with(look, place, f"refs/tags/{tag}") as taken:
        others = [holder for holder in _there(taken, tag) if not _is_ours(taken, holder, None)]
    if others:
        return NegativeControl(state=ControlState.ALIVE, changed=changed, found="taken")
    return NegativeControl(state=ControlState.DEAD, changed=changed, found="free")
