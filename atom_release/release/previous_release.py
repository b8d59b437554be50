"""The release before this one.

Found in the judged repository, and believed only if a trusted key signed that it was GREEN.

A release is a tag on a commit that holds a signed decision about its own first parent. Which one
comes before S is told by the history and never by a name or a date that somebody wrote: the nearest
ancestor of S that was released. Whoever compares with it (regression, a rule that only tightens)
takes it from here, with its manifest and artifacts, each of which is what was signed.

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
from atom_release.git import Git
from atom_release.records import canonical, signing
from atom_release.release.subject import Subject
from atom_release.source.manifest_file import MANIFEST_PATH

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.records.signing import PublicKey
    from atom_release.source.commit import JudgedTree

_DECISION = re.compile(r"releases/[^/]+/Phase[^/]*_Decision\.dsse\.json")
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
        """Give the name and bytes of the one artifact whose name ends so, e.g.

        `PerfSummary.json`; None where there is no such one.
        """
        found = [
            (name, content)
            for name, content in self.artifacts.items()
            if name.endswith(f"_{ending}")
        ]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Lookup:
    """The previous release, or why there is none.

    `passed_over` says which tags carry a decision that cannot be believed, and why.

    `disputed` says how the manifest contradicts the history, where it names a tag
    (`release.previous`).
    """

    release: Previous | None
    reason: str
    passed_over: tuple[str, ...] = ()
    disputed: str = ""


@dataclass(frozen=True)
class _Tag:
    name: str
    commit: str
    judged: str


def of(subject: Subject, trusted: Iterable[PublicKey] | None = None) -> Lookup:
    """Give the newest verified GREEN release before the judged commit.

    Args:
        subject: what is judged; a tag that its manifest names (`release.previous`) is held against
            what is found, and chooses nothing.
        trusted: the public keys that may have signed it; by default the gate's own.
    """
    repository, keys = (
        subject.tree.repository,
        tuple(trusted) if trusted is not None else (subject.key.public,),
    )
    passed: list[str] = []
    for tag in _candidates(Git(repository), subject.commit):
        try:
            found = verified(repository, tag.name, tag.commit, tag.judged, keys)
        except Refused as error:
            passed.append(f"{tag.name}: {error.message}")
        else:
            return Lookup(found, "", tuple(passed), _dispute(subject, found.tag))
    why = _why_none(subject, passed)
    return Lookup(None, why, tuple(passed), _dispute(subject, why))


def _dispute(subject: Subject, found: str) -> str:
    named = subject.manifest.release.previous
    return (
        ""
        if named in {None, found}
        else f"the manifest names {named} as the release before, and the history says: {found}"
    )


def every(subject: Subject, trusted: Iterable[PublicKey]) -> Iterator[Previous]:
    """Give each verified GREEN release before the judged commit, the nearest first.

    What cannot be believed is passed over.
    """
    repository, keys = subject.tree.repository, tuple(trusted)
    for tag in _candidates(Git(repository), subject.commit):
        with suppress(Refused):
            yield verified(repository, tag.name, tag.commit, tag.judged, keys)


def verified(
    repository: Path, tag: str, commit: str, judged: str, trusted: Sequence[PublicKey]
) -> Previous:
    """Give the release that a tag's commit carries.

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
            path: said
            for path, said in statements.items()
            if isinstance(said, dict) and _judged(said) == judged
        }
        if len(own) != 1:
            raise Refused(_unusable(statements, own, judged))
        ((path, said),) = own.items()
        decision = said["predicate"][EXTENSION]
        if (said["predicate"]["verificationResult"], decision["verdict"]) != (
            "PASSED",
            Verdict.GREEN,
        ):
            raise Refused(f"its decision is {decision['verdict']}, not GREEN")
        artifacts = dict(_artifacts(tree, path.rpartition("/")[0], said))
        if MANIFEST_PATH not in artifacts:
            raise Refused("its decision names no manifest")
        return Previous(tag, commit, judged, decision, canonical.digest(tree.read(path)), artifacts)
    except (Misuse, ProbeFault) as error:
        raise Refused(error.message, error.remedy) from error
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"its decision cannot be read: {type(error).__name__}") from error


def _candidates(git: Git, commit: str) -> Iterator[_Tag]:
    """Give the annotated tags of release commits before S, the nearest first."""
    order = {
        oid: place
        for place, oid in enumerate(git.line("rev-list", "--topo-order", commit).splitlines())
    }
    found = []
    for line in git.line("for-each-ref", _TAGS, "refs/tags").splitlines():
        name, kind, of_what, pointed, parents = line.split("\0")
        judged = parents.partition(" ")[0]
        if (kind, of_what) != ("tag", "commit"):
            continue
        if judged in order and commit not in {judged, pointed}:
            found.append(_Tag(name, pointed, judged))
    found.sort(key=lambda tag: (order[tag.judged], tag.name))
    return (
        tag for tag in found if git.call("cat-file", "-e", f"{tag.commit}:releases").status == 0
    )


def _statement(envelope: bytes, trusted: Sequence[PublicKey]) -> dict[str, Any] | str:
    """Give what a trusted key signed, or why nothing can be believed."""
    why = "no key is trusted"
    for key in trusted:
        try:
            said = json.loads(signing.verify(envelope, key, PAYLOAD_TYPE))
        except StoreError as error:
            why = error.message
        else:
            return said if isinstance(said, dict) else "the decision is not a statement"
    return why


def _judged(said: Mapping[str, Any]) -> str | None:
    """Give the commit that a statement is about, if its subject and its decision agree."""
    commits = {
        one["digest"]["gitCommit"] for one in said["subject"] if "gitCommit" in one["digest"]
    } | {said["predicate"][EXTENSION]["commit"]}
    return commits.pop() if len(commits) == 1 else None


def _unusable(
    statements: Mapping[str, dict[str, Any] | str], own: Mapping[str, object], judged: str
) -> str:
    if not statements:
        return "its commit holds no signed decision"
    if len(own) > 1:
        return f"its commit holds {len(own)} decisions about {judged[:12]}"
    refused = [said for said in statements.values() if isinstance(said, str)]
    return (
        f"its decision is not signed by a trusted key: {refused[0]}"
        if refused
        else f"its decision is not about its first parent {judged[:12]}"
    )


def _artifacts(
    tree: JudgedTree, folder: str, said: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    """Give every artifact that the decision names, each what was signed.

    The manifest stands in its own place.
    """
    for one in said["subject"]:
        if "sha256" not in one["digest"]:
            continue
        name = str(one["name"])
        path = MANIFEST_PATH if name == MANIFEST_PATH else f"{folder}/{name}"
        if path not in tree.entries:
            raise Refused(f"{name}, which its decision names, is not in its commit")
        content = tree.read(path)
        if canonical.digest(content) != one["digest"]["sha256"]:
            raise Refused(f"{name} is not what was signed")
        yield name, content


def _why_none(subject: Subject, passed: Sequence[str]) -> str:
    if passed:
        return f"no release before {subject.commit[:12]} can be believed: {'; '.join(passed)}"
    cut = "" if subject.tree.history_complete else ", as far as this clone's history goes"
    return f"no tag here marks a release before {subject.commit[:12]}{cut}"
