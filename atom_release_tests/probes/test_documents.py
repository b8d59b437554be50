"""Documents of a release against one another, reports and the files that they cite: real commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.gate.facts.contradiction import Contradiction
from atom_release.gate.facts.documents import DocumentsFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import documents as rule
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.documents import probe_documents
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.proving import checked

REPORT = "# M.1 Fees\n\n**Status:** PASS\n\n## Test Results\n\n**Tests:** 7/7 passed\n"
FINAL = """\
# Final Report

## Tasks

| Task | Service | Status | Tests | Output |
|------|---------|--------|-------|--------|
| M.1 | Fees | PASS | 7/7 | `evidence/perf.json` |
| M.2 | Rates | PASS | 4/4 | `evidence/rates.log` |

## Acceptance Criteria Status

✅ All suites passed (11/11 passed)
"""
POLICIES = """\
# Policy Check

## Policy Compliance

| Policy | Service | Status |
|--------|---------|--------|
| P-1 Data Privacy | all | PASS |
| P-2 Secrets | all | PASS |
"""
SNAPSHOT = """\
{
  "services": {
    "fees": {"status": "COMPLETE", "tests": "7/7 PASS", "accuracy": "81.8%"},
    "rates": {"status": "COMPLETE", "tests": "4/4 PASS"}
  },
  "policy_compliance": {"P-1": "PASS", "P-2": "PASS"}
}
"""
FILES = {
    "docs/M.1.md": REPORT,
    "docs/M.2.md": REPORT.replace("M.1 Fees", "M.2 Rates").replace("7/7", "4/4"),
    "docs/final.md": FINAL,
    "docs/policies.md": POLICIES,
    "docs/snapshot.json": SNAPSHOT,
    "evidence/perf.json": '{"services": {"fees": {"status": "up", "p95_ms": 41.5}}}\n',
    "evidence/rates.log": "4 passed\n",
    "src/fees.py": "FEE = 1\n",
}


def ask(folder: Path, files: Mapping[str, str], removed: str = "") -> Evidence:
    place = checked(folder, files)
    if removed:
        place.git("rm", "-q", removed)
        place.git("commit", "-q", "-m", f"without {removed}")
    manifest = Manifest.model_validate(
        {
            "release": {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"},
            "documents": ["docs/final.md", "docs/policies.md", "docs/snapshot.json"],
            "services": [
                {
                    "id": f"M.{number}",
                    "name": name,
                    "source": ["src"],
                    "report": f"docs/M.{number}.md",
                }
                for number, name in ((1, "fees"), (2, "rates"))
            ],
        }
    )
    tree = open_tree(place.repository, "HEAD")
    return probe_documents(Look(manifest, tree, folder, lambda: datetime.now(UTC)))


def against(evidence: Evidence) -> list[Contradiction]:
    facts = DocumentsFacts.read(evidence.facts)
    assert facts is not None, evidence.reason
    assert facts.contradictions == rule.contradictions(facts.documents)
    return facts.contradictions


def changed(path: str, before: str, after: str) -> dict[str, str]:
    assert before in FILES[path]
    return {**FILES, path: FILES[path].replace(before, after)}


def test_documents_that_agree_are_answered_with_yes(tmp_path: Path) -> None:
    """Questions are answered in several places, and a changed copy would be seen."""
    evidence = ask(tmp_path, FILES)
    assert (evidence.answer, against(evidence)) == (Answer.YES, [])
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    facts = DocumentsFacts.read(evidence.facts)
    assert facts is not None
    assert facts.compared >= 6
    assert "docs/final.md" in evidence.sources


BAD = {
    "a count against the report": (
        changed("docs/final.md", "| PASS | 7/7 |", "| PASS | 9/9 |"),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a count of what passed alone": (
        changed("docs/final.md", "| PASS | 7/7 |", "| PASS | 9 passed |"),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a count of which all passed": (
        changed("docs/final.md", "| PASS | 7/7 |", "| PASS | 9 tests, all passed |"),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a number below what passed": (
        changed(
            "docs/final.md",
            "## Acc",
            "## Counts\n\n| Task | Tests passed |\n|---|---|\n| M.1 | 9 |\n| M.2 | 4 |\n\n## Acc",
        ),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a count in a line": (
        changed("docs/final.md", "## Acc", "## Summary\n\n- M.1 Fees: PASS, 9/9 tests\n\n## Acc"),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a count behind a dash": (
        changed("docs/final.md", "## Acc", "## Summary\n\n- **M.1 Fees** — 9/9 tests\n\n## Acc"),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a count of members": (
        changed("docs/snapshot.json", '"7/7 PASS"', '{"passed": 9, "failed": 0}'),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a flat count of members": (
        changed("docs/snapshot.json", '"tests": "7/7 PASS"', '"tests_passed": 9'),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a sum of what passed": (
        changed(
            "docs/final.md",
            "## Acc",
            "## Counts\n\n| Task | Tests passed |\n|---|---|\n| M.1 | 7 |\n| M.2 | 4 |\n| Total | 13 |\n\n## Acc",
        ),
        {rule.AGAINST_ITSELF},
        Answer.YES,
    ),
    "a status against the report": (
        changed("docs/final.md", "| Rates | PASS |", "| Rates | FAIL |"),
        {rule.AGAINST_REPORT, rule.AGAINST_DOCUMENT},
        Answer.NO,
    ),
    "a policy in two documents": (
        changed("docs/snapshot.json", '"P-2": "PASS"', '"P-2": "FAIL"'),
        {rule.AGAINST_DOCUMENT},
        Answer.YES,
    ),
    "evidence that says down": (
        changed("evidence/perf.json", '"up"', '"down"'),
        {rule.CITES_REFUTED},
        Answer.YES,
    ),
    "evidence that says simulated": (
        changed("evidence/perf.json", '"up"', '"simulated"'),
        {rule.CITES_REFUTED},
        Answer.YES,
    ),
    "evidence that no commit holds": (
        changed("docs/final.md", "rates.log", "rates_run.log"),
        {rule.CITES_NOTHING},
        Answer.YES,
    ),
    "a tick over a failure": (
        changed("docs/final.md", "(11/11 passed)", "(10/11 passed, 1 encoding issue)"),
        {rule.AGAINST_ITSELF},
        Answer.YES,
    ),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_contradiction_is_named_with_both_places(tmp_path: Path, name: str) -> None:
    """It decides only against a service's report, and says how it can be seen."""
    files, kinds, answer = BAD[name]
    evidence = ask(tmp_path, files)
    entries = against(evidence)
    assert ({entry.id for entry in entries}, evidence.answer) == (kinds, answer), evidence.reason
    for entry in entries:
        assert entry.first.path.startswith("docs/")
        assert str(entry.first.line) in entry.sentence
        assert entry.show


