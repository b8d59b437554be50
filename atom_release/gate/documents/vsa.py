"""The signed form of a decision: an in-toto Statement v1 with a SLSA verification summary v1.

Subjects are the judged commit and every artifact. `verificationResult` is PASSED exactly for GREEN;
`verifiedLevels` names only criteria that are PASS, under names of this gate's own. What the summary
has no field for stands in an extension named by a URI.

Sources: https://in-toto.io/Statement/v1 and https://slsa.dev/spec/v1.0/verification_summary
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.rows import asked_rows
from atom_release.gate.vocabulary import Outcome, Verdict

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"
EXTENSION = "https://atom-release.dev/decision/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class Circumstances:
    """What a statement says beside the decision itself."""

    artifacts: Mapping[str, str]  # file name -> sha256
    manifest_digest: str
    attestations: Mapping[
        str, str
    ]  # name -> sha256 of each attestation of the evidence that was used
    verifier_version: str


def statement(decision: Decision, circumstances: Circumstances) -> dict[str, JsonValue]:
    """Return the statement about one decision, ready to be signed."""
    subjects: list[JsonValue] = [{"name": "commit", "digest": {"gitCommit": decision.commit}}]
    subjects += [
        {"name": name, "digest": {"sha256": value}}
        for name, value in sorted(circumstances.artifacts.items())
    ]
    return {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "verifier": {
                "id": "https://atom-release.dev/gate",
                "version": {"atom_release": circumstances.verifier_version},
            },
            "timeVerified": decision.as_of,
            "resourceUri": f"git+commit:{decision.commit}",
            "policy": {"uri": "release.yaml", "digest": {"sha256": circumstances.manifest_digest}},
            "inputAttestations": [
                {"uri": name, "digest": {"sha256": value}}
                for name, value in sorted(circumstances.attestations.items())
            ],
            "verificationResult": "PASSED" if decision.verdict is Verdict.GREEN else "FAILED",
            "verifiedLevels": [
                level(row.name, row.assurance or "")
                for row in asked_rows(decision)
                if row.outcome is Outcome.PASS
            ],
            "slsaVersion": "1.0",
            EXTENSION: decision.model_dump(mode="json"),
        },
    }


def level(criterion: str, assurance: str) -> str:
    """Name the level that a passed criterion stands for, e.g. `ATOM_P5_REHEARSED`."""
    return f"ATOM_{re.sub('[^A-Za-z0-9]', '', criterion)}_{assurance}".upper()
