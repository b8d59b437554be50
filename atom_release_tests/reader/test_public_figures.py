"""Figures, versions and days in the forms that public reports give them, each written anew here."""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.gate.claims.record import ClaimKind
from atom_release.reader import read_report

_SPEED = "# Router\n\n## Performance\n\n"

LATENCIES: dict[str, tuple[str, list[float]]] = {
    "a column of averages": ("| Step | Average Time | Note |\n|---|---|---|\n| Sort | 6.25s | ok |\n", [6.25]),
    "units in the header": ("| Route | p50 (ms) | p95 (ms) |\n|---|---|---|\n| /dock | 12 | 45 |\n", [12, 45]),
    "an average with its unit": ("| Route | Avg (ms) | Calls |\n|---|---|---|\n| /dock | 12 | 450 |\n", [12]),
    "a target beside it": ("| Metric | Target (ms) | Actual (ms) |\n|---|---|---|\n| p95 | 200 | 150 |\n", [150]),
    "what was achieved": ("- Response time (p99) < 200ms achieved 150ms\n", [150]),
    "a unit in the key": ("- p95 latency (ms): 120\n", [120]),
    "an average behind it": ("- Dock lookup: 0.5ms average\n", [0.5]),
    "for each of many": ("- Parcel sorting: 80ms per file\n", [80]),
    "printed": ("```\nResponse time: 35ms\n```\n", [35]),
    "in Portuguese": ("- Tempo de processamento: ~2.5 segundos\n", [2.5]),
    "in French": ("- Temps de réponse : 3 ms par requête\n", [3]),
    "in German": ("- Verarbeitungszeit: 18,06 s\n", [18.06]),
    "in Chinese": ("- 平均响应时间: 45ms\n", [45]),
    "what should be, in Chinese": ("- 响应时间应小于45ms\n", []),
    "an open item": ("- [ ] Response time < 40ms\n", []),
    "a difference": ("- Reduced the response time by 200ms\n", []),
    "a difference to another": ("- Response: the new queue is 3 s faster\n", []),
    "how long tests take": ("| Test suite | Avg time (s) |\n|---|---|\n| unit | 4 |\n", []),
    "how long an installation takes": ("- Installation des dépendances : 3.3s\n- Exécution des tests : 4.9s\n", []),
    "versions beside each other": ("| Version | Latency |\n|---|---|\n| 1.0.0 | 900ms |\n", []),
    "a sample in code": ('```json\n{"latency": "35ms"}\n```\n', []),
    "nothing that a clock could tell": ("- Response time: 0.000s\n", []),
}  # fmt: skip

VERSIONS: dict[str, tuple[str, str | None]] = {
    "behind the product's name": ("# Test report: Dock Router 1.6.8\n\nSorts.\n", "1.6.8"),
    "before the kind of report": ("# Dock Router 1.6.8 - Rapport de tests\n\nTri.\n", "1.6.8"),
    "a release": ("# Release 3.0.0-rc1\n\nSorts.\n", "3.0.0-rc1"),
    "a heading near the top": ("# Router\n\n## Current Status: VERSION 1.2.1 - Production Ready\n", "1.2.1"),
    "what is installed": (
        "# Dock Router 测试报告\n\n**测试环境:** dock-router v2.1.0, Vite 5.0.0\n\n---\n\n### 1. 启动\n\n好\n",
        "2.1.0",
    ),
    "a task": ("# Task 3.2.1 completion\n\nSorts.\n", None),
    "what it moves to": ("# Migration to React 18.2.0\n\nSorts.\n", None),
    "an upgrade": ("# Dock upgrade to Router 1.3.0\n\nSorts.\n", None),
    "a platform": ("# Android 14.0.1 test report\n\nSorts.\n", None),
    "what it runs on": ("# Python 3.12.1 report\n\nSorts.\n", None),
    "the task it names": ("# Story 1.9 review\n\n**Item:** Story 1.9\n", None),
    "a name of its own behind it": ("# Router\n\n**Version:** 1.0.0-quantum-complete\n", "1.0.0-quantum-complete"),
    "that of a library": ("# Router\n\nSorts.\n\n**Tailwind Version:** 3.4.1\n\n**Django Version:** 4.2.1\n", None),
    "somebody else's": ("# Router\n\n**Environment:** vite v5.0.0\n", None),
}  # fmt: skip

