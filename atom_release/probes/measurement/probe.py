"""The question `measurement`: what do the files say that others measured of a service?

Its evidence is `claimed`, whatever stands in the files: nothing shows that they are of this commit,
or of this service at all. So it stands in the performance summary beside the gate's own figures,
and decides nothing.
"""

from __future__ import annotations

from importlib.metadata import version

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.measurement import MeasurementFacts
from atom_release.gate.manifest import Budget, Measurement, Service
from atom_release.gate.rules.performance import ALPHA, budget_ms
from atom_release.gate.rules.third_party import judge_elsewhere
from atom_release.gate.statistics import wilson
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.look import Look

QUESTION = "measurement"


def probe_measurements(look: Look, service: Service) -> Evidence:
    """Read every file that the manifest names for the service."""
    facts = MeasurementFacts.model_validate(
        {
            "unit": "ms",
            "files": [_file(look, one, service.budget) for one in service.measurements],
        }
    ).to_json()
    answer, reason = judge_elsewhere(facts, service.budget)
    return look.found(
        QUESTION,
        service.id,
        answer,
        reason,
        assurance=Assurance.CLAIMED,
        control=_control(facts, service.budget),
        remedy=(
            ""
            if answer is Answer.YES
            else "Mend or leave out the named file; the gate's own measurement decides without it."
        ),
        facts=facts,
        sources={
            one.file: look.tree.digest(one.file)
            for one in service.measurements
            if one.file in look.tree.entries
        },
        tools={"pyarrow": version("pyarrow")},
    )


def _file(look: Look, asked: Measurement, budget: Budget) -> dict[str, JsonValue]:
    """Return what one file says, or why it is not used."""
    told: dict[str, JsonValue] = {
        "name": asked.file,
        "format": asked.format,
        "only": dict(asked.only),
    }
    try:
        return {**told, **_figures(look.tree.read(asked.file), asked, budget)}
    except ProbeFault as fault:
        return {**told, "problem": fault.message}


def _figures(content: bytes, asked: Measurement, budget: Budget) -> dict[str, JsonValue]:
    from atom_release.probes.measurement import k6, rows
    from atom_release.probes.measurement.quantiles import figures

    if asked.format == "k6-summary":
        return {**k6.of_summary(content), "errors": 0, "requests": 0, "summary": True}
    values, errors = (
        k6.of_lines(content, asked.only)
        if asked.format == "k6"
        else rows.of_columns(content, asked)
    )
    alpha, requests = ALPHA / budget.looks, len(values) + errors
    low, high = wilson(errors, requests, ALPHA)
    counted: dict[str, JsonValue] = {
        "requests": requests,
        "errors": errors,
        "error_rate": errors / requests,
        "error_low": low,
        "error_high": high,
    }
    if not len(values):
        return {**counted, "alpha": alpha}
    found = figures(values, alpha)
    quantiles: dict[str, JsonValue] = {
        f"p{round(q * 100)}": value for q, value in found.quantiles.items()
    }
    return {
        **counted,
        **quantiles,
        "low": found.interval.low,
        "high": found.interval.high,
        "alpha": alpha,
        "looks": 1,
    }


def _control(facts: dict[str, JsonValue], budget: Budget) -> NegativeControl:
    """Judge the same files as if every latency in them had been the budget itself.

    Which is not below it.
    """
    limit, files = budget_ms(budget), facts["files"]
    slow: list[JsonValue] = [
        {
            "name": "slow",
            "requests": 1000,
            "errors": 0,
            "p95": limit,
            "low": limit,
            "high": limit,
            "alpha": ALPHA / budget.looks,
        }
    ]
    said = judge_elsewhere({"files": [*(files if isinstance(files, list) else []), *slow]}, budget)[
        0
    ]
    return NegativeControl(
        state=ControlState.ALIVE if said is Answer.NO else ControlState.DEAD,
        changed="a file of latencies that are the budget itself was put beside the others",
        found=str(said),
    )
