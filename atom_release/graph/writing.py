"""What the decision assets write from the evidence: the ledger, and the signed snapshot. They ask no system anything."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from atom_release import __version__
from atom_release.gate import criteria, reports
from atom_release.gate.account import accounts
from atom_release.gate.decision import judge
from atom_release.gate.statement import PAYLOAD_TYPE
from atom_release.graph import depicting
from atom_release.graph.step import Step
from atom_release.publish import attestations, canonical, record, signing


def aggregated(step: Step) -> Mapping[str, bytes]:
    """Write the ledger of every claim beside the outcomes so far."""
    case = step.case(step.inputs(step.blueprint.evidence_artifacts))
    release = step.manifest.release
    results = [judge(one, case) for one in criteria.expected(step.manifest)]
    told = accounts(step.manifest, case.evidence, results)
    document = {
        "release": f"{release.prefix} {release.version}",
        "criteria": [{"id": one.id, "outcome": one.outcome, "reason": one.reason} for one in results],
        "ledger": {one.service: [row.model_dump(mode="json") for row in one.rows] for one in told},
        "counts": {one.service: dict(one.counts) for one in told},
        "findings": {one.service: list(one.findings) for one in told},
    }
    text = reports.aggregated(f"{release.prefix} {release.version}", results, told)
    return {
        step.blueprint.artifact("Aggregated.json"): canonical.encode(document),
        step.blueprint.artifact("Aggregated.md"): text.encode(),
    }


def snapshot(step: Step) -> Mapping[str, bytes]:
    """Decide as of now; record the decision with all it rests on; sign it."""
    names = [*step.blueprint.evidence_artifacts]
    names += [step.blueprint.artifact(rest) for rest in ("InfraSimulation.log", "PolicyCheck.md", "PolicyCheck.sarif", "Aggregated.json", "Aggregated.md")]
    artifacts = {**step.inputs(names), **step.terms, record.MANIFEST: step.subject.manifest_bytes}
    case = step.case(artifacts)
    earlier: list[JsonValue] = [dict(one) for one in step.history.decisions(step.subject.commit)]
    circumstances: dict[str, JsonValue] = {"external": step.subject.external, "notes": list(step.subject.tree.notes), "earlier": earlier}
    decision, snapshot_bytes = record.snapshot_of(case, artifacts, circumstances)
    step.history.add(decision, step.occasion, step.context.run.run_id, case.as_of)
    attested = attestations.write(case.evidence, step.subject.key)
    everything = {**artifacts, step.blueprint.artifact("Snapshot.json"): snapshot_bytes, step.blueprint.artifact(attestations.ARTIFACT): attested}
    payload = record.seal(decision, everything, case.evidence, step.subject.key.public, version=__version__)
    envelope = signing.sign(payload, PAYLOAD_TYPE, step.subject.key)
    return {**everything, step.blueprint.artifact("Decision.dsse.json"): envelope, **depicting.page(step, case, decision, everything)}
