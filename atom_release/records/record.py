"""The record of one decision.

Made once from a run's artifacts, and derived again by whoever is about to trust it.

A record is a set of artifacts: reports with evidence inside, the manifest, the snapshot, and the
signed decision that names all others by digest. `rederive` believes none of them: it checks the
signature, every digest, that the decision follows byte for byte from the evidence as of its own
time, and, where a moment is given, that it still follows now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import JsonValue, ValidationError

from atom_release import __version__
from atom_release.errors import Refused, StoreError
from atom_release.gate.decision.decision import RULES, Decision, decide
from atom_release.gate.documents.vsa import PAYLOAD_TYPE, Circumstances, statement
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.manifest.former import in_present_words
from atom_release.gate.rules.legs import Case, Earlier
from atom_release.gate.vocabulary import Verdict
from atom_release.records import attestations, canonical, older, signing
from atom_release.records import names as artifact_names
from atom_release.records.conditions import with_terms
from atom_release.yaml_text import YamlTextError, read_yaml

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


def _evidence_of(name: str, content: bytes) -> dict[str, Evidence]:
    try:
        document = json.loads(content)
        listed = document.get("evidence", []) if isinstance(document, dict) else []
        read = [Evidence.model_validate_json(json.dumps(entry)) for entry in listed]
        return {canonical.digest(canonical.encode(evidence)): evidence for evidence in read}
    except (ValueError, TypeError, RecursionError, ValidationError) as error:
        raise StoreError(
            f"{name} does not hold readable evidence: {type(error).__name__}.",
            "Run the audit again.",
        ) from error


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
    return decision, canonical.encode(document)


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
    public: signing.PublicKey,
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


def rederive(
    artifacts: Mapping[str, bytes],
    envelope: bytes,
    public: signing.PublicKey,
    *,
    now: datetime | None = None,
) -> Record:
    """Derive the decision again from the artifacts, if it was made by this gate's rules.

    Of one that other rules made, the signature, every digest and the recorded outcomes are checked.

    Args:
        artifacts: every artifact that the decision names, by file name.
        envelope: the signed decision.
        public: the key that must have signed it.
        now: a moment for which the decision must hold too; None checks only its own.

    Raises:
        Refused: signature, digest, evidence or decision do not agree; the sentence says which.
    """
    signed = _signed(envelope, public)
    _same_artifacts(signed, artifacts)
    decision = older.read_decision(signed)
    digests = {name: canonical.digest(content) for name, content in artifacts.items()}
    made = Record(decision, _manifest(artifacts), digests, _evidence(artifacts), envelope, None)
    if decision.rules != RULES:
        older.check_recorded(signed, decision, _snapshot(made.manifest, artifacts), made.evidence)
    else:
        made = replace(made, case=_derived(signed, made, artifacts, public))
    if now is not None:
        _still_holds(decision, replace(made.decidable(), as_of=now))
    return made


def _derived(
    signed: dict[str, Any],
    made: Record,
    artifacts: Mapping[str, bytes],
    public: signing.PublicKey,
) -> Case:
    """Return the case of a recorded decision, from which the decision follows byte for byte."""
    history, remembered = _history(made.manifest, artifacts)
    case = Case(
        made.manifest,
        made.decision.commit,
        made.decision.tree,
        datetime.fromisoformat(made.decision.as_of),
        made.evidence,
        history,
        remembered,
    )
    case = _with_terms(case, artifacts, public)
    version = str(signed["predicate"]["verifier"]["version"]["atom_release"])
    if _sealed(decide(case), artifacts, made.evidence, public, version) != canonical.encode(signed):
        raise Refused(
            "The recorded decision does not follow from its evidence.",
            "Run the audit again on this commit.",
        )
    return case


def named_in(envelope: bytes, public: signing.PublicKey) -> dict[str, str]:
    """Return the artifacts that a signed decision names, each with its SHA-256.

    Raises:
        Refused: the decision is not signed by this key.
    """
    return _named(_signed(envelope, public))


def _signed(envelope: bytes, public: signing.PublicKey) -> dict[str, Any]:
    try:
        signed: dict[str, Any] = json.loads(signing.verify(envelope, public, PAYLOAD_TYPE))
    except StoreError as error:
        raise Refused(
            f"The decision is not signed by the expected key: {error.message}", error.remedy
        ) from error
    return signed


def _named(signed: dict[str, Any]) -> dict[str, str]:
    return {
        subject["name"]: subject["digest"]["sha256"]
        for subject in signed["subject"]
        if "sha256" in subject["digest"]
    }


def _sealed(
    decision: Decision,
    artifacts: Mapping[str, bytes],
    evidence: Mapping[str, Evidence],
    public: signing.PublicKey,
    version: str,
) -> bytes:
    try:
        return seal(decision, artifacts, evidence, public, version=version)
    except StoreError as error:
        raise Refused(error.message, error.remedy) from error


def _same_artifacts(signed: dict[str, Any], artifacts: Mapping[str, bytes]) -> None:
    named = _named(signed)
    for name in sorted(named.keys() | artifacts.keys()):
        if name not in artifacts:
            raise Refused(f"{name} is missing.", "Run the audit again on this commit.")
        if canonical.digest(artifacts[name]) != named.get(name):
            raise Refused(f"{name} is not what was signed.", "Run the audit again on this commit.")


def _manifest(artifacts: Mapping[str, bytes]) -> Manifest:
    try:
        return older.read_known(Manifest, in_present_words(read_yaml(artifacts[MANIFEST])))
    except (YamlTextError, ValidationError, KeyError, TypeError, IndexError) as error:
        raise Refused(
            f"The recorded manifest cannot be read: {type(error).__name__}.",
            "Run the audit again on this commit.",
        ) from error


def _with_terms(case: Case, artifacts: Mapping[str, bytes], public: signing.PublicKey) -> Case:
    try:
        return with_terms(case, artifacts, public)
    except StoreError as error:
        raise Refused(error.message, error.remedy) from error


def _history(manifest: Manifest, artifacts: Mapping[str, bytes]) -> tuple[dict[str, Earlier], str]:
    try:
        snapshot = json.loads(_snapshot(manifest, artifacts))
        return {
            str(criterion): Earlier.model_validate(failure)
            for criterion, failure in snapshot["history"].items()
        }, str(snapshot["remembered"])
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise Refused(
            "The snapshot cannot be read.", "Run the audit again on this commit."
        ) from error


def _snapshot(manifest: Manifest, artifacts: Mapping[str, bytes]) -> bytes:
    return artifacts.get(f"{manifest.release.prefix}_{artifact_names.SNAPSHOT}", b"")


def _evidence(artifacts: Mapping[str, bytes]) -> dict[str, Evidence]:
    try:
        return evidence_in(artifacts)
    except StoreError as error:
        raise Refused(error.message, error.remedy) from error


def _still_holds(decision: Decision, now: Case) -> None:
    again = decide(now)
    if decision.verdict is Verdict.GREEN and again.verdict is not Verdict.GREEN:
        raise Refused(
            f"The decision was GREEN at {decision.as_of} and is {again.verdict} now:"
            f" {again.reason}.",
            "Run the audit again on this commit.",
        )