TWINS = {
    "a number rounded": changed("docs/M.1.md", "passed\n", "passed\n\n**Accuracy:** 82%\n"),
    "what passed alone, as many": changed("docs/final.md", "| PASS | 7/7 |", "| PASS | 7 passed |"),
    "as many, of which all passed": changed(
        "docs/final.md", "| PASS | 7/7 |", "| PASS | All 7 tests passed |"
    ),
    "a line of as many": changed(
        "docs/final.md",
        "## Acc",
        "## Summary\n\n- M.1 Fees: PASS, 7/7 tests\n- M.2 Rates: PASS, unit 2/2, integration 2/2\n"
        "- M.2 Rates: 4/4 tests, was 2/4 tests\n- **M.1 Fees** — 7/7 tests\n- M.1 Fees - smoke 2/2 tests\n\n## Acc",
    ),
    "members of as many": changed(
        "docs/snapshot.json", '"tests": "7/7 PASS"', '"tests_passed": 7, "latest_passed": 9'
    ),
    "what was to pass, and its share": changed(
        "docs/final.md",
        "## Acc",
        "## Counts\n\n| Task | Tests passed (target) |\n|---|---|\n| M.1 | 9 |\n\n## Rates\n\n"
        "| Task | Tests passed % |\n|---|---|\n| M.1 | 100 |\n\n## Sum\n\n"
        "| Task | Tests passed |\n|---|---|\n| M.1 | 7 |\n| M.2 | 4 |\n| Total | 11 |\n\n## Acc",
    ),
    "a part of the tests": changed(
        "docs/final.md",
        "## Acc",
        "## Unit tests\n\n| Task | Status | Tests |\n|---|---|---|\n| M.1 | PASS | 5/5 |\n\n## Acc",
    ),
    "an older version": changed(
        "docs/final.md",
        "## Acc",
        "## v1.0.0 (2024-01-01)\n\n| Task | Status | Tests |\n|---|---|---|\n| M.1 | FAIL | 3/7 |\n\n"
        "## Acc",
    ),
    "what is to come": changed(
        "docs/final.md",
        "## Acc",
        "## Next Steps\n\n| Task | Status | Tests |\n|---|---|---|\n| M.1 | FAIL | 0/9 |\n\n## Acc",
    ),
    "another of one in a list": changed(
        "evidence/perf.json",
        '{"services"',
        '{"attempts": [{"status": "failed"}, {"status": "ok"}], "services"',
    ),
    "what it was before": changed(
        "evidence/perf.json", '{"services"', '{"previous": {"status": "down"}, "services"'
    ),
    "a lockout": changed("docs/final.md", "(11/11 passed)", "after 5 failed login attempts"),
    "what was mended": changed("docs/final.md", "(11/11 passed)", "(was 10/11 passed)"),
    "a share of time": changed("docs/final.md", "(11/11 passed)", "99/100 requests in time"),
    "another id": changed("docs/final.md", "## Acc", "| M.12 | FAIL | 1/2 |\n\n## Acc"),
    "a priority": changed(
        "docs/final.md",
        "## Acc",
        "## Backlog\n\n| Item | Status |\n|---|---|\n| P-1 outage | FAIL |\n\n## Acc",
    ),
}


