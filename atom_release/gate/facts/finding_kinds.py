"""Which criterion each kind of contradiction decides, by itself or where the manifest lets it.

The kinds that a manifest may name are `manifest.FindingId`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping

DECIDED_BY_KIND: Mapping[str, str] = {
    "document-against-report": "AC1",
    "document-against-document": "AC1",
    "document-against-gate": "AC1",
    "passed-without-its-file": "AC1",
    "passed-against-its-file": "AC1",
    "passed-against-itself": "AC1",
    "tag-before-evidence": "AC5",
    "tag-without-evidence": "AC5",
    "tag-not-as-promised": "AC5",
    "pull-request-from-nowhere": "AC5",
    "pull-request-not-on-forge": "AC5",
    "dated-before-history": "AC5",
    "dated-before-its-subject": "AC5",
    "dated-after-its-commit": "AC5",
    "passed-over-an-error": "AC5",
    "activated-without-approver": "P-3",
    "automatic-beside-approval": "P-3",
    "test-wants-no-approval": "P-3",
    "artifact-constant": "AC1",
    "artifact-not-made": "AC1",
    "artifact-differs": "AC1",
    "artifact-time-fixed": "AC1",
    "generator-absent": "AC1",
    "generator-ignores-argument": "AC1",
    "generator-writes-another": "AC1",
    "focus-not-shown": "AC1",
    "suite-holds-only-where": "AC1",
    "validator-cannot-refuse": "AC1",
    "validator-passes-at-the-budget": "AC1",
    "address-not-served": "AC1",
}


def criterion_of(kind: str) -> str:
    """Return the criterion that a kind of contradiction decides; AC1 for those of older gates."""
    return DECIDED_BY_KIND.get(kind, "AC1")
