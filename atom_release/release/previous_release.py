"""The release before this one.

Found in the judged repository, and believed only if a trusted key signed that it was GREEN.

A release is a tag on a commit that holds a signed decision about its own first parent. Which one
comes before S is told by the default branch's history, which S cannot choose: the nearest release
in it. So neither a side branch with releases of its own, nor an old commit whose release was looser
once, chooses what it is compared with. Only a release that was made on top of that one since, and
that S stands on, is nearer. Whoever compares with it (regression, a rule that only tightens) takes
it from here, with its manifest and artifacts, each of which is what was signed.

The decision is not derived again: the rules of the gate that made it may have been others. Its
signature, its verdict, what it judged and the digest of every artifact are checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.errors import Misuse, ProbeFault, Refused, StoreError
from atom_release.gate.documents.vsa import EXTENSION, PAYLOAD_TYPE
from atom_release.gate.vocabulary import Verdict
from atom_release.git import Git, GitError, remote
from atom_release.records import canonical, signing
from atom_release.release.default_branch import DefaultBranch, find_default_branch
from atom_release.release.subject import Subject
from atom_release.source.manifest_file import MANIFEST_PATH

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.records.signing_keys import PublicKey
    from atom_release.source.commit import JudgedTree

_DECISION = re.compile(r"releases/[^/]+/Phase[^/]*_Decision\.dsse\.json")
_FETCHING = 60.0
_TAGS = "--format=%(refname:strip=2)%00%(objecttype)%00%(*objecttype)%00%(*objectname)%00%(*parent)"


@dataclass(frozen=True)
class Previous:
    """A release that was made before, verified."""

    tag: str
    commit: str
    judged: str
    decision: Mapping[str, Any]
    decision_digest: str
    artifacts: Mapping[str, bytes]

    @property
    def manifest(self) -> bytes:
        """The manifest it was judged by, as it was written."""
        return self.artifacts[MANIFEST_PATH]

    def artifact(self, ending: str) -> tuple[str, bytes] | None:
        """Return the name and bytes of the one artifact whose name ends so, e.g.

        `PerfSummary.json`; None where there is no such one.
        """
        artifacts = [
            (name, content)
            for name, content in self.artifacts.items()
            if name.endswith(f"_{ending}")
        ]
        return artifacts[0] if len(artifacts) == 1 else None


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
            return verified(repository, tag.name, tag.commit, tag.judged, keys)
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
            yield verified(repository, tag.name, tag.commit, tag.judged, keys)


def verified(
    repository: Path, tag: str, commit: str, judged: str, trusted: Sequence[PublicKey]
) -> Previous:
    """Return the release that a tag's commit carries.

    Raises:
        Refused: it holds no decision about its first parent that a trusted key signed, that is
            GREEN, and whose artifacts are those signed.
    """
    from atom_release.source.commit import open_tree

    try:
        tree = open_tree(repository, commit)
        paths = [path for path in tree.entries if _DECISION.fullmatch(path)]
        statements = {path: _statement(tree.read(path), trusted) for path in paths}
        own = {
            path: statement
            for path, statement in statements.items()
            if isinstance(statement, dict) and _judged(statement) == judged
        }
        if len(own) != 1:
            raise Refused(_unusable(statements, own, judged))
        ((path, statement),) = own.items()
        decision = statement["predicate"][EXTENSION]
        if (statement["predicate"]["verificationResult"], decision["verdict"]) != (
            "PASSED",
            Verdict.GREEN,
        ):
            raise Refused(f"its decision is {decision['verdict']}, not GREEN")
        artifacts = dict(_artifacts(tree, path.rpartition("/")[0], statement))
        if MANIFEST_PATH not in artifacts:
            raise Refused("its decision names no manifest")
        return Previous(tag, commit, judged, decision, canonical.digest(tree.read(path)), artifacts)
    except (Misuse, ProbeFault) as error:
        raise Refused(error.message, error.remedy) from error
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"its decision cannot be read: {type(error).__name__}") from error


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


def _statement(envelope: bytes, trusted: Sequence[PublicKey]) -> dict[str, Any] | str:
    """Return what a trusted key signed, or why nothing can be believed."""
    why = "no key is trusted"
    for key in trusted:
        try:
            statement = json.loads(signing.verify(envelope, key, PAYLOAD_TYPE))
        except StoreError as error:
            why = error.message
        else:
            return statement if isinstance(statement, dict) else "the decision is not a statement"
    return why


def _judged(statement: Mapping[str, Any]) -> str | None:
    """Return the commit that a statement is about, if its subject and its decision agree."""
    commits = {
        entry["digest"]["gitCommit"]
        for entry in statement["subject"]
        if "gitCommit" in entry["digest"]
    } | {statement["predicate"][EXTENSION]["commit"]}
    return commits.pop() if len(commits) == 1 else None


def _unusable(
    statements: Mapping[str, dict[str, Any] | str], own: Mapping[str, object], judged: str
) -> str:
    if not statements:
        return "its commit holds no signed decision"
    if len(own) > 1:
        return f"its commit holds {len(own)} decisions about {judged[:12]}"
    refused = [statement for statement in statements.values() if isinstance(statement, str)]
    return (
        f"its decision is not signed by a trusted key: {refused[0]}"
        if refused
        else f"its decision is not about its first parent {judged[:12]}"
    )


def _artifacts(
    tree: JudgedTree, folder: str, statement: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    """Yield every artifact that the decision names, each what was signed.

    The manifest stands in its own place.
    """
    for entry in statement["subject"]:
        if "sha256" not in entry["digest"]:
            continue
        name = str(entry["name"])
        path = MANIFEST_PATH if name == MANIFEST_PATH else f"{folder}/{name}"
        if path not in tree.entries:
            raise Refused(f"{name}, which its decision names, is not in its commit")
        content = tree.read(path)
        if canonical.digest(content) != entry["digest"]["sha256"]:
            raise Refused(f"{name} is not what was signed")
        yield name, content


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
