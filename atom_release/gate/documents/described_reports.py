"""How a report that is missing, or says what is not so, is described: its line, and what is so.

The line stands in the record of the report that was read, what was found in the ledger, both worked
out again from the evidence: nothing is read back out of the decision's sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING

from atom_release.gate.claims import claim_facts
from atom_release.gate.claims.record import ClaimKind, ReportStatus
from atom_release.gate.documents.description import Description, JudgedLeg
from atom_release.gate.facts.claims import ReportFacts
from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.manifest import slug
from atom_release.gate.vocabulary import ClaimVerdict

if TYPE_CHECKING:
    from atom_release.gate.claims.ledger import LedgerRow
    from atom_release.gate.manifest import Service

_SCORES = (ClaimKind.ACCURACY, ClaimKind.PRECISION, ClaimKind.RECALL, ClaimKind.F1)
_SAID = 3  # claims that one sentence names


def report(judged: JudgedLeg) -> Description | None:
    """Describe a report that is missing, or there more than once."""
    facts, service = ReportFacts.read(judged.evidence.facts), judged.service
    if facts is None or service is None or service.report is None:
        return None
    pattern = service.report
    path = pattern.replace("*", slug(service.name))
    if facts.state == "absent" and not facts.paths:
        return Description(
            f"the report of {judged.name} is missing: no file of the commit matches"
            f" {pattern}, and one must",
            f"{pattern} (`report` of {service.id} in release.yaml)",
            f"Write {path}{_like(judged)}: its status, and the counts of its"
            f" tests{_counts(judged)}; commit.",
            f"correct `report` of {service.id} in release.yaml, if the report is elsewhere",
            command=f"atom-release claims --check {path}",
            title=f"the report of {judged.name} is missing",
        )
    if facts.state == "twice" and facts.paths:
        return Description(
            f"{judged.name} must have one report, and has several: {judged.leg.reason}",
            ", ".join(facts.paths),
            f"Remove all but one of them: git rm {facts.paths[-1]}",
        )
    return None


def claims(judged: JudgedLeg) -> Description | None:
    """Describe the claims that are contradicted, by the ledger of the report."""
    service = judged.service
    rows = (
        claim_facts.ledger(service, judged.grounds.evidence_about(service.id)) if service else None
    )
    wrong = [row for row in rows or () if row.decides and row.verdict is ClaimVerdict.CONTRADICTED]
    if not wrong:
        return None
    first = wrong[0]
    statements = "; ".join(_said(row) for row in wrong[:_SAID])
    more = f"; and {len(wrong) - _SAID} more" if len(wrong) > _SAID else ""
    where = ", ".join(dict.fromkeys(row.where for row in wrong))
    if first.found == "not in the judged commit":
        return Description(
            f"the report of {judged.name} names a file that the commit does not have: line"
            f" {first.where.rpartition(':')[2]} names {first.said}",
            where,
            f"Edit {first.where}: take {first.said} out; commit.",
            f"commit {first.said}, if it lies in your tree and was only not added",
            title=f"the report of {judged.name} names a file that the commit does not have",
            command=f"atom-release claims --check {first.where.rpartition(':')[0]}",
        )
    measured = all(row.kind in {ClaimKind.TESTS, *_SCORES} for row in wrong)
    since = "; it was already false when it was written" if measured else ""
    return Description(
        f"the report of {judged.name} makes a false claim: {statements}{more}{since}",
        where,
        _correction(wrong),
        title=f"the report of {judged.name} makes a false claim",
        command=_counting(service, first),
    )


def _counting(service: Service | None, row: LedgerRow) -> str:
    """Return the command that counts the tests that a claim is about; nothing of another claim."""
    suite = service.suite if service else None
    if suite is None or row.kind is not ClaimKind.TESTS:
        return ""
    return f"python -m pytest {' '.join(map(quote, suite.paths))}"


def _counts(judged: JudgedLeg) -> str:
    """Return what the gate's own runs of the service's tests came to, where it ran any."""
    for piece in judged.grounds.evidence_about(judged.leg.subject).values():
        facts = SuiteFacts.read(piece.facts) if piece.question == "suite" else None
        if facts is not None and facts.counts is not None:
            return (
                f" ({facts.counts.passed} passed, {facts.counts.failed} failed by the gate's runs)"
            )
    return ""


def _like(judged: JudgedLeg) -> str:
    """Return which other report shows the form, where there is one."""
    others = (
        facts.paths[0]
        for piece in judged.grounds.evidence.values()
        if piece.question == "report"
        and (facts := ReportFacts.read(piece.facts)) is not None
        and facts.state == "one"
        and facts.paths
    )
    other = min(others, default="")
    return f" in the form of {other}" if other else ""


def _said(row: LedgerRow) -> str:
    """Return what a line of a report says, and what the gate found."""
    line, truth = row.where.rpartition(":")[2], row.found or row.reason
    if row.kind is ClaimKind.STATUS:
        return f"line {line} says {row.said}, and the report's own numbers {truth}"
    whose = (
        "the gate's own runs of the tests have"
        if row.kind is ClaimKind.TESTS
        else "the gate measured"
        if row.kind in _SCORES
        else "the gate found"
    )
    shown = truth.partition(" [")[0] if row.kind in _SCORES else truth
    return f"line {line} says {row.said}, {whose} {shown}"


def _correction(wrong: Sequence[LedgerRow]) -> str:
    """Return the edit: in which line what is to be written instead of what."""
    edits = [
        f"in line {row.where.rpartition(':')[2]} write {_instead(row)} instead of {row.said}"
        for row in wrong[:_SAID]
    ]
    return f"Edit {wrong[0].where.rpartition(':')[0]}: {', '.join(edits)}; commit."


def _instead(row: LedgerRow) -> str:
    """Return what would be true in the words of the claim."""
    if row.kind is ClaimKind.STATUS:
        return f"{row.kind.value} {ReportStatus.FAIL.value}"
    if row.kind is ClaimKind.POLICY:
        return f"{row.said.partition(' ')[0]} {row.found}"
    return f"{row.kind.value} {row.found.partition(' [')[0]}" if row.kind in _SCORES else row.found
