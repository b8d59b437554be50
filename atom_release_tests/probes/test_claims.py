"""The report's presence and the claims' facts come from a real commit and its history.

And their controls could have been red.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from atom_release.gate.claims.ledger import judge_claims
from atom_release.gate.claims.record import ClaimRecord
from atom_release.gate.claims.service_facts import Known
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, ClaimVerdict, ControlState
from atom_release.lab.look import Look
from atom_release.probes.claims import collect
from atom_release.probes.report import absent_path_control
from atom_release.reader import control, read_report
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.grown import commit, git, new

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WRITTEN = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
REPORT = """# B.7 Parcel router

**Task:** B.7
**Status:** ✅ PASS
**Branch:** feat/router
**Date:** 2026-03-01
**Tests:** 2 passed, 0 failed

## Files

- `services/router/app.py` (2 lines)
- `009_parcels.sql`
- `tests/test_app.py`
- `gone.py`
- `same.py`
- `reports/0B.7_router.md`
- `services/`
"""
FILES = {
    "services/router/app.py": b"a = 1\nb = 2\n",
    "services/router/tests/test_app.py": b"def test_a(): pass\n",
    "services/dock/same.py": b"",
    "lib/same.py": b"",
    "infra/db/009_parcels.sql": b"",
}
MANIFEST = Manifest.model_validate(
    {
        "release": {
            "phase": "B",
            "name": "Parcels",
            "version": "v1",
            "tag": "v1",
            "branch": "review/v1",
        },
        "services": [
            {
                "id": "B.7",
                "name": "router",
                "source": ["services/router"],
                "report": "reports/0B.7*.md",
                "suite": {"paths": ["services/router/tests"]},
            },
            {
                "id": "B.8",
                "name": "dock",
                "source": ["services/dock"],
                "report": "reports/0B.8*.md",
            },
        ],
    }
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    made = new(tmp_path / "r", FILES)
    commit(made, {"reports/0B.7_router.md": REPORT.encode()}, when=WRITTEN)
    return made


def _look(repository: Path, manifest: Manifest = MANIFEST) -> Look:
    return Look(manifest, open_tree(repository, "HEAD"), repository, lambda: NOW)


def _collect(repository: Path, manifest: Manifest = MANIFEST) -> tuple[Evidence, Evidence]:
    return collect(_look(repository, manifest), manifest.service("B.7"))


def _known(evidence: Evidence) -> Known:
    return Known.model_validate(evidence.facts["known"])


def test_a_report_that_is_there_once_and_passed_is_yes(repository: Path) -> None:
    report, claims = _collect(repository)
    assert (report.answer, report.facts["state"]) == (Answer.YES, "one")
    assert claims.answer is Answer.YES
    assert report.control is not None
    assert claims.control is not None
    assert (report.control.state, claims.control.state) == (ControlState.ALIVE, ControlState.ALIVE)
    assert (
        report.sources
        == claims.sources
        == {"reports/0B.7_router.md": _look(repository).tree.digest("reports/0B.7_router.md")}
    )
    assert Evidence.model_validate_json(claims.model_dump_json()) == claims
    assert ClaimRecord.model_validate(claims.facts["record"]) == read_report(
        "reports/0B.7_router.md", REPORT.encode()
    )


def test_deliverables_are_found_as_written_or_by_a_name_that_one_file_has(repository: Path) -> None:
    known_facts = _known(_collect(repository)[1])
    assert known_facts.deliverables == {
        "services/router/app.py": ("services/router/app.py",),
        "009_parcels.sql": ("infra/db/009_parcels.sql",),
        "tests/test_app.py": ("services/router/tests/test_app.py",),
        "gone.py": (),
        "same.py": ("lib/same.py", "services/dock/same.py"),
        "reports/0B.7_router.md": ("reports/0B.7_router.md",),
        "services/": ("services",),
    }
    assert known_facts.sizes["services/router/app.py"].lines == 2


def test_the_ledger_of_these_facts_accuses_only_the_missing_file(repository: Path) -> None:
    claims = _collect(repository)[1]
    rows = judge_claims(ClaimRecord.model_validate(claims.facts["record"]), _known(claims))
    assert [row.said for row in rows if row.verdict is ClaimVerdict.CONTRADICTED] == ["gone.py"]
    verified = {row.said for row in rows if row.verdict is ClaimVerdict.VERIFIED}
    assert verified == {
        "services/router/app.py",
        "009_parcels.sql",
        "tests/test_app.py",
        "services/",
        "date 2026-03-01",
        "size 2 lines",
    }


def test_a_path_in_a_submodule_cannot_be_told(repository: Path) -> None:
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor")
    git(repository, "commit", "--quiet", "--message", "gitlink")
    assert _known(_collect(repository)[1]).deliverables["gone.py"] is None


def test_a_path_with_a_slash_before_it_is_missing_only_where_the_commit_has_its_folder(
    repository: Path,
) -> None:
    """Else it may be a route, or a path in a container."""
    paths = (
        "/services/router/app.py",
        "/services/router/gone.py",
        "/router/gone.py",
        "/app/gone.py",
    )
    listed = "".join(f"- `{path}`\n" for path in paths)
    report = f"# B.7 Router\n\n**Status:** PASS\n\n## Files Created\n\n{listed}".encode()
    commit(repository, {"reports/0B.7_router.md": report, "app/queue.py": b"\n"}, when=WRITTEN)
    assert _known(_collect(repository)[1]).deliverables == dict(
        zip(paths, (("services/router/app.py",), (), None, None), strict=True)
    )


def test_a_branch_is_looked_for_here_and_at_the_remotes(repository: Path) -> None:
    assert _known(_collect(repository)[1]).branch_exists is False
    git(repository, "branch", "feat/router/more")
    assert _known(_collect(repository)[1]).branch_exists is False
    git(repository, "update-ref", "refs/remotes/upstream/feat/router", "HEAD")
    assert _known(_collect(repository)[1]).branch_exists is True


def test_history_says_whether_code_changed_since_the_report(repository: Path) -> None:
    assert _collect(repository)[1].facts["unchanged"] == {"code": True, "data": True}
    commit(repository, {"services/dock/same.py": b"x = 1\n"})
    assert _collect(repository)[1].facts["unchanged"] == {"code": True, "data": True}
    commit(repository, {"services/router/tests/test_app.py": b"def test_b(): pass\n"})
    claims = _collect(repository)[1]
    assert claims.facts["unchanged"] == {"code": False, "data": False}
    assert _known(claims).added == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_shallow_clone_does_not_tell(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", repository.as_uri(), "shallow")
    claims = _collect(tmp_path / "shallow")[1]
    assert claims.facts["unchanged"] == {"code": None, "data": None}
    assert _known(claims).history_complete is False


def _answers(
    repository: Path, files: dict[str, bytes], manifest: Manifest = MANIFEST
) -> tuple[Any, ...]:
    commit(repository, files)
    report, claims = _collect(repository, manifest)
    return report.answer, report.facts["state"], claims.answer


def test_an_absent_report_is_no(repository: Path) -> None:
    git(repository, "rm", "--quiet", "reports/0B.7_router.md")
    assert _answers(repository, {}) == (Answer.NO, "absent", Answer.UNKNOWN)


def test_two_reports_are_one_too_many(repository: Path) -> None:
    assert _answers(repository, {"reports/0B.7_again.md": REPORT.encode()}) == (
        Answer.NO,
        "twice",
        Answer.UNKNOWN,
    )


def test_another_service_s_report_that_names_this_task_is_one_too_many(repository: Path) -> None:
    assert _answers(repository, {"reports/0B.8_dock.md": REPORT.encode()})[:2] == (
        Answer.NO,
        "twice",
    )


def test_a_report_of_another_service_is_not_this_one_s(repository: Path) -> None:
    assert _answers(repository, {"reports/0B.7_router.md": REPORT.replace("B.7", "B.8").encode()})[
        :2
    ] == (Answer.NO, "absent")


@pytest.mark.parametrize(
    "status", ["❌ FAIL", "BLOCKED (no Vault)", "SIMULATION COMPLETE", "Mostly complete"]
)
def test_a_report_that_does_not_say_passed_is_no(repository: Path, status: str) -> None:
    text = REPORT.replace("**Status:** ✅ PASS", f"**Status:** {status}" if status else "")
    assert _answers(repository, {"reports/0B.7_router.md": text.encode()}) == (
        Answer.NO,
        "one",
        Answer.YES,
    )


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("**Status:** Ready", "states the status 'Ready', which is not understood"),
        ("", "states no status"),
    ],
)
def test_a_status_that_is_absent_or_not_understood_accuses_nobody(
    repository: Path, status: str, reason: str
) -> None:
    text = REPORT.replace("**Status:** ✅ PASS", status)
    commit(repository, {"reports/0B.7_router.md": text.encode()})
    evidence, _ = _collect(repository)
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.reason.endswith(reason)
    assert "claims --draft reports/0B.7_router.md" in evidence.remedy


def test_a_report_that_also_says_failed_is_no(repository: Path) -> None:
    text = f"{REPORT}\n## Conclusion\n\n**Status:** FAILED\n"
    assert _answers(repository, {"reports/0B.7_router.md": text.encode()})[0] is Answer.NO


@pytest.mark.parametrize("raw", [b"\x01\x02\x03" * 99, b"", b"x" * 3000])
def test_an_unreadable_report_is_unknown(repository: Path, raw: bytes) -> None:
    small = MANIFEST.model_copy(update={"report_limit": 2048})
    assert _answers(repository, {"reports/0B.7_router.md": raw}, small) == (
        Answer.UNKNOWN,
        "unread",
        Answer.UNKNOWN,
    )


def test_a_report_whose_blob_is_missing_is_unknown(repository: Path) -> None:
    oid = git(repository, "rev-parse", "HEAD:reports/0B.7_router.md")
    (repository / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    report, claims = _collect(repository)
    assert (report.answer, claims.answer) == (Answer.UNKNOWN, Answer.UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        REPORT,
        REPORT.replace("\n", "\r\n"),
        '{"status": "PASS", "n": 7, "tests": {"passed": 7, "failed": 0}}',
        "# B.7\n\n**Status:** ✅ Complete\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_control_changes_one_claim_and_the_reader_sees_it(text: str, encoding: str) -> None:
    path = "a.json" if text.startswith("{") else "a.md"
    raw = text.encode(encoding)
    assert control.changed_copy(read_report(path, raw), raw).state is ControlState.ALIVE


def test_the_control_is_dead_where_nothing_could_be_changed() -> None:
    raw = b"# A parcel router\n\nIt routes.\n"
    assert control.changed_copy(read_report("a.md", raw), raw).state is ControlState.DEAD


def test_the_control_is_dead_with_a_reader_that_does_not_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reader that gives the same record for every text is found out."""
    record = read_report("a.md", REPORT.encode())
    monkeypatch.setattr(control, "read_report", lambda *_, **__: record)
    assert control.changed_copy(record, REPORT.encode()).state is ControlState.DEAD


def test_the_report_s_control_is_dead_with_a_tree_that_finds_everything(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = _look(repository)
    monkeypatch.setattr(type(look.tree), "glob", lambda *_: ["reports/0B.7_router.md"])
    assert absent_path_control(look).state is ControlState.DEAD
