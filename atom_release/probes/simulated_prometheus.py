"""What a Prometheus server would see of the rehearsed services, where none is named.

To be looked at, never to be counted.

The gate scrapes each service twice, as a server does, and writes down what its pages would show:
which targets are up, their series, how fresh they are. It is no leg's evidence: that nobody scrapes
the deployed services stays what it is, and stands beside it as absent.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.simulated_prometheus import SimulatedPrometheusFacts, TargetFacts
from atom_release.gate.manifest import Request
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.address import Rehearsal
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.look import Look
from atom_release.probes.metrics.scrape import NotMetrics, parse

LEG = ("simulated-prometheus", "prometheus")
_INTERVAL = 0.2
_NOBODY = "http://127.0.0.1:1"


def probe(look: Look, rehearsal: Rehearsal) -> list[Evidence]:
    """Scrape the rehearsed services where no Prometheus server is named.

    Nothing where one is, or where there is nothing to scrape.
    """
    variable = look.manifest.infrastructure.prometheus
    paths = {
        service.id: service.metrics
        for service in look.manifest.services
        if service.metrics and service.id in rehearsal.base_urls
    }
    if (variable and look.environment.get(variable)) or not paths:
        return []
    with ThreadPoolExecutor(len(paths)) as pool:
        seen = dict(
            zip(
                paths,
                pool.map(
                    lambda service_id: _target(
                        look, rehearsal.base_urls[service_id], paths[service_id]
                    ),
                    paths,
                ),
                strict=True,
            )
        )
    down = [service for service, target in seen.items() if target.health != "up"]
    reason = (
        f"simulated by the gate's own scrapes: {len(seen) - len(down)} of {len(seen)} rehearsed"
        f" services are up{_named(down)}; no Prometheus server was asked"
    )
    facts = SimulatedPrometheusFacts(how="simulated", kind="scraped", targets=seen)
    answer = Answer.NO if down else Answer.YES
    return [
        look.found(
            *LEG,
            answer,
            reason,
            assurance=Assurance.SIMULATED,
            control=_control(look),
            facts=facts.to_json(),
            isolation=rehearsal.isolation,
        )
    ]


def _named(down: list[str]) -> str:
    return f" ({', '.join(down)} down)" if down else ""


def _target(look: Look, url: str, path: str) -> TargetFacts:
    """Scrape one target twice and give its line of the targets page."""
    with Exchange(
        {"target": url}, timeout=look.manifest.infrastructure.timeout.total_seconds()
    ) as exchange:
        target = _scraped(exchange, path, look.clock())
        if target.health == "up":
            time.sleep(_INTERVAL)
            target = _scraped(exchange, path, look.clock()).model_copy(update={"scrapes": 2})
    return target


def _scraped(exchange: Exchange, path: str, moment: datetime) -> TargetFacts:
    began = moment.isoformat()
    try:
        answered = exchange.send(Request(path=path), service="target")
        if answered.status != 200:  # noqa: PLR2004 - a server takes nothing else
            return TargetFacts(last_scrape=began, health="down", error=f"answers {answered.status}")
        parsed = parse(answered.body, answered.headers.get("content-type", ""))
    except (ProbeFault, NotMetrics) as fault:
        return TargetFacts(last_scrape=began, health="down", error=str(fault))
    return TargetFacts(
        last_scrape=began,
        health="up",
        samples=parsed.samples,
        families=parsed.families,
        form=parsed.form,
        seconds=round(answered.seconds, 6),
    )


def _control(look: Look) -> NegativeControl:
    """Scrape an address where nobody is: the target must be down."""
    health = _target(look, _NOBODY, "/metrics").health
    state = ControlState.DEAD if health == "up" else ControlState.ALIVE
    return NegativeControl(
        state=state,
        changed="scraped an address where nobody answers",
        found=f"the target is {health}",
    )
