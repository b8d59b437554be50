"""Evidence as in-toto attestations.

What each statement says, one a piece of evidence, about the judged commit.

A run of tests also becomes a test result in in-toto's own terms; what that has no field for stays
in the evidence's own statement.

Sources: https://in-toto.io/Statement/v1 and https://in-toto.io/attestation/test-result/v0.1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from atom_release.gate.documents.vsa import STATEMENT_TYPE
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer

EVIDENCE = "https://atom-release.dev/evidence/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
_TESTS = ("suite", "integration")


def statements(digest: str, evidence: Evidence) -> Iterator[dict[str, JsonValue]]:
    """Yield the statements that one piece of evidence makes.

    `digest` is that of its canonical JSON.
    """
    yield _about(
        evidence,
        EVIDENCE,
        {"digest": {"sha256": digest}, "evidence": evidence.model_dump(mode="json")},
    )
    if evidence.question in _TESTS and isinstance(evidence.facts.get("cases"), Mapping):
        yield _about(evidence, TEST_RESULT, _test_result(digest, evidence))


def _about(evidence: Evidence, kind: str, predicate: dict[str, JsonValue]) -> dict[str, JsonValue]:
    subject: list[JsonValue] = [{"name": "commit", "digest": {"gitCommit": evidence.commit}}]
    return {
        "_type": STATEMENT_TYPE,
        "subject": subject,
        "predicateType": kind,
        "predicate": predicate,
    }


def _test_result(digest: str, evidence: Evidence) -> dict[str, JsonValue]:
    cases = evidence.facts["cases"]
    lists = (
        {str(name): _told(counts) for name, counts in cases.items()}
        if isinstance(cases, Mapping)
        else {}
    )
    named: dict[str, JsonValue] = {
        field: [*sorted(name for name, stated in lists.items() if stated == field)]
        for field in ("passedTests", "warnedTests", "failedTests")
    }
    configuration: list[JsonValue] = [
        {"name": name, "digest": {"sha256": value}}
        for name, value in sorted(evidence.sources.items())
    ]
    configuration.append(
        {"name": f"evidence {evidence.question}/{evidence.subject}", "digest": {"sha256": digest}}
    )
    return {
        "result": _result(evidence, failed=bool(named["failedTests"])),
        "configuration": configuration,
        **named,
    }


def _told(counts: object) -> str:
    """Return in which list a test stands.

    It passed each time it ran, did not pass at least once, or never ran.
    """
    case_counts = counts if isinstance(counts, Mapping) else {}
    passed, ran = case_counts.get("passed"), case_counts.get("ran")
    if not ran:
        return "warnedTests"
    return "passedTests" if passed == ran else "failedTests"


def _result(evidence: Evidence, *, failed: bool) -> str:
    if evidence.answer is Answer.NO or failed:
        return "FAILED"
    return "PASSED" if evidence.answer is Answer.YES else "WARNED"
