"""Does anything cross between the services while the integration tests run?

Asked once more after tests that passed, where the services have no ground in common: nothing that
the rehearsal gives to several of them, such as a database, by which they could meet unseen.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from atom_release.lab.crossing import Leads, held_connections
from atom_release.lab.sandbox import Network
from atom_release.lab.sandbox import network as new_network
from atom_release.probes.suite import trees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atom_release.gate.facts.suite import Crossing
    from atom_release.gate.manifest import Manifest, Start
    from atom_release.lab.look import Look
    from atom_release.probes.suite.bench import Bench

_SHARED = re.compile(r"\{(?:postgres|redis|vault|scratch|secret)\w*|://(?!\{url:)")
_FEWEST = 2


def observe_crossing(look: Look, bench: Bench, base_urls: Mapping[str, str]) -> Crossing:
    """Run the tests once, led to the services, and return what crossed between these.

    Args:
        look: the judged commit.
        bench: how the tests are run, in the services' network.
        base_urls: where the services listen.

    Returns:
        `unseen` wherever something could have crossed that nobody would see.
    """
    services = bench.network
    if not isinstance(services, Network) or not _are_apart(look.manifest, base_urls):
        return "unseen"
    ports = {name: int(url.rpartition(":")[2]) for name, url in base_urls.items()}
    tests = new_network(bench.sandbox.namespaces)
    if tests is None or held_connections(services, ports.values()):
        return "unseen"
    tests.names = services.names
    tree, _ = trees.judged(look, bench.history, bench.built)
    with tests, Leads(tests, services, ports) as leads:
        run = replace(bench, network=tests).run(tree, 1)
        if run.status or not leads.opened:
            return "unseen"
        if leads.others():
            return "requests"
        return "carried" if leads.carried() else "none"


def _are_apart(manifest: Manifest, base_urls: Mapping[str, str]) -> bool:
    """Return whether several services run that the rehearsal gives nothing in common."""
    started = [service for service in manifest.services if service.start]
    starts = [service.start for service in started if service.start]
    everyone_runs = {service.id for service in started} == base_urls.keys()
    return everyone_runs and len(started) >= _FEWEST and not any(map(_has_ground, starts))


def _has_ground(start: Start) -> bool:
    """Return whether a service is told of something that others may have, too."""
    texts = [*start.command, *start.environment.values()]
    texts += [word for step in start.before_start for word in step]
    return any(_SHARED.search(text) for text in texts)
