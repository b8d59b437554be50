"""Reports as teams write them, each with what a careful reader takes from it; all written for these tests.

A label names only what the case is about. `never` lists kinds of which nothing may be claimed.
"""

# ruff: noqa: E501 - a report reads best as one text
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HEAD = "# B.7 Parcel router\n\n"


@dataclass(frozen=True)
class Written:
    """One report and its labels."""

    name: str
    text: str
    expected: dict[str, Any]
    never: tuple[str, ...] = ()
    path: str = "reports/router.md"
    claimed: tuple[tuple[str, Any], ...] = ()
    findings: int | None = field(default=None)


def counts(passed: int | None = None, failed: int | None = None, skipped: int | None = None, total: int | None = None) -> dict[str, int | None]:
    return {"passed": passed, "failed": failed, "skipped": skipped, "total": total}


def _status(name: str, line: str, status: str, raw: str | None = "any") -> Written:
    expected: dict[str, Any] = {"status": status}
    if raw != "any":
        expected["status_raw"] = raw
    return Written(f"status {name}", f"{HEAD}{line}\n\nThe router sorts parcels.\n", expected)


STATUSES = [
    _status("bold with its colon inside", "**Status:** ✅ PASS", "PASS", "✅ PASS"),
    _status("bold with its colon outside", "**Status**: ✅ Complete", "PASS", "✅ Complete"),
    _status("qualified", "**Status:** PASS ✅ (BLOCKED external dependencies)", "PASS", "PASS ✅ (BLOCKED external dependencies)"),
    _status("a heading", "## Status: SIMULATION COMPLETE", "SIMULATED", "SIMULATION COMPLETE"),
    _status("simulated in brackets", "**Status:** PASS (simulated)", "SIMULATED"),
    _status("below its heading", "## Status\n\n✅ PASS", "PASS", "✅ PASS"),
    _status("a sentence below its heading is none", "## Status\n\nWe are done with most of it and the rest follows soon, we think.", "MISSING", None),
    _status("nowhere", "**Owner:** Kim", "MISSING", None),
    _status("ready is not passed", "**Status:** Ready for review", "MISSING", "Ready for review"),
    _status("an unfilled template", "**Status:** PASS / FAIL / BLOCKED", "MISSING"),
    _status("failed", "Status: FAILED", "FAIL"),
    _status("a cross", "**Status:** ❌", "FAIL"),
    _status("blocked", "**Status:** BLOCKED (no Vault)", "BLOCKED"),
    _status("partial", "- **Status:** ⚠️ Partially complete", "PARTIAL"),
    _status("unfinished share", "**Status:** 80% complete", "PARTIAL"),
    _status("in progress", "**Overall Status:** 🔄 In progress", "PARTIAL"),
    _status("not passed", "**Status:** NOT PASSED", "FAIL"),
    _status("not yet complete", "**Status:** not yet complete", "PARTIAL"),
    _status("struck out", "**Status:** ~~PASS~~ FAIL", "FAIL"),
    _status("a comment is not text", "**Status:** <!-- PASS --> FAIL", "FAIL"),
    _status("a key and value table", "| Field | Value |\n|---|---|\n| Status | ✅ PASS |\n| Owner | Kim |", "PASS"),
    _status("a table whose first key stands in its header", "| **Status** | ✅ PASS |\n|---|---|\n| Owner | Kim |", "PASS", "✅ PASS"),
    _status("a table of one row", "| Status | Date | Owner |\n|---|---|---|\n| ✅ PASS | 2026-03-01 | Kim |", "PASS", "✅ PASS"),
    _status("behind a dash", "**Status** — ✅ PASS", "PASS", "✅ PASS"),
    _status("fields on one line", "**Status:** PASS | **Date:** 2026-03-01 | **Branch:** feat/router", "PASS", "PASS"),
    _status("quoted in the header", "> **Status:** ✅ PASS", "PASS"),
    _status("an implementation status is another thing", "**Implementation Status:** COMPLETE", "MISSING", None),
    _status("a tick beside a failure", "**Status:** ✅ FAILED", "MISSING"),
    _status("complete with failures", "**Status:** Complete with 3 failures", "PARTIAL"),
    _status("no failures", "**Status:** PASS with no failures", "PASS"),
    _status("in an HTML block is not read", "<div>\n**Status:** PASS\n</div>", "MISSING", None),
    _status("in a fence is not asserted", "```\nStatus: PASS\n```", "MISSING", None),
    _status("a setext rule below it", "**Task:** B.7\n**Status:** PASS\n---", "PASS"),
]

