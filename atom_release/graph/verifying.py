"""Verification of an audit bundle by whoever has it and the public key: offline, with no store, no Dagster and no trust in this machine's runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atom_release.errors import Misuse, Refused, StoreError
from atom_release.publish import record, signing
from atom_release.publish.bundle import read_bundle

_DECISION = "_Decision.dsse.json"
_BESIDE = (".dsse.json", "README.md", ".pem", ".pub")


def contents_of(place: Path) -> dict[str, bytes]:
    """Give the files of a bundle, or of a folder that holds a bundle's files.

    Raises:
        Misuse: there is nothing to read.
        Refused: the bundle is damaged or hostile.
    """
    try:
        if place.is_dir():
            return {path.name: path.read_bytes() for path in sorted(place.iterdir()) if path.is_file()}
        return read_bundle(place.read_bytes())
    except OSError as error:
        raise Misuse(f"{place} cannot be read: {error.strerror}.", "Name an audit bundle, or a folder with its files.") from error
    except StoreError as error:
        raise Refused(error.message, error.remedy) from error


def decision_in(place: Path, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Give the name and bytes of the one signed decision.

    Raises:
        Refused: there is none, or more than one.
    """
    decisions = [name for name in files if name.endswith(_DECISION)]
    if len(decisions) != 1:
        raise Refused(f"{place.name} holds {len(decisions)} signed decisions, not one.", "Name an audit bundle, or a folder with its files.")
    return decisions[0], files[decisions[0]]


def record_of(place: Path, key: Path) -> record.Record:
    """Give the decision of a bundle, verified and derived again.

    Raises:
        Misuse: bundle or key cannot be read.
        Refused: something does not agree; the sentence says what.
    """
    try:
        public = signing.load_public(key)
    except StoreError as error:
        raise Misuse(error.message, error.remedy) from error
    files = contents_of(place)
    _, envelope = decision_in(place, files)
    return record.rederive({name: content for name, content in files.items() if not name.endswith(_BESIDE)}, envelope, public)


def told_of(found: record.Record, repository: Path | None) -> dict[str, Any]:
    """Give what a verified decision proves; with a repository, its tag is checked too.

    Raises:
        Refused: the tag does not carry this decision.
    """
    told: dict[str, Any] = {
        "verified": True,
        "decision": found.decision.verdict.value,
        "commit": found.decision.commit,
        "as_of": found.decision.as_of,
        "artifacts": len(found.artifacts),
        "evidence": len(found.evidence),
        "waivers": [one.model_dump(mode="json") for one in found.decision.waivers],
    }
    if repository is not None:
        told |= _tag_of(found, repository)
    return told


def verify(place: Path, key: Path, repository: Path | None) -> dict[str, Any]:
    """Verify a bundle and give what it proves.

    Raises:
        Misuse: bundle or key cannot be read.
        Refused: something does not agree; the sentence says what.
    """
    return told_of(record_of(place, key), repository)


def _tag_of(found: record.Record, repository: Path) -> dict[str, Any]:
    """Check that the tag points at a commit whose first parent is the judged one and which holds this very decision."""
    from atom_release.evidence.source import open_tree  # noqa: PLC0415 - only with a repository

    release = found.manifest.release
    tree = open_tree(repository, f"refs/tags/{release.tag}")
    parent = open_tree(repository, f"{tree.commit}^1").commit
    if parent != found.decision.commit:
        raise Refused(f"The tag {release.tag} is on {tree.commit[:12]}, whose first parent is not the judged commit.", "Ask who moved it.")
    name = f"releases/{release.version}/{release.prefix}{_DECISION}"
    if name not in tree.entries or tree.read(name) != found.envelope:
        raise Refused(f"The tagged commit does not hold this decision as {name}.", "Ask for the bundle of that release.")
    return {"tag": release.tag, "release commit": tree.commit}
