"""The question `addresses`: does the rehearsed service serve the URLs that the release writes down?

A path counts as not served where each method gets the answer that a path which cannot exist gets.
The paths that the manifest names are asked, too: a service that hides those hides others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.addresses import AddressesFacts, AskedPath, WrittenAddress
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.rules import addresses as rule
from atom_release.gate.vocabulary import ControlState
from atom_release.lab.address import not_started
from atom_release.lab.http_faults import ProtocolFault, Refused, TimedOut
from atom_release.probes.addresses.ports import port_of
from atom_release.probes.addresses.routes import has_parameters
from atom_release.probes.addresses.written import written_of
from atom_release.probes.served_paths import METHODS, ServedPaths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service
    from atom_release.lab.address import Rehearsal
    from atom_release.lab.look import Look

QUESTION = "addresses"
_MOST = 40
_REMEDY = "Write the path that the service serves, or serve the one that is written."


def probe_addresses(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Ask the rehearsed service at each of its URLs that the release writes down."""
    written = written_of(look, service)
    port, place = port_of(look, service) or (None, None)
    facts = AddressesFacts(
        service=service.id,
        name=service.name,
        port=port,
        port_place=place,
    )
    if not written:
        why = f"no script, document or report writes down a URL of {service.name}"
        return _evidence(look, facts.model_copy(update={"not_applicable": why}), rehearsal)
    absent = not_started(look, QUESTION, service, rehearsal, direct=False)
    if absent is not None:
        return absent
    with rehearsal.exchange() as exchange:
        paths = ServedPaths(exchange, service.id)
        every = [*written, *_declared(service)]
        declared = [entry for path in _declared(service) if (entry := _ask(paths, path))]
        addresses = [
            WrittenAddress(**dict(entry), place=cited)
            for path, cited in list(written.items())[:_MOST]
            if not _is_prefix(path, every)
            and not has_parameters(look, service, path)
            and (entry := _ask(paths, path))
        ]
    facts = facts.model_copy(update={"declared": declared, "written": addresses})
    return _evidence(look, facts, rehearsal)


def _is_prefix(path: str, others: Iterable[str]) -> bool:
    """Return whether others begin with the path: then it may be what they have in common."""
    folder = path.rstrip("/") + "/"
    return any(other.startswith(folder) and other.strip("/") != path.strip("/") for other in others)


def _declared(service: Service) -> list[str]:
    """Return the paths that the manifest names, without those that have to be filled."""
    named = [service.health, service.metrics, *(entry.path for entry in service.endpoints)]
    return list(dict.fromkeys(path for path in named if path and "{" not in path))


def _evidence(look: Look, facts: AddressesFacts, rehearsal: Rehearsal) -> Evidence:
    facts = facts.model_copy(update={"contradictions": rule.findings_of(facts)})
    answer, reason = rule.answer_of(facts)
    alive = rule.tells_paths_apart(facts) or bool(facts.not_applicable)
    return look.found(
        QUESTION,
        facts.service,
        answer,
        reason,
        remedy=_REMEDY if facts.contradictions else "",
        control=NegativeControl(
            state=ControlState.ALIVE if alive else ControlState.DEAD,
            changed="the paths of the manifest were asked beside a random one",
            found=f"{sum(path.served for path in facts.declared)} of {len(facts.declared)} differ",
        ),
        facts=facts.to_json(),
        isolation=rehearsal.isolation,
    )


def _ask(paths: ServedPaths, path: str) -> AskedPath | None:
    """Return what the service answers there; None where it gives no whole answer."""
    try:
        answered = paths.send("GET", path)
        served = any(
            paths.differs(method, path, answered if method == "GET" else None) for method in METHODS
        )
    except (TimedOut, ProtocolFault, Refused):
        return None
    return AskedPath(path=path, status=answered.status, served=served)