PLACES = [
    Written("status at the very end", f"{HEAD}## Next steps\n\n- deploy\n\nText.\n\n---\n\n**Status:** ✅ Complete\n", {"status": "PASS"}),
    Written("status at the end without a rule", f"{HEAD}## Next steps\n\n- deploy\n\n**Status:** ✅ Complete\n", {"status": "PASS"}),
    Written(
        "front matter",
        '---\ntask: B.7\nstatus: "PASS"\nbranch: feat/router\ndate: 2026-03-01\n---\n# Router\n',
        {"status": "PASS", "task_id": "B.7", "branch": "feat/router", "date": "2026-03-01"},
    ),
    Written(
        "status of a component",
        f"{HEAD}## Components\n\n### API\n**Status:** ✅ Complete\n\nIt routes.\n\n### Store\n**Status:** ✅ Complete\n\nIt stores.\n\n## Notes\n\none\n\ntwo\n\nthree\n\nfour\n\nfive\n",
        {"status": "MISSING"},
    ),
    Written("status of the tests", f"{HEAD}## Test Results\n\n**Status:** PASS\n\n## Notes\n\none\n\ntwo\n\nthree\n\nfour\n\nfive\n", {"status": "MISSING"}),
    Written(
        "twice, same meaning",
        f"{HEAD}**Status:** ✅ PASS\n\n## Conclusion\n\n**Status:** ✅ Complete\n",
        {"status": "PASS", "status_raw": "✅ PASS"},
        findings=0,
    ),
    Written("twice, other meaning", f"{HEAD}**Status:** ✅ PASS\n\n## Conclusion\n\n**Status:** ❌ FAILED\n", {"status": "PASS"}, findings=1),
    Written("completion line of its own task", f"{HEAD}## Completion Status\n\n**Phase B.7 Parcel router: ✅ COMPLETE**\n", {"status": "PASS"}),
    Written("completion line of another task", f"{HEAD}## Completion Status\n\n**Phase B.6 Dock: ✅ COMPLETE**\n", {"status": "MISSING"}),
    Written("a table of tasks", f"{HEAD}| Task | Status |\n|---|---|\n| B.6 | ✅ PASS |\n| B.7 | ❌ FAIL |\n", {"status": "MISSING"}),
    Written("quoted elsewhere", f"{HEAD}## Discussion\n\n> **Status:** PASS\n\nsaid Kim.\n\nA\n\nB\n\nC\n\nD\n\nE\n\nF\n", {"status": "MISSING"}),
]

