"""The findings of the policies as SARIF 2.1.0, for editors and code scanning.

Only what fails or warns, each at its place in the judged tree.

Made from the results and their evidence alone, so that equal results give equal bytes. A leg that
could not be established is no finding: it stands among the notifications of the run. It must not
know where the document is stored, nor any value that a rule found.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atom_release.gate.catalogue import remedies
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.documents.findings import findings, withheld
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.finding import Finding
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Outcome

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "JUDGEDTREE"
FINGERPRINT = "atomReleaseFinding/v1"
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_ESTABLISHED = {None, Outcome.PASS, Outcome.FAIL}


@dataclass(frozen=True)
class Origin:
    """Of what the findings are.

    The repository by a URI without credentials, the judged commit, and who looked.

    `places` says where the manifest, if it is part of the judged commit, speaks of a subject; "" is
    where it speaks of all others.
    """

    repository: str
    commit: str
    release: str
    version: str
    places: Mapping[str, tuple[str, int]]


def document(
    origin: Origin, results: Sequence[CriterionResult], evidence: Mapping[str, Evidence]
) -> dict[str, Any]:
    """Return the SARIF log of the policies' results."""
    pairs = sorted(_results(origin, results, evidence), key=_order)
    rules = {result["ruleId"]: rule for result, rule in pairs}
    index = {rule: number for number, rule in enumerate(sorted(rules))}
    legs = [(result.id, leg) for result in results for leg in result.legs]
    run = {
        "tool": {
            "driver": {
                "name": "atom_release",
                "version": origin.version,
                "rules": [rules[name] for name in sorted(rules)],
            }
        },
        "automationDetails": {
            "id": f"{origin.release}/",
            "description": {"text": f"Policy check of {origin.release}"},
        },
        "versionControlProvenance": [
            {
                "repositoryUri": origin.repository,
                "revisionId": origin.commit,
                "mappedTo": {"uriBaseId": ROOT},
            }
        ],
        "originalUriBaseIds": {
            ROOT: {"description": {"text": f"The tree of commit {origin.commit}"}}
        },
        "invocations": [
            {
                "executionSuccessful": not any(
                    leg.outcome is Outcome.INCONCLUSIVE for _, leg in legs
                ),
                "toolExecutionNotifications": [
                    note for policy, leg in legs for note in _notes(policy, leg, evidence)
                ],
            }
        ],
        "results": [
            {**result, "ruleIndex": index[result["ruleId"]]}
            for result in _numbered(result for result, _ in pairs)
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _results(
    origin: Origin, results: Sequence[CriterionResult], evidence: Mapping[str, Evidence]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for result in results:
        for leg in result.legs:
            for finding in findings(leg, evidence):
                yield _result(origin, result, leg, finding), _rule(result, leg, finding)
        if result.flaky:
            leg = Leg(
                question="history",
                subject=result.id,
                outcome=Outcome.FAIL,
                reason=result.reason,
                remedy="Mend the release; a retry changes nothing.",
            )
            finding = Finding(
                "history", result.reason, decides=True, remedy=leg.remedy, identity=(result.id,)
            )
            yield _result(origin, result, leg, finding), _rule(result, leg, finding)


def _rule_id(result: CriterionResult, leg: Leg, finding: Finding) -> str:
    return "/".join(dict.fromkeys((result.id, leg.question, finding.rule)))


def _result(origin: Origin, result: CriterionResult, leg: Leg, finding: Finding) -> dict[str, Any]:
    rule = _rule_id(result, leg, finding)
    change = finding.remedy or leg.remedy or remedies.remedy(leg.question, Outcome.FAIL)
    entry = {
        "ruleId": rule,
        "level": "error" if finding.decides else "warning",
        "message": {"text": f"{finding.summary}. To change: {change}"},
        "locations": [_location(origin, leg, finding)],
        "partialFingerprints": {
            FINGERPRINT: hashlib.sha256("\0".join((rule, *finding.identity)).encode()).hexdigest()
        },
        "properties": {
            "policy": result.id,
            "leg": leg.question,
            "askedOf": leg.subject,
            "outcome": str(leg.outcome),
            "evidence": list(leg.evidence),
        },
    }
    if result.outcome is Outcome.WAIVED and finding.decides:
        entry["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": result.reason}
        ]
    return entry


def _location(origin: Origin, leg: Leg, finding: Finding) -> dict[str, Any]:
    path, line = (
        (finding.path, finding.line)
        if finding.path
        else origin.places.get(leg.subject) or origin.places.get("", ("", 0))
    )
    location: dict[str, Any] = {
        "logicalLocations": [
            {
                "name": leg.subject,
                "fullyQualifiedName": f"{leg.question}/{leg.subject}",
                "kind": "module",
            }
        ]
    }
    if path:
        place: dict[str, Any] = {
            "artifactLocation": {"uri": _relative_uri(path), "uriBaseId": ROOT}
        }
        location["physicalLocation"] = place | ({"region": {"startLine": line}} if line else {})
    return location


def _relative_uri(path: str) -> str:
    """Return a path as a reference relative to the tree.

    What a URI has another use for is escaped.
    """
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in path.encode())


def _rule(result: CriterionResult, leg: Leg, finding: Finding) -> dict[str, Any]:
    return {
        "id": _rule_id(result, leg, finding),
        "shortDescription": {"text": f"{result.id} {result.title}: {leg.question}"},
        "help": {"text": remedies.remedy(leg.question, Outcome.FAIL)},
        "properties": {"tags": [result.id, leg.question]},
    }


def _notes(policy: str, leg: Leg, evidence: Mapping[str, Evidence]) -> Iterator[dict[str, Any]]:
    """Tell of legs that were not established.

    And of findings that the evidence counts but does not list.
    """
    name = f"{policy} {leg.question}/{leg.subject}"
    if leg.outcome not in _ESTABLISHED:
        level = "warning" if leg.outcome is Outcome.INCONCLUSIVE else "note"
        yield {
            "level": level,
            "message": {"text": f"{name} is {leg.outcome}: {leg.reason}. To change: {leg.remedy}"},
        }
    more = withheld(leg, evidence)
    if more:
        yield {
            "level": "note",
            "message": {
                "text": (
                    f"{name}: {more} further findings are counted in the evidence and not listed"
                )
            },
        }


def _numbered(results: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield findings that are alike in all but their line fingerprints of their own.

    By the order in which they stand.
    """
    seen: Counter[str] = Counter()
    for result in results:
        print_of = result["partialFingerprints"][FINGERPRINT]
        seen[print_of] += 1
        yield {**result, "partialFingerprints": {FINGERPRINT: f"{print_of}:{seen[print_of]}"}}


def _order(pair: tuple[dict[str, Any], dict[str, Any]]) -> tuple[Any, ...]:
    result = pair[0]
    place = result["locations"][0].get("physicalLocation", {})
    line = place.get("region", {}).get("startLine", 0)
    return (
        result["ruleId"],
        place.get("artifactLocation", {}).get("uri", ""),
        line,
        result["partialFingerprints"][FINGERPRINT],
        result["message"]["text"],
    )
