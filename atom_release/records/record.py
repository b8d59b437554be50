"""The record of one decision, as it is made once from a run's artifacts.

A record is a set of artifacts: reports with evidence inside, the manifest, the snapshot, and the
signed decision that names all others by digest. How it is derived again by whoever is about to
trust it stands in `rederive`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from pydantic import JsonValue, ValidationError

from atom_release import __version__
from atom_release.errors import Refused, StoreError
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import RULES, Decision
from atom_release.gate.documents.vsa import Circumstances, statement
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.case import Case
from atom_release.records import attestations, canonical, signing_keys
from atom_release.records import names as artifact_names

MANIFEST = "release.yaml"
SNAPSHOT_SCHEMA = "atom-release/snapshot/v1"


@dataclass(frozen=True)
class Record:
    """A decision that was found to follow from its artifacts."""

    decision: Decision
    manifest: Manifest
    artifacts: Mapping[str, str]
    evidence: Mapping[str, Evidence]
    envelope: bytes
    case: Case | None  # None where other rules than this gate's decided

    def decidable(self) -> Case:
        """Return the case, so that it can be decided again.

        Raises:
            Refused: the decision was made by other rules.
        """
        if self.case is None:
            raise Refused(
                f"This was decided by rules {self.decision.rules}; this gate decides by {RULES}.",
                "Run the audit again, or use the gate that decided.",
            )
        return self.case


def evidence_in(artifacts: Mapping[str, bytes]) -> dict[str, Evidence]:
    """Collect the evidence that stands in JSON reports, by digest.

    Raises:
        StoreError: a report's evidence is not readable.
    """
    evidence_found: dict[str, Evidence] = {}
    for name, content in artifacts.items():
        if name.endswith(".json") and not name.endswith(".dsse.json"):
            evidence_found |= _evidence_of(name, content)
    return evidence_found


def _evidence_of(name: str, content: bytes) -> Mapping[str, Evidence]:
    try:
        return _read_evidence(content)
    except (ValueError, TypeError, RecursionError, ValidationError) as error:
        raise StoreError(
            f"{name} does not hold readable evidence: {type(error).__name__}.",
            "Run the audit again.",
        ) from error


@lru_cache(maxsize=1024)
def _read_evidence(content: bytes) -> Mapping[str, Evidence]:
    """Return the evidence in a report's bytes, by digest.

    Every step of a run reads the reports of all steps before it: the same bytes hold the same
    evidence, and their digests are computed once in a process.
    """
    document = json.loads(content)
    listed = document.get("evidence", []) if isinstance(document, dict) else []
    read = [Evidence.model_validate_json(json.dumps(entry)) for entry in listed]
    return MappingProxyType(
        {canonical.digest(canonical.encode(evidence)): evidence for evidence in read}
    )


def snapshot_of(
    case: Case, artifacts: Mapping[str, bytes], extra: Mapping[str, JsonValue]
) -> tuple[Decision, bytes]:
    """Decide, and give the decision with the canonical bytes of the snapshot that records it."""
    decision = decide(case)
    document: dict[str, JsonValue] = {
        "schema": SNAPSHOT_SCHEMA,
        "commit": case.commit,
        "tree": case.tree,
        "as_of": case.as_of.isoformat(),
        "manifest": canonical.digest(artifacts[MANIFEST]),
        "artifacts": {name: canonical.digest(content) for name, content in artifacts.items()},
        "evidence_used": {
            digest: f"{evidence.question}/{evidence.subject}"
            for digest, evidence in case.evidence.items()
        },
        "tools": _tools(case.evidence.values()),
        "decision": decision.model_dump(mode="json"),
        "history": {
            criterion: failure.model_dump(mode="json")
            for criterion, failure in case.history.items()
        },
        "remembered": case.remembered,
        **extra,
    }
    return decision, canonical.artifact(document)


def _tools(evidence: Iterable[Evidence]) -> dict[str, JsonValue]:
    """Return every tool that any evidence was found with, each in all versions that were used."""
    used: dict[str, set[str]] = {"atom-release": {__version__}}
    for evidence_item in evidence:
        for tool, version in evidence_item.tools.items():
            used.setdefault(tool, set()).add(version)
    return {tool: [*sorted(versions)] for tool, versions in sorted(used.items())}


def seal(
    decision: Decision,
    artifacts: Mapping[str, bytes],
    evidence: Mapping[str, Evidence],
    public: signing_keys.PublicKey,
    *,
    version: str,
) -> bytes:
    """Return the bytes to sign.

    The statement about this decision and all of these artifacts, the snapshot and the attestations
    included.

    Raises:
        StoreError: the attestations do not say what the evidence says.
    """
    digests = {name: canonical.digest(content) for name, content in artifacts.items()}
    attested = next(
        (
            content
            for name, content in artifacts.items()
            if name.endswith(f"_{artifact_names.ATTESTATIONS}")
        ),
        b"",
    )
    circumstances = Circumstances(
        digests, digests[MANIFEST], attestations.inputs(attested, evidence, public), version
    )
    return canonical.encode(statement(decision, circumstances))