TESTS = [
    Written("counted in words", f"{HEAD}**Test Results:** 7 PASSED, 0 FAILED\n", {"tests": counts(7, 0, None, 7)}),
    Written("a share", f"{HEAD}- **Tests**: 22/25 tests passing\n", {"tests": counts(22, None, None, 25)}),
    Written("a bare share", f"{HEAD}**Tests:** 8/8 ✅\n", {"tests": counts(8, 0, 0, 8)}),
    Written("a pasted pytest line", f"{HEAD}## Tests\n\n```\n$ pytest\n===== 7 passed, 1 warning in 0.34s =====\n```\n", {"tests": counts(7, 0, 0, 7)}),
    Written("a pasted pytest line without a fence", f"{HEAD}## Tests\n\n5 failed, 3 passed, 2 skipped in 1.20s\n", {"tests": counts(3, 5, 2, 10)}),
    Written("errors are failures", f"{HEAD}## Tests\n\n```\n1 failed, 3 passed, 2 errors in 1.20s\n```\n", {"tests": counts(3, 3, 0, 6)}),
    Written("unittest", f"{HEAD}## Tests\n\n```\nRan 12 tests in 0.3s\n\nFAILED (failures=1, errors=2)\n```\n", {"tests": counts(9, 3, 0, 12)}),
    Written("jest", f"{HEAD}## Tests\n\n```\nTests:       1 failed, 9 passed, 10 total\n```\n", {"tests": counts(9, 1, 0, 10)}),
    Written("cargo", f"{HEAD}## Tests\n\n```\ntest result: ok. 8 passed; 0 failed; 1 ignored; 0 measured\n```\n", {"tests": counts(8, 0, 1, 9)}),
    Written(
        "a table with a total row",
        f"{HEAD}## Test Results\n\n| Category | Tests | Status |\n|---|---|---|\n| Core | 5 | ✅ PASS |\n| API | 4 | ✅ PASS |\n| **Total** | **9** | **✅ PASS** |\n",
        {"tests": counts(9, 0, 0, 9)},
        findings=0,
    ),
    Written(
        "a total row that is no total",
        f"{HEAD}## Test Results\n\n| Category | Tests | Status |\n|---|---|---|\n| Core | 5 | ✅ PASS |\n| API | 3 | ✅ PASS |\n| **Total** | **9** | **✅ PASS** |\n",
        {"tests": counts(9, 0, 0, 9)},
        findings=1,
    ),
    Written(
        "columns of counts, no total row",
        f"{HEAD}## Tests\n\n| Suite | Passed | Failed | Total |\n|---|---|---|---|\n| a | 5 | 1 | 6 |\n| b | 4 | 0 | 4 |\n",
        {"tests": counts(9, 1, None, 10)},
    ),
    Written(
        "a row for each count",
        f"{HEAD}## Test Summary\n\n| Metric | Value |\n|---|---|\n| Total tests | 10 |\n| Passed | 9 |\n| Failed | 1 |\n",
        {"tests": counts(9, 1, None, 10)},
    ),
    Written("a line for each count", f"{HEAD}## Tests\n\n- Passed: 9\n- Failed: 1\n- Skipped: 0\n", {"tests": counts(9, 1, 0, 10)}),
    Written(
        "a list of ticks", f"{HEAD}## Tests\n\n- ✅ routes a parcel\n- ✅ refuses an empty one\n- ❌ routes a large one\n", {"tests": counts(2, 1, None, 3)}
    ),
    Written("a list with a bare item is no count", f"{HEAD}## Tests\n\n- ✅ routes a parcel\n- see below\n", {"tests": None}),
    Written("a task list", f"{HEAD}## Tests\n\n- [x] routes a parcel\n- [ ] routes a large one\n", {"tests": counts(1, 1, None, 2)}),
    Written("all tests pass", f"{HEAD}All 14 tests pass.\n", {"tests": counts(14, 0, 0, 14)}),
    Written("parts are not the suite", f"{HEAD}## Tests\n\n- Unit tests: 5/5\n- Integration tests: 3/3\n", {"tests": None}),
    Written("another task's tests", f"{HEAD}## Tests\n\n- B.6 had 30/30 tests passing\n", {"tests": None}),
    Written("an earlier state", f"{HEAD}## Tests\n\n- Previously 4/9 tests passing\n", {"tests": None}),
    Written("a target", f"{HEAD}## Tests\n\n- Target: 9/9 tests passing\n", {"tests": None}),
    Written("of the next phase", f"{HEAD}## Next phase inputs\n\n- 9/9 tests passing\n", {"tests": None}),
    Written("a thousands separator is not two numbers", f"{HEAD}## Tests\n\nWe saw 1,234 passed at once.\n", {"tests": None}),
    Written("field and runner agree", f"{HEAD}**Tests:** 7 passed\n\n```\n7 passed, 2 skipped in 0.34s\n```\n", {"tests": counts(7, 0, 2, 9)}, findings=0),
    Written("field and runner differ", f"{HEAD}**Tests:** 9 passed, 0 failed\n\n```\n7 passed in 0.34s\n```\n", {"tests": counts(9, 0, None, 9)}, findings=1),
    Written("a ratio that is no test", f"{HEAD}## Design\n\nSorts 3/4 of the parcels, 5 passed to the dock.\n", {"tests": None}),
    Written("does not add up", f"{HEAD}**Tests:** 8 passed, 3 failed, 9 total\n", {"tests": counts(8, 3, None, 9)}, findings=1),
]

