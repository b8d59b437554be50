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
from atom_release.source.scan import is_pointer

QUESTION = "measurement"


def probe_measurements(look: Look, service: Service) -> Evidence:
    """Read every file that the manifest names for the service."""
    facts = MeasurementFacts.model_validate(
        {
            "unit": "ms",
            "files": [
                _file(look, measurement, service.budget) for measurement in service.measurements
            ],
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
            measurement.file: look.tree.digest(measurement.file)
            for measurement in service.measurements
            if measurement.file in look.tree.entries
        },
        tools={"pyarrow": version("pyarrow")},
    )


def _file(look: Look, measurement: Measurement, budget: Budget) -> dict[str, JsonValue]:
    """Return what one file says, or why it is not used."""
    facts: dict[str, JsonValue] = {
        "name": measurement.file,
        "format": measurement.format,
        "only": dict(measurement.only),
    }
    try:
        content = look.tree.read(measurement.file)
        if is_pointer(content):
            return {**facts, "problem": "it is a pointer of Git LFS, not the measurements."}
        return {**facts, **_figures(content, measurement, budget)}
    except ProbeFault as fault:
        return {**facts, "problem": fault.message}


def _figures(content: bytes, measurement: Measurement, budget: Budget) -> dict[str, JsonValue]:
    from atom_release.probes.measurement import k6, rows
    from atom_release.probes.measurement.quantiles import figures

    if measurement.format == "k6-summary":
        return {**k6.of_summary(content), "errors": 0, "requests": 0, "summary": True}
    values, errors = (
        k6.of_lines(content, measurement.only)
        if measurement.format == "k6"
        else rows.of_columns(content, measurement)
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
    computed = figures(values, alpha)
    quantiles: dict[str, JsonValue] = {
        f"p{round(q * 100)}": value for q, value in computed.quantiles.items()
    }
    return {
        **counted,
        **quantiles,
        "low": computed.interval.low,
        "high": computed.interval.high,
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
    slow_answer = judge_elsewhere(
        {"files": [*(files if isinstance(files, list) else []), *slow]}, budget
    )[0]
    return NegativeControl(
        state=ControlState.ALIVE if slow_answer is Answer.NO else ControlState.DEAD,
        changed="a file of latencies that are the budget itself was put beside the others",
        found=str(slow_answer),
    )
