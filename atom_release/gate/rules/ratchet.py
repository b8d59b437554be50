"""The ratchet: what a manifest asks less of than that of the release before, by criterion.

Two manifests are compared and nothing else: a release can be made easier only in the open, by a
waiver of the criterion that was loosened. What cannot be ordered (a renamed endpoint, another
labelled file) counts as loosened: the old question is no longer asked. Tightening and what neither
loosens nor tightens says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.gate.catalogue.criteria import Criterion
from atom_release.gate.facts.finding_kinds import criterion_of
from atom_release.gate.manifest import Check, CriterionPolicy, Manifest, Service
from atom_release.gate.once import once_each
from atom_release.gate.rules.loosening import (
    Loosening,
    fewer,
    larger,
    request_changed,
    smaller,
    wider,
)
from atom_release.gate.rules.service_ratchet import _OF_SERVICE
from atom_release.gate.vocabulary import BlockedPolicy, TagTime

_DEFAULT = CriterionPolicy()


@dataclass(frozen=True)
class Baseline:
    """The manifest of the release before, or None with the reason; `origin` says which."""

    manifest: Manifest | None
    origin: str
    unreadable: bool = False


@once_each
def loosenings(before: Manifest, now: Manifest) -> tuple[Loosening, ...]:
    """Return every loosening of `now` against `before`, in the order of the criteria.

    A tightening is none.
    """
    loosened = [
        *_expectations(before, now),
        *_policies(before, now),
        *_services(before, now),
        *_release_wide(before, now),
    ]
    order = {
        criterion.id: place
        for place, criterion in enumerate((*criteria.catalogue(now), *criteria.catalogue(before)))
    }
    expected = {criterion.id for criterion in criteria.expected(before)}
    return tuple(
        sorted(
            {loosening for loosening in loosened if loosening.criterion in expected},
            key=lambda loosening: (order[loosening.criterion], loosening.sentence),
        )
    )


def dropped(before: Manifest, now: Manifest) -> tuple[Criterion, ...]:
    """Return the criteria that the release before was held to and this one is not."""
    still = {criterion.id for criterion in criteria.expected(now)}
    return tuple(criterion for criterion in criteria.expected(before) if criterion.id not in still)


def _expectations(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    for criterion in dropped(before, now):
        yield Loosening(criterion.id, f"{criterion.id} was asked, and is left out now")


def _policies(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    for criterion in criteria.expected(now):
        old, new = (
            before.criteria.get(criterion.id, _DEFAULT),
            now.criteria.get(criterion.id, _DEFAULT),
        )
        if (
            criteria.blocked_policy(before, criterion),
            criteria.blocked_policy(now, criterion),
        ) == (
            BlockedPolicy.REFUSE,
            BlockedPolicy.NOTED,
        ):
            yield Loosening(criterion.id, "blocked: refuse became noted")
        if new.assurance.rank < old.assurance.rank:
            yield Loosening(criterion.id, f"assurance: {old.assurance} became {new.assurance}")
        yield from larger(
            criterion.id,
            "freshness",
            old.freshness or before.freshness,
            new.freshness or now.freshness,
        )
        yield from smaller(criterion.id, "approvals", old.approvals, new.approvals)


def _services(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    left = {service.id: service for service in now.services}
    for old in before.services:
        new = left.get(old.id)
        if new is None:
            yield from _without(before, old)
            continue
        for rule in _OF_SERVICE:
            for loosening in rule(old, new):
                yield Loosening(loosening.criterion, f"{old.id}: {loosening.sentence}")


def _without(before: Manifest, service: Service) -> Iterator[Loosening]:
    """Yield what a service that is gone takes with it: its own criterion, and every leg it had."""
    for criterion in criteria.expected(before):
        if criterion.id == service.id or any(
            leg.applies and leg.subject == service.id
            for leg in leg_specs.legs(before, criterion.id)
        ):
            yield Loosening(criterion.id, f"service {service.id} is gone")


def _release_wide(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    left = {integration.name: integration for integration in now.integration}
    for old in before.integration:
        new = left.get(old.name)
        if new is None:
            yield Loosening("AC2", f"integration {old.name} is gone")
            continue
        yield from fewer("AC2", f"integration {old.name} paths", old.paths, new.paths)
        if (old.control, new.control) == ("strict", "weak"):
            yield Loosening("AC2", f"integration {old.name} control: strict became weak")
    yield from _checks(before, now)
    yield from fewer("AC1", "documents", before.documents, now.documents)
    yield from _artifacts(before, now)
    yield from _validators(before, now)
    if "suite-holds-only-where" in before.findings:
        yield from fewer("AC1", "surroundings", before.surroundings, now.surroundings)
    for kind in before.findings:
        yield from fewer(criterion_of(kind), "findings", [kind], [*now.findings])
    yield from _signatures(before, now)
    if (before.secrets_in_history, now.secrets_in_history) == ("fail", "warn"):
        yield Loosening("P-2", "secrets_in_history: fail became warn")
    yield from _tagging(before, now)
    if before.tenancy and not now.tenancy:
        yield Loosening("P-5", "tenancy is not asked any more")
    for name, criterion in (
        ("vault", "P-2"),
        ("prometheus", "P-4"),
        ("postgres", "P-5"),
    ):
        if getattr(before.infrastructure, name) and not getattr(now.infrastructure, name):
            yield Loosening(criterion, f"infrastructure {name} is not named any more")


def _tagging(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    """Yield that the tag does not wait for the merge any more."""
    if (before.tag, now.tag) == (TagTime.AFTER_MERGE, TagTime.ON_GREEN):
        yield Loosening("AC5", "tag: after-merge became on-green")


def _artifacts(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    """Yield the files whose making is no longer asked for what they were evidence for."""
    left = {artifact.file: artifact.evidence_for for artifact in now.artifacts}
    for artifact in before.artifacts:
        for criterion in artifact.evidence_for or ("AC1",):
            if criterion not in (left.get(artifact.file) or ("AC1",)):
                yield Loosening(criterion, f"artifact {artifact.file} is not evidence any more")


def _validators(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    left = {validator.name: validator.evidence_for for validator in now.validators}
    for validator in before.validators:
        for criterion in validator.evidence_for:
            if criterion not in left.get(validator.name, ()):
                yield Loosening(criterion, f"validator {validator.name} is not asked any more")


def _checks(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    """Yield what a check of one's own loosens; one that is gone is a criterion that was dropped."""
    left = {check.id: check for check in now.checks}
    for old in before.checks:
        new = left.get(old.id)
        if new is None:
            continue
        yield from _control(old, new)
        yield from smaller(old.id, "repeats", old.repeats, new.repeats)


def _control(old: Check, new: Check) -> Iterator[Loosening]:
    """Yield what a control loosens; that a plug-in took a command's place is a change."""
    if old.control is None or new.control is None:
        return
    if new.control.none and not old.control.none:
        yield Loosening(old.id, "its control is gone")
    if new.control.weak and not (old.control.weak or old.control.none):
        yield Loosening(old.id, "a weak control is accepted")


def _signatures(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    left = {document.name: document for document in now.signed}
    for old in before.signed:
        new = left.get(old.name)
        if new is None:
            yield Loosening("P-2", f"signed {old.name} is not asked any more")
            continue
        yield from fewer("P-2", f"signed {old.name} paths", old.paths, new.paths)
        if old.consumer and not new.consumer:
            yield Loosening(
                "P-2", f"signed {old.name}: nobody has to refuse a tampered one any more"
            )
        if old.consumer and new.consumer:
            yield from request_changed(
                "P-2", f"the user of {old.name}", old.consumer.use, new.consumer.use
            )
            yield from wider(
                "P-2", f"signed {old.name} refused", old.consumer.refused, new.consumer.refused
            )
