"""The question `regression`.

Is a service slower, or does it fail more often, than the previous release beyond what the manifest
allows?

Compared are two measurements of the gate's own: what it has just measured, and what stands in the
previous release's performance summary. That the summary is what was signed was found out by whoever
gives the baseline; here nothing is fetched, and no signature is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue, ValidationError

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.latency import SINGLE_RATE, Load, MachineFacts, NoopFacts
from atom_release.gate.facts.model import Facts
from atom_release.gate.facts.regression import ComparedEndpoint, RegressionFacts, Window
from atom_release.gate.manifest import Budget, Service
from atom_release.gate.rules.regression import judge_beyond, judge_regression
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.look import Look
from atom_release.yaml_text import read_yaml

QUESTION = "regression"
_MADE_UP = Window(
    load=Load(model="single", rate=SINGLE_RATE),
    endpoints=(
        ComparedEndpoint(
            name="made up",
            method="GET",
            path="/",
            requests=1000,
            errors=0,
            p95=20.0,
            low=19.0,
            high=21.0,
            alpha=0.01,
        ),
    ),
    noop=NoopFacts(requests=50, errors=0, p95=1.0, low=0.5, high=1.5),
)


@dataclass(frozen=True)
class Baseline:
    """The performance summary of the previous release, verified, and what to call it by."""

    tag: str
    commit: str
    judged: str
    decision: str  # sha256 of the signed decision
    name: str
    digest: str
    summary: bytes
    manifest: bytes


def compare(
    look: Look,
    service: Service,
    measured: Iterable[Evidence],
    baseline: Baseline | None,
    why_none: str,
) -> Evidence:
    """Compare what was just measured of a service with the baseline.

    Without one the question does not apply, and says why.
    """
    if baseline is None:
        return _not_compared(look, service, why_none, {})
    named: dict[str, JsonValue] = {
        "tag": baseline.tag,
        "commit": baseline.commit,
        "judged": baseline.judged,
        "decision": baseline.decision,
        baseline.name: baseline.digest,
    }
    before = _latency_then(baseline, service.name)
    if before is None:
        return _not_compared(
            look,
            service,
            f"{baseline.tag} measured no latency of {service.name}",
            {"baseline": named},
        )
    latency = next(
        (evidence for evidence in measured if evidence.leg == ("latency", service.id)), None
    )
    if latency is None or "endpoints" not in latency.facts:
        why = f"nothing was measured that could be compared with {baseline.tag}"
        facts = RegressionFacts(baseline=named).to_json()
        return look.found(QUESTION, service.id, Answer.UNKNOWN, why, facts=facts)
    then = _window(before.facts)
    facts = RegressionFacts(baseline=named, now=_window(latency.facts), then=then).to_json()
    answer, reason = judge_regression(facts, service.budget)
    return look.found(
        QUESTION,
        service.id,
        answer,
        reason,
        assurance=min(latency.assurance, before.assurance, key=lambda assurance: assurance.rank),
        control=_control(then, service.budget),
        remedy=(
            ""
            if answer is Answer.YES
            else (
                f"Find what became slower in {service.id} since {baseline.tag}, or allow it in"
                " budget.regression."
            )
        ),
        facts=facts,
        sources={
            f"{baseline.tag}:{baseline.name}": baseline.digest,
            f"{baseline.tag}:decision": baseline.decision,
        },
    )


def _not_compared(look: Look, service: Service, why: str, facts: dict[str, JsonValue]) -> Evidence:
    reason = f"no baseline: {why}"
    return look.found(
        QUESTION,
        service.id,
        Answer.YES,
        reason,
        assurance=Assurance.LIVE,
        control=_control(_MADE_UP, service.budget),
        facts=RegressionFacts.model_validate({**facts, "not_applicable": reason}).to_json(),
    )


def _latency_then(baseline: Baseline, name: str) -> Evidence | None:
    """Return the previous measurement of the service of this name, whatever its id was then."""
    ids = {
        service["id"]
        for service in read_yaml(baseline.manifest)["services"]
        if service["name"] == name
    }
    try:
        earlier = [
            Evidence.model_validate_json(json.dumps(document))
            for document in json.loads(baseline.summary)["evidence"]
        ]
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise ProbeFault(
            f"{baseline.name} of {baseline.tag} cannot be read: {type(error).__name__}.",
            "Fetch that tag again; a waiver of T5 goes on without the comparison.",
        ) from error
    return next(
        (
            evidence
            for evidence in earlier
            if evidence.question == "latency"
            and evidence.subject in ids
            and "endpoints" in evidence.facts
        ),
        None,
    )


def _window(facts: Mapping[str, Any]) -> Window | None:
    """Return of a latency measurement what a comparison reads, or None where it cannot be read.

    Figures of an older gate name no load: they were all taken under arrivals at the budget's rate.
    """
    try:
        return Window(
            load=facts.get("load") or {"model": "open", "rate": facts["budget"]["rate"]},
            endpoints=[_kept(endpoint, ComparedEndpoint) for endpoint in facts["endpoints"]],
            noop=_kept(facts["noop"], NoopFacts),
            machine=_kept(facts.get("machine", {}), MachineFacts),
        )
    except (ValidationError, KeyError, TypeError):
        return None


def _kept(figures: Mapping[str, Any], model: type[Facts]) -> Any:  # noqa: ANN401 - validated by the model
    return {name: value for name, value in figures.items() if name in model.model_fields}


def _control(then: Window | None, budget: Budget) -> NegativeControl:
    """Compare the previous figures with the same ones, moved just beyond what is allowed.

    The comparison must see that.
    """
    before = then or _MADE_UP
    slower = tuple(
        endpoint.model_copy(
            update={"low": endpoint.high * _factor(endpoint.high, budget), "high": None}
        )
        for endpoint in before.endpoints
        if endpoint.high
    )
    answer = (
        judge_beyond(before.model_copy(update={"endpoints": slower}), before, budget)[0]
        if slower
        else Answer.UNKNOWN
    )
    return NegativeControl(
        state=ControlState.ALIVE if answer is Answer.NO else ControlState.DEAD,
        changed="every p95 of the baseline was put just beyond the allowed share",
        found=str(answer),
    )


def _factor(high: float, budget: Budget) -> float:
    allowed = budget.regression
    return 1.01 + max(allowed.allowed, allowed.least.total_seconds() * 1000 / high)
