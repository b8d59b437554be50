"""Kinds of reports that public reports showed the reader to misread, each written anew here."""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.reader import read_report

READ: dict[str, tuple[str, dict[str, Any]]] = {
    "a title that calls it completed, in Japanese": (
        "# 荷物の仕分け - 実装完了報告\n\n仕分けました。\n",
        {"status": "PASS"},
    ),
    "in Chinese": ("# 仓库排序修复完成报告\n\n排序。\n", {"status": "PASS"}),
    "in French": ("# Routeur : tâches terminées\n\nTri.\n", {"status": "PASS"}),
    "a title that only names a report": ("# Completion Report\n\nA router.\n", {"status": "MISSING"}),
    "a key that ends in the word": ("# 报告\n\n**升级状态**: ✅ 全部完成\n", {"status": "PASS"}),
    "a deeper heading that speaks of the whole": (
        "# Informe\n\n## Muelle\n\n### ✅ Estado general: **FUNCIONANDO CORRECTAMENTE**\n",
        {"status": "PASS"},
    ),
    "a bold line near the top": ("# Muelle\n\n## Objetivo cumplido\n\n**✅ COMPLETADO**\n", {"status": "PASS"}),
    "a bold verdict at the end": (
        "# Rapport\n\n## Prochaines étapes\n\n- la clé\n\n**Verdict : SYSTÈME OPÉRATIONNEL À 100 %**\n",
        {"status": "PASS"},
    ),
    "a final recommendation with reservations": (
        "# Relatório\n\n## 11. Conclusão\n\n### 11.3 Recomendação final\n\n✅ **APROVADO** com ressalvas.\n",
        {"status": "PARTIAL"},
    ),
    "approved for further tests": (
        "# Relatório\n\n**Status geral:** ✅ APROVADO PARA TESTES ADICIONAIS\n",
        {"status": "PARTIAL"},
    ),
    "a share of something else": (
        "# Router\n\n## Test Results\n\n- Buckets agree (256/256 buckets)\n",
        {"tests": None},
    ),
    "shares of two runs": (
        "# Router\n\n## Test Results\n\n- All tests passing (55/55 with GPU, 53/53 without)\n",
        {"tests": None},
    ),
    "a product's number": (
        "# Muelle\n\n## Pruebas\n\n- ✅ Bootstrap 5 funcionando\n",
        {"tests": None},
    ),
    "what is expected": ("# Quai\n\n## Tests attendus\n\n- Total : 27 tests\n", {"tests": None}),
    "counts by keys in output": (
        "# Router\n\n## Tests\n\n```\nTotal: 27\nPassed: 24\nFailed: 3\n```\n",
        {"tests": {"passed": 24, "failed": 3, "skipped": None, "total": 27}},
    ),
    "what is skipped elsewhere": (
        "# Router\n\n## Tests\n\nAll 63 tests passing (1 skipped on one platform)\n",
        {"tests": {"passed": 63, "failed": 0, "skipped": 1, "total": 64}},
    ),
    "the same file twice": (
        "# Router\n\n## Files Created\n\n- `docs/GUIDE.md`\n- `GUIDE.md`\n",
        {"deliverables": ["docs/GUIDE.md"]},
    ),
    "files of one name in two folders": (
        "# Router\n\n## Files Created\n\n- `README.md`\n- `docs/README.md`\n",
        {"deliverables": ["README.md", "docs/README.md"]},
    ),
    "files that are unchanged": (
        "# Muelle\n\n## Archivos modificados\n\n- `app.py`\n\n### Sin cambios\n\n- `src/`\n- `a.txt`\n",
        {"deliverables": ["app.py"]},
    ),
    "headings below what was made": (
        "# 報告\n\n## 実装した機能\n\n### 1. スクリプト\n\n#### src/Sorter.cs\n\n- 並べ替え\n",
        {"deliverables": ["src/Sorter.cs"]},
    ),
    "items below what was made": (
        "# Router\n\n## Changes Made\n\n1. **src/Sorter.cs** - sorts\n2. Created `dock.py` with a queue\n",
        {"deliverables": ["src/Sorter.cs", "dock.py"]},
    ),
    "a tree of what was made": (
        "# Router\n\n## New Files\n\n```\nsrc/\n├── sorter.py\n└── dock.py\n```\n",
        {"deliverables": ["src/sorter.py", "src/dock.py"]},
    ),
    "a tree of what there is": (
        "# Router\n\n## Files\n\n```\nsrc/\n├── sorter.py\n└── dock.py\n```\n",
        {"deliverables": []},
    ),
    "a section of one field": (
        "# Router\n\nSorts.\n\n## Branch\n\n- **Branch Name**: `feat/dock`\n\n## Usage\n\n- **Branch**: `main`\n",
        {"branch": "feat/dock"},
    ),
    "the day of the measuring": ("# 計測結果\n\n**測定日**: 2025-10-05\n", {"date": "2025-10-05"}),
    "a file with its size": (
        "# Router\n\n## Backend\n\n- `src/sorter.ts` (402 lines)\n",
        {"deliverables": ["src/sorter.ts"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ)
def test_a_kind_of_public_reports_is_read(kind: str) -> None:
    text, expected = READ[kind]
    record = read_report("reports/router.md", text.encode()).model_dump(mode="json")
    assert {name: record[name] for name in expected} == expected


def test_a_table_of_more_cells_than_are_parsed_is_told() -> None:
    text = "# Router\n\n**Status:** PASS\n\n" + "|a" * 60_000 + "|\n"
    record = read_report("reports/router.md", text.encode())
    assert record.unread == "the file has more than 60000 table cells and was not parsed"
