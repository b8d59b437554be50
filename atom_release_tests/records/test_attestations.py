"""Attestations.

What in-toto's tools read says exactly what the evidence says, signed, each listed by the decision.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import Refused, StoreError
from atom_release.gate.decision.decide import decide
from atom_release.gate.documents.attestation import EVIDENCE, TEST_RESULT, statements
from atom_release.gate.documents.vsa import EXTENSION, PAYLOAD_TYPE
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer
from atom_release.records import (
    attestations,
    canonical,
    names,
    record,
    rederive,
    signing,
    signing_keys,
)
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.cases import COMMIT, LEGS, all_good, case_of, evidence_for

CASES = {
    "always": {"passed": 3, "ran": 3},
    "sometimes": {"passed": 2, "ran": 3},
    "never ran": {"passed": 0, "ran": 0},
}


@pytest.fixture
def key(tmp_path: Path) -> signing_keys.KeyPair:
    return signing_keys.ensure_key(tmp_path / "gate.pem")


def by_digest(evidence: list[Evidence]) -> dict[str, Evidence]:
    return {canonical.digest(canonical.encode(piece)): piece for piece in evidence}


def suite(answer: Answer = Answer.YES, **cases: dict[str, int]) -> Evidence:
    return evidence_for(
        ("suite", "X.1"),
        answer,
        facts={"cases": cases or CASES},
        sources={"copy of the judged tree": "e" * 64},
    )


def test_a_suite_is_a_test_result_too() -> None:
    """In in-toto's own terms: a result, what it ran on, and each test in one list."""
    own, result = statements("d" * 64, suite())
    assert (own["predicateType"], result["predicateType"]) == (EVIDENCE, TEST_RESULT)
    assert (
        own["subject"] == result["subject"] == [{"name": "commit", "digest": {"gitCommit": COMMIT}}]
    )
    predicate: Any = result["predicate"]
    assert {
        name: predicate[name] for name in ("result", "passedTests", "failedTests", "warnedTests")
    } == {
        "result": "FAILED",
        "passedTests": ["always"],
        "failedTests": ["sometimes"],
        "warnedTests": ["never ran"],
    }
    assert {"name": "copy of the judged tree", "digest": {"sha256": "e" * 64}} in predicate[
        "configuration"
    ]


@pytest.mark.parametrize(
    ("answer", "result"),
    [(Answer.YES, "PASSED"), (Answer.NO, "FAILED"), (Answer.UNKNOWN, "WARNED")],
)
def test_a_result_is_what_the_probe_answered(answer: Answer, result: str) -> None:
    """All tests passed, and yet the suite may not hold (a vacuous one, say)."""
    _, statement = statements("d" * 64, suite(answer, always=CASES["always"]))
    predicate: Any = statement["predicate"]
    assert predicate["result"] == result


def test_each_statement_is_signed_and_listed(key: signing_keys.KeyPair) -> None:
    """One envelope a line, each listed by the digest of its line.

    Nothing but the evidence is said.
    """
    evidence = by_digest([*all_good(), suite()])
    content = attestations.write(evidence, key)
    listed = attestations.inputs(content, evidence, key.public)
    assert sorted(listed.values()) == sorted(
        canonical.digest(line) for line in content.splitlines()
    )
    assert {name for name in listed if name.startswith("evidence:")} == {
        f"evidence:{digest}" for digest in evidence
    }
    assert sum(name.startswith("test-result:") for name in listed) == 1


OTHERWISE: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "one left out": lambda lines: lines[1:],
    "one twice": lambda lines: [*lines, lines[-1]],
    "two exchanged": lambda lines: [lines[1], lines[0], *lines[2:]],
    "one changed": lambda lines: [
        lines[0].replace(b'"payload":"eyJ', b'"payload":"eyK'),
        *lines[1:],
    ],
    "a space more": lambda lines: [lines[0] + b" ", *lines[1:]],
}


@pytest.mark.parametrize("how", OTHERWISE)
def test_attestations_that_say_otherwise_are_refused(how: str, key: signing_keys.KeyPair) -> None:
    """They are not believed for being signed by somebody."""
    evidence = by_digest(all_good())
    lines = attestations.write(evidence, key).splitlines()
    changed = b"".join(line + b"\n" for line in OTHERWISE[how](lines))
    if how == "a space more":
        assert attestations.inputs(changed, evidence, key.public) != attestations.inputs(
            attestations.write(evidence, key), evidence, key.public
        )
        return
    with pytest.raises(StoreError):
        attestations.inputs(changed, evidence, key.public)


