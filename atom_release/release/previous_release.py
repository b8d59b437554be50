"""The release before this one.

Found in the judged repository, and believed only if a trusted key signed that it was GREEN.

A release is a tag on a commit that holds a signed decision about its own first parent. Which one
comes before S is told by the default branch's history, which S cannot choose: the nearest release
in it. So neither a side branch with releases of its own, nor an old commit whose release was looser
once, chooses what it is compared with. Only a release that was made on top of that one since, and
that S stands on, is nearer. Whoever compares with it (regression, a rule that only tightens) takes
it from here, with its manifest and artifacts. How one release is believed stands in
`verified_release`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.errors import Refused
from atom_release.git import Git, GitError, remote
from atom_release.release.default_branch import DefaultBranch, find_default_branch
from atom_release.release.subject import Subject
from atom_release.release.verified_release import Previous, verify_release

if TYPE_CHECKING:
    from atom_release.records.signing_keys import PublicKey

_FETCHING = 60.0
_TAGS = "--format=%(refname:strip=2)%00%(objecttype)%00%(*objecttype)%00%(*objectname)%00%(*parent)"


@dataclass(frozen=True)
class Lookup:
    """The previous release, or why there is none.

    `passed_over` says which tags carry a decision that cannot be believed, and why.

    `trusted` is the nearest release of the default branch: the only one whose tree is believed.

    `unknown` is whether there may be one that this clone does not show.

    `disputed` says how the manifest contradicts the history, where it names a tag
    (`release.previous`).
    """

    release: Previous | None
    reason: str
    passed_over: tuple[str, ...] = ()
    disputed: str = ""
    trusted: Previous | None = None
    unknown: bool = False


@dataclass(frozen=True)
class _Tag:
    name: str
    commit: str
    judged: str


def find_previous_release(subject: Subject, trusted: Iterable[PublicKey] | None = None) -> Lookup:
    """Return the newest verified GREEN release before the judged commit.

    Args:
        subject: what is judged; a tag that its manifest names (`release.previous`) is held against
            what is found, and chooses nothing.
        trusted: the public keys that may have signed it; by default the gate's own.
    """
    keys = tuple(trusted) if trusted is not None else (subject.key.public,)
    git, branch = Git(subject.tree.repository), find_default_branch(subject)
    tags = _tags(git, branch)
    passed: list[str] = []
    of_default = _nearest(subject, tags, branch.tip, keys, passed) if branch.tip else None
    nearest = _nearest(subject, tags, subject.commit, keys, passed)
    if nearest is None or (
        of_default is not None and not remote.is_ancestor(git, of_default.judged, nearest.judged)
    ):
        nearest = of_default
    passed_over = tuple(dict.fromkeys(passed))
    if nearest is not None:
        dispute = _dispute(subject, nearest.tag)
        return Lookup(nearest, _why_untrusted(branch), passed_over, dispute, of_default)
    unknown = not subject.tree.history_complete and _has_releases(branch)
    why = _why_none(subject, branch, passed_over)
    return Lookup(None, why, passed_over, _dispute(subject, why), unknown=unknown)


def _nearest(
    subject: Subject,
    tags: Sequence[_Tag],
    tip: str,
    keys: Sequence[PublicKey],
    passed: list[str],
) -> Previous | None:
    """Return the nearest believed release in a commit's history; note those passed over."""
    repository = subject.tree.repository
    for tag in _candidates(Git(repository), tags, tip, subject.commit):
        try:
            return verify_release(repository, tag.name, tag.commit, tag.judged, keys)
        except Refused as error:
            passed.append(f"{tag.name}: {error.message}")
    return None


def _dispute(subject: Subject, tag_found: str) -> str:
    named = subject.manifest.release.previous
    return (
        ""
        if named in {None, tag_found}
        else f"the manifest names {named} as the release before, and the history says: {tag_found}"
    )


def every(subject: Subject, trusted: Iterable[PublicKey]) -> Iterator[Previous]:
    """Yield each verified GREEN release before the judged commit, the nearest first.

    What cannot be believed is passed over.
    """
    repository, keys = subject.tree.repository, tuple(trusted)
    git = Git(repository)
    for tag in _candidates(git, _tags_here(git), subject.commit, subject.commit):
        with suppress(Refused):
            yield verify_release(repository, tag.name, tag.commit, tag.judged, keys)


def _tags(git: Git, branch: DefaultBranch) -> list[_Tag]:
    """Return the annotated tags of commits, here and at the remote, whose objects are taken.

    In a cut history none are taken: that would fetch what was cut off.
    """
    here = _tags_here(git)
    peeled = {ref: oid for ref, oid in branch.tags.items() if f"{ref}^{{}}" in branch.tags}
    if branch.address and git.line("rev-parse", "--is-shallow-repository") == "false":
        with suppress(GitError):  # what could not be had is not among the candidates
            remote.take_all(git, branch.address, peeled, timeout=_FETCHING)
    there = [
        _Tag(ref.removeprefix("refs/tags/"), commit, judged)
        for ref in peeled
        if remote.holds(git, commit := branch.tags[f"{ref}^{{}}"])
        and (judged := remote.first_parent(git, commit)) is not None
    ]
    return [*dict.fromkeys([*here, *there])]


def _tags_here(git: Git) -> list[_Tag]:
    tags = []
    for line in git.line("for-each-ref", _TAGS, "refs/tags").splitlines():
        name, kind, of_what, pointed, parents = line.split("\0")
        if (kind, of_what) == ("tag", "commit"):
            tags.append(_Tag(name, pointed, parents.partition(" ")[0]))
    return tags


def _candidates(git: Git, tags: Sequence[_Tag], tip: str, commit: str) -> Iterator[_Tag]:
    """Yield the tags of release commits in a tip's history, the nearest first.

    What was released of the judged commit itself is not before it.
    """
    order = {
        oid: place
        for place, oid in enumerate(git.line("rev-list", "--topo-order", tip).splitlines())
    }
    before = [tag for tag in tags if tag.judged in order and commit not in {tag.judged, tag.commit}]
    before.sort(key=lambda tag: (order[tag.judged], tag.name))
    return (
        tag for tag in before if git.call("cat-file", "-e", f"{tag.commit}:releases").status == 0
    )


def _has_releases(branch: DefaultBranch) -> bool:
    """Return whether the remote may hold a release that a cut history does not show."""
    return not branch.answered or any(ref.endswith("^{}") for ref in branch.tags)


def _why_untrusted(branch: DefaultBranch) -> str:
    if branch.tip is None:
        return f"there is no default branch: {branch.why_none}"
    return f"no release in the history of {branch.origin} can be believed"


def _why_none(subject: Subject, branch: DefaultBranch, passed: Sequence[str]) -> str:
    if passed:
        return f"no release before {subject.commit[:12]} can be believed: {'; '.join(passed)}"
    cut = "" if subject.tree.history_complete else ", as far as this clone's history goes"
    where = f" nor in {branch.origin}" if branch.tip else f" ({branch.why_none})"
    return f"no tag marks a release before {subject.commit[:12]}{where}{cut}"
