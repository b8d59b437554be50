"""The legs of each criterion: which question is asked of which subject.

A leg that a manifest gives no subject for is not left out: it stands here as not applicable, with
the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from atom_release.gate.catalogue.criteria import expected
from atom_release.gate.catalogue.origin_legs import origin_legs
from atom_release.gate.manifest import Manifest, Service
from atom_release.gate.once import once_each
from atom_release.gate.vocabulary import Assurance


@dataclass(frozen=True)
class LegSpec:
    """One question of a criterion to one system.

    `observes` names an external system that only watches the release: its absence can be noted.
    `applies` is False where the manifest gives the question no subject.
    """

    criterion: str
    question: str
    subject: str
    observes: str | None = None
    applies: bool = True
    why_not: str = ""

    @property
    def name(self) -> str:
        """How reports call this leg."""
        return f"{self.question}/{self.subject}"


OWN_CHECK = "own-check"
"""The question that a check of a release's own asks, by a command."""

OWN_PROBE = "own-probe"
"""The question that a check of a release's own asks, by a plug-in."""

_NO_REPORT = "the manifest names no report"
_NOTHING_CLAIMED = "nothing is claimed: the manifest names no report"


def legs(manifest: Manifest, criterion: str) -> tuple[LegSpec, ...]:
    """Return the legs of one criterion, those that do not apply included.

    Raises:
        KeyError: no such criterion.
    """
    return _all_legs(manifest)[criterion]


@once_each
def _all_legs(manifest: Manifest) -> dict[str, tuple[LegSpec, ...]]:
    """Return the legs by criterion: those of every release, of a manifest's checks and services."""
    of_systems = {
        **{criterion: tuple(make(manifest)) for criterion, make in _LEGS.items()},
        **{
            check.id: (LegSpec(check.id, OWN_PROBE if check.probe else OWN_CHECK, check.id),)
            for check in manifest.checks
        },
        **{service.id: tuple(_service_legs(service)) for service in manifest.services},
    }
    return {
        criterion: (
            *specs,
            *(LegSpec(criterion, *leg) for leg in origin_legs(manifest, criterion)),
        )
        for criterion, specs in of_systems.items()
    }


@once_each
def specs_of_legs(manifest: Manifest) -> Mapping[tuple[str, str], tuple[LegSpec, ...]]:
    """Return by question and subject every leg of an asked criterion, in the criteria's order."""
    specs: dict[tuple[str, str], tuple[LegSpec, ...]] = {}
    for criterion in expected(manifest):
        for spec in legs(manifest, criterion.id):
            leg = spec.question, spec.subject
            specs[leg] = (*specs.get(leg, ()), spec)
    return specs


@once_each
def asked_legs(manifest: Manifest) -> frozenset[tuple[str, str]]:
    """Return every leg that some expected criterion has, as (question, subject).

    What a run has to ask.
    """
    return frozenset(
        (leg.question, leg.subject)
        for criterion in expected(manifest)
        for leg in legs(manifest, criterion.id)
        if leg.applies
    )


def _service_legs(service: Service) -> Iterator[LegSpec]:
    claims = service.report is not None
    yield LegSpec(service.id, "report", service.id, applies=claims, why_not=_NO_REPORT)
    yield LegSpec(service.id, "claims", service.id, applies=claims, why_not=_NOTHING_CLAIMED)
    yield LegSpec(
        service.id,
        "suite",
        service.id,
        applies=service.suite is not None,
        why_not="the manifest names no suite",
    )
    if not claims:  # a report's accuracy is judged by its claims; without one, by the minimum
        yield LegSpec(
            service.id,
            "accuracy",
            service.id,
            applies=service.accuracy is not None,
            why_not="the manifest names no labelled rows",
        )


def _per_service(
    criterion: str, question: str, attribute: str, lacks: str
) -> Callable[[Manifest], Iterator[LegSpec]]:
    def legs_of(manifest: Manifest) -> Iterator[LegSpec]:
        for service in manifest.services:
            has = bool(getattr(service, attribute))
            yield LegSpec(
                criterion, question, service.id, applies=has, why_not="" if has else lacks
            )

    return legs_of


def _aggregation(manifest: Manifest) -> Iterator[LegSpec]:
    for service in manifest.services:
        named = service.report is not None
        yield LegSpec("AC1", "report", service.id, applies=named, why_not=_NO_REPORT)
    if manifest.documents:
        yield LegSpec("AC1", "documents", "release")


def _integration(manifest: Manifest) -> Iterator[LegSpec]:
    for integration in manifest.integration:
        yield LegSpec("AC2", "integration", integration.name)


def _privacy(manifest: Manifest) -> Iterator[LegSpec]:
    yield LegSpec("P-1", "personal-data", "tree")
    yield from _per_service("P-1", "privacy", "privacy", "no place to plant a person is named")(
        manifest
    )