_POLICY_TABLE = "| Policy | Status | How |\n|---|---|---|\n| **P-1 Data Privacy** | ✅ PASS | none kept |\n| P-2 Secrets | ❌ FAIL | key in code |\n| P3 | BLOCKED | no approver |\n"
POLICIES = [
    Written("a table", f"{HEAD}## Policy Compliance\n\n{_POLICY_TABLE}", {"policies": {"P-1": "PASS", "P-2": "FAIL", "P-3": "BLOCKED"}}),
    Written(
        "a table without a status column",
        f"{HEAD}## Policy Compliance\n\n| Policy | a | b |\n|---|---|---|\n| P-4 | ✅ PASS | logs, failed calls counted |\n",
        {"policies": {"P-4": "PASS"}},
    ),
    Written(
        "headings",
        f"{HEAD}## Policy Compliance\n\n### P1 - Data Privacy ✅\n- none kept\n\n### P5 - Multi-Tenancy (Ready)\n- prepared\n",
        {"policies": {"P-1": "PASS", "P-5": None}},
    ),
    Written(
        "bullets",
        f"{HEAD}## Compliance\n\n- **P-1**: ✅ PASS\n- ✅ P-2 Secrets\n- P-3: FAIL - no approver\n- [x] P-4\n- [ ] P-5\n- P-6 budget is enforced\n",
        {"policies": {"P-1": "PASS", "P-2": "PASS", "P-3": "FAIL", "P-4": "PASS", "P-5": None, "P-6": None}},
    ),
    Written("a range", f"{HEAD}## Policy Compliance\n\n- P-1 to P-3: ✅ PASS\n", {"policies": {"P-1": "PASS", "P-2": "PASS", "P-3": "PASS"}}),
    Written(
        "outside the section",
        f"{HEAD}## Features\n\n- ✅ P-5 isolation\n- **P-6**: PASS\n\n| Policy | Status |\n|---|---|\n| P-1 | PASS |\n",
        {"policies": {}},
        never=("policy",),
    ),
    Written(
        "details below the table change nothing",
        f"{HEAD}## Policy Compliance\n\n{_POLICY_TABLE}\n### P-1 Data Privacy Details\n- masked\n",
        {"policies": {"P-1": "PASS", "P-2": "FAIL", "P-3": "BLOCKED"}},
        findings=0,
    ),
    Written("another line's word", f"{HEAD}## Policy Compliance\n\n- P-2 secrets live in Vault\n- PASS for the rest\n", {"policies": {"P-2": None}}),
    Written("another policy's word", f"{HEAD}## Policy Compliance\n\n- P-3: as P-2, PASS\n", {"policies": {"P-3": None}}),
    Written(
        "a description that sounds like one",
        f"{HEAD}## Policy Compliance\n\n- P-2: Failed logins are audited\n- P-5: Complete isolation\n- P-6: error handling\n",
        {"policies": {"P-2": None, "P-5": None, "P-6": None}},
    ),
    Written("a percentile is no policy", f"{HEAD}## Policy Compliance\n\n- **P95 Budget**: met\n- P-1: PASS\n", {"policies": {"P-1": "PASS"}}),
    Written("stated twice", f"{HEAD}## Policy Compliance\n\n- P-1: PASS\n- P-1: FAIL\n", {"policies": {"P-1": "PASS"}}, findings=1),
    Written("the tests of policies", f"{HEAD}## Policy Compliance Tests\n\n- P-1: PASS\n", {"policies": {}}),
    Written("in the next phase", f"{HEAD}## Next phase: policy compliance\n\n- P-1: PASS\n", {"policies": {}}),
]

