"""What a service's report claims, held against the evidence of one run.

Which fact speaks for what is `service_evidence`'s to say, the verdict on one claim
`verdicts`'.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from atom_release.gate.claims import count_verdicts, earned, judged_claim
from atom_release.gate.claims.ledger import LedgerRow, decide_claims, judge_claims
from atom_release.gate.claims.record import ClaimRecord
from atom_release.gate.claims.service_evidence import Body, complete, digests_of, facts_of
from atom_release.gate.claims.service_facts import Known
from atom_release.gate.facts.claims import ClaimsFacts, ReportFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Service
from atom_release.gate.once import once_each
from atom_release.gate.vocabulary import Answer, Outcome


def answer(service: Service, evidence: Body) -> tuple[Answer, str]:
    """Return whether the deciding claims of a service's report stand, and on evidence."""
    record_and_facts = _record_and_known(service, evidence)
    if record_and_facts is None:
        return Answer.UNKNOWN, "the record of the report cannot be read back"
    facts = complete(record_and_facts[1], service, evidence, {}, {})
    decided = decide_claims(judge_claims(record_and_facts[0], facts))
    if decided[0] is not Answer.YES:
        return decided
    lacks = earned.lacking(service, record_and_facts[0], facts, evidence)
    return (Answer.UNKNOWN, lacks) if lacks else decided


def ledger(
    service: Service,
    evidence: Body,
    policies: Mapping[str, Outcome] | None = None,
    own: Mapping[str, Outcome] | None = None,
) -> tuple[LedgerRow, ...] | None:
    """Judge every claim of a service's report; None where no evidence holds a record of it.

    Args:
        service: the service.
        evidence: all evidence of the run, by digest.
        policies: outcome of each policy for the whole release, for the claims that only stand in
            the ledger.
        own: outcome of each policy by the legs that ask this service itself, for the same.
    """
    record_and_facts = _record_and_known(service, evidence)
    return (
        judge_claims(
            record_and_facts[0],
            complete(record_and_facts[1], service, evidence, policies or {}, own or {}),
        )
        if record_and_facts
        else None
    )


def rerun_commit(service: Service, evidence: Body) -> str | None:
    """Return the commit that wrote a count which only a run of the suite there can settle.

    Of several, the last one of the report. None where there is no such count.
    """
    record_and_facts = _record_and_known(service, evidence)
    if record_and_facts is None:
        return None
    record, facts = record_and_facts[0], complete(record_and_facts[1], service, evidence, {}, {})
    counts = count_verdicts.unsettled_counts(record, facts)
    if not counts:
        return None
    if facts.lines is None:
        claims = ClaimsFacts.read(facts_of("claims", service, evidence))
        added = claims.added if claims else None
        return added.commit if added and added.complete else None
    ages = [age for claim in counts if (age := judged_claim.line_age(claim, facts))]
    return max(ages, key=lambda age: (age.written, age.commit)).commit if ages else None


def record(service: Service, evidence: Body) -> ClaimRecord | None:
    """Return what the service's report asserts, as it was read; None where no evidence holds it."""
    record_and_facts = _record_and_known(service, evidence)
    return record_and_facts[0] if record_and_facts else None


def findings(service: Service, evidence: Body) -> tuple[str, ...]:
    """Return the contradictions inside the service's report, and between reports of its task."""
    read = record(service, evidence)
    report = ReportFacts.read(facts_of("report", service, evidence))
    return (*(read.findings if read else ()), *(report.disagreements if report else ()))


def _record_and_known(service: Service, evidence: Body) -> tuple[ClaimRecord, Known] | None:
    digests = digests_of("claims", service, evidence)
    return _read_record(evidence[digests[0]]) if digests else None


@once_each
def _read_record(piece: Evidence) -> tuple[ClaimRecord, Known] | None:
    """Return what a piece of evidence says was read of a report; None where it cannot be read."""
    claims = ClaimsFacts.read(piece.facts)
    if claims is None:
        return None
    try:
        return ClaimRecord.model_validate_json(
            json.dumps(claims.record)
        ), Known.model_validate_json(json.dumps(claims.known))
    except ValidationError:
        return None
