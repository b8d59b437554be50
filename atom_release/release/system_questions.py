"""What the systems are asked that the release or the gate depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import Evidence
from atom_release.records import canonical, names
from atom_release.release.ask import Question
from atom_release.release.ask_rehearsal import (
    Leg,
    ask_leg,
    rehearsed,
)
from atom_release.release.work import Work, evidence_document

if TYPE_CHECKING:
    from atom_release.lab.rehearsal import Rehearsal


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
    collected += _pull_requests(work)
    log = "\n".join(infrastructure.log_lines(collected)) + "\n"
    document = evidence_document(collected)
    return {
        work.names.artifact(names.INFRA_SIMULATION): canonical.artifact(document),
        work.names.artifact(names.INFRA_SIMULATION_LOG): log.encode(),
    }


def _systems(work: Work) -> Iterator[Question]:
    """Yield the questions to systems outside, each within its time."""
    from atom_release.probes import forge, prometheus, remote, tag
    from atom_release.probes.infrastructure import within
    from atom_release.probes.order import probe_order
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
    yield Question((("order", "release"),), lambda: probe_order(look))
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


def _pull_requests(work: Work) -> list[Evidence]:
    """Look up the pull requests that documents name, where there is a forge; shown, and no more."""
    from atom_release.probes.pull_requests import probe_pull_requests

    legs = (("pull-requests", "forge"),)
    has_forge = bool(work.look.environment.get(work.look.operator.forge.address))
    if not work.boundary.wants(legs) and not (has_forge and work.manifest.documents):
        return []
    return work.boundary.show(Question(legs, lambda: probe_pull_requests(work.look)))


def _rehearsed_systems(work: Work) -> list[Leg]:
    from atom_release.probes import postgres, vault
    from atom_release.probes.infrastructure import within

    look = work.look
    return [
        ask_leg(
            "vault",
            "vault",
            lambda rehearsal: within(look, "vault", lambda: vault.probe(look, rehearsal)),
        ),
        ask_leg(
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