FILES = [
    Written(
        "paths before descriptions",
        f"{HEAD}## Files Created\n\n- `services/router/app.py` - replaces `old.py`\n- `infra/db/009_parcels.sql`\n",
        {"deliverables": ["services/router/app.py", "infra/db/009_parcels.sql"], "service": "router"},
    ),
    Written(
        "descriptions first",
        f"{HEAD}## Deliverables\n\n- ✅ SQL Migration: `009_parcels.sql`\n- ✅ Agent: `services/router/agent.py`\n- ✅ Fast routing\n",
        {"deliverables": ["009_parcels.sql", "services/router/agent.py"]},
    ),
    Written(
        "backslashes",
        f"{HEAD}## Files\n\n- `services\\router\\app.py`\n- .\\services\\router\\dock.py\n",
        {"deliverables": ["services/router/app.py", "services/router/dock.py"]},
    ),
    Written(
        "bare paths",
        f"{HEAD}## Artifacts\n\n- services/router/app.py: the service\n- see https://example.org/a/b.py\n- and/or\n- v1.2 of Node.js\n",
        {"deliverables": ["services/router/app.py"]},
    ),
    Written(
        "a table of files",
        f"{HEAD}## Files\n\n| File | Lines |\n|---|---|\n| `services/router/app.py` | 120 |\n| services/router/dock.py | 80 |\n",
        {"deliverables": ["services/router/app.py", "services/router/dock.py"]},
    ),
    Written("links", f"{HEAD}## Deliverables\n\n- [the app](services/router/app.py)\n", {"deliverables": ["services/router/app.py"]}),
    Written(
        "a list in a fence",
        f"{HEAD}## Files\n\n```\nservices/router/app.py\nservices/router/dock.py\n```\n",
        {"deliverables": ["services/router/app.py", "services/router/dock.py"]},
    ),
    Written("a drawn tree is left alone", f"{HEAD}## Files\n\n```\nservices\n├── app.py\n```\n", {"deliverables": []}),
    Written("not delivered", f"{HEAD}## Deliverables\n\n- ❌ `a/b.py`\n- `a/c.py` (planned)\n- `a/d.py` was removed\n", {"deliverables": []}),
    Written(
        "a position in a file",
        f"{HEAD}## Files\n\n- `services/router/app.py:120`\n- `services/router/dock.py#L3-L9`\n",
        {"deliverables": ["services/router/app.py", "services/router/dock.py"]},
    ),
    Written("an endpoint is no file", f"{HEAD}## Deliverables\n\n- `/route`\n- `GET /parcels`\n- `router.send()`\n- `a/*.py`\n", {"deliverables": []}),
    Written("mentioned elsewhere", f"{HEAD}## Design\n\n- `services/router/app.py` calls `dock.py`\n", {"deliverables": []}, never=("deliverable",)),
    Written("a path that leaves", f"{HEAD}## Files\n\n- `../../etc/passwd.txt`\n", {"deliverables": []}),
]

HEADERS = [
    Written(
        "the fields of the header",
        f"{HEAD}**Task:** B.7 Router\n**Service:** router\n**Branch:** `feat/B.7-router`\n**Date:** 2026-03-01\n",
        {"task_id": "B.7", "title": "B.7 Parcel router", "service": "router", "branch": "feat/B.7-router", "date": "2026-03-01"},
    ),
    Written("generated, with a time", f"{HEAD}**Generated:** 2026-03-01T10:00:00Z\n", {"date": "2026-03-01T10:00:00Z", "branch": None}),
    Written("a worded date", f"{HEAD}Date: 1st March 2026\n", {"date": "2026-03-01"}),
    Written("the American order in words", f"{HEAD}Date: March 1, 2026\n", {"date": "2026-03-01"}),
    Written("a date that could be two", f"{HEAD}Date: 03/04/2026\n", {"date": None}, never=("date",)),
    Written("a date that is none", f"{HEAD}Date: 2026-02-31\n", {"date": None}, never=("date",)),
    Written("a branch that is a sentence", f"{HEAD}**Branch:** merged into main last week\n", {"branch": None}, never=("branch",)),
    Written("the task in the file's name", "# Parcel router\n", {"task_id": "B.7", "title": "Parcel router"}, path="reports/0B.7_router.md"),
    Written("no task at all", "# Parcel router\n", {"task_id": None}),
    Written("two tasks", "# B.7 Router\n\n**Task:** B.8 Dock\n", {"task_id": "B.8"}, findings=1),
    Written("a version is no task", "# Router V1.2\n", {"task_id": None}),
]

