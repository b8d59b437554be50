"""Counts and measurements in the forms that public reports give them, and their twins that are none.

Every sentence is written anew here.
"""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.gate.claims.record import ClaimKind
from atom_release.reader import read_report

_TESTED = "# Dock Router test report\n\n"

_RUN_OF_ALL = "## Results\n\n```\nTests run: 53, Failures: 0, Errors: 0, Skipped: 0\n```\n\n"

Counted = dict[str, int] | None

COUNTS: dict[str, tuple[str, Counted]] = {
    "thousands and more": (f"{_TESTED}## Summary\n\n- **Total Tests:** 2,304+ (all passing)\n", None),
    "thousands": (
        f"{_TESTED}## Summary\n\n- **Total Tests:** 2,304\n- **Passed:** 2,304\n",
        {"passed": 2304, "total": 2304},
    ),
    "requests of a load test": (
        f"{_TESTED}```\nTotal requests: 5,120\nSuccessful: 5,120 (100%)\nFailed: 0 (0%)\n```\n",
        None,
    ),
    "an answer in JSON": (
        f'{_TESTED}## Batch\n\n```json\n{{\n  "total": 3,\n  "successful": 3,\n  "items": []\n}}\n```\n',
        None,
    ),
    "the tests in JSON": (
        f'{_TESTED}## Results\n\n```json\n{{\n  "total": 9,\n  "passed": 9,\n  "failed": 0\n}}\n```\n',
        {"passed": 9, "failed": 0, "total": 9},
    ),
    "shares of the same whole, printed": (
        f"{_TESTED}## Results\n\n```\nTests Passed: 7/9\nTests Failed: 2/9\n```\n",
        {"passed": 7, "failed": 2, "total": 9},
    ),
    "how many files they stand in": (
        f"{_TESTED}## Test Summary\n\n**Total Tests:** 61 passing (4 test files)\n",
        {"passed": 61, "total": 61},
    ),
    "across files": (
        "# Dock Router\n\n## Summary\n\nSorted and shipped. All 61 tests passing across 4 test files.\n",
        {"passed": 61, "total": 61},
    ),
    "files alone": (f"{_TESTED}## Test Summary\n\n**Result:** 4 test files passing\n", None),
    "a result in the header, in Chinese": (
        "# Dock Router 测试报告\n\n**平台**: x86\n**结果**: 61 passed · 2 failed · ~1s\n\n---\n\n## 概览\n\n好\n",
        {"passed": 61, "failed": 2},
    ),
    "the last run, in the header": (
        "# Rapport de tests\n\n> Dernière exécution : **61 tests, 61 réussis, 0 échec**.\n\n---\n\nTri.\n",
        {"passed": 61, "failed": 0, "total": 61},
    ),
    "instructions that select tests, below a run": (
        f"{_TESTED}{_RUN_OF_ALL}## Running them\n\n```bash\nmvn test -Dtest=DockTest\n```\n",
        {"passed": 53, "failed": 0, "skipped": 0, "total": 53},
    ),
    "all of them, with thousands": (
        "# Dock Router\n\n## Summary\n\n- All 1,681 tests passing (100% pass rate)\n",
        {"passed": 1681, "total": 1681},
    ),
    "suites in a run": (
        f"{_TESTED}```\nTotal: 4 test suites\nPassed: 4 (100%)\nFailed: 0\n```\n",
        None,
    ),
    "files of tests, in German": ("# Prüfbericht\n\n## Tests\n\n**Gesamt:** 29 Test-Dateien\n", None),
    "under a baseline": (
        ("# Dock Router\n\n**Baseline:**\n- Tests: 57 passing, 4 failing\n\n## Summary\n\n"
        "| Metric | Baseline | After |\n| --- | --- | --- |\n| Tests | 57 / 61 passing | **61 / 61** |\n"),
        {"passed": 61, "total": 61},
    ),
    "a baseline and a final column": (
        ("# Dock Router\n\n## Result\n\n| Metric | Baseline | Final |\n| --- | --- | --- |\n"
        "| Compile | yes | yes |\n| Tests | 9/9 passed (100%) | 11/11 passed (100%) |\n"),
        {"passed": 11, "total": 11},
    ),
    "a label that counts": (
        "# Dock Router\n\n## Summary\n\n- ✅ **95/95 Tests Passing**: none is left\n",
        {"passed": 95, "total": 95},
    ),
    "a label of a part": (
        "# Dock Router\n\n## Summary\n\n- **Belt**: 5/5 tests passing\n- **Dock**: 6/6 tests passing\n",
        None,
    ),
    "a tick between": (
        "# Dock Router\n\n## Summary\n\n| **Docks** | 4 |\n|---|---|\n| **Tests** | 9 tests ✅ PASSING |\n",
        {"passed": 9},
    ),
    "a share beside what was left out": (
        "# Dock Router\n\n## Tests\n\n- **Tests Passing**: 38/43 (88%)\n- **Skipped Tests**: 2 (on purpose)\n",
        {"passed": 38, "skipped": 2, "total": 43},
    ),
    "units alone": (
        "# Dock Router\n\n### Test Coverage\n\n- **Unit Tests:** 56/56 passing\n",
        {"passed": 56, "total": 56},
    ),
    "units beside another kind": (
        "# Dock Router\n\n### Test Coverage\n\n- **Unit Tests:** 56/56 passing\n- **Integration Tests:** 4/4 passing\n",
        None,
    ),
    "units beside another kind in prose": (
        "# Dock Router\n\n### Test Coverage\n\n- **Unit Tests:** 56/56 passing\n\nThe integration tests wait.\n",
        None,
    ),
    "a heading about testing": (
        "# Dock Router\n\n## Phases\n\n### Phase H: Testing (26/26 pass)\n\nSorted.\n",
        {"passed": 26, "total": 26},
    ),
    "a heading about something else": (
        "# Dock Router\n\n## Phases\n\n### Phase H: Docks (26/26 pass)\n\nSorted.\n",
        None,
    ),
    "a command and its result": (
        "# Dock Router\n\n## Summary\n\n| Command | Result |\n|---|---|\n| `npm run build` | done |\n| `npm test` | 26/26 passed |\n",
        {"passed": 26, "total": 26},
    ),
    "two suites, and a line below one": (
        ("# Dock Router\n\n## Results\n\n### 1. Server tests\n\n```\n$ pytest -v\n28 passed in 1.02s\n```\n\n"
        "### 2. Page tests\n\n```\nTests  7 passed (7)\n```\n\n- ✅ All 7 tests passing\n"),
        None,
    ),
    "one suite, and a line below it": (
        "# Dock Router\n\n## 1. Page tests\n\n```\nTests  7 passed (7)\n```\n\n- ✅ All 7 tests passing\n",
        {"passed": 7, "total": 7},
    ),
    "below the name of a file": (
        f"{_TESTED}## Files\n\n### 2. `tests/test_dock.py`\n\n**Total Tests:** 18\n", None,
    ),
    "below the name of a suite": (
        f"{_TESTED}## Summary\n\n### 2. Suite\n\n**Total Tests:** 18\n", {"total": 18},
    ),
    "how many passed and failed, in Russian": (
        "# Отчет о тестировании\n\n## Статистика тестов\n\n- **Всего тестов в системе:** 14\n- **Прошло успешно:** 8 (57%)\n- **Провалилось:** 6 (43%)\n",
        {"passed": 8, "failed": 6, "total": 14},
    ),
    "a run of selected tests": (
        f"{_TESTED}## Results\n\n```\n$ pytest -k dock\n4 passed in 0.1s\n```\n",
        None,
    ),
}  # fmt: skip