DATES: dict[str, tuple[str, str | None]] = {
    "a line": ("# Router\n\nCompleted on 3 March 2025.\n", "2025-03-03"),
    "a line with a reason": ("# Router\n\nValidated on 11 July 2026 after the repair.\n", "2026-07-11"),
    "a sentence": ("# Router\n\nThis report was generated on 2025-03-04.\n", "2025-03-04"),
    "as of": ("# Router\n\nAs of 2025-03-04, all parcels are sorted.\n", "2025-03-04"),
    "in German": ("# Router\n\nGetestet am 04.03.2025 im Lager.\n", "2025-03-04"),
    "a key in two languages": ("# 清理\n\n**日期 | Date**: 2025-11-23\n", "2025-11-23"),
    "a key in two languages with a slash": ("# Rampe\n\n**Datum / Date:** 2025-11-23\n", "2025-11-23"),
    "two keys": ("# Dock\n\nBoxes.\n\nQueue | Date: 2025-11-23 of the delivery\n", None),
    "from one day to another": ("# Muelle\n\n**Fecha:** 26\u201327 de julio de 2026\n", None),
    "hyphens": ("# Router\n\n**Date:** 18-Nov-2025\n", "2025-11-18"),
    "a day of a week": ("# Router\n\n**Date:** 2025-W47-2\n", "2025-11-18"),
    "a whole week": ("# Router\n\n**Date:** 2025-W47\n", None),
    "at the title's end": ("# Relatório da doca — 18/09/2026\n\nCaixas.\n", "2026-09-18"),
    "either month": ("# Dock report — 04/09/2026\n\nBoxes.\n", None),
    "in the title's words": ("# Dock results - March 4, 2025\n\nBoxes.\n", "2025-03-04"),
    "a heading of its own": ("# テスト結果\n\n## 2026-09-29 時点\n\n荷物\n", "2026-09-29"),
    "a deeper heading": ("# Doca\n\n## Status: ✅ OK\n\n### Data/Hora: 2025-10-02 10:28:30\n\nCaixas.\n", "2025-10-02"),
    "what happened then": ("# Router\n\nThe jam appeared on 2025-03-04 in production.\n", None),
    "what is to come": ("# Router\n\n**Due date:** 2025-03-04\n", None),
}  # fmt: skip

COVERAGE: dict[str, tuple[str, float | None]] = {
    "all": ("## Coverage\n\n- Overall: 86%\n", 86),
    "two parts": ("- **Test Coverage**: 86% (Backend), 75% (Frontend)\n", None),
    "one part": ("- **Test Coverage**: 86% (core modules)\n", None),
    "a part, in Spanish": ("- **Cobertura de tests**: 86% (módulo Muelle)\n", None),
    "a target": ("- **Coverage:** 86.4% (target: 80%)\n", 86.4),
    "in a table, in Chinese": (
        "| 指标 | 优化前 | 优化后 |\n|---|---|---|\n| 测试覆盖 | 35% | 75% |\n",
        75,
    ),
}

RECORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "a title with a tick": ("# ✅ Dock Router Complete\n\nSorts.\n", {"status": "PASS"}),
    "a title that has the word": ("# Complete Dock Router\n\nSorts.\n", {"status": "MISSING"}),
    "the unit below its heading": (
        "# Stage 2 Clean-up\n\nSorts.\n\n## Status\n\n**Stage 2 Clean-up: COMPLETE** ✅\n",
        {"status": "PASS"},
    ),
    "another unit below its heading": (
        "# Stage 2 Clean-up\n\nSorts.\n\n## Status\n\n**Stage 1 Clean-up: COMPLETE** ✅\n",
        {"status": "MISSING"},
    ),
    "a version before it": ("# Router\n\n**Status:** v1.2.1 - Production Ready\n", {"status": "PASS"}),
    "a last line in bold": (
        "# Router\n\nSorts.\n\n## Docks\n\nTwo.\n\n**✅ ALL TASKS COMPLETED SUCCESSFULLY**\n",
        {"status": "PASS"},
    ),
    "a verdict in a sentence": (
        "# Router\n\nSorts.\n\n## Final Verdict\n\nThe release is approved for production.\n",
        {"status": "PASS"},
    ),
    "a French title": ("# Quai - Implémentation complète\n\nTri.\n", {"status": "PASS"}),
    "a French title of a whole": ("# Quai - Documentation complète\n\nTri.\n", {"status": "MISSING"}),
    "a rate of all": (
        "# Router\n\n## Tests\n\n| Part | Success Rate |\n|---|---|\n| Dock | 17% (1/6 tests) |\n| **Overall** | 58% (7/12 tests) |\n",
        {"tests": {"passed": 7, "failed": None, "skipped": None, "total": 12}},
    ),
    "rates of parts": (
        "# Router\n\n## Test Results\n\n| Part | Success Rate |\n|---|---|\n| Sort | 100% (6/6 tests) |\n",
        {"tests": None},
    ),
    "a share as the total's state": (
        "# Router\n\n## Tests\n\n| Part | Total | Status |\n|---|---|---|\n| Sort | 8 | ✅ 8/8 |\n| TOTAL | 13 | 13/13 (100%) |\n",
        {"tests": {"passed": 13, "failed": 0, "skipped": 0, "total": 13}},
    ),
    "a rate in a field": (
        "# Router\n\n## Code\n\n- **Test Success Rate:** 85/85 Tests (100%)\n",
        {"tests": {"passed": 85, "failed": 0, "skipped": 0, "total": 85}},
    ),
    "what it was not": ("# Router\n\n**Status:** ✅ RESOLVED - Not a fault of the code\n", {"status": "PASS"}),
    "what was not done": ("# Router\n\n**Status:** ✅ COMPLETE - not tested\n", {"status": "PARTIAL"}),
    "all but those": (
        "# Router\n\n## Tests\n\n- Passed: 10\n- Failed: 2\n\n## End\n\nAll tests pass (except those that need a dock)\n",
        {"findings": []},
    ),
    "none of them hard-coded": (
        "# Router\n\n## Security\n\nNo hard-coded secrets.\n\n**Hardcoded Credentials**: 0 found\n",
        {"findings": []},
    ),
    "a part's heading above a run of all": (
        "# Lager\n\n### 3. 分拣测试\n\n#### 结果: ✅ PASS (2/2 tests passed)\n\n好\n\n### 4. 整体\n\n```\n     Tests  1 failed | 19 passed (20)\n```\n",
        {"tests": {"passed": 19, "failed": 1, "skipped": 0, "total": 20}, "findings": []},
    ),
    "a kind of file in a title": (
        "# Muelle\n\n## Archivos creados\n\n### 1. Entorno (.env)\n\n- `muelle/cola.ts` - cola\n",
        {"deliverables": ["muelle/cola.ts"]},
    ),
    "a file that is only valid": ("# Router\n\n## Fixes Applied\n\n- ✓ docks/dock.json - Valid\n- ✓ docks/sort.py - sorts\n", {"deliverables": ["docks/sort.py"]}),
    "a state of tests, in German": (
        "# Lager\n\n## Prüfung\n\n### 3. Integration und Tests\n\n**Status: ✅ 39/41 Tests bestehen (95%)**\n",
        {"tests": {"passed": 39, "failed": None, "skipped": None, "total": 41}},
    ),
    "a state of some tests": (
        "# Lager\n\n## Prüfung\n\n### 3. Authentication Tests\n\n**Status: ✅ 12/12 tests passed**\n",
        {"tests": None},
    ),
    "a part below the heading of the status": (
        "# Dock and belt\n\nSorts.\n\n## Status\n\n**Dock: COMPLETE** ✅\n",
        {"status": "MISSING"},
    ),
    "a title of what is open": ("# ✅ Dock work to be done\n\nSorts.\n", {"status": "MISSING"}),
    "what may begin, and how far this is": (
        "# Router\n\n## Figures\n\n- **Status**: ✅ READY FOR PHASE 2\n\n## Docks\n\nTwo.\n\n---\nStatus: ✅ SUBSTANTIALLY COMPLETE\n",
        {"status": "PARTIAL"},
    ),
    "what is done and what may begin": (
        "# Router\n\n**Status**: Complete - Ready for Phase 2\n\n## Docks\n\n---\nStatus: partial\n",
        {"status": "PASS"},
    ),
    "what may begin alone": ("# Router\n\n**Status**: ✅ READY FOR PHASE 2\n", {"status": "PASS"}),
    "what was not whole": ("# Router\n\n**Status:** ✅ PASSED - not a full run\n", {"status": "PARTIAL"}),
    "a state of one kind of tests": (
        "# Lager\n\n## Prüfung\n\n### 3. Unit Tests\n\n**Status: ✅ 39/41 Tests bestehen (95%)**\n",
        {"tests": None},
    ),
}  # fmt: skip


def _values(kind: ClaimKind, text: str) -> list[Any]:
    record = read_report("reports/router.md", text.encode())
    return [claim.value for claim in record.claims if claim.kind is kind]


@pytest.mark.parametrize("form", LATENCIES)
def test_a_latency_is_read_where_it_was_measured(form: str) -> None:
    text, expected = LATENCIES[form]
    assert _values(ClaimKind.LATENCY, _SPEED + text) == expected


@pytest.mark.parametrize("form", VERSIONS)
def test_a_version_is_the_products(form: str) -> None:
    text, expected = VERSIONS[form]
    assert _values(ClaimKind.VERSION, text) == ([expected] if expected else [])


@pytest.mark.parametrize("form", DATES)
def test_a_day_is_the_reports(form: str) -> None:
    text, expected = DATES[form]
    day = read_report("reports/router.md", text.encode()).date
    assert (day and day[:10]) == expected


@pytest.mark.parametrize("form", COVERAGE)
def test_coverage_is_of_all_the_code(form: str) -> None:
    text, expected = COVERAGE[form]
    assert _values(ClaimKind.COVERAGE, f"# Router\n\n{text}") == ([expected] if expected else [])


@pytest.mark.parametrize("form", RECORDS)
def test_a_status_or_a_count_is_of_the_whole(form: str) -> None:
    text, expected = RECORDS[form]
    record = read_report("reports/router.md", text.encode()).model_dump(mode="json")
    assert {name: record[name] for name in expected} == expected