ENVIRONMENTS = [
    Written(
        "a table with ticks both ways",
        f"{HEAD}## Environment\n\n| Variable | Status | Fallback |\n|---|---|---|\n| DB_DSN | ❌ Missing | ✅ SQLite (a.db) |\n| Cache | ❌ Unavailable | - |\n",
        {"environment": [("DB_DSN", "Missing", "SQLite (a.db)"), ("Cache", "Unavailable", None)], "status": "MISSING"},
    ),
    Written(
        "bullets",
        f"{HEAD}## Environment\n\n- **DB_DSN:** Not set - using SQLite fallback ✅\n- **Note:** fine\n",
        {"environment": [("DB_DSN", "Not set", "SQLite")]},
    ),
    Written("a value is not repeated", f"{HEAD}## Environment\n\n- API_TOKEN: hunter2-not-a-status\n", {"environment": [("API_TOKEN", None, None)]}),
]

MEASURED = [
    Written(
        "scores",
        f"{HEAD}## Results\n\n- **Accuracy**: 81.8%\n- Precision: 0.82 (82% of hits)\n- recall of 0.88\n- F1-Score = 0.85\n",
        {},
        claimed=(("accuracy", 0.818), ("precision", 0.82), ("recall", 0.88), ("f1", 0.85)),
    ),
    Written("a score before its name", f"{HEAD}The router reaches 93.5% accuracy on the test set.\n", {}, claimed=(("accuracy", 0.935),)),
    Written("from and to", f"{HEAD}- Accuracy: 75.0% → 81.8% now\n", {}, claimed=(("accuracy", 0.818),)),
    Written(
        "a table of scores",
        f"{HEAD}## Results\n\n| Metric | Target | Actual |\n|---|---|---|\n| Accuracy | 90% | 81.8% |\n| p95 latency | 800 ms | 45.2 ms |\n",
        {},
        claimed=(("accuracy", 0.818), ("latency", 45.2)),
    ),
    Written(
        "not scores",
        f"{HEAD}- Accuracy target: 90%\n- must reach 0.9 accuracy\n- accuracy improved by 6.8%\n- baseline accuracy 0.75\n- Risk: Critical (>0.8)\n- accuracy > 0.8\n- accuracy ~80%\n- +6.8% accuracy\n",
        {},
        never=("accuracy",),
    ),
    Written("a score in code", f"{HEAD}```python\nrecord(accuracy=0.85, precision=0.82)\n```\n", {}, never=("accuracy", "precision")),
    Written(
        "measured latency", f"{HEAD}## Performance\n\n- p95 latency: 45.2 ms\n- Throughput: 156.7 rps\n", {}, claimed=(("latency", 45.2), ("throughput", 156.7))
    ),
    Written(
        "budgets",
        f"{HEAD}## Notes\n\n- Budget: p95 < 800ms\n- p95 latency must stay below 800 ms\n- P-6 allows 800 ms p95\n- latency threshold 800 ms\n\n## Performance budget\n\n- p95 latency: 800 ms\n",
        {},
        never=("latency",),
    ),
    Written("a sample", f'{HEAD}### Results (Sample)\n\n- p95 latency: 45.2 ms\n\n```json\n{{"p95_ms": 45.2}}\n```\n', {}, never=("latency",)),
    Written("recovery is not latency", f"{HEAD}- P95 MTTR: 45 s\n- ttl 30 s, response cached\n", {}, never=("latency",)),
    Written("coverage", f"{HEAD}- Test coverage: 92.5%\n", {}, claimed=(("coverage", 92.5),)),
    Written("sizes", f"{HEAD}## Files\n\n- `services/router/app.py` (1,250 lines)\n", {}, claimed=(("size", 1250.0),)),
    Written(
        "endpoints and tables",
        f"{HEAD}## API\n\n- `POST /route` - routes\n- **Endpoints:** `/health`\n- view `late_parcels`\n\n```sql\nCREATE TABLE IF NOT EXISTS parcels (id int);\n```\n",
        {},
        claimed=(("endpoint", "POST /route"), ("endpoint", "/health"), ("view", "late_parcels"), ("table", "parcels")),
    ),
]

