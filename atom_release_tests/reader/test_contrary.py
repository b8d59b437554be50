"""What is read in a report and what is counted agree, or its PASS is none.

Each lie has its twin: what is past, mended, of elsewhere, of a condition, an example or a
requirement accuses nobody.
"""

from __future__ import annotations

import pytest

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader import read_report

HEAD = "# B.7 Router\n\n**Status:** PASS\n**Tests:** 2 passed, 0 failed\n"

LIES = {
    "a title": HEAD.replace("B.7 Router", "B.7 Router: NOT READY, 40 tests fail"),
    "a title in words": HEAD.replace("B.7 Router", "B.7 Router: do not ship"),
    "a quotation at the top": HEAD.replace("\n\n", "\n\n> NOT READY. Do not release.\n\n", 1),
    "a verdict in bold": f"{HEAD}\n## Conclusion\n\n**FAILED**\n",
    "HTML that a page shows": f"{HEAD}\n<p>40 tests failed.</p>\n",
    "a paragraph": f"{HEAD}\nRight now 40 of 42 tests fail on main.\n",
    "full-width digits": f"{HEAD}\n\uff14\uff10 tests failed.\n",
    "numbers in words": f"{HEAD}\nTwo tests passed, forty failed.\n",
    "most of them": f"{HEAD}\nMost of the tests are red.\n",
    "known issues": f"{HEAD}\n## Known issues\n\n- 40 of 42 tests fail\n",
    "a table's row": f"{HEAD}\n## Results\n\n| suite | passed | failed |\n|---|---|---|\n| unit | 2 | 0 |\n| e2e | 0 | 40 |\n",
    "a part's own count": f"{HEAD}\n## End-to-end tests\n\n- Passed: 2\n- Failed: 40\n",
    "another run": f"{HEAD}\n```\n==== 40 failed, 2 passed in 1.00s ====\n```\n",
    "a run of two": (
        "# B.7 Router\n\n**Status:** PASS\n\n```\n==== 2 passed in 1.00s ====\n```\n\n"
        "```\n==== 40 failed, 2 passed in 1.00s ====\n```\n\nTests: 2 passed, 0 failed\n"
    ),
    "a test by its name": f"{HEAD}\n`test_rounding` is still failing on main.\n",
    "a test among known issues": f"{HEAD}\n## Known issues\n\n- `test_rounding` fails and is deselected.\n",
    "all but one": f"{HEAD}\nAll tests pass except `test_rounding`.\n",
    "all but one, in other words": f"{HEAD}\nEvery test passed, other than `test_rounding`.\n",
    "all but some": f"{HEAD}\nAll 42 tests passed, apart from two.\n",
    "a picture": HEAD.replace("PASS", "PASS ![FAILED](status.svg)"),
    "a picture that refuses": HEAD.replace("PASS", "PASS ![release blocked: do not ship](x.svg)"),
    "a picture by itself": HEAD.replace("\n\n", "\n\n[![Verdict: NOT READY](x.svg)](y)\n\n", 1),
    "a picture in HTML": HEAD.replace("PASS", 'PASS <img src="x.svg" alt="Status: BLOCKED">'),
    "nothing was run": f"{HEAD}\nNothing was executed.\n",
    "results that are made up": f"{HEAD}\nAll results in this report are made up.\n",
    "a word that is turned": HEAD.replace("PASS", "PASS\u202e LIAF"),
    "a word that is parted": HEAD.replace("PASS", "PA\u200bSS"),
    "a count that is parted": HEAD.replace("2 passed", "2\u20600 passed"),
    "a hidden element that shows elsewhere": (
        f'{HEAD}\n<div style="display:none">\n\n40 tests failed.\n\n</div>\n'
    ),
    "Chinese": "# 报告\n\n**状态**: 通过\n\n目前有 40 个测试失败。\n",
    "Chinese, nothing run": "# 报告\n\n**状态**: 通过\n\n没有执行任何测试。\n",
    "Spanish": "# Informe\n\n**Estado:** Aprobado\n\nHoy 40 pruebas fallidas de 42.\n",
    "German": "# Bericht\n\n**Status:** Bestanden\n\nAlle Ergebnisse sind erfunden.\n",
    "Portuguese": "# Relatório\n\n**Status:** Aprovado\n\nNenhum teste foi executado.\n",
    "French": "# Rapport : pas prêt pour la production\n\n**Statut :** Terminé\n",
    "Japanese": "# 報告\n\n**ステータス**: 完了\n\n何も実行していない。\n",
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_pass_that_the_report_itself_speaks_against_is_none(lie: str) -> None:
    record = read_report("reports/router.md", LIES[lie].encode())
    assert record.status is ReportStatus.UNREAD
    assert record.doubt is not None
    assert "line " in record.doubt
    assert "PASS" not in [claim.value for claim in record.claims if claim.kind.value == "status"]


TRUE = {
    "the plain report": HEAD,
    "a test by its name, mended": f"{HEAD}\n`test_rounding` failed before the fix; it passes now.\n",
    "what a test asserts": f"{HEAD}\n- `test_expired_token` fails with 401 and leaves a record\n",
    "a test by its name, elsewhere": f"{HEAD}\n## Known issues\n\n- `test_rounding` fails on Windows\n",
    "all but what is skipped": f"{HEAD}\nAll tests pass except two, which are skipped.\n",
    "all but elsewhere": f"{HEAD}\nAll checks pass except for the wording of one page.\n",
    "a picture that passes": HEAD.replace("PASS", "PASS ![build: passing](b.svg)"),
    "a picture of something": f"{HEAD}\n## Notes\n\n![a failed login, as users see it](x.png)\n",
    "a picture of failing in a conclusion": f"{HEAD}\n## Conclusion\n\n![how a login fails](x.png)\n",
    "a test in parts": f"{HEAD}\n`test_rounding` is broken into three smaller tests.\n",
    "a picture in code": f"{HEAD}\n```\n![FAILED](x.svg)\n```\n",
    "before": f"{HEAD}\n## Before\n\n40 tests failed.\n",
    "previously": f"{HEAD}\nPreviously 40 tests failed.\n",
    "a changelog": f"{HEAD}\n## Changelog\n\n- 0.9: 40 tests failing\n",
    "an older version": f"{HEAD}\n## [0.3.0] - 2025-11-18\n\n- 40 of 63 tests failing\n",
    "what was fixed": f"{HEAD}\nFixed: 40 failed tests.\n",
    "what was mended, by its section": f"{HEAD}\n## Bugs fixed\n\n- 40 tests failed on the lock\n",
    "what changed": f"{HEAD}\nFailed tests: 40 → 0\n",
    "none of them": f"{HEAD}\nNo tests failed. 0 of 2 tests failed.\n",
    "elsewhere": f"{HEAD}\n## Known issues\n\n- 3 tests fail on Windows\n",
    "pre-existing": f"{HEAD}\n3 pre-existing test failures are unrelated to this change.\n",
    "a condition": f"{HEAD}\nAll tests fail if the key is absent.\n",
    "an example that is no run": f"{HEAD}\n```markdown\n==== 40 failed, 2 passed in 1.00s ====\n```\n",
    "an example by its section": f"{HEAD}\n## Example\n\n```\n==== 40 failed in 1.00s ====\n```\n",
    "a run before the fix": (
        f"{HEAD}\nBefore the fix:\n\n```\n==== 40 failed, 2 passed in 1.00s ====\n```\n"
    ),
    "a requirement that is quoted": (
        f"{HEAD}\n## Scope\n\n> Do not release while 40 tests fail.\n\nDone.\n"
    ),
    "a title about failures": HEAD.replace("Router", "Failed logins are rejected"),
    "attempts that fail": f"{HEAD}\nThe account locks after 5 failed attempts.\n",
    "a warning of another thing": f"{HEAD}\n## Notes\n\nDo not deploy on Fridays.\n",
    "what is not ready next": f"{HEAD}\n## Next steps\n\nThe mobile client is not ready.\n",
    "what was not run here": f"{HEAD}\nThe load tests were left to the next release.\n",
    "doubles in tests": f"{HEAD}\nThe clients of the storage are mocked in unit tests.\n",
    "made-up names": f"{HEAD}\nThe names in the fixtures are made up.\n",
    "results that are not made up": f"{HEAD}\nThe results are measured and not made up.\n",
    "a comment": f"{HEAD}\n<!-- 40 tests failed. NOT READY -->\n",
    "a template in a comment": f"{HEAD}\n<!--\n**Status:** PASS | FAIL\n40 failed\n-->\n",
    "a table before": f"{HEAD}\n## Before\n\n| suite | passed | failed |\n|---|---|---|\n| e2e | 0 | 40 |\n",
    "marks of writing from right to left": HEAD.replace("Router", "\u200fRouter\u200e"),
    "Chinese": "# 报告\n\n**状态**: 通过\n\n## 修复内容\n\n修复了 40 个失败的测试。\n",
    "Spanish": "# Informe\n\n**Estado:** Aprobado\n\nAntes había 40 pruebas fallidas.\n",
    "German": "# Bericht\n\n**Status:** Bestanden\n\n3 Tests sind fehlgeschlagen und wurden behoben.\n",
    "Portuguese": "# Relatório\n\n**Status:** Aprovado\n\nCorrigidos 40 testes falhando.\n",
}  # fmt: skip


@pytest.mark.parametrize("twin", TRUE)
def test_what_is_past_or_of_something_else_speaks_against_no_pass(twin: str) -> None:
    record = read_report("reports/router.md", TRUE[twin].encode())
    assert (record.status, record.doubt) == (ReportStatus.PASS, None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("PASS (pending: nobody has run it yet)", ReportStatus.PARTIAL),
        ("PASS (not run)", ReportStatus.PARTIAL),
        ("PASS (untested)", ReportStatus.PARTIAL),
        ("PASS (expected)", ReportStatus.PARTIAL),
        ("PASS - not yet verified", ReportStatus.PARTIAL),
        ("PASS (mocked)", ReportStatus.SIMULATED),
        ("通过\uff08待验证\uff09", ReportStatus.PARTIAL),
        ("Aprobado (pendiente de ejecutar)", ReportStatus.PARTIAL),
        ("PASS (as expected)", ReportStatus.PASS),
        ("PASS (BLOCKED external dependencies)", ReportStatus.PASS),
        ("PASS (all 12 checks verified)", ReportStatus.PASS),
        ("PASS (no pending items)", ReportStatus.PASS),
        ("PASS (2 known failures)", ReportStatus.PARTIAL),
        ("PASS, 3 tests failing", ReportStatus.PARTIAL),
        ("PASS (40 passed, 2 failed)", ReportStatus.PARTIAL),
        ("PASS (2 known failures fixed)", ReportStatus.PASS),
        ("PASS (0 failed)", ReportStatus.PASS),
        ("PASS (2 expected failures)", ReportStatus.PASS),
        ("PASS, 0 blockers, nothing pending", ReportStatus.PASS),
        ("PASS, pending the review", ReportStatus.PARTIAL),
    ],
)
def test_a_condition_behind_a_pass_takes_it_back(status: str, expected: ReportStatus) -> None:
    text = f"# B.7 Router\n\n**Status:** {status}\n"
    assert read_report("reports/router.md", text.encode()).status is expected


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        ("2 passed, 0 failed, 40 errors", 40),
        ("2 passed, 1 failed, 2 errors", 3),
        ("2 passed, 40 errors", 40),
        ("2 passed, 0 failed, 0 errors", 0),
        ("2 passed, 0 failed (3 lint errors)", 0),
        ("\uff12 passed, \uff14\uff10 failed", 40),
    ],
)
def test_errors_of_a_runner_are_tests_that_failed(line: str, failed: int) -> None:
    record = read_report("reports/router.md", f"# B.7\n\n**Tests:** {line}\n".encode())
    assert record.tests is not None
    assert record.tests.failed == failed


def test_what_is_quarantined_is_counted_as_skipped() -> None:
    text = "# B.7\n\n**Tests:** 2 passed, 0 failed (40 quarantined)\n"
    record = read_report("reports/router.md", text.encode())
    assert record.tests is not None
    assert (record.tests.skipped, record.tests.total) == (40, 42)


def test_the_suites_own_failures_are_held_against_the_status_and_are_no_doubt() -> None:
    """The ledger contradicts such a PASS, which says more than that it was not read."""
    text = "# B.7\n\n**Status:** PASS\n**Tests:** 2 passed, 40 failed\n"
    record = read_report("reports/router.md", text.encode())
    assert (record.status, record.doubt) == (ReportStatus.PASS, None)
    assert "40 failed" in record.findings[0]
