"""The question `prometheus`: what a server says of its targets, and what stands in for it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atom_release.gate.catalogue import leg_specs
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.look import Look
from atom_release.probes import infrastructure, prometheus, simulated_prometheus
from atom_release_tests.fixtures import rehearsal_tree as tree
from atom_release_tests.fixtures.stage import Rehearsed
from atom_release_tests.fixtures.systems import (
    NAMED,
    asked_service,
    brief,
    nobody,
    web,
    with_values,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("infrastructure")]


def scraping(  # noqa: PLR0913 - one for each thing that can be wrong
    instance: str,
    *,
    health: str = "up",
    up: str = "1",
    samples: str = "12",
    job: str = "shop",
    age: float = 3.0,
) -> dict[str, tuple[int, bytes]]:
    """Answer as a Prometheus server that scrapes one target does."""
    labels = {"job": job, "instance": instance}
    scraped = (datetime.now(UTC) - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")

    def vector(value: str) -> tuple[int, bytes]:
        result = [{"metric": labels, "value": [time.time(), value]}]
        return (
            200,
            json.dumps(
                {"status": "success", "data": {"resultType": "vector", "result": result}}
            ).encode(),
        )

    active = {
        "data": {"activeTargets": [{"labels": labels, "health": health, "lastScrape": scraped}]}
    }
    empty = {"status": "success", "data": {"resultType": "vector", "result": []}}
    return {
        "/-/ready": (200, b"ready"),
        "/api/v1/targets": (200, json.dumps(active).encode()),
        "/api/v1/query?up": vector(up),
        "/api/v1/query?scrape_samples_scraped": vector(samples),
        "/api/v1/query": (200, json.dumps(empty).encode()),
    }


def ask_prometheus(look: Look, answers: Mapping[str, tuple[int, bytes]], **values: str) -> Evidence:
    with web(answers) as url:
        return prometheus.probe(with_values(look, PROM=url, **values))


def test_prometheus_unset_is_absent(look: Look) -> None:
    """Nothing can be rehearsed in its place."""
    evidence = prometheus.probe(look)
    assert (evidence.answer, evidence.facts["how"]) == (Answer.ABSENT, "not asked")
    assert "PROM" in evidence.reason


def test_prometheus_that_scrapes_the_service_holds(look: Look) -> None:
    """By a label that names it, or by its address; and the made-up job had no series."""
    evidence = ask_prometheus(look, scraping("10.0.0.1:80"))
    assert brief(evidence) == (Answer.YES, "live", "ready")
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert (
        ask_prometheus(
            look, scraping("shop.example:80", job="x"), SHOP="http://shop.example:80"
        ).answer
        is Answer.YES
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"health": "down"}, "is down"),
        ({"up": "0"}, "is down"),
        ({"samples": "0"}, "gives no series"),
        ({"age": 900.0}, "not scraped lately"),
    ],
)
def test_prometheus_target_that_is_not_well_is_a_failure(
    wrong: dict[str, Any], says: str, look: Look
) -> None:
    """Down by the page or by the series, without series, or long ago."""
    evidence = ask_prometheus(look, scraping("10.0.0.1:80", **wrong))
    assert evidence.answer is Answer.NO
    assert says in evidence.reason


def test_service_that_no_target_is_told_to_be(look: Look) -> None:
    """Doubt where only a name could tell; a failure where its address is known and not scraped."""
    assert ask_prometheus(look, scraping("10.0.0.1:80", job="other")).answer is Answer.UNKNOWN
    assert (
        ask_prometheus(
            look, scraping("10.0.0.1:80", job="other"), SHOP="http://shop.example"
        ).answer
        is Answer.NO
    )


def test_server_that_answers_any_query_has_a_dead_control(look: Look) -> None:
    """It has series for a job that nobody has."""
    answers = scraping("10.0.0.1:80")
    evidence = ask_prometheus(look, {**answers, "/api/v1/query": answers["/api/v1/query?up"]})
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_without_a_server_the_rehearsed_services_are_scraped_to_be_looked_at(look: Look) -> None:
    """What a server would see of one that is up and one that is not, as a simulation.

    Beside the leg's own word that there is none.
    """
    metrics = b"# TYPE sold counter\nsold_total 3\n"
    services = [
        asked_service(),
        tree.service("S.2", "till", start=None, metrics="/metrics"),
        tree.service("S.3", "unasked", start=None),
    ]
    both = replace(look, manifest=tree.manifest(infrastructure=NAMED, services=services))
    with web({"/metrics": (200, metrics)}) as up, nobody() as port:
        urls = {"S.1": up, "S.2": f"http://127.0.0.1:{port}", "S.3": up}
        (evidence,) = simulated_prometheus.probe(both, Rehearsed(urls))
        assert simulated_prometheus.probe(with_values(both, PROM=up), Rehearsed(urls)) == []
    assert (evidence.leg, evidence.assurance, evidence.answer) == (
        ("simulated-prometheus", "prometheus"),
        Assurance.SIMULATED,
        Answer.NO,
    )
    targets = evidence.facts["targets"]
    assert isinstance(targets, dict)
    health = {name: target["health"] for name, target in targets.items()}  # type: ignore[index, call-overload]
    assert health == {"S.1": "up", "S.2": "down"}
    assert "1 of 2" in evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert "[simulated]" in infrastructure.log_lines([evidence])[0]
    assert evidence.leg not in leg_specs.asked_legs(both.manifest)
