"""Run the cross-service tests against the rehearsed services.

And once more without them and without their code.

The question is `integration`. In the control every service's address is a stand-in that answers
503, and the code in the copy has no bodies; a second one answers 200 with what no service says.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.suite import IntegrationFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer
from atom_release.lab.junit import Outcome
from atom_release.lab.stand_in import ANSWERING, standing_in
from atom_release.probes.crossing import observe_crossing
from atom_release.probes.given import Given, addressed, fill_environment, refusing
from atom_release.probes.suite import trees
from atom_release.probes.suite.finding import evidence
from atom_release.probes.suite.probe import bench, lacks
from atom_release.probes.suite.series import Series
from atom_release.probes.unrunnable import unread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.suite import Crossing, SuiteFacts
    from atom_release.gate.manifest import Integration
    from atom_release.lab.look import Look
    from atom_release.lab.sandbox import Network
    from atom_release.probes.suite.run import Run


def run_integration(  # noqa: PLR0913 - one parameter for each thing that the tests are given
    look: Look,
    integration: Integration,
    *,
    base_urls: Mapping[str, str],
    fill: Callable[[str], str],
    network: bool | Network = True,
    open_socket: Callable[[], socket.socket] = socket.socket,
) -> Evidence:
    """Ask whether the tests pass against the services, and whether they would fail without them.

    The tests run in the services' network; what stands in for a service listens on a socket of it.
    """
    lacking = lacks(look, [*integration.paths, integration.directory])
    if lacking:
        reason = f"the commit holds no {', '.join(lacking)}"
        return look.found(
            "integration",
            integration.name,
            Answer.UNKNOWN,
            reason,
            remedy="Commit it, or mend the manifest.",
        )
    try:
        # whom a failing test asked, its arguments may say: pytest's own form shows them
        made = replace(bench(look, integration), tracebacks="auto")
    except ProbeFault as fault:
        return look.found(
            "integration",
            integration.name,
            Answer.UNKNOWN,
            f"the tests could not be run: {fault.message}",
            remedy=fault.remedy,
        )
    missing = trees.missing_files(look, integration.paths)
    if missing:
        why = f"this clone does not hold {first_few(missing)}, of the tests"
        return unread(look, "integration", integration.name, why)
    service_ids = addressed(integration.environment)
    down = [name for name in service_ids if name not in base_urls]
    with ExitStack() as stack:
        refused = {name: stack.enter_context(refusing(open_socket())) for name in down}
        standing = {name: stack.enter_context(standing_in(open_socket())) for name in service_ids}
        answering = {
            name: stack.enter_context(standing_in(open_socket(), ANSWERING)) for name in service_ids
        }
        given = fill_environment(integration.environment, refused, fill)
        instead = fill_environment(integration.environment, standing, fill)
        otherwise = fill_environment(integration.environment, answering, fill)
        series = Series(
            look,
            replace(made, environment=given.values, secret=given.secret, network=network),
            replace(made, environment=instead.values, secret=instead.secret, network=network),
            repeats=1,
            sources=[path for service in look.manifest.services for path in service.source],
            tests=[
                *integration.paths,
                *(
                    path
                    for service in look.manifest.services
                    if service.suite
                    for path in service.suite.paths
                ),
            ],
            at_once=1,  # the rehearsal is one user's at a time
            setup_counts=True,
            distorts=False,  # the code runs in the services, not in these tests
            excuse=lambda runs: _excused(runs, refused, given.lacking),
            answering=replace(
                made, environment=otherwise.values, secret=otherwise.secret, network=network
            )
            if service_ids
            else None,
        )
        finding = series.carry_out()
        passed = finding.trial.verdict.answer is Answer.YES
        crossed = observe_crossing(look, series.bench, base_urls) if passed else "unseen"
    return evidence(
        look,
        "integration",
        integration.name,
        finding,
        partial(_with_services, service_ids, down, given, crossed),
    )


def _excused(
    runs: Sequence[Run], refused: Mapping[str, str], lacking: Mapping[str, str]
) -> Mapping[str, str]:
    """Name the failing tests that asked a service which did not start.

    Or any if a variable could not be filled.
    """
    excused = {}
    for run in runs:
        for case in run.results.having(Outcome.FAILED, Outcome.ERROR) if run.results else ():
            needed = [
                name
                for name, address in refused.items()
                if address.rpartition(":")[2] in case.message + case.text
            ]
            if needed:
                excused[case.id] = f"{', '.join(needed)} did not start"
            elif lacking:
                excused[case.id] = f"{', '.join(lacking)} could not be given"
    return excused


def _with_services(
    service_ids: Sequence[str],
    down: Sequence[str],
    given: Given,
    crossed: Crossing,
    facts: SuiteFacts,
) -> IntegrationFacts:
    """Return the facts of the runs with the services that they asked."""
    return IntegrationFacts(
        **dict(facts),
        services=[*service_ids],
        crossing=crossed,
        services_down=[*down],
        not_given={**given.lacking},
    )
