"""One release that was made: what its tag's commit carries, believed only as it was signed.

The decision is not derived again: the rules of the gate that made it may have been others. Its
signature, its verdict, what it judged and the digest of every artifact are checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.errors import Misuse, ProbeFault, Refused, StoreError
from atom_release.gate.documents.vsa import EXTENSION, PAYLOAD_TYPE
from atom_release.gate.vocabulary import Verdict
from atom_release.records import canonical, signing
from atom_release.source.manifest_file import MANIFEST_PATH

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.records.signing_keys import PublicKey
    from atom_release.source.commit import JudgedTree

_DECISION = re.compile(r"releases/[^/]+/Phase[^/]*_Decision\.dsse\.json")


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


def verify_release(
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