_SPEED = "# Router\n\n## Performance\n\n"
_ROUTER = "# Router\n\n## Overview\n\n"

LATENCIES: dict[str, tuple[str, list[float]]] = {
    "percentiles in brackets": ("# Router\n\n## Load Test Results\n\n- ✅ p(95): 9.2ms\n- ✅ p(99): 15.5ms\n", [9.2, 15.5]),
    "rows of percentiles in brackets": (
        "# Router\n\n## Load\n\n| Metric | Value | Note |\n|---|---|---|\n| p(95) - 95th | 8.2ms | good |\n",
        [8.2],
    ),
    "what the load tool prints": (
        "# Router\n\n## Load\n\n```\nhttp_req_duration..............: avg=4.9ms min=1.2ms med=4ms p(95)=8.2ms p(99)=11.5ms\n```\n",
        [4.9, 8.2, 11.5],
    ),
    "thresholds of the load tool": ("# Router\n\n## Load\n\n```js\n'http_req_duration': ['p(95)<500ms'],\n```\n", []),
    "under a line that names targets": (f"{_ROUTER}**Key metric targets:**\n\n- Latency p99 < 50ms\n", []),
    "under criteria": (f"{_ROUTER}**Success Criteria:**\n- ✅ <1 second average response time\n", []),
    "criteria that were met": (f"{_ROUTER}**Success criteria met:**\n- ✅ 0.8 seconds average response time\n", [0.8]),
    "under a line that names results": (f"{_ROUTER}**Measured on 50 requests:**\n\n- Latency p99: 41ms\n", [41]),
    "behind a list of targets": (
        f"{_ROUTER}**Targets:**\n\n- Latency p99 < 50ms\n\nOn the test machine the latency was measured.\n\n- Latency p99: 41ms\n",
        [41],
    ),
    "under a heading of criteria": ("# Router\n\n## Success Criteria (MVP)\n\n- <200ms API latency\n", []),
    "under what is watched": ("# Router\n\n## Monitoring\n\n### Key Performance Indicators\n\n- Response time < 500ms (95th percentile)\n", []),
    "under targets that were met": (
        "# Router\n\n## SLA Targets (All Exceeded)\n\n- **Response Time**: 245ms P95 (Target: <500ms) ✅\n",
        [245],
    ),
    "targets achieved": ("# Router\n\n## Quality Targets ✅ ACHIEVED\n\n- **✅ 90ms** average response time\n", [90]),
    "targets": ("# Router\n\n## Quality Targets\n\n- <90ms average response time\n", []),
    "a bound with its average and target": (f"{_SPEED}- **API Response Time**: 200ms average (Target: < 500ms)\n", [200]),
    "buckets": ("# Router\n\n## Response times\n\n- ✅ <1000ms: 1 request (0.6%)\n- ❌ >7s: 59 requests (33.1%)\n", []),
    "how exact it is": ("# Router\n\n## Metrics\n\n| Metric | Target | Actual |\n|---|---|---|\n| Sync precision | ±50ms | ±10ms |\n", []),
    "what a gate requires": (
        f"{_ROUTER}- **Assertions:** gates requiring a success rate of 95% and a maximum response time of < 2 seconds.\n",
        [],
    ),
    "a ceiling": (f"{_ROUTER}- Latency within a 200ms ceiling\n", []),
    "what a test asserts": (f"{_ROUTER}- [x] Measure and assert latency < 500ms\n", []),
    "what somebody should look at": (f"{_ROUTER}6. Verify that the signal appears with latency < 500ms\n", []),
    "verified": (f"{_ROUTER}- Verified: response time 35ms\n", [35]),
    "how long a test takes": ("# Router\n\n## Metrics\n\n| Module | Average time per test |\n|---|---|\n| Dock | 2.3s |\n", []),
    "below its bound": (f"{_SPEED}- Performance: sub-200ms response times\n", []),
    "a clock that saw nothing": ("# Router\n\n## Load\n\n| Call | Avg latency (ms) | Calls |\n|---|---|---|\n| dock | 0.00 | 12 |\n", []),
    "how long pages took to open": (
        "# Dock 回归报告\n\n## 页面明细\n\n| 模块 | 页面 | 路由 | 结果 | 耗时 |\n|---|---|---|---|---|\n| 码头 | 队列 | `/queue` | PASS | 2443ms |\n", [],
    ),
    "how long pages took on average": (
        "# Dock 回归报告\n\n## 模块统计\n\n| 模块 | 执行页数 | PASS | FAIL | 平均耗时 |\n|---|---|---|---|---|\n| 码头 | 14 | 9 | 0 | 2475ms |\n", [],
    ),
    "how long interfaces took": (
        "# Dock 性能报告\n\n## 接口\n\n| 模块 | 接口 | 结果 | 耗时 |\n|---|---|---|---|\n| 码头 | `/queue` | PASS | 43ms |\n", [43],
    ),
    "the latency of a page": (
        f"{_SPEED}| Part | Page | p95 (ms) | Duration |\n|---|---|---|---|\n| Dock | queue | 120 | 4 s |\n", [120],
    ),
    "how long a test of a part took": (
        f"{_SPEED}| Dauer | Teil | Testfall | Dauer (Mittel) |\n|---|---|---|---|\n| 1 s | Rampe | leer | 210 ms |\n", [],
    ),
    "a bound with its mean": (f"{_SPEED}- **API Response Time**: < 200ms (average 150ms)\n", [150]),
    "a bound with its mean, in Portuguese": ("# Doca\n\n## Desempenho\n\n- **Latência da API**: < 200ms (média 150ms)\n", [150]),
    "a bound with a remark": (f"{_SPEED}- **API Response Time**: < 200ms (average load)\n", []),
    "how long a page takes to load": (f"{_SPEED}- **Query performance**: < 100ms average dashboard load time\n", []),
    "how long a query takes": (f"{_SPEED}- **Query performance**: 90ms average response time\n", [90]),
    "over its target": (f"{_SPEED}- **Latency**: 3.49ms P99 (Target: \u22645ms) ✅ EXCEEDS TARGET\n", [3.49]),
    "a target that is not met": (f"{_SPEED}- **Latency target**: 5ms P99\n", []),
    "two beside each other": (f"{_ROUTER}- **Latency**: P95 @ 28ms, Max @ 158ms\n", [28, 158]),
    "the most that is allowed": (f"{_ROUTER}- **Latency**: 28ms (max 100ms)\n", [28]),
    "how often": (f"{_ROUTER}- The response that the page polls every 5 s\n", []),
    "an address with a limit": (
        "# Router\n\n## Load\n\n| Endpoint | Latency (p50) |\n|---|---|\n| `GET /api/docks?limit=10` | ~400 ms |\n",
        [400],
    ),
    "the compliance of speed": (
        "# Router\n\n### Performance Compliance\n\n| Part | P95 Achieved | Target |\n|---|---|---|\n| Dock | ~300ms | <500ms |\n",
        [300],
    ),
    "a range in a cell": (
        ("# Router\n\n## Load\n\n| Metric | Value |\n|---|---|\n| Avg response time | ~1.36-1.53 s |\n"
        "| Worst response time | ~1.9 s (all within the 30 s window) |\n"),
        [1.9],
    ),
    "where it was measured": ("# Router\n\n## Performance Metrics (Staging Environment)\n\n- Average chat latency: ~800ms\n", [800]),
    "what the environment waits": ("# Router\n\n## Environment\n\n- Response: 800ms\n", []),
    "what a test is called after": (f"{_SPEED}1. ✅ `test_dock_response_time` - Response time < 1 second\n", []),
    "a row for each percentile": (
        "# Router\n\n### Latency\n\n|  | work | all |\n|---|---|---|\n| p50 | **3.4 s** | 25.0 s |\n| p95 | 6.9 s | 29.8 s |\n",
        [3.4, 25.0, 6.9, 29.8],
    ),
    "a row for each load test": (
        "# Router\n\n### Results\n\n| Test | Requests | Avg Latency (ms) | 95th (ms) |\n|---|---|---|---|\n| Spike | 120 | 8 | 19 |\n",
        [8, 19],
    ),
    "in Spanish": ("# Router\n\n## Velocidad de respuesta\n\n```\nTiempo respuesta: 40ms\n```\n", [40]),
    "held against a bound in its row": (
        "# Router\n\n## Benchmarks\n\n| Step | Target | Actual | State |\n|---|---|---|---|\n| Sorting a ramp | < 50ms | ~25ms | Pass |\n", [25],
    ),
    "beside what was before": (
        "# Router\n\n## Benchmarks\n\n| Step | Before | After |\n|---|---|---|\n| Sorting a ramp | 50ms | 25ms |\n", [],
    ),
    "a bound against a bound": (
        "# Router\n\n## Benchmarks\n\n| Step | Target | Actual |\n|---|---|---|\n| Sorting a ramp | < 50ms | < 25ms |\n", [],
    ),
    "a start against a bound": (
        "# Router\n\n## Benchmarks\n\n| Step | Target | Actual |\n|---|---|---|\n| Startup | < 5s | 1.5s |\n", [],
    ),
    "held against a target in a column of results and one of figures": (
        "# Router\n\n## 성능\n\n| 항목 | 목표 | 측정값 | 결과 |\n|---|---|---|---|\n| 도크 정렬 | 3초 이하 | 0.57초 | PASS |\n", [0.57],
    ),
    "held against a bound in its line": (
        "# Router\n\n## Figures\n\n- Sorting a ramp: 150ms (target: <200ms)\n", [150],
    ),
    "how it came about": (f"{_ROUTER}- Latency: ~800ms (estimated)\n", []),
}  # fmt: skip