@pytest.mark.parametrize("name", sorted(TWINS))
def test_what_only_looks_like_one_stays_silent(tmp_path: Path, name: str) -> None:
    """Another scope, another moment, another meaning."""
    evidence = ask(tmp_path, TWINS[name])
    assert [entry.sentence for entry in against(evidence)] == []
    assert evidence.answer is Answer.YES


@pytest.mark.parametrize(
    "row", ["| M.4 | 4 |\n| M.1 | 7 |", "| M.1 | 7 passed |"], ids=["a number", "what passed"]
)
def test_a_changed_copy_is_seen_where_only_what_passed_is_counted(tmp_path: Path, row: str) -> None:
    files = {**FILES, "docs/final.md": f"# Final\n\n| Task | Tests passed |\n|---|---|\n{row}\n"}
    files |= {"docs/policies.md": "# Well\n", "docs/snapshot.json": "{}\n"}
    evidence = ask(tmp_path, files)
    assert (evidence.answer, against(evidence)) == (Answer.YES, []), evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_what_a_commit_held_once_is_history(tmp_path: Path) -> None:
    """A cited file that was removed since accuses nobody."""
    evidence = ask(tmp_path, FILES, removed="evidence/rates.log")
    assert (evidence.answer, against(evidence)) == (Answer.YES, [])


def test_a_file_with_a_date_before_its_name_is_there(tmp_path: Path) -> None:
    """Documents drop such a prefix, and take letters of either case for the same."""
    dated = {**FILES, "evidence/2026-03-21-Rates.log": FILES["evidence/rates.log"]}
    del dated["evidence/rates.log"]
    dated["docs/final.md"] = FINAL.replace("evidence/rates.log", "rates.log")
    evidence = ask(tmp_path, dated)
    assert (evidence.answer, against(evidence)) == (Answer.YES, [])


def test_documents_that_are_not_there_or_say_nothing_are_no_yes(tmp_path: Path) -> None:
    """Named and absent is a no; nothing that could be compared is no answer."""
    absent = ask(tmp_path / "absent", {k: v for k, v in FILES.items() if k != "docs/final.md"})
    assert (absent.answer, "docs/final.md" in absent.reason) == (Answer.NO, True)
    prose = dict.fromkeys(("docs/final.md", "docs/policies.md"), "# Well\n\nAll is well.\n")
    silent = ask(tmp_path / "silent", {**FILES, **prose, "docs/snapshot.json": "{}\n"})
    assert (silent.answer, "nothing in the documents" in silent.reason) == (Answer.UNKNOWN, True)
