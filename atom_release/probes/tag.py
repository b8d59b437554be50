"""AC5: the tag's name is free, here and on the remote, or already this release's own.

A tag is never moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.tag import TagFacts, TagHolder
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.git import Git, remote
from atom_release.git.remote import first_parent
from atom_release.lab.look import Look
from atom_release.probes.remote_refs import Place, Unanswered, place_of, scratch_with

Own = Callable[[str], bool]


@dataclass(frozen=True)
class Holder:
    """A tag that stands somewhere; `commit` is what it points at in the end.

    `crosses` says that it has another name, above or below the one that is asked for.
    """

    where: str
    ref: str
    object: str
    commit: str
    crosses: bool = False


def probe_tag(look: Look, *, own: Own) -> Evidence:
    """Ask whether the tag's name may be used.

    What stands here is looked at first: it is in the way whether a remote answers or not.

    Args:
        look: the run's surroundings.
        own: says whether a commit is a GREEN release commit that the gate itself made; raises where
            it cannot tell.
    """
    tag, here = look.manifest.release.tag, _offline(look)
    try:
        holders = [*_here(here.git, tag)]
        others = [holder for holder in holders if not _is_ours(here, holder, own)]
        if others:
            return _taken(look, here, holders, others)
        place = place_of(look)
        holders += _there(place, tag)
        others = [holder for holder in holders if not _is_ours(place, holder, own)]
    except Unanswered as fault:
        return look.found(
            "tag",
            "repository",
            fault.answer,
            f"whether {tag} is free is not known: {fault.message}",
            remedy=fault.remedy,
        )
    if others:
        return _taken(look, place, holders, others)
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
        control=_control(look, place, tag),
        facts=_facts(tag, place, holders),
        assurance=place.assurance,
    )


def _offline(look: Look) -> Place:
    """Return the repository itself, as a place without an address."""
    timeout = look.manifest.infrastructure.timeout.total_seconds()
    return Place(Git(look.tree.repository), "", timeout, look.tree.commit)


def _taken(look: Look, place: Place, holders: list[Holder], others: list[Holder]) -> Evidence:
    tag, first = look.manifest.release.tag, others[0]
    name = first.ref.removeprefix("refs/tags/")
    if not first.crosses:
        reason = (
            f"{tag} already stands {first.where}, on {first.commit[:12]}, which is not this release"
        )
    else:
        reason = (
            f"{tag} cannot be made: tag {name} stands {first.where}, and git keeps no tag above or"
            " below another"
        )
    return look.found(
        "tag",
        "repository",
        Answer.NO,
        reason,
        remedy="Choose another release.tag in release.yaml; a tag is never moved.",
        control=_control(look, place, tag),
        facts=_facts(tag, place, holders),
        assurance=place.assurance,
    )


def _facts(tag: str, place: Place, holders: list[Holder]) -> dict[str, JsonValue]:
    listed = tuple(
        TagHolder(where=holder.where, ref=holder.ref, object=holder.object, commit=holder.commit)
        for holder in holders
    )
    return TagFacts(tag=tag, remote=place.shown, holders=listed).to_json()


def _here(git: Git, tag: str) -> Iterator[Holder]:
    """Yield the tag of this name here, and the tags beside which it cannot be made."""
    ref = f"refs/tags/{tag}"
    listed = git.line(
        "for-each-ref",
        "--format=%(refname) %(objectname) %(*objectname)",
        *remote.above(ref),
        ref,
    )
    for line in listed.splitlines():
        name, oid, peeled = line.split(" ", 2)
        if name == ref or remote.crosses(name, ref):
            yield Holder("here", name, oid, peeled or oid, crosses=name != ref)


def _there(place: Place, tag: str) -> Iterator[Holder]:
    ref = f"refs/tags/{tag}"
    crossing = place.in_the_way(ref)
    holders = place.refs(ref, *crossing)
    for name in (ref, *crossing):
        if name in holders:
            peeled = holders.get(f"{name}^{{}}", holders[name])
            yield Holder("on the remote", name, holders[name], peeled, crosses=name != ref)


def _is_ours(place: Place, holder: Holder, own: Own | None) -> bool:
    """Return whether a tag is this release's.

    On S or on a commit whose first parent S is, and made by the gate on GREEN.
    """
    if own is None or holder.crosses:
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
