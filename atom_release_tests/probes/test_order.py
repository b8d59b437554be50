"""The order of commits, tags, dates and evidence, asked of real repositories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.order import OrderFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import order as rule
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.order import probe_order
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.dated import DAY, Step, history
from atom_release_tests.fixtures.grown import git

TAG = "v1.0.0-phaseM"
FINAL = f"""\
# Final Report

**Date:** 2025-06-25
**Version:** {TAG}
**Branch:** review/phaseM

## Tasks

| Task | Service | Status | Output |
|------|---------|--------|--------|
| M.1 | Fees | PASS | `evidence/perf.json` |
| M.2 | Rates | PASS | `evidence/rates.log` |
"""
REPORT = "# M.1 Fees\n\n**Status:** PASS\n**Date:** 2025-06-18\n\n**Tests:** 7/7 passed\n"
PERF = '{"services": {"fees": {"status": "up", "p95_ms": 41.5}}}\n'
CODE = Step(2 * DAY, {"src/fees.py": "FEE = 1\n"}, "fees")
REPORTED = Step(3 * DAY, {"docs/M.1.md": REPORT}, "report")
BEGUN = Step(0, {"README.md": "# Fees\n"}, "begin")
PROVED = Step(9 * DAY, {"evidence/perf.json": PERF, "evidence/rates.log": "4 passed\n"}, "prove")
ENDED = Step(10 * DAY, {"docs/final.md": FINAL}, "final report")
STEPS = (BEGUN, CODE, REPORTED, PROVED, ENDED)


def ask(folder: Path, steps: Sequence[Step], *, external: bool = False) -> Evidence:
    repository = folder / "repository"
    if not repository.exists():
        history(repository, steps)
    manifest = Manifest.model_validate(
        {
            "release": {"phase": "M", "name": "x", "version": "1", "tag": TAG, "branch": "r/x"},
            "documents": ["docs/final.md", "docs/many/*"],
            "services": [
                {"id": "M.1", "name": "fees", "source": ["src"], "report": "docs/M.1.md"},
                {"id": "M.2", "name": "rates", "source": ["src"]},
            ],
        }
    )
    tree = open_tree(repository, "main")
    look = Look(manifest, tree, folder / "scratch", lambda: datetime.now(UTC), external=external)
    return probe_order(look)


def kinds(evidence: Evidence) -> list[tuple[str, bool]]:
    facts = OrderFacts.read(evidence.facts)
    assert facts is not None, evidence.reason
    assert facts.contradictions == rule.contradictions(facts)
    return [(entry.id, entry.decides) for entry in facts.contradictions]


def final(before: str, after: str) -> Step:
    assert before in FINAL
    return replace(ENDED, files={"docs/final.md": FINAL.replace(before, after)})


def test_a_release_in_order_is_answered_with_yes(tmp_path: Path) -> None:
    """Its tag holds all that its documents stand on, and the control saw one that does not."""
    evidence = ask(tmp_path, (*STEPS[:-1], replace(ENDED, annotated=TAG)))
    assert (evidence.answer, kinds(evidence)) == (Answer.YES, [])
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert "60 minutes later" in evidence.control.found
    facts = OrderFacts.read(evidence.facts)
    assert facts is not None
    assert [(tag.name, tag.evidence, tag.annotated) for tag in facts.tags] == [(TAG, 3, True)]


OLD = "v0.9.0-phaseL"
REFUSED = '{"fees": {"error": "Max retries exceeded with url: /healthz"}}\n'
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"
TRACEBACK = "Traceback (most recent call last):\n  x\nKeyError: 1\n"
REQUESTED = "- [x] Pull request opened\n"
TAGS: Mapping[str, tuple[Sequence[Step], list[tuple[str, bool]]]] = {
    "before its evidence": (
        (BEGUN, CODE, replace(REPORTED, tag=TAG), PROVED, ENDED),
        [(rule.TAG_BEFORE, True)],
    ),
    "of an earlier phase": (
        (
            BEGUN,
            replace(CODE, tag=OLD),
            REPORTED,
            PROVED,
            final(f"Version:** {TAG}", f"Tag:** {OLD}"),
        ),
        [(rule.TAG_BEFORE, False)],
    ),
    "that is not signed": (
        (
            *STEPS[:-1],
            replace(final("## Tasks", f"Tag {TAG} is signed.\n\n## Tasks"), annotated=TAG),
        ),
        [(rule.TAG_UNLIKE, False)],
    ),
    "that is signed": (
        (
            *STEPS[:-1],
            replace(
                final("## Tasks", f"Tag {TAG} is signed.\n\n## Tasks"),
                annotated=f"{TAG} x\n-----BEGIN PGP SIGNATURE-----\nx\n",
            ),
        ),
        [],
    ),
    "that is to be signed": (
        (
            *STEPS[:-1],
            replace(final("## Tasks", "- [ ] Release tag is signed\n\n## Tasks"), tag=TAG),
        ),
        [],
    ),
    "that the document is not of": (
        (BEGUN, replace(CODE, tag=OLD), REPORTED, PROVED, final("## T", f"Since {OLD}\n\n## T")),
        [],
    ),
    "whose version was audited later": (
        (BEGUN, replace(CODE, tag=OLD), REPORTED, PROVED, final(TAG, OLD)),
        [],
    ),
    "of a candidate that was tested": (
        (
            BEGUN,
            replace(CODE, tag="v1.0.0-rc1"),
            *STEPS[2:4],
            final(f"Version:** {TAG}", "Tag:** v1.0.0-rc1"),
        ),
        [],
    ),
    "before a document that says so": (
        (*STEPS[:3], replace(PROVED, tag=TAG), ENDED),
        [],
    ),
    "that is named like a document's edition": (
        (replace(BEGUN, tag="1.0"), *STEPS[1:-1], final(TAG, "1.0")),
        [],
    ),
    "of a time before evidence was moved": (
        (
            *STEPS[:3],
            Step(9 * DAY, {"old/perf.json": PERF * 9, "old/rates.log": "4 passed\n" * 9}),
            replace(ENDED, tag=TAG),
            Step(
                11 * DAY,
                {"evidence/perf.json": PERF * 9, "evidence/rates.log": "4 passed\n" * 9},
                removed=("old/perf.json", "old/rates.log"),
            ),
        ),
        [],
    ),
}


@pytest.mark.parametrize("name", sorted(TAGS))
def test_a_tag_is_held_against_what_its_documents_stand_on(tmp_path: Path, name: str) -> None:
    """Only the release's own decides; each is named with its place and how it can be seen."""
    steps, expected = TAGS[name]
    evidence = ask(tmp_path, steps)
    assert kinds(evidence) == expected
    decides = any(decides for _, decides in expected)
    assert evidence.answer is (Answer.NO if decides else Answer.YES)


