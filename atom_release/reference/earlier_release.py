"""Makes the earlier release that a scenario of the reference release wants.

As the gate makes every release: decided, signed, committed, tagged.

It is the one part of a scenario that is not the same everywhere: what a gate released is signed
with that gate's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release import __version__
from atom_release.acts.release_commit import ITSELF, Signature, make_release_commit, make_tag_object
from atom_release.errors import Refused, StoreError
from atom_release.gate.documents.vsa import PAYLOAD_TYPE
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.case import Case
from atom_release.gate.vocabulary import Verdict
from atom_release.git import Git
from atom_release.records import attestations, canonical, names, record, signing
from atom_release.source.manifest_file import MANIFEST_PATH, parse_manifest

if TYPE_CHECKING:
    from atom_release.records.signing_keys import KeyPair
    from atom_release.reference.scenarios.scenario import Earlier


def release_earlier(repository: Path, scenario: str, key: KeyPair) -> None:
    """Make the scenario's earlier release, if it has one and this key did not make it yet.

    Raises:
        Refused: what was found then does not come to GREEN, so that there is nothing to release.
    """
    from atom_release.reference.scenarios import (
        find,
    )

    earlier = find(scenario).earlier
    if earlier is None:
        return
    git, judged = Git(repository), Git(repository).line("rev-parse", "refs/heads/main^1")
    manifest = parse_manifest(earlier.files()[MANIFEST_PATH], MANIFEST_PATH)
    if not _made(git, manifest, key):
        files, envelope = _decided(git, earlier, manifest, judged, key)
        _tag(
            git,
            manifest,
            judged,
            {**files, f"{manifest.release.prefix}_{names.DECISION}": envelope},
        )


def _made(git: Git, manifest: Manifest, key: KeyPair) -> bool:
    """Check whether this key's decision already stands behind the earlier release's tag."""
    release = manifest.release
    decision = f"releases/{release.version}/{release.prefix}_{names.DECISION}"
    stored = git.call("cat-file", "blob", f"refs/tags/{release.tag}:{decision}")
    if stored.status != 0:
        return False
    try:
        signing.verify(stored.out, key.public, PAYLOAD_TYPE)
    except StoreError:
        return False
    return True


def _decided(
    git: Git, earlier: Earlier, manifest: Manifest, judged: str, key: KeyPair
) -> tuple[dict[str, bytes], bytes]:
    """Decide on what was found then, and give the artifacts and the signed decision."""
    tree, moment = git.line("rev-parse", f"{judged}^{{tree}}"), _moment(git, judged)
    evidence_then = earlier.evidence(manifest, judged, tree, moment)
    artifacts = {
        f"{manifest.release.prefix}_{name}": canonical.encode(
            {"evidence": [piece.model_dump(mode="json") for piece in evidence]}
        )
        for name, evidence in evidence_then.items()
    }
    artifacts[record.MANIFEST] = earlier.files()[record.MANIFEST]
    case = Case(manifest, judged, tree, moment, record.evidence_in(artifacts))
    decision, snapshot = record.snapshot_of(
        case, artifacts, {"external": False, "notes": [], "earlier": []}
    )
    if decision.verdict is not Verdict.GREEN:
        raise Refused(
            f"The earlier release is {decision.verdict}: {decision.reason}.", "Mend the scenario."
        )
    artifacts[f"{manifest.release.prefix}_{names.SNAPSHOT}"] = snapshot
    artifacts[f"{manifest.release.prefix}_{names.ATTESTATIONS}"] = attestations.write(
        case.evidence, key
    )
    return artifacts, signing.sign(
        record.seal(decision, artifacts, case.evidence, key.public, version=__version__),
        PAYLOAD_TYPE,
        key,
    )


def _tag(git: Git, manifest: Manifest, judged: str, files: Mapping[str, bytes]) -> None:
    release = manifest.release
    signature = Signature(
        ITSELF, _moment(git, judged), f"Release: {release.name} {release.version}"
    )
    placed = {
        f"releases/{release.version}/{name}": content
        for name, content in files.items()
        if name != record.MANIFEST
    }
    made = make_release_commit(git.repository, judged, placed, signature)
    git.output(
        "update-ref",
        f"refs/tags/{release.tag}",
        make_tag_object(git.repository, release.tag, made, signature),
    )


def _moment(git: Git, commit: str) -> datetime:
    return datetime.fromtimestamp(int(git.line("show", "--no-patch", "--format=%ct", commit)), UTC)
