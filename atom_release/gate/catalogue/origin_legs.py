"""The legs of where evidence comes from: they can turn a criterion, and never show it.

That a file is made by its command says nothing of the criterion that the file is evidence for, so
such a leg is counted only where it does not pass. A manifest that lets a kind of finding decide
brings the legs that find it into AC1, or into AC5 where it is of the release's pull request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from atom_release.gate.manifest import FindingId, Manifest

ARTIFACT, FOCUS, VALIDATOR = "artifact", "focus", "validator"
SURROUNDINGS, ADDRESSES = "surroundings", "addresses"
PULL_REQUESTS = "pull-requests"

NEVER_SHOWN_BY = frozenset(
    {ARTIFACT, FOCUS, VALIDATOR, SURROUNDINGS, ADDRESSES, PULL_REQUESTS, "unapproved"}
)
"""The questions whose yes is no reason for a criterion to pass."""

FINDING_QUESTIONS: Mapping[FindingId, str] = {
    "artifact-constant": ARTIFACT,
    "artifact-not-made": ARTIFACT,
    "artifact-differs": ARTIFACT,
    "artifact-time-fixed": ARTIFACT,
    "generator-absent": ARTIFACT,
    "generator-ignores-argument": ARTIFACT,
    "generator-writes-another": ARTIFACT,
    "focus-not-shown": FOCUS,
    "suite-holds-only-where": SURROUNDINGS,
    "validator-cannot-refuse": VALIDATOR,
    "validator-passes-at-the-budget": VALIDATOR,
    "address-not-served": ADDRESSES,
    "pull-request-not-on-forge": PULL_REQUESTS,
}
"""Which question finds each kind that a criterion may be let decide by."""


def origin_legs(manifest: Manifest, criterion: str) -> Iterator[tuple[str, str]]:
    """Yield question and subject of the legs of this kind that a criterion has."""
    deciding = {FINDING_QUESTIONS.get(kind) for kind in manifest.findings}
    for artifact in manifest.artifacts:
        if criterion in artifact.evidence_for or (criterion == "AC1" and ARTIFACT in deciding):
            yield ARTIFACT, artifact.file
    for validator in manifest.validators:
        if criterion in validator.evidence_for or (criterion == "AC1" and VALIDATOR in deciding):
            yield VALIDATOR, validator.name
    if criterion == "AC5" and PULL_REQUESTS in deciding:
        yield PULL_REQUESTS, "forge"
    if criterion == "AC1":
        yield from _of_services(manifest, deciding)


def _of_services(manifest: Manifest, deciding: Collection[str | None]) -> Iterator[tuple[str, str]]:
    """Yield the legs of services, of which AC1 has those that the manifest lets decide."""
    own = [kind for kind in manifest.surroundings if kind != "one-process"]
    for service in manifest.services:
        if SURROUNDINGS in deciding and own and service.suite and service.suite.is_plain:
            yield SURROUNDINGS, service.id
        if FOCUS in deciding and service.focus:
            yield FOCUS, service.id
        if ADDRESSES in deciding and service.start is not None:
            yield ADDRESSES, service.id