def test_a_tag_made_late_lacks_what_it_is_not_older_than(tmp_path: Path) -> None:
    """Its date is after the evidence, and its commit before."""
    history(tmp_path / "repository", STEPS)
    git(tmp_path / "repository", "tag", "-a", "-m", "x", TAG, "main~3", when=1_760_000_000)
    assert kinds(ask(tmp_path, STEPS)) == [(rule.TAG_LACKS, True)]


def dated(day: str, key: str = "Date") -> str:
    return f"# Report\n\n**Status:** COMPLETE\n**{key}:** {day}\n"


def citing(path: str) -> str:
    return f"# Report\n\n| Task | Status | Output |\n|---|---|---|\n| M.1 | PASS | `{path}` |\n"


def saying(words: str) -> str:
    return f"# Report\n\n**Branch:** review/x\n\n## Done\n\n{words}"


DOCUMENTS: Mapping[str, tuple[str, str]] = {
    "long-ago": (dated("2024-12-28"), rule.DATE_BEFORE),
    "a-day-earlier": (dated("2025-06-24"), ""),
    "to-come": (dated("2025-09-01"), rule.DATE_AFTER),
    "planned": (dated("2025-12-01", "Planned date"), ""),
    "of-an-event": ("# Hearing\n\n**Date:** November 19, 2024, 4:30 PM\n\nIt was held.\n", ""),
    "too-early": (dated("2025-06-15") + citing("evidence/perf.json"), rule.DATE_BEFORE_SUBJECT),
    "a-little-early": (dated("2025-06-22") + citing("evidence/perf.json"), ""),
    "opened": (saying(REQUESTED), rule.PULL_REQUEST),
    "elsewhere": (saying("Pull request opened from `review/there`\n"), ""),
    "to-be-opened": (saying("- [ ] Pull request opened\n- Ready: open a PR after review\n"), ""),
    "numbered": (saying("- [x] Pull request opened (#12)\n"), ""),
    "merged": (saying("- [x] Pull request merged\n"), ""),
}
FILES: Mapping[str, tuple[str, str]] = {
    "refused.json": (REFUSED, rule.ERROR_INSIDE),
    "page.json": ("<!DOCTYPE html>\n<html>502</html>\n", rule.ERROR_INSIDE),
    "pointer.json": (POINTER, rule.ERROR_INSIDE),
    "traceback.log": (TRACEBACK, rule.ERROR_INSIDE),
    "missing.log": ("run.sh: line 3: pytest: command not found\n", rule.ERROR_INSIDE),
    "mended.log": ("db: connection refused\nretrying\nconnected\n", ""),
    "tested.log": (TRACEBACK + "4 passed in 0.1s\n", ""),
    "before.json": (f'{{"previous": {REFUSED}, "status": "up"}}', ""),
    "attempts.json": ('{"runs": [{"error": "ECONNREFUSED"}, {"p95": 3}]}', ""),
    "said-itself.json": ('{"status": "failed", "error": "ECONNREFUSED"}', ""),
    "page.html": ("<!DOCTYPE html>\n<html>502</html>\n", ""),
    "prose.md": ("The traceback is mended:\n\n    " + TRACEBACK, ""),
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What is found of each of many documents of one repository, by the document's name."""
    folder = tmp_path_factory.mktemp("documents")
    texts = {name: text for name, (text, _) in DOCUMENTS.items()}
    texts |= {name: citing(f"evidence/{name}") for name in FILES}
    cited = {f"evidence/{name}": text for name, (text, _) in FILES.items()}
    documents = {f"docs/many/{name}.md": text for name, text in texts.items()}
    steps = (*STEPS[:-1], replace(ENDED, files={**cited, **documents}))
    history(folder / "repository", steps)
    git(folder / "repository", "branch", "review/there")
    facts = OrderFacts.read(ask(folder, steps).facts)
    assert facts is not None
    assert facts.contradictions == rule.contradictions(facts)
    assert all(entry.show for entry in facts.contradictions)
    return {
        name: [entry.id for entry in facts.contradictions if f"/{name}.md" in entry.first.path]
        for name in texts
    }


@pytest.mark.parametrize("name", [*DOCUMENTS, *FILES])
def test_a_document_is_held_against_its_commits_and_its_files(
    named: Mapping[str, list[str]], name: str
) -> None:
    """What only looks like a defect accuses nobody."""
    kind = {**DOCUMENTS, **FILES}[name][1]
    assert named[name] == ([kind] if kind else [])


def test_a_report_is_held_against_its_code(tmp_path: Path) -> None:
    """It cannot be weeks older than the first of what it reports on."""
    late = (BEGUN, replace(CODE, after=20 * DAY), replace(REPORTED, after=30 * DAY))
    assert kinds(ask(tmp_path, late)) == [(rule.DATE_BEFORE_SUBJECT, False)]


def test_what_was_brought_from_elsewhere_may_be_older_than_the_history(tmp_path: Path) -> None:
    """At once, or in steps; large files may lie elsewhere, pull requests be squashed."""
    old = replace(REPORTED, files={"docs/M.1.md": REPORT.replace("2025-06", "2024-06")})
    ended = final("2025-06-25", "2024-12-28")
    kept = {".gitattributes": "*.json filter=lfs diff=lfs merge=lfs -text\n"}
    proved = {**PROVED.files, "evidence/perf.json": POINTER, **kept}
    parts = (BEGUN, CODE, old, replace(PROVED, files=proved), ended)
    files = {path: text for step in parts for path, text in step.files.items()}
    squashed = final("## Tasks", f"{REQUESTED}\n## Tasks")
    last = replace(squashed, message="Finish phase M (#3)")
    assert kinds(ask(tmp_path / "once", (replace(BEGUN, files=files), last))) == []
    steps = [replace(step, after=60 * number) for number, step in enumerate(parts)]
    assert kinds(ask(tmp_path / "steps", steps)) == []


def test_of_a_clone_of_one_branch_nobody_knows_the_others(tmp_path: Path) -> None:
    """A branch that is not here may be there."""
    steps = (*STEPS[:-1], final("## Tasks", f"{REQUESTED}\n## Tasks"))
    history(tmp_path / "repository", steps)
    assert kinds(ask(tmp_path, steps)) == [(rule.PULL_REQUEST, False)]
    git(tmp_path, "clone", "-q", "--single-branch", "repository", "one/repository")
    assert kinds(ask(tmp_path / "one", steps)) == []


def test_a_cut_history_accuses_nobody(tmp_path: Path) -> None:
    """Nothing is known of the order then, and the leg does not count."""
    steps, _ = TAGS["before its evidence"]
    history(tmp_path / "whole", (*steps[:-1], final("2025-06-25", "2024-12-28")))
    whole = f"file://{tmp_path / 'whole'}"
    git(tmp_path, "clone", "-q", "--depth=1", whole, "repository")
    git(tmp_path / "repository", "fetch", "-q", "--depth=1", "origin", "tag", TAG)
    evidence = ask(tmp_path, steps)
    assert kinds(evidence) == []
    assert "shallow" in str(evidence.facts["not_applicable"])


def test_a_tag_that_a_draft_made_up_has_to_be_named_by_a_document(tmp_path: Path) -> None:
    """A manifest that nobody wrote accuses nobody."""
    steps, expected = TAGS["before its evidence"]
    silent = (*steps[:-1], final(f"**Version:** {TAG}\n", ""))
    assert kinds(ask(tmp_path / "draft", silent, external=True)) == []
    assert kinds(ask(tmp_path / "own", silent)) == expected
    assert kinds(ask(tmp_path / "named", steps, external=True)) == expected


def test_a_clone_without_contents_accuses_nobody_of_what_it_cannot_read(tmp_path: Path) -> None:
    """A tag is held against names and against contents that did not change."""
    moved = TAGS["of a time before evidence was moved"][0]
    history(tmp_path / "whole", moved)
    git(tmp_path / "whole", "config", "uploadpack.allowFilter", "true")
    whole = f"file://{tmp_path / 'whole'}"
    git(tmp_path, "clone", "-q", "--filter=blob:none", whole, "repository")
    git(tmp_path / "repository", "remote", "remove", "origin")
    assert kinds(ask(tmp_path, moved)) == []
    steps, expected = TAGS["before its evidence"]
    history(tmp_path / "other" / "whole", steps)
    git(tmp_path / "other" / "whole", "config", "uploadpack.allowFilter", "true")
    git(
        tmp_path / "other",
        "clone",
        "-q",
        "--filter=blob:none",
        f"file://{tmp_path / 'other' / 'whole'}",
        "repository",
    )
    assert kinds(ask(tmp_path / "other", steps)) == expected
