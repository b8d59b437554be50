"""The one catalogue of criteria and their legs: what a release of this manifest must show.

Checks, reports, docs and the decision are all made from it. It asks nothing and computes no outcome
(see `legs` and `decision`). A leg that a manifest gives no subject for is not left out: it stands
here as not applicable, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from atom_release.gate.manifest import Manifest, Service, slug
from atom_release.gate.operator import SERVICES, Operator
from atom_release.gate.vocabulary import ROLL_UP_NAMES, Assurance, BlockedPolicy, Outcome


@dataclass(frozen=True)
class Criterion:
    """One thing that must hold, and the asset whose check shows it."""

    id: str
    title: str
    asks: str
    asset: str
    blocked: BlockedPolicy = BlockedPolicy.REFUSE

    @property
    def check_name(self) -> str:
        """The id as Dagster takes it in a check's name, e.g. `P_5`."""
        return slug(self.id)


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


_NOTED = BlockedPolicy.NOTED
_SERVICE_ASKS = (
    "What {report} asserts is not contradicted, and its suite passes and needs the code."
)
_FIXED = (
    Criterion(
        "AC1",
        "All service reports aggregated",
        "Every service's implementation report is in the judged commit, once, and can be read.",
        "aggregated",
    ),
    Criterion(
        "AC2",
        "Cross-service tests executed",
        "The integration tests pass against the rehearsed services, and fail without the services'"
        " code.",
        "cross_service",
    ),
    Criterion(
        "P-1",
        "Data privacy",
        "No personal data in the tree; a planted person does not come out of the services.",
        "policy_check",
        _NOTED,
    ),
    Criterion(
        "P-2",
        "Secrets and signing",
        "No secret in tree or defaults; services work with what lies in Vault; what is signed"
        " verifies, and no tampered copy does.",
        "policy_check",
        _NOTED,
    ),
    Criterion(
        "P-3",
        "Execution safety",
        "The dangerous action waits for a person's approval, and leaves a record.",
        "policy_check",
        _NOTED,
    ),
    Criterion(
        "P-4",
        "Observability",
        "Health and metrics answer, metrics parse and move with requests; Prometheus scrapes them.",
        "policy_check",
        _NOTED,
    ),
    Criterion(
        "P-5",
        "Multi-tenancy",
        "Migrations apply; no row crosses tenants; tokens without a tenant are refused.",
        "policy_check",
        _NOTED,
    ),
    Criterion(
        "P-6",
        "Performance budget",
        "p95 of every service that serves requests is strictly below its budget.",
        "policy_check",
        _NOTED,
    ),
    Criterion(
        "T5",
        "Latency and accuracy",
        "Measured latency and accuracy are within the manifest's budgets, and no worse than the"
        " last release than allowed.",
        "perf_summary",
    ),
    Criterion(
        "AC5", "Tag name free", "The tag's name is free, or already this release's own.", "snapshot"
    ),
    Criterion(
        "AC6",
        "Pull request can be opened",
        "The branch fast-forwards on the remote; the forge accepts the token.",
        "snapshot",
        _NOTED,
    ),
)

_NO_REPORT = "the manifest names no report"
_NOTHING_CLAIMED = "nothing is claimed: the manifest names no report"

ENVIRONMENTAL = frozenset({"AC5", "AC6", "AC1"})
"""Criteria that the judged commit alone does not determine, or that are the same at every look.

An earlier failure of these does not stick.
"""

OF_THE_ACT = frozenset({"AC5", "AC6"})
"""Criteria about the acts alone: a release that asks nothing else shows nothing of itself."""

ROLL_UPS = dict(
    zip(ROLL_UP_NAMES, (("P-1", "P-2", "P-3", "P-4", "P-5", "P-6"), ("T5",)), strict=True)
)
"""Acceptance criteria that are shown as the worst of others and not decided twice."""


def catalogue(manifest: Manifest) -> tuple[Criterion, ...]:
    """Return every criterion that a release of this manifest can be held to, services first."""
    return tuple(_own_criterion(service) for service in manifest.services) + _FIXED


def _own_criterion(service: Service) -> Criterion:
    """Return the criterion of one service; without a report, nothing is claimed of it."""
    asset = f"service_evidence/{slug(service.id)}"
    if service.report is None:
        return Criterion(
            service.id,
            f"{service.name} holds (no report: nothing is claimed)",
            f"The suite of {service.name} passes and needs the code, and its answers to labelled"
            " rows reach their minimum; no report is named, so nothing is claimed.",
            asset,
        )
    return Criterion(
        service.id,
        f"{service.name} report holds",
        _SERVICE_ASKS.format(report=f"the report of {service.name}"),
        asset,
    )


def asks_of(criterion: str) -> str:
    """Return the sentence of what a criterion asks; of a service's own, that of all services."""
    fixed = {entry.id: entry.asks for entry in _FIXED}
    return fixed.get(criterion, _SERVICE_ASKS.format(report="the report"))


def expected(manifest: Manifest) -> tuple[Criterion, ...]:
    """Return the criteria that this release asks: all but those that it leaves out by name."""
    return tuple(
        criterion for criterion in catalogue(manifest) if criterion.id not in manifest.left_out
    )


def below_floor(manifest: Manifest, operator: Operator) -> tuple[Criterion, ...]:
    """Return the criteria that the manifest leaves out and the operator's floor asks all the same.

    Every release has every criterion of a floor: its services' own, and the fixed ones; AC1 only
    where a report is named.
    """
    services = {service.id for service in manifest.services}
    return tuple(
        criterion
        for criterion in catalogue(manifest)
        if criterion.id in manifest.left_out
        and (criterion.id != "AC1" or _names_report(manifest))
        and (SERVICES if criterion.id in services else criterion.id) in operator.floor
    )


def _names_report(manifest: Manifest) -> bool:
    return any(service.report is not None for service in manifest.services)


def blocked_policy(manifest: Manifest, criterion: Criterion) -> BlockedPolicy:
    """Return whether an absent system is noted for this criterion or refuses the release."""
    configured = manifest.criteria.get(criterion.id)
    return (
        configured.blocked
        if configured is not None and configured.blocked is not None
        else criterion.blocked
    )


def legs(manifest: Manifest, criterion: str) -> tuple[LegSpec, ...]:
    """Return the legs of one criterion, those that do not apply included.

    Raises:
        KeyError: no such criterion.
    """
    for service in manifest.services:
        if service.id == criterion:
            return tuple(_service_legs(service))
    return tuple(_LEGS[criterion](manifest))


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
    yield from _per_service("P-3", "approval", "approval", "no dangerous action is named")(manifest)


def _observability(manifest: Manifest) -> Iterator[LegSpec]:
    yield from _per_service("P-4", "health", "health", "no health path is named")(manifest)
    yield from _per_service("P-4", "metrics", "metrics", "no metrics path is named")(manifest)
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


def _tag(_: Manifest) -> Iterator[LegSpec]:
    yield LegSpec("AC5", "tag", "repository")


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


def worst(outcomes: Iterator[Outcome]) -> Outcome | None:
    """Return the worst of the outcomes, None of none: an empty conjunction is never a pass."""
    return max(outcomes, key=lambda outcome: outcome.badness, default=None)
