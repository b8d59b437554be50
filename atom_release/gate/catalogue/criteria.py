"""The one catalogue of criteria: what a release of this manifest must show.

Checks, reports, docs and the decision are all made from it, and from the legs of each criterion
(`leg_specs`). It asks nothing and computes no outcome (see `rules.legs` and `decision`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atom_release.gate.manifest import Check, Manifest, Service, is_own_id, slug
from atom_release.gate.once import once_each
from atom_release.gate.operator import SERVICES, Operator
from atom_release.gate.vocabulary import FIXED_CRITERIA, ROLL_UP_NAMES, BlockedPolicy, Outcome


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


@once_each
def catalogue(manifest: Manifest) -> tuple[Criterion, ...]:
    """Return every criterion that a release of this manifest can be held to.

    Its services' first, then those of every release, then those of its own checks.
    """
    services = tuple(_own_criterion(service) for service in manifest.services)
    return (*services, *_FIXED, *map(_of_check, manifest.checks))


def _of_check(check: Check) -> Criterion:
    return Criterion(check.id, check.title, check.asks, OWN_CHECKS)


OWN_CHECKS = "own_checks"
SERVICE_EVIDENCE = "service_evidence/"
"""What the names of the assets begin with that judge one service each."""
"""The asset that shows the criteria of a release's own checks."""


def roll_ups(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """Return what is shown as the worst of others: as every release has it, or as this one has."""
    return {**ROLL_UPS, **manifest.roll_ups}


def evidence_asset(service: Service) -> str:
    """Return the name of the asset that judges a service, which is its step's too."""
    return f"{SERVICE_EVIDENCE}{slug(service.id)}"


def _own_criterion(service: Service) -> Criterion:
    """Return the criterion of one service; without a report, nothing is claimed of it."""
    asset = evidence_asset(service)
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
    """Return the sentence of what a criterion asks.

    Of a service's own that of all services, and likewise of a check of the release's own.
    """
    fixed = {entry.id: entry.asks for entry in _FIXED}
    if is_own_id(criterion) and criterion not in fixed:
        return "The check is green, and red with a change that is known to be bad."
    return fixed.get(criterion, _SERVICE_ASKS.format(report="the report"))


@once_each
def expected(manifest: Manifest) -> tuple[Criterion, ...]:
    """Return the criteria that this release asks: all but those that it leaves out by name."""
    return tuple(
        criterion for criterion in catalogue(manifest) if criterion.id not in manifest.left_out
    )


@once_each
def below_floor(manifest: Manifest, operator: Operator) -> tuple[Criterion, ...]:
    """Return the criteria that the manifest leaves out and the operator's floor asks all the same.

    Every release has the fixed criteria of a floor and its services' own; AC1 only where a report
    is named. One of the floor's that only some release's own check can have is left out by a
    release without that check.
    """
    lacking = tuple(
        Criterion(name, "Asked by the operator's floor", asks_of(name), OWN_CHECKS)
        for name in operator.floor
        if is_own_id(name)
        and name not in FIXED_CRITERIA
        and name not in {check.id for check in manifest.checks}
    )
    return (*_left_out_below(manifest, operator), *lacking)


def _left_out_below(manifest: Manifest, operator: Operator) -> tuple[Criterion, ...]:
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


def worst(outcomes: Iterator[Outcome]) -> Outcome | None:
    """Return the worst of the outcomes, None of none: an empty conjunction is never a pass."""
    return max(outcomes, key=lambda outcome: outcome.badness, default=None)
