"""A recorded decision, derived again by whoever is about to trust it.

Nothing of it is believed: the signature is checked, every digest, that the decision follows byte
for byte from the evidence as of its own time, and, where a moment is given, that it still follows
now. How a record is made stands in `record`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from atom_release.errors import Refused, StoreError
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import RULES, Decision
from atom_release.gate.documents.vsa import PAYLOAD_TYPE
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.manifest.former import in_present_words
from atom_release.gate.rules.case import Case, Earlier
from atom_release.gate.vocabulary import Verdict
from atom_release.records import canonical, older, signing, signing_keys
from atom_release.records import names as artifact_names
from atom_release.records.conditions import with_terms
from atom_release.records.record import MANIFEST, Record, evidence_in, seal
from atom_release.yaml_text import YamlTextError, read_yaml


def rederive(
    artifacts: Mapping[str, bytes],
    envelope: bytes,
    public: signing_keys.PublicKey,
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
    public: signing_keys.PublicKey,
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


def named_in(envelope: bytes, public: signing_keys.PublicKey) -> dict[str, str]:
    """Return the artifacts that a signed decision names, each with its SHA-256.

    Raises:
        Refused: the decision is not signed by this key.
    """
    return _named(_signed(envelope, public))


def _signed(envelope: bytes, public: signing_keys.PublicKey) -> dict[str, Any]:
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
    public: signing_keys.PublicKey,
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


def _with_terms(case: Case, artifacts: Mapping[str, bytes], public: signing_keys.PublicKey) -> Case:
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
