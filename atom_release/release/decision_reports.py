"""What the decision assets write from the evidence: the ledger, and the signed snapshot.

They ask no system anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from atom_release import __version__
from atom_release.gate.catalogue import criteria
from atom_release.gate.decision.claims_summary import accounts
from atom_release.gate.decision.contradictions import gather_contradictions
from atom_release.gate.decision.decide import judge
from atom_release.gate.documents import markdown
from atom_release.gate.documents.rows import rows_of
from atom_release.gate.documents.vsa import PAYLOAD_TYPE
from atom_release.records import attestations, canonical, record, signing
from atom_release.records import names as artifact_names
from atom_release.release import pictures
from atom_release.release.attempts import sticking
from atom_release.release.work import Work


def aggregated(work: Work) -> Mapping[str, bytes]:
    """Write the ledger of every claim beside the outcomes so far."""
    case = work.case(work.inputs(work.names.evidence_artifacts))
    release = work.manifest.release
    results = [judge(criterion, case) for criterion in criteria.expected(work.manifest)]
    claim_accounts = accounts(work.manifest, case.evidence, results)
    document: dict[str, JsonValue] = {
        "release": f"{release.prefix} {release.version}",
        "criteria": [
            {"id": row.name, "outcome": row.state, "reason": row.reason} for row in rows_of(results)
        ],
        "ledger": {
            account.service: [row.model_dump(mode="json") for row in account.rows]
            for account in claim_accounts
        },
        "counts": {account.service: dict(account.counts) for account in claim_accounts},
        "findings": {account.service: list(account.findings) for account in claim_accounts},
    }
    against = gather_contradictions(case.evidence, results)
    document |= {"contradictions": [entry.to_json() for entry in against]} if against else {}
    text = markdown.aggregated(
        f"{release.prefix} {release.version}", results, claim_accounts, against
    )
    return {
        work.names.artifact(artifact_names.AGGREGATED): canonical.artifact(document),
        work.names.artifact(artifact_names.AGGREGATED_TEXT): text.encode(),
    }


def snapshot(work: Work) -> Mapping[str, bytes]:
    """Decide as of now; record the decision with all it rests on; sign it."""
    names = [*work.names.evidence_artifacts]
    names += [
        work.names.artifact(rest)
        for rest in (
            artifact_names.INFRA_SIMULATION_LOG,
            artifact_names.POLICY_CHECK_TEXT,
            artifact_names.POLICY_CHECK_SARIF,
            artifact_names.AGGREGATED,
            artifact_names.AGGREGATED_TEXT,
        )
    ]
    artifacts = {**work.inputs(names), **work.terms, record.MANIFEST: work.subject.manifest_bytes}
    case = work.case(artifacts)
    earlier: list[JsonValue] = [dict(line) for line in work.history.decisions(work.subject.commit)]
    circumstances: dict[str, JsonValue] = {
        "external": work.subject.external,
        "notes": list(work.subject.tree.notes),
        "earlier": earlier,
    }
    decision, snapshot_bytes = record.snapshot_of(case, artifacts, circumstances)
    work.history.add(
        decision,
        work.occasion,
        work.run_id,
        case.as_of,
        snapshot_bytes,
        sticking=sticking(case, decision.criteria),
    )
    attested = attestations.write(case.evidence, work.subject.key)
    everything = {
        **artifacts,
        work.names.artifact(artifact_names.SNAPSHOT): snapshot_bytes,
        work.names.artifact(artifact_names.ATTESTATIONS): attested,
    }
    payload = record.seal(
        decision, everything, case.evidence, work.subject.key.public, version=__version__
    )
    envelope = signing.sign(payload, PAYLOAD_TYPE, work.subject.key)
    return {
        **everything,
        work.names.artifact(artifact_names.DECISION): envelope,
        **pictures.page(work, case, decision, everything),
    }