def _secrets(manifest: Manifest) -> Iterator[LegSpec]:
    yield LegSpec("P-2", "secrets", "tree")
    yield LegSpec("P-2", "default-secrets", "tree")
    yield LegSpec("P-2", "secret-history", "history")
    yield LegSpec("P-2", "vault", "vault")
    yield LegSpec("P-2", "signing", "key")
    yield from _per_service(
        "P-2", "secret-use", "secret_use", "no request that needs a secret is named"
    )(manifest)
    for signed in manifest.signed:
        why_not = "" if signed.consumer else "no user of it is named"
        yield LegSpec("P-2", "signature", signed.name)
        yield LegSpec(
            "P-2",
            "tampered-artifact",
            signed.name,
            applies=signed.consumer is not None,
            why_not=why_not,
        )
    if not manifest.signed:
        yield LegSpec(
            "P-2", "signature", "artifacts", applies=False, why_not="no signed artifact is named"
        )


def _safety(manifest: Manifest) -> Iterator[LegSpec]:
    yield LegSpec("P-3", "safety-mode", "tree")
    yield from _per_service("P-3", "approval", "dangerous_action", "no dangerous action is named")(
        manifest
    )
    if manifest.documents:
        yield LegSpec("P-3", "unapproved", "release")


def _observability(manifest: Manifest) -> Iterator[LegSpec]:
    yield from _per_service("P-4", "health", "health", "no health path is named")(manifest)
    yield from _per_service("P-4", "metrics", "metrics", "no metrics path is named")(manifest)
    for service in manifest.services:
        if service.routes:
            yield LegSpec("P-4", "routes", service.id)
    yield LegSpec("P-4", "prometheus", "prometheus", observes="Prometheus server")


def _tenancy(manifest: Manifest) -> Iterator[LegSpec]:
    has = manifest.tenancy is not None
    why_not = "" if has else "the manifest names no migrations"
    yield LegSpec("P-5", "migrations", "postgres", applies=has, why_not=why_not)
    yield LegSpec("P-5", "isolation", "postgres", applies=has, why_not=why_not)
    yield LegSpec("P-5", "postgres", "postgres", applies=has, why_not=why_not)
    yield from _per_service(
        "P-5", "tokens", "token_audit", "no endpoint that takes tenant tokens is named"
    )(manifest)


def _latency(criterion: str) -> Callable[[Manifest], Iterator[LegSpec]]:
    """Return the legs of latency, as the gate measures it and as the service's histogram has it.

    Where only live counts, the latter answers for both.
    """

    def legs_of(manifest: Manifest) -> Iterator[LegSpec]:
        configured = manifest.criteria.get(criterion)
        for spec in _per_service(criterion, "latency", "endpoints", "serves no requests")(manifest):
            live = (
                configured is not None
                and configured.assurance is Assurance.LIVE
                and manifest.service(spec.subject).histogram is not None
            )
            yield (
                replace(spec, applies=False, why_not="live is asked for: the histogram answers")
                if live
                else spec
            )
        for spec in _per_service(
            criterion, "histogram", "histogram", "no histogram on a Prometheus server is named"
        )(manifest):
            yield replace(spec, observes="Prometheus server")

    return legs_of


def _performance(manifest: Manifest) -> Iterator[LegSpec]:
    yield from _latency("T5")(manifest)
    yield from _per_service("T5", "accuracy", "accuracy", "answers no labelled questions")(manifest)
    yield from _per_service("T5", "regression", "endpoints", "serves no requests")(manifest)
    for spec in _per_service(
        "T5", "measurement", "measurements", "no file of measurements is named"
    )(manifest):
        yield (
            replace(
                spec, applies=False, why_not="what others measured is a claim: shown, not counted"
            )
            if spec.applies
            else spec
        )


def _tag(manifest: Manifest) -> Iterator[LegSpec]:
    yield LegSpec("AC5", "tag", "repository")
    if manifest.documents:
        yield LegSpec("AC5", "order", "release")


def _pull_request(manifest: Manifest) -> Iterator[LegSpec]:
    yield LegSpec("AC6", "remote", manifest.infrastructure.remote)
    yield LegSpec("AC6", "forge", "forge", observes="forge")


_LEGS: dict[str, Callable[[Manifest], Iterator[LegSpec]]] = {
    "AC1": _aggregation,
    "AC2": _integration,
    "P-1": _privacy,
    "P-2": _secrets,
    "P-3": _safety,
    "P-4": _observability,
    "P-5": _tenancy,
    "P-6": _latency("P-6"),
    "T5": _performance,
    "AC5": _tag,
    "AC6": _pull_request,
}