THROUGHPUTS: dict[str, tuple[str, list[float]]] = {
    "measured": ("# Router\n\n## Load\n\n- Throughput: 441.6 req/s\n", [441.6]),
    "a limit": ("# Router\n\n## Rate Limiters\n\n- `dock_api`: 10 req/s, burst 20\n", []),
    "what was aimed at": (
        "# Router\n\n## Load\n\n- **Executor**: targeting a steady throughput of 550 RPS.\n",
        [],
    ),
    "reckoned": (
        "# Router\n\n## Load\n\n- 20 users \u00d7 1.3 requests/sec = **~27 requests/second**\n",
        [],
    ),
}


def _tests(text: str) -> dict[str, int] | None:
    tests = read_report("ROUTER_REPORT.md", text.encode()).tests
    return None if tests is None else tests.model_dump()


def _values(text: str, kind: ClaimKind) -> list[Any]:
    record = read_report("ROUTER_REPORT.md", text.encode())
    return [claim.value for claim in record.claims if claim.kind is kind]


@pytest.mark.parametrize("name", COUNTS)
def test_the_suites_counts_are_read_and_other_counts_are_not(name: str) -> None:
    text, expected = COUNTS[name]
    tests = _tests(text)
    if expected is None:
        assert tests is None or tests["passed"] is tests["total"] is None
    else:
        assert tests is not None
        assert {unit: tests[unit] for unit in expected} == expected


