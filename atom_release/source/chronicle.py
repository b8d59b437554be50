"""When what came to be: the commits of every branch, the tags, and what first added a path.

Author dates outlive a rebase and committer dates do not; so what is said to be early is asked of
the former. What a cut history does not hold is nobody's fault: see `JudgedTree.history_complete`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from atom_release.git import Git

_FIELDS = 3
_TAGS = (
    "%(refname:lstrip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)"
    "%00%(taggerdate:unix)"
)
_SIGNATURES = (b"-----BEGIN PGP SIGNATURE", b"-----BEGIN SSH SIGNATURE", b"-----BEGIN SIGNED")
_RENAMES = 1000
"""Of more files at once git looks for no renames: it would take minutes."""


@dataclass(frozen=True)
class Dated:
    """A commit with its two dates."""

    commit: str
    authored: datetime
    committed: datetime


@dataclass(frozen=True)
class Tag:
    """A tag that stands on a commit; `tagged` is None of a lightweight one, which has no date."""

    name: str
    object: str
    commit: str
    tagged: datetime | None

    @property
    def annotated(self) -> bool:
        """Whether it is an object of its own."""
        return self.object != self.commit


def commits(git: Git, commit: str) -> list[Dated]:
    """Return the commits of every branch and of this one's past, by their author dates."""
    listed = git.output("log", "--all", "--format=%H %at %ct", "--end-of-options", commit)
    lines = listed.decode("ascii", "replace").splitlines()
    return sorted(map(_dated, lines), key=lambda entry: entry.authored)


def _dated(line: str) -> Dated:
    commit, authored, committed = line.split()
    return Dated(commit, _moment(authored), _moment(committed))


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def first_additions(git: Git, commit: str, paths: Sequence[str]) -> dict[str, Dated]:
    """Return for each path the earliest commit of any branch that added it, by author date.

    A path that only a merge brought is not there.
    """
    if not paths:
        return {}
    words = ("--all", "--no-renames", "--diff-filter=A", "--name-only", "-z")
    listed = git.output(
        "--literal-pathspecs", "log", *words, "--format=%x01%H %at %ct", commit, "--", *paths
    )
    earliest: dict[str, Dated] = {}
    for added, names in _additions(listed.decode("utf-8", "surrogateescape")):
        for name in names:
            if name not in earliest or added.authored < earliest[name].authored:
                earliest[name] = added
    return earliest


def _additions(listed: str) -> Iterator[tuple[Dated, list[str]]]:
    """Yield each commit with the paths that it added."""
    for record in listed.split("\x01")[1:]:
        head, _, rest = record.partition("\0")
        yield _dated(head), [name for name in rest.strip("\n").split("\0") if name]


def first_touch(git: Git, commit: str, paths: Sequence[str]) -> Dated | None:
    """Return the earliest commit of any branch that touched one of these files or folders."""
    words = ("--literal-pathspecs", "log", "--all", "--no-renames", "--format=%H %at %ct")
    listed = git.output(*words, commit, "--", *paths).decode("ascii", "replace")
    return min(map(_dated, listed.splitlines()), key=lambda entry: entry.authored, default=None)


def tags(git: Git) -> dict[str, Tag]:
    """Return the tags that stand on commits, by their names."""
    by_name = dict[str, Tag]()
    listed = git.output("for-each-ref", f"--format={_TAGS}", "refs/tags/")
    for line in listed.decode("utf-8", "surrogateescape").splitlines():
        name, kind, oid, inner, peeled, tagged = line.split("\0")
        if kind == "commit":
            by_name[name] = Tag(name, oid, oid, None)
        elif inner == "commit":
            by_name[name] = Tag(name, oid, peeled, _moment(tagged) if tagged else None)
    return by_name


def is_signed(git: Git, tag: Tag) -> bool:
    """Return whether an annotated tag holds a signature, by whatever key."""
    content = git.output("cat-file", "tag", tag.object) if tag.annotated else b""
    return any(mark in content for mark in _SIGNATURES)


def not_yet_there(git: Git, old: str, new: str) -> frozenset[str]:
    """Return the paths of a commit that another lacks, also under another name.

    Where the clone lacks contents, another name is known only of a file that did not change.
    """
    ran = git.call(*_lacking(old, new, "50%"))
    listed = ran.out if ran.status == 0 else git.output(*_lacking(old, new, "100%"))
    return frozenset(listed.decode("utf-8", "surrogateescape").split("\0")) - {""}


def _lacking(old: str, new: str, alike: str) -> tuple[str, ...]:
    return (
        "diff-tree",
        "-r",
        "-z",
        "--name-only",
        "--diff-filter=A",
        f"--find-renames={alike}",
        f"-l{_RENAMES}",
        "--no-ext-diff",
        "--no-textconv",
        old,
        new,
    )


def is_ancestor(git: Git, old: str, new: str) -> bool:
    """Return whether one commit is in another's past."""
    ran = git.call("merge-base", "--is-ancestor", "--end-of-options", old, new)
    return ran.status == 0


def names_branch(git: Git, branch: str) -> bool:
    """Return whether a reference, or the message of any commit, names this branch."""
    listed = git.line("for-each-ref", "--format=%(refname)")
    if any(name.endswith(f"/{branch}") for name in listed.splitlines()):
        return True
    words = ("--all", "-1", "--format=%H", "--fixed-strings", "--regexp-ignore-case")
    return bool(git.line("log", *words, f"--grep={branch}"))


def knows_pull_requests(git: Git) -> bool:
    """Return whether any commit's message is one that a forge writes when it merges."""
    forms = (r"\(#[0-9]+\)$", r"^Merge pull request ", r"See merge request ", r"^Merged in ")
    greps = [f"--grep={form}" for form in forms]
    return bool(git.line("log", "--all", "-1", "--format=%H", "--extended-regexp", *greps))


def follows_all_branches(git: Git) -> bool:
    """Return whether this clone would have every branch of its remotes, as far as it is told."""
    remotes = [key for key in git.own if key.startswith("remote.") and key.endswith(".url")]
    followed = [
        key
        for key, value in git.own.items()
        if key.startswith("remote.")
        and key.endswith(".fetch")
        and value.lstrip("+").startswith(("refs/heads/*:", "refs/*:"))
    ]
    return len(followed) >= len(remotes)
