"""What looks like a claim and is none; each with a twin beside it that is one."""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.reader import read_report


def _values(text: str, path: str = "reports/router.md") -> dict[str, Any]:
    record = read_report(path, text.encode())
    latency = [claim.value for claim in record.claims if claim.kind.value == "latency"]
    coverage = next((c.value for c in record.claims if c.kind.value == "coverage"), None)
    return {**record.model_dump(mode="json"), "latency": latency, "coverage": coverage}


def _counts(passed: int, failed: int, skipped: int, total: int) -> dict[str, int]:
    return {"passed": passed, "failed": failed, "skipped": skipped, "total": total}


READ: dict[str, tuple[str, dict[str, Any]]] = {
    "steps of a checklist": (
        "# Dock Tests\n\n## Test Results\n\n### Quick Test Checklist (9/9 Complete)\n\n1. ✅ Sort\n",
        {"tests": None},
    ),
    "tests that were written": (
        "# Testes da doca\n\n## ✅ Testes PIX implementados (8/8)\n\nFila.\n",
        {"tests": None},
    ),
    "tests that ran": (
        "# Testes da doca\n\n## ✅ Testes: 8/8 passaram\n\nFila.\n",
        {"tests": _counts(8, 0, 0, 8)},
    ),
    "the run of one part": (
        "# Dock Tests\n\n## Test Results\n\n### Queue Tests: (6/6)\n\n- a\n\n### Port Tests: (26/26)\n\n```\n===== 26 passed, 1 warning in 0.17s =====\n```\n",
        {"tests": None},
    ),
    "the run of the whole": (
        "# Dock Tests\n\n## Test Results\n\n### Queue Tests: (6/6)\n\n- a\n\n### Port Tests: (26/26)\n\n```\n===== 32 passed, 1 warning in 0.17s =====\n```\n",
        {"tests": _counts(32, 0, 0, 32)},
    ),
    "a delay that is set": (
        "# Muelle\n\n## Rendimiento\n\n- Tiempo de respuesta con retraso de 300ms en el campo\n",
        {"latency": []},
    ),
    "what a page needs to appear": (
        "# Quay\n\n## Results\n\n| Metric | Measured | Target |\n|---|---|---|\n| LCP | 3.1 s | <2.5s |\n| Search latency | 31 ms | <50ms |\n",
        {"latency": [31.0]},
    ),
    "what a value is of": (
        "# Quay\n\n## Performance\n\n- Inference time: 100ms per chunk (10s of audio)\n- Latency: 45ms (p95: 92ms)\n",
        {"latency": [100.0, 45.0, 92.0]},
    ),
    "the coverage of one part": (
        "# Berths\n\n## Test Results\n\n### 2. backend\n\n- Test coverage: **98%**\n",
        {"coverage": None},
    ),
    "the coverage of the whole": (
        "# Berths\n\n## Test Results\n\n- Test coverage: **98%**\n",
        {"coverage": 98.0},
    ),
    "where a fault was seen": (
        "# Quay\n\n## Findings\n\n### Queue\n\n**Location:** `src/queue.py`\n\nIt may block.\n",
        {"deliverables": []},
    ),
    "where a change was made": (
        "# Quay\n\n## Changes Made\n\n### Queue\n\n**Location:** `src/queue.py`\n\nIt sorts.\n",
        {"deliverables": ["src/queue.py"]},
    ),
    "which documents there are": (
        "# Quay\n\n## Documentation\n\n| File | Purpose |\n|---|---|\n| START.md | first steps |\n",
        {"deliverables": []},
    ),
    "which documents were made": (
        "# Quay\n\n## Documentation Created\n\n| File | Purpose |\n|---|---|\n| START.md | first steps |\n",
        {"deliverables": ["START.md"]},
    ),
    "a file that is gone": (
        "# Quay\n\n## Files Modified\n\n- `old/a.py`: deleted from the old folder; moved to `new/a.py`.\n- `b.py` - removed two unused imports of the old queue\n",
        {"deliverables": ["b.py"]},
    ),
    "pending files below a rule": (
        "# Muelle\n\n## Archivos pendientes (2)\n\n### 1. `vistas/a.html`\n\nCopiar.\n\n---\n\n### 2. `vistas/b.html`\n\nCopiar.\n",
        {"deliverables": []},
    ),
    "good foundations": (
        "# 码头\n\n## 结论\n\n**总体评估**: 系统具备良好的基础,通过针对性修复可以达到生产环境要求\n",
        {"status": "UNREAD"},
    ),
    "a test that was passed": ("# 码头\n\n**测试结论**: 通过内部测试\n", {"status": "PASS"}),
    "praise of a part": (
        "# Quay\n\n**Status:** Excellent groundwork on the parser and the queue of this phase\n",
        {"status": "UNREAD"},
    ),
    "what still waits behind a comma": (
        "# Cais\n\n**Status:** Configuração completa, aguardando a primeira execução\n",
        {"status": "PARTIAL"},
    ),
    "what is fine behind a comma": (
        "# Cais\n\n**Status:** Configuração completa, com todos os arquivos\n",
        {"status": "PASS"},
    ),
    "fixes": ("# Quay Tests\n\n## Test Results\n\n**Total:** 5/5 fixes (100%)\n", {"tests": None}),
    "a sum of parts": (
        "# 码头测试\n\n## 测试结果\n\n- 全量测试：135 + 137 + 37 项通过\n",
        {"tests": None},
    ),
    "a bound that is the target": (
        "# Quai\n\n## Performance\n\n- Latence : <200ms (objectif vs 276ms actuel)\n- Latence : 150ms (objectif : <200ms)\n",
        {"latency": [150.0]},
    ),
    "what was before": (
        "# Quay\n\n## Results\n\n| Item | Before | After |\n|---|---|---|\n| Round timer | 30s | 20s |\n",
        {"latency": []},
    ),
    "what is advised": (
        "# 码头\n\n## 性能\n\n- 建议：查询延迟 <10s\n- 查询延迟：12ms\n",
        {"latency": [12.0]},
    ),
    "the share of features that are covered": (
        "# Quay\n\nParity of two parsers.\n\n## Parity\n\n| Area | Features | Coverage |\n|---|---|---|\n| **Total** | 21 | 57% |\n",
        {"coverage": None},
    ),
    "a range": (
        "# Quay\n\n## Performance\n\n- Response times: 3.83s-7.96s\n- Latency: 12ms\n",
        {"latency": [12.0]},
    ),
    "to wait before something": (
        "# 码头\n\n## 性能\n\n- 激活后延迟 2 秒检测\n- 查询延迟 12ms\n",
        {"latency": [12.0]},
    ),
    "the result of a sum": (
        "# Rapport de tests\n\n## Résultats des tests\n\n- Test 5 X 5 = 25 réussi\n",
        {"tests": None},
    ),
    "the header's status before a part's share": (
        "# Quay Tests\n\n**Status**: 33/33 tests passed\n\n## Integration Tests\n\n- **Success Rate**: 100% (5/5 tests passed)\n",
        {"tests": _counts(33, 0, 0, 33)},
    ),
    "a remark that calls what was skipped expected": (
        "# Quay Tests\n\n## Test Results\n\n- ✅ **144 tests passed**\n- **14 tests skipped** (expected)\n- **0 failures**\n",
        {"tests": _counts(144, 0, 14, 158)},
    ),
    "a drawn tree with gaps": (
        "# Quay\n\n## Files\n\n```\nsrc/\n├── dock/\n│   ├── a.ts  [new]\n│\n│   └── ui/\n│       └── b.ts  [new]\n```\n",
        {"deliverables": ["src/dock/a.ts", "src/dock/ui/b.ts"]},
    ),
    "fields parted by a wide bar": (
        "# 码头\n\n> 版本：v1.0 ｜ 日期：2026-08-18 ｜ 状态：已完成\n",
        {"status": "PASS", "date": "2026-08-18"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ)
def test_only_what_the_report_claims_is_read(kind: str) -> None:
    text, expected = READ[kind]
    values = _values(text)
    assert {name: values[name] for name in expected} == expected


DECISIONS = [
    "# ADR-0012: Queue\n\n**Status:** Accepted\n\nWe sort.\n",
    "# 12. Queue\n\nDate: 2026-01-01\n\n## Status\n\nAccepted\n\n## Decision\n\na\n\n## Consequences\n\nb\n",
    "# Registro de decisión: cola\n\n**Estado:** Aceptado\n",
    "# RFC 7: queue\n\nStatus: Rejected\n",
]


@pytest.mark.parametrize("text", DECISIONS)
def test_a_decision_record_has_no_status_of_the_work(text: str) -> None:
    record = read_report("docs/queue.md", text.encode())
    assert record.status == "MISSING"
    assert record.reasons["status"] == "a decision record's status is the decision's"
    assert not [claim for claim in record.claims if claim.kind.value == "status"]


def test_the_folder_tells_a_decision_record() -> None:
    text = "# 12. Queue\n\n**Status:** Accepted\n"
    assert _values(text, "docs/adr/0012-queue.md")["status"] == "MISSING"
    assert _values(text, "docs/queue.md")["status"] == "PASS"


@pytest.mark.parametrize(
    ("title", "stated", "status"),
    [
        ("Migration Plan", "Approved", "UNREAD"),
        ("Migration Plan", "✅ Complete", "PASS"),
        ("Migration Plan Completion Report", "Approved", "PASS"),
        ("Especificación del muelle", "Aprobada", "UNREAD"),
        ("设计方案", "已批准", "UNREAD"),
        ("Queue", "Approved", "PASS"),
    ],
)
def test_a_plan_that_was_agreed_on_says_nothing_of_the_work(
    title: str, stated: str, status: str
) -> None:
    assert _values(f"# {title}\n\n**Status:** {stated}\n")["status"] == status


@pytest.mark.parametrize(
    "line",
    [
        "![Status: PASS](https://badges.example/pass.svg)",
        "[![Tests: 12 passed](badge.svg)](ci)",
        "![Status: PASS][badge]",
    ],
)
def test_the_words_of_an_image_state_nothing(line: str) -> None:
    values = _values(f"# Quay\n\n{line}\n")
    assert (values["status"], values["tests"]) == ("MISSING", None)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "# 报告\n\n**状态**: 已完成\n**报告日期**: 2026-03-07\n"),
        ("cp932", "# 報告\n\n**ステータス**: 完了\n**作業日**: 2026-03-07\n"),
        ("euc_kr", "# 보고서\n\n**상태**: 완료\n**작성일**: 2026-03-07\n"),
        ("cp1251", "# Отчёт\n\n**Статус:** Завершено\n**Дата:** 2026-03-07\n"),
        ("cp1252", "# Résumé\n\n**Statut :** Terminé\n**Date :** 2026-03-07\n"),
        ("utf-16", "# 报告\n\n**状态**: 已完成\n**报告日期**: 2026-03-07\n"),
    ],
)
def test_a_code_page_is_found_by_the_words_in_it(encoding: str, text: str) -> None:
    record = read_report("report.md", text.encode(encoding))
    assert (record.status, record.date) == ("PASS", "2026-03-07")