AGAINST = [
    Written(
        "passed over failures",
        f"{HEAD}**Status:** ✅ PASS\n\n## Tests\n\n9 PASSED, 2 FAILED\n",
        {"status": "PASS", "tests": counts(9, 2, None, 11)},
        findings=1,
    ),
    Written(
        "no secret, and a default key",
        f"{HEAD}## Environment\n\n| Variable | Status | Fallback |\n|---|---|---|\n| SIGNING_KEY | Missing | Dev default key |\n\n## Policy Compliance\n\n- P-2: PASS - no hardcoded secrets\n",
        {},
        findings=1,
    ),
    Written(
        "no secret, and a default in code", f'{HEAD}- No hardcoded secrets\n\n```python\nKEY = os.getenv("JWT_SECRET", "change-me")\n```\n', {}, findings=1
    ),
    Written("no secret, and none", f"{HEAD}- No hardcoded secrets\n- default keys are refused\n- the default key was removed\n", {}, findings=0),
    Written("passed over a failed policy", f"{HEAD}**Status:** PASS\n\n## Policy Compliance\n\n- P-2: FAIL\n", {}, findings=1),
    Written("all pass, and one does not", f"{HEAD}All tests pass.\n\n## Tests\n\n```\n1 failed, 8 passed in 1.0s\n```\n", {}, findings=1),
    Written("in order", f"{HEAD}**Status:** PASS\n\n**Tests:** 9/9\n\n## Policy Compliance\n\n- P-1: PASS\n", {}, findings=0),
]

JSON = [
    Written(
        "a JSON report",
        '{\n "task_id": "B.7",\n "service": "router",\n "status": "PASS",\n "tests": {"passed": 7, "failed": 1},\n "policies": {"P-1": "PASS", "P5": {"status": "pending"}},\n'
        ' "branch": "feat/router", "date": "2026-03-01",\n "deliverables": ["services/router/app.py", {"path": "b.sql"}],\n "metrics": {"accuracy": 0.818, "p95_ms": 45.2}\n}\n',
        {"task_id": "B.7", "service": "router", "status": "PASS", "tests": counts(7, 1, None, 8), "policies": {"P-1": "PASS", "P-5": "PARTIAL"}, "branch": "feat/router", "date": "2026-03-01",
         "deliverables": ["services/router/app.py", "b.sql"]},
        path="reports/router.json",
        claimed=(("accuracy", 0.818), ("latency", 45.2)),
        findings=1,
    ),
    Written("other services' values", '{"status": "PASS", "services": {"dock": {"tests": {"passed": 9}, "accuracy": 0.5}}, "sample": {"p95_ms": 3}, "budget": {"p95_ms": 800}}', {"tests": None, "status": "PASS"}, never=("tests", "accuracy", "latency"), path="a.json"),
    Written("a list", '[{"status": "PASS"}]', {"status": "MISSING", "unread": None}, path="a.json"),
    Written("a key twice", '{"status": "PASS", "status": "FAIL"}', {"status": "PASS"}, path="a.json", findings=2),
]  # fmt: skip

ALL = [*STATUSES, *PLACES, *TESTS, *POLICIES, *FILES, *HEADERS, *ENVIRONMENTS, *MEASURED, *AGAINST, *JSON]
