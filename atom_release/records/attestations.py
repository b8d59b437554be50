"""The attestations of a decision as one artifact.

Signed envelopes, one a line, as in-toto bundles them.

They repeat what the reports hold, for tools that read attestations; so they are checked against the
evidence whenever the decision is derived again, and the decision names each by the digest of its
line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from atom_release.errors import StoreError
from atom_release.gate.documents import attestation
from atom_release.gate.documents.vsa import PAYLOAD_TYPE
from atom_release.gate.facts.evidence import Evidence
from atom_release.records import canonical, signing, signing_keys

_AGAIN = "Run the audit again on this commit."


def write(evidence: Mapping[str, Evidence], key: signing_keys.KeyPair) -> bytes:
    """Return the artifact for this evidence.

    Raises:
        StoreError: the key does not sign.
    """
    return b"".join(
        signing.sign(canonical.encode(statement), PAYLOAD_TYPE, key)
        for _, statement in _said(evidence)
    )


def inputs(
    content: bytes, evidence: Mapping[str, Evidence], public: signing_keys.PublicKey
) -> dict[str, str]:
    """Return what a decision lists as its input attestations.

    A name for each, with the digest of its envelope.

    Raises:
        StoreError: one is missing, added, not signed by this key, or says something else than the
            evidence.
    """
    lines, expected = content.split(b"\n"), list(_said(evidence))
    if lines[-1:] != [b""] or len(lines) - 1 != len(expected):
        raise StoreError(
            f"There are {len(lines) - 1} attestations for {len(expected)} statements.", _AGAIN
        )
    digests: dict[str, str] = {}
    for line, (name, statement) in zip(lines, expected, strict=False):
        if signing.verify(line, public, PAYLOAD_TYPE) != canonical.encode(statement):
            raise StoreError(f"The attestation of {name} is not what the evidence says.", _AGAIN)
        digests[name] = canonical.digest(line)
    return digests


def _said(evidence: Mapping[str, Evidence]) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """Yield every statement with its name, in the order of the evidence's digests."""
    for digest, piece in sorted(evidence.items()):
        for statement in attestation.statements(digest, piece):
            yield (
                (
                    f"evidence:{digest}"
                    if statement["predicateType"] == attestation.EVIDENCE
                    else f"test-result:{digest}"
                ),
                statement,
            )