def test_the_attestations_of_other_evidence_are_refused(
    key: signing_keys.KeyPair, tmp_path: Path
) -> None:
    """Signed by this key, and about something else; or about this, and signed by another key."""
    evidence = by_digest(all_good())
    other = by_digest([evidence_for(leg, reason="otherwise") for leg in LEGS])
    with pytest.raises(StoreError, match="not what the evidence says"):
        attestations.inputs(attestations.write(other, key), evidence, key.public)
    with pytest.raises(StoreError, match="signed by key"):
        attestations.inputs(
            attestations.write(evidence, signing_keys.ensure_key(tmp_path / "other.pem")),
            evidence,
            key.public,
        )


def sealed(key: signing_keys.KeyPair, evidence: list[Evidence]) -> tuple[dict[str, bytes], bytes]:
    """Return the artifacts and the signed decision on some evidence, made as the graph makes them."""
    manifest = (
        b"release: {phase: X, name: Example, version: v1, tag: v1, branch: review/v1}\n"
        + asking("AC5", "AC6", "P-2", "P-4").encode()
    )
    manifest += (
        b"services: [{id: X.1, name: one, source: [src], report: r.md, health: /health, metrics:"
        b" /metrics}]\n"
    )
    reports = {
        "PhaseX_All.json": canonical.encode(
            {"evidence": [piece.model_dump(mode="json") for piece in evidence]}
        ),
        record.MANIFEST: manifest,
    }
    case = case_of([])
    case = type(case)(
        case.manifest, case.commit, case.tree, case.as_of, record.evidence_in(reports)
    )
    decision, snapshot = record.snapshot_of(case, reports, {})
    artifacts = {
        **reports,
        "PhaseX_Snapshot.json": snapshot,
        f"PhaseX_{names.ATTESTATIONS}": attestations.write(case.evidence, key),
    }
    payload = record.seal(decision, artifacts, case.evidence, key.public, version="0")
    return artifacts, signing.sign(payload, PAYLOAD_TYPE, key)


@pytest.mark.parametrize("green", [True, False])
def test_the_summary_has_every_field_that_its_specification_requires(
    green: bool,  # noqa: FBT001 - a table
    key: signing_keys.KeyPair,
) -> None:
    """PASSED exactly for GREEN, levels of this gate's own and only for what passed.

    And nothing of SLSA's levels.
    """
    evidence = [
        evidence
        if green or evidence.leg != ("health", "X.1")
        else evidence_for(evidence.leg, Answer.NO)
        for evidence in all_good()
    ]
    artifacts, envelope = sealed(key, evidence)
    rederived = rederive.rederive(artifacts, envelope, key.public)
    statement = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    assert (statement["_type"], statement["predicateType"]) == (
        "https://in-toto.io/Statement/v1",
        "https://slsa.dev/verification_summary/v1",
    )
    predicate = statement["predicate"]
    assert re.fullmatch(r"https://\S+", predicate["verifier"]["id"])
    assert datetime.fromisoformat(predicate["timeVerified"]).utcoffset() is not None
    assert re.fullmatch(r"\S+:\S+", predicate["resourceUri"])
    assert predicate["policy"]["digest"]["sha256"] == canonical.digest(artifacts["release.yaml"])
    assert predicate["verificationResult"] == ("PASSED" if green else "FAILED")
    passed = {
        result.id for result in decide(rederived.decidable()).criteria if result.outcome == "PASS"
    }
    assert predicate["verifiedLevels"] == [
        f"ATOM_{criterion.replace('-', '')}_REHEARSED"
        for criterion in ("P-2", "P-4", "AC5", "AC6")
        if criterion in passed
    ]
    assert ("P-4" in passed) is green
    assert {entry["uri"] for entry in predicate["inputAttestations"]} == {
        f"evidence:{digest}" for digest in rederived.evidence
    }
    digests = {
        entry["digest"]["sha256"] for entry in statement["subject"] if "sha256" in entry["digest"]
    }
    assert digests == {canonical.digest(content) for content in artifacts.values()}
    assert [
        entry["digest"] for entry in statement["subject"] if "gitCommit" in entry["digest"]
    ] == [{"gitCommit": COMMIT}]
    assert predicate[EXTENSION]["verdict"] == ("GREEN" if green else "RED")


def test_a_decision_without_its_attestations_is_refused(key: signing_keys.KeyPair) -> None:
    """What is listed has to be there."""
    artifacts, envelope = sealed(key, all_good())
    with pytest.raises(Refused, match="is missing"):
        rederive.rederive(
            {name: content for name, content in artifacts.items() if "intoto" not in name},
            envelope,
            key.public,
        )
