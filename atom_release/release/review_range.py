"""The commits that people approve of, and the digest by which an approval names them.

Every commit since the release before that the default branch shows; before a first release since
the one that the operator names, else all there are. Nothing that S says has a part in that.
"""

from __future__ import annotations

from collections.abc import Iterator

from atom_release.errors import ProbeFault
from atom_release.gate.consents.review import Change, Review
from atom_release.git import Git, GitError, remote
from atom_release.records import canonical
from atom_release.release.previous_release import Lookup
from atom_release.release.subject import Subject

_PEOPLE = (
    "--format=%H%x00%ae%x00%ce%x00%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x00)"
)


def review_of(subject: Subject, before: Lookup) -> Review:
    """Return the commits that are to be looked at before this release, with who made them.

    Raises:
        ProbeFault: git does not tell.
    """
    git = Git(subject.tree.repository)
    start, since = _start(subject, before)
    if not subject.tree.history_complete:
        return Review(since=since, unknown="the history of this clone is cut")
    if start and not remote.holds(git, start):
        return Review(since=since, unknown=f"this clone does not hold {start[:12]}")
    try:
        made = list(_made(git, subject.commit, start))
    except GitError as error:
        raise ProbeFault(error.message, error.remedy) from error
    named = {
        "commit": subject.commit,
        "tree": subject.tree.tree,
        "start": start,
        "commits": [commit for commit, _ in made],
    }
    return Review(
        digest=canonical.digest(canonical.encode(named)), since=since, changes=_changes(made)
    )


def _start(subject: Subject, before: Lookup) -> tuple[str, str]:
    """Return the commit up to which everything was released, and how that is said."""
    release, named = before.trusted, subject.operator.operator.since
    if release is not None:
        return release.commit, f"since the release {release.tag}"
    if named is not None:
        return named, f"since {named[:12]}, which the operator's file names"
    return "", "since the first commit"


def _made(git: Git, commit: str, start: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each commit of the range, the newest first, with the addresses of who made it."""
    end = ("--not", start) if start else ()
    for line in git.line("log", "--topo-order", _PEOPLE, commit, *end, "--").split("\n"):
        made, *people = line.split("\0")
        addresses = {_address(person) for person in people if person.strip()}
        if made:  # an empty range is one empty line
            yield made, tuple(sorted(addresses))


def _address(text: str) -> str:
    """Return the address in `Name <address>`, or what stands there in its place."""
    return (text.rpartition("<")[2].rstrip("> ") if "<" in text else text).strip()


def _changes(made: list[tuple[str, tuple[str, ...]]]) -> tuple[Change, ...]:
    commits: dict[tuple[str, ...], list[str]] = {}
    for commit, addresses in made:
        commits.setdefault(addresses, []).append(commit)
    return tuple(
        Change(addresses=addresses, commits=len(own), example=own[0])
        for addresses, own in commits.items()
    )