@pytest.mark.parametrize("name", LATENCIES)
def test_a_latency_is_what_was_measured(name: str) -> None:
    text, expected = LATENCIES[name]
    assert _values(text, ClaimKind.LATENCY) == expected


@pytest.mark.parametrize("name", THROUGHPUTS)
def test_a_throughput_is_what_was_measured(name: str) -> None:
    text, expected = THROUGHPUTS[name]
    assert _values(text, ClaimKind.THROUGHPUT) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("- **✅ 92%** test coverage\n", [92]),
        ("- **✅ 100%** test coverage for core functions\n", []),
        ("- **Deliverable:** 80% test coverage\n", []),
        ("- **Cobertura Total**: 67% de instruções\n", [67]),
        ("- **Cobertura Total**: 67% de docas\n", []),
    ],
)
def test_a_share_of_a_part_is_no_coverage(sentence: str, expected: list[float]) -> None:
    assert _values(f"# Router\n\n## Quality\n\n{sentence}", ClaimKind.COVERAGE) == expected


def test_about_so_much_keeps_its_comparator() -> None:
    record = read_report("ROUTER_REPORT.md", f"{_SPEED}- Response times: ~200ms\n".encode())
    assert [claim.comparator for claim in record.claims if claim.kind is ClaimKind.LATENCY] == ["~"]
