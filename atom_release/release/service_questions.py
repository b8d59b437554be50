"""What the services are asked: what they claim, whether they work together, how fast and how right.

The probes themselves are `probes`'s, what answers mean is `gate`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from atom_release.gate.manifest import Integration, Service
from atom_release.records import canonical, names
from atom_release.release import compare_releases, pictures, progress
from atom_release.release.ask import Question
from atom_release.release.ask_rehearsal import (
    Asks,
    ask_leg,
    ask_service,
    keep_logs,
    log_of,
    rehearsed,
)
from atom_release.release.guessed_suites import without_guessed_values
from atom_release.release.kept_evidence import (
    CONDITIONS,
    KEPT_FROM,
    conditions_of,
    find_kept_suite,
)
from atom_release.release.suites_beside import find_begun
from atom_release.release.work import Work, evidence_document

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.lab.look import Look
    from atom_release.lab.rehearsal import Rehearsal

# Probes are imported inside the functions that ask them: loading the definitions must stay as fast
# as importing dagster.


def service_evidence(work: Work, service: Service) -> Mapping[str, bytes]:
    """Read the service's report, run its suite with and without its code.

    And ask its labelled questions.
    """
    from atom_release.probes.accuracy import probe_accuracy
    from atom_release.probes.claims import collect

    logs: list[bytes] = []
    look = keep_logs(work.look, logs)
    collected = (
        work.boundary.ask(
            Question(
                (("report", service.id), ("claims", service.id)), lambda: collect(look, service)
            )
        )
        if service.report is not None
        else []
    )
    kept = find_kept_suite(work, service) if service.suite is not None else None
    if kept is not None:
        progress.announce(work.name, f"suite {service.id}: {kept.origin}")
        logs.append(kept.log)
        collected.append(kept.evidence)
    elif service.suite is not None:
        collected += _ask_suite(work, service, look, logs, collected)
    if service.accuracy is not None:
        collected += rehearsed(
            work,
            [
                ask_leg(
                    "accuracy",
                    service.id,
                    lambda rehearsal: probe_accuracy(look, service, rehearsal),
                )
            ],
        )
    conditions = {CONDITIONS: conditions_of(work)} if service.suite is not None else {}
    origin = {KEPT_FROM: kept.run} if kept is not None else {}
    document = evidence_document(
        collected, service=service.id, name=service.name, **conditions, **origin
    )
    return {
        work.names.evidence_artifact(service): canonical.artifact(document),
        work.names.log_artifact(service): b"".join(logs) or b"no test of this service was run\n",
    }


def _ask_suite(
    work: Work, service: Service, look: Look, logs: list[bytes], collected: Sequence[Evidence]
) -> list[Evidence]:
    """Run the suite, or wait for what was begun beside others."""
    from atom_release.probes.suite.probe import run_suite
    from atom_release.probes.suite.rerun import with_rerun

    leg = ("suite", service.id)
    begun = find_begun(work, service) if work.boundary.wants([leg]) else None

    def counted(evidence: Evidence) -> Evidence:
        rerun = with_rerun(look, service, evidence, collected)
        return without_guessed_values(look, service, rerun)

    def probe() -> Evidence:
        if begun is None:
            return counted(run_suite(look, service))
        try:
            evidence = begun.evidence()
        finally:
            work.boundary.costs[leg] = round(begun.seconds, 3)
            logs.extend(begun.logs)
        return counted(evidence)

    return work.boundary.ask(Question((leg,), probe))


def cross_service(work: Work) -> Mapping[str, bytes]:
    """Run the integration tests against the rehearsed services.

    With and without the services' code.
    """
    logs: list[bytes] = []
    look = keep_logs(work.look, logs)
    asks = [
        ask_leg("integration", integration.name, _integration(look, integration))
        for integration in work.manifest.integration
    ]
    document = evidence_document(rehearsed(work, asks, logs=logs))
    return {
        work.names.artifact(names.CROSS_SERVICE): canonical.artifact(document),
        work.names.artifact(names.CROSS_SERVICE_LOG): log_of(logs),
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


def _measured_alone(work: Work, service: Service) -> Asks:
    """Return how latency is measured: with nobody's tests beside it on this machine."""
    from atom_release.lab import places
    from atom_release.probes.latency import probe_latency

    def ask(rehearsal: Rehearsal) -> Evidence:
        with places.take_all():
            return probe_latency(work.look, service, rehearsal)

    return ask


def perf_summary(work: Work) -> Mapping[str, bytes]:
    """Measure latency and accuracy, one service after another.

    So that none disturbs another's figures.
    """
    from atom_release.probes.accuracy import probe_accuracy
    from atom_release.probes.histogram import probe_histogram
    from atom_release.probes.measurement import probe_measurements

    look = work.look
    asks = []
    for service in work.manifest.services:
        if service.endpoints:
            asks.append(ask_leg("latency", service.id, _measured_alone(work, service)))
        if service.accuracy is not None:
            asks.append(ask_leg("accuracy", service.id, ask_service(work, service, probe_accuracy)))
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
        work.names.artifact(names.PERF_SUMMARY): canonical.artifact(evidence_document(collected)),
        work.names.artifact(names.PERF_SUMMARY_LOG): log_of(logs),
        **dict(pictures.beside(work, measured)),
    }
