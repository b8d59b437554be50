"""Which files a report says were made, by the words around them, and what stays silent beside it."""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.reader import read_report

HEAD = "# Dock router\n\n"
DELIVERED: dict[str, tuple[str, list[str]]] = {
    "documents created, in Portuguese": ("### ✅ 2 Documentos Criados\n\n1. GUIA.md\n2. STATUS.md\n", ["GUIA.md", "STATUS.md"]),
    "parts updated": ("### Frontend Components Updated\n\n- `src/Dock.svelte` - queue\n", ["src/Dock.svelte"]),
    "documentation brought up to date, in German": (
        "### Dokumentation aktualisiert\n\n- **README.md**: Abschnitt zur Rampe\n", ["README.md"],
    ),
    "a ticked item that begins with its file": (
        "## 补充的内容\n\n#### 接口层\n- ✅ dock/queue.go - 队列\n- ✅ dock/sort.go - 排序\n", ["dock/queue.go", "dock/sort.go"],
    ),
    "an entry added, in German": ("### Anpassungen\n\n- **lager/rampe.php**: Sperre hinzugefügt\n", ["lager/rampe.php"]),
    "a file below a title that is ticked": ("### 3. Queue (Task 3) ✅\n\n**Location**: `docs/QUEUE.md`\n", ["docs/QUEUE.md"]),
    "files updated, within an item": ("## Test Results\n\n- **Files Updated**: `a.py`, `b.py`\n", ["a.py", "b.py"]),
    "a tree below a label": ("## Statistik\n\n```\nNeue Dateien: 1\n└─ RAMPE.md\n\nTote Dateien: 1\n└─ ALT.md\n```\n", ["RAMPE.md"]),
    "what git counts": ("## Work\n\n```\n dock/a.py | 12 ++++--\n dock/b.py |  3 +\n 2 files changed, 13 insertions(+)\n```\n", ["dock/a.py", "dock/b.py"]),
    "a tree whose top is the project's own folder": (
        "## 構成\n\n```\nrouter-app/\n├── dock/\n│   └── queue.ts   [新規]\n└── GUIDE.md       [更新]\n```\n", ["dock/queue.ts", "GUIDE.md"],
    ),
    "an ending on no list": ("## New Files\n\n- `Dock.qzw` - binding\n- **Ramp.mat**\n", ["Dock.qzw", "Ramp.mat"]),
    "a label that says what was set up": ("## Umgebung\n\n- Konfiguration angelegt:\n  - jest.config.cjs\n", ["jest.config.cjs"]),
    "a tree of several roots": (
        "## Test Artifacts\n\n### Generated Files\n```\n/pkg/auth/\n  ├── auth.test.ts\n\n/test/\n  ├── e2e/\n  │   └── a.ts\n\nConfig:\n  ├── vite.config.ts\n```\n",
        ["/pkg/auth/auth.test.ts", "/test/e2e/a.ts", "vite.config.ts"],
    ),
    "a heading that begins with the verb": ("### 3. Updated mkdocs.yml Navigation\n\nPages.\n", ["mkdocs.yml"]),
    "a field of a made file without marks": ("## Handoff\n\n**File Created**: HANDOFF.md\n", ["HANDOFF.md"]),
    "headings below what was handed over": ("## 納品ファイル一覧\n\n### 1. **dock.py** (90KB)\n\n- 並べ替え\n", ["dock.py"]),
    "a tree below what was delivered": ("## 交付成果\n\n### 图片\n```\nassets/\n├── a.png\n└── b.png\n```\n", ["assets/a.png", "assets/b.png"]),
    "requirements that are met": ("## Erfüllte Anforderungen\n\n#### 1. Seite ✅\n- **Datei:** `index.html`\n", ["index.html"]),
    "groups of the files that were changed": (
        "## Files Modified\n\n### Part 1\n**Backend**:\n- 📝 `dock/a.py` (+25 lines)\n\n**SDK**:\n- 📝 `sdk/b.py`\n",
        ["dock/a.py", "sdk/b.py"],
    ),
    "a block below its label": ("## 结果\n\n```bash\n✅ 已创建:\n- docs/A.md\n- GUIDE.md - 指南\n```\n", ["docs/A.md", "GUIDE.md"]),
    "a tick with words behind its file": ("## Lo que se logró\n\n- ✅ `app/.env.example` con todas las variables\n", ["app/.env.example"]),
    "tasks completed, in Russian": ("## ВЫПОЛНЕННЫЕ ЗАДАЧИ\n\n### 2. Очередь ✅\n\n**Файлы:**\n- `dock.py` - очередь\n", ["dock.py"]),
    "fixes made, in Portuguese": ("## Correções Implementadas\n\n### 1. Doca\n\n**Arquivo:** `src/dock.ts`\n", ["src/dock.ts"]),
    "files in brackets of what was done, in German": ("## Durchgeführte Änderungen\n\n### 2. Konfiguration (lager/dock.yml)\n\nRampe.\n", ["lager/dock.yml"]),
    "what was built, in French": ("## Ce qui a été réalisé\n\n- **File d'attente** (`dock/file.py`)\n- Migration : `db/1_dock.sql`\n", ["dock/file.py", "db/1_dock.sql"]),
    "a sentence that begins with the verb": ("## Docks\n\nMis à jour le fichier `docs/dock.md`:\n\n- Очередь\n", ["docs/dock.md"]),
    "a sentence in the passive": ("## Docas\n\nUm arquivo de exemplo foi criado em `lotes/dock.yaml` com docas.\n", ["lotes/dock.yaml"]),
    "a file that a sentence says was changed": ("## Interface\n\nO arquivo `src/Dock.tsx` foi modificado para docas.\n", ["src/Dock.tsx"]),
    "where a fix was made": ("## Ce qui a été fait\n\n6. ✅ Corrigé import dock dans api/dock.py\n", ["api/dock.py"]),
    "counted files": ("### Changes\n\n- **Created:** 2 files (dock.py, RAMP.md)\n", ["dock.py", "RAMP.md"]),
    "a task that is ticked": ("## Phase 1\n\n- [x] Create `dock/queue.cs`\n- [ ] Create `dock/sort.cs`\n", ["dock/queue.cs"]),
    "a file of which a part was removed": ("## Files Modified\n\n- `dock/types.ts` - Removed duplicate classes\n", ["dock/types.ts"]),
    "the file of a finished part of another ending": ("## Work Completed\n\n### Suite ✅\n\n- **File**: `bench/dock.qzw`\n", ["bench/dock.qzw"]),
    "the same file from the root": (
        "## Work Done\n\n### Files Created\n\n- `/src/dock.ts` - queue\n\n## Files Modified\n\n- `src/dock.ts`\n", ["src/dock.ts"],
    ),
    "a file named from the root alone": ("## Files Created\n\n- `/src/dock.ts` - queue\n", ["/src/dock.ts"]),
    "the same file in two parts": (
        "## Issues Fixed\n\n- Updated `queue/dock.rs`\n\n## Files Modified\n\n- `src/queue/dock.rs`\n", ["src/queue/dock.rs"],
    ),
    "checked documents of a ticked part": ("## ✅ Documentation\n\n### Setup\n\n- [x] SETUP.md - first steps\n", ["SETUP.md"]),
    "ticked lines of a block": ("## New Files\n\n```\n✅ DOCK.md      - docks\n✅ ramp.py      - ramps\n```\n", ["DOCK.md", "ramp.py"]),
    "a file added, in Chinese": ("## 执行结果\n\n- 已创建 docs/dock.md 说明\n", ["docs/dock.md"]),
    "what was done, in Russian": ("## Что было сделано:\n\n### 4. ✅ Обновлена документация\n\n- `DOCK.md` - обновлен\n", ["DOCK.md"]),
    "a finished part that is named as others are": ("## Work Completed\n\n### 9. Dependencies ✅\n\n- **File:** `requirements.txt`\n", ["requirements.txt"]),
    "ticks in a tree of what was done": (
        "## Lo que se logró\n\n### Carpetas\n\n```\nsrc/\n└── lib/\n    ├── dock.ts    ✅ Docks\n    └── old.ts\n```\n", ["src/lib/dock.ts"],
    ),
    "a layout that was created": ("## File Structure Created\n\n```\nsrc/\n├── dock.ts\n└── ramp.ts\n```\n", ["src/dock.ts", "src/ramp.ts"]),
    "the solution of a report of a fix": ("# Dock fix complete\n\n## Solution\n\n**File**: `src/dock.cs`\n", ["src/dock.cs"]),
    "a path without an ending": ("## Files Created\n\n- `.git/hooks/post-merge` - hook\n", [".git/hooks/post-merge"]),
    "a list that goes on": ("## New Files\n\n1. `a/dock.py`\n\n**Scripts**:\n2. `b/ramp.sh`\n", ["a/dock.py", "b/ramp.sh"]),
    "a block of a part of documents": ("### 5. 创建文档\n\n```bash\n✅ 已创建:\n- DOCK.md - 指南\n```\n", ["DOCK.md"]),
    "systems that were built, in German": ("## IMPLEMENTIERTE SYSTEME\n\n### 5. Load Testing\n\n**Datei:** `dock/load_testing.py`\n", ["dock/load_testing.py"]),
    "a table of new parts": (
        "### Kern-Komponenten (Neu/Erweitert)\n\n| Komponente | Status |\n|---|---|\n| `lager/dock.py` | ✅ Complete |\n", ["lager/dock.py"],
    ),
    "deliveries made": ("## Entregas Realizadas\n\n### Guias ✅\n\n| Guia | Arquivo |\n|---|---|\n| Doca | `docs/DOCA.md` |\n", ["docs/DOCA.md"]),
    "a tree by folders of what was created": (
        "## 创建文件统计\n\n### 按目录分类\n\n```\nlib/\n├── dock/ (2个文件)\n│   ├── queue.dart\n│   └── sort.dart\n```\n", ["lib/dock/queue.dart", "lib/dock/sort.dart"],
    ),
    "a table row of which a part was removed": (
        "## Files Modified\n\n| File | Change |\n|---|---|\n| `dock.py` | Removed wrapper |\n| `old.py` | Removed |\n", ["dock.py"],
    ),
    "two lists of two parts": ("## New Files\n\n- `config/a.go`\n- `internal/config/a.go`\n", ["config/a.go", "internal/config/a.go"]),
}  # fmt: skip
SILENT: dict[str, str] = {
    "documents that there are": "## Documentation\n\n- ✅ README.md - overview\n- ✅ DOCK.md - docks\n",
    "what each file holds": "## Structure\n\n```\nsrc/\n├── a.rs   # entry (new upload route)\n└── b.rs\n```\n",
    "files of tests that ran": "## Test Results\n\n### Integration ⚠️ BLOCKED\n\n**Files**:\n- `tests/api/test_a.py`\n",
    "a test's number": "## Tests\n\n- ✅ 01.C: dock is offline\n- ✅ 02.D: dock is full\n",
    "what is planned below what was added": "## 追加ドキュメント\n\n### 更新予定\n\n- DOCK.md - 結果\n",
    "files that were there": "## Changed Files\n\n### Existing files (no changes)\n\n- `dock.ts` - queue\n",
    "a file that exists already": "## Work\n\n- ✅ **Dock.kt** - real time sync of docks (exists in router)\n",
    "a checked file": "## Files Reviewed\n\n- ✅ `dock.py` - fine\n",
    "what a rule leaves out": "## 安全\n\n提交更新了规则\uff0c排除以下大型文件\uff1a\n- `k6.tar.gz` - 工具\n",
    "lines that are looked at": "## Findings\n\n- ✅ `dock.py:77` - mocked\n",
    "a build's product": "## Work\n\n- ✅ JAR gerado: `build/libs/dock.jar`\n",
    "files of a range": "## Output\n\n- **文件**: `split/part_001.mp4` 到 `part_005.mp4`\n",
    "why it was mended": ("## Work Completed\n\n### Root cause\n\n- `dock.py` - queue was full\n"),
    "files that a fault touched": "## Issues Fixed\n\n**Files affected**:\n- `dock.py`\n",
    "files that are elsewhere now": "## Work done\n\nMoved to `archive/`:\n- `dock.py`\n",
    "work that is open": "## Changes to be made\n\n- `dock.py` - queue\n",
    "a sentence with an if": "## Use\n\nIf the file `dock.yml` was modified, restart.\n",
    "a sentence with a not": "## Use\n\nThe file `dock.yml` was not modified.\n",
    "a file that is only checked": "## Work Completed\n\n- `dock.sh` verified on the ramp\n",
    "an old name": "## Work Completed\n\n- `dock.sh` → `ramp.sh`\n",
    "an open box": "## Tasks completed\n\n- [ ] `dock.py` - queue\n",
    "a tested file": "## Test Results\n\n### Unit ✅\n\n**File**: `tests/test_dock.py`\n",
    "a file where the code was": "## Work Completed\n\n- Dock (data/dock.db)\n",
    "an instruction": "## Setup\n\n1. Create `dock.yml`\n2. Update `ramp/config.yml` with your key\n",
    "what a branch of a tree counts": "## What was created\n\n```\n├── Documentation (2 files)\n│   ├── DOCK.md\n│   └── RAMP.md\n```\n",
    "a file to be deleted": "## Migration created\n\n1. Delete the migration: `db/1_dock.sql`\n",
    "where a fault was": "## Bugs fixed\n\n- **Location:** `/home/dock/a.gd` (lines 40-47)\n",
    "a name that became another": "## Bugs fixed\n\n- Updated FILE: `dock.json` → `docks/dock.json`\n",
    "a line of a table": "## Bugs fixed\n\n| Bug | File |\n|---|---|\n| Queue | dock.tsx:610 |\n",
    "files that are to be changed": "## 要修改的文件\n\n- `dock.py` - 队列\n",
    "an index that is complete": "## Complete Documentation\n\n- `DOCK.md` - docks\n",
    "a pattern": "## Key Files\n\n- ✅ `tests/*.spec.ts` - tests\n",
}  # fmt: skip


def _deliverables(text: str) -> list[str]:
    return list(read_report("reports/router.md", text.encode()).deliverables)


@pytest.mark.parametrize("kind", DELIVERED)
def test_files_that_were_made_are_read(kind: str) -> None:
    text, expected = DELIVERED[kind]
    assert _deliverables(HEAD + text) == expected


@pytest.mark.parametrize("kind", SILENT)
def test_files_that_are_only_named_are_not(kind: str) -> None:
    assert _deliverables(HEAD + SILENT[kind]) == []


_TAP = (
    "## Deployment\n\n### Package\n✅ **Updated:** Formula/dock.rb  \n✅ **Pushed:** {where}\n\n"
    "### Version Files\n✅ **Updated:**\n- `setup.py`\n"
)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("to homebrew-dock tap", ["setup.py"]),
        ("to the `acme/packages` repository", ["setup.py"]),
        ("to the repository", ["Formula/dock.rb", "setup.py"]),
        ("master branch + tag", ["Formula/dock.rb", "setup.py"]),
    ],
)
def test_what_was_put_into_another_repository_is_none_of_this_one_s(
    where: str, expected: list[str]
) -> None:
    """The section alone that says so; what lies beside it is held to as before."""
    assert _deliverables(HEAD + _TAP.format(where=where)) == expected


def test_a_plan_makes_no_files() -> None:
    assert _deliverables("# Dock Router Plan\n\n## Phase 1\n\n- [x] Create `dock.py`\n") == []


STATUS: dict[str, tuple[str, str]] = {
    "a status with words behind it": ("## Status\n\n✅ **COMPLETE** - All features are implemented and committed\n", "PASS"),
    "the project's end, in Portuguese": ("## Conclusão\n\nA implementação foi **concluída com sucesso**, com testes.\n", "PASS"),
    "in the last line": ("## Notas\n\nDocks.\n\n---\n\n**🎉 PROYECTO COMPLETADO CON ÉXITO** 🎉\n", "PASS"),
    "with a reservation": ("## Conclusion\n\nL'application est prête pour la production avec une seule réserve.\n", "MISSING"),
    "of a part of it": ("## Conclusion\n\nThe cache was completed successfully.\n", "MISSING"),
    "what is still to be done": ("**Statut global** : ✅ Infrastructure OK - ⏳ tests à effectuer\n", "PARTIAL"),
    "a progress below the whole": ("**Progress:** 55/246 tasks (22.4%)\n", "PARTIAL"),
    "stars beside a status": ("## Conclusion\n\n**Overall Assessment:** ⭐⭐⭐ (5/5)\n\n---\n\n**Status:** Phase 3 Complete - Ready for Next Phase\n", "PASS"),
    "stars alone": ("## Conclusion\n\n**Overall Assessment:** ⭐⭐⭐ (5/5)\n\n✅ 专业性强\n", "UNREAD"),
    "a part in progress beside one that works": ("**Status:** ✅ Dock Operational | Sprint 7 in progress | Ready\n", "PARTIAL"),
    "what is needed still": ("**Status:** PRODUCTION READY for docks with minor fixes needed\n", "PARTIAL"),
    "a part of it, in Chinese": ("## 总结\n\n第二阶段的用户模块处理层测试已经成功完成。\n", "MISSING"),
    "a progress that names a part": ("**当前进度**: 用户模块测试完成\n", "MISSING"),
}  # fmt: skip


@pytest.mark.parametrize("kind", STATUS)
def test_the_whole_s_status_is_read_and_no_part_s(kind: str) -> None:
    text, expected = STATUS[kind]
    assert read_report("reports/router.md", (HEAD + text).encode()).status.value == expected


@pytest.mark.parametrize(("phase", "expected"), [("3", "PASS"), ("1", "MISSING")])
def test_a_summary_speaks_of_the_phase_in_the_title(phase: str, expected: str) -> None:
    text = (
        "# Phase 3: Docks - Report\n\n## Executive Summary\n\n"
        f"Phase {phase} (Docks) has been **successfully completed** in time.\n\n"
        "## Notes\n\n" + "- Dock\n" * 6
    )
    assert read_report("a.md", text.encode()).status.value == expected


def test_a_line_of_output_counts_the_suite() -> None:
    text = HEAD + "## Tests\n\n```\nnpm test\n✅ 15/15 tests passed\n```\n"
    tests = read_report("a.md", text.encode()).tests
    assert tests is not None
    assert (tests.passed, tests.failed, tests.total) == (15, 0, 15)


def test_counts_that_are_added_up_are_parts() -> None:
    text = HEAD + "## Tests\n\n**Total Test Count:** 708 passing + 5 failing + 1 hanging\n"
    tests = read_report("a.md", text.encode()).tests
    assert tests is not None
    assert (tests.passed, tests.failed) == (708, 5)


def test_goals_that_were_reached_are_no_goals_to_come() -> None:
    text = HEAD + "## 🎯 Erreichte Ziele (Phase 3)\n\n### ✅ 1. Docks\n\n- **Datei:** `dock.py`\n"
    assert _deliverables(text) == ["dock.py"]


def test_a_share_of_something_else_is_no_coverage() -> None:
    claims = read_report(
        "a.md", (HEAD + "**Test Coverage**: 100% TDD methodology\n").encode()
    ).claims
    assert not [claim for claim in claims if claim.kind.value == "coverage"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Date**: 2025-12-22\n**Version**: Écluse v2.1.0\n", ["2.1.0"]),
        ("**Versão da Doca**: 3.0\n", ["3.0"]),
        ("**版本**: v2.0 MVP\n", ["2.0"]),
        ("**Python Version**: 3.11.2\n", []),
        ("**Dock Version**: 3.11.2\n**Python Version**: 3.12.0\n", ["3.11.2"]),
        ("**Dock Version**: 3.11.2\n**Ramp Version**: 1.0.2\n", []),
    ],
)
def test_the_product_s_version_is_read(text: str, expected: list[str]) -> None:
    claims = read_report("a.md", (HEAD + text).encode()).claims
    assert [claim.value for claim in claims if claim.kind.value == "version"] == expected


OTHER: dict[str, tuple[str, dict[str, Any]]] = {
    "a run of one selected test": (
        "## Tests\n\n```\npytest tests/test_a.py::test_dock -v\n=== 1 passed in 2.27s ===\n```\n", {"tests": None},
    ),
    "output that sums up": (
        "## Tests\n\n```\nSummary: 9 Passed, 0 Failed (100% Pass Rate)\n```\n",
        {"tests": {"passed": 9, "failed": 0, "skipped": None, "total": 9}},
    ),
    "keys of a run without what passed": (
        "## Tests\n\n```\nTests run: 8\nFailures: 1\nErrors: 1\nSkipped: 0\n```\n",
        {"tests": {"passed": 6, "failed": 2, "skipped": 0, "total": 8}},
    ),
    "suites counted above tests": (
        "## Test Results\n\n| X | Y |\n|---|---|\n| Test suites | 8 |\n| Total tests | 27 |\n| Passed | 26 |\n| Failed | 1 |\n",
        {"tests": {"passed": 26, "failed": 1, "skipped": None, "total": 27}},
    ),
    "a status of all tests above those of parts": (
        "## ✅ All Tests Passing\n\n**Status**: 33/33 tests passed\n\n## Parts\n\n### Docks\n\n- **Success Rate**: 100% (5/5 tests passed)\n",
        {"tests": {"passed": 33, "failed": 0, "skipped": 0, "total": 33}},
    ),
    "a number behind all of them": (
        "## Checks\n\n### Testing\n\n- ✅ All tests pass (903 tests)\n",
        {"tests": {"passed": 903, "failed": 0, "skipped": 0, "total": 903}},
    ),
    "of the fifty all, in Portuguese": (
        "## 7. Conclusão\n\nFuncional. Dos 50 testes automatizados, todos passam.\n",
        {"tests": {"passed": 50, "failed": 0, "skipped": 0, "total": 50}},
    ),
    "none yet": ("## Métricas\n\n- **Tests:** 0 (pendiente)\n", {"tests": None}),
    "all of some tests": ("## Testing\n\n- ✅ All team tests pass (7/7)\n", {"tests": None}),
    "one kind of several": (
        "## Testing\n\n- 41 unit tests passing\n\n## More\n\n- Integration tests of the docks\n", {"tests": None},
    ),
    "a line of a build": (
        "## Build\n\n- Tests: 32 run, 1 failures, 0 errors, 2 skipped\n",
        {"tests": {"passed": 29, "failed": 1, "skipped": 2, "total": 32}},
    ),
    "of five three, in Japanese": (
        "## テスト結果\n\n- テスト5件中3件PASS\n", {"tests": {"passed": 3, "failed": None, "skipped": None, "total": 5}},
    ),
    "a share behind a rate": (
        "**Total de pruebas:** 30\n\n**Tasa de éxito:** 90% (27/30)\n",
        {"tests": {"passed": 27, "failed": None, "skipped": None, "total": 30}},
    ),
    "a branch in a sentence": ("## Arbeit\n\nDie Änderungen sind im Branch: **`dock/queue`**\n", {"branch": "dock/queue"}),
    "a branch that is merged into": ("## Work\n\nMerged into branch `release/2`\n", {"branch": None}),
    "a branch in a table below": ("Sorts.\n\n## Location\n\n| Item | Value |\n|---|---|\n| Branch | `feat/dock` |\n", {"branch": "feat/dock"}),
    "two branches": ("Sorts.\n\n## A\n\n- **Branch**: `feat/a`\n\n## B\n\n- **Branch**: `feat/b`\n" + "\n- dock\n" * 9, {"branch": None}),
    "a date of a name that is none": ("**升级时间**: 2025-10-10 22:59\n", {"date": "2025-10-10T22:59"}),
    "a day that is still to come": ("**Deadline**: 2025-10-10\n", {"date": None}),
    "a date below its heading": ("## 修正した日\n2024年12月19日\n\n## 修正\n", {"date": "2024-12-19"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHER)
def test_what_no_field_of_the_header_names_is_read_where_it_is_certain(kind: str) -> None:
    text, expected = OTHER[kind]
    record = read_report("reports/router.md", (HEAD + text).encode()).model_dump(mode="json")
    assert {name: record[name] for name in expected} == expected


def test_a_share_that_is_elsewhere_only_about_so_is_no_coverage() -> None:
    text = "## Numbers\n\n| X | Y |\n|---|---|\n| Code coverage | ~95% |\n\n## Quality\n\n- ✅ 95% test coverage\n"
    claims = read_report("a.md", (HEAD + text).encode()).claims
    assert not [claim for claim in claims if claim.kind.value == "coverage"]


def test_a_date_in_the_title_is_the_report_s() -> None:
    assert read_report("a.md", "# 作業報告書 2026-04-05\n\n作業。\n".encode()).date == "2026-04-05"


def test_coverage_of_the_whole_stands_before_a_part_s() -> None:
    text = "# Dock\n\n## Summary\n\n| X | Y |\n|---|---|\n| Coverage (total) | 92% |\n| Coverage (core/) | 96% |\n"
    claims = read_report("a.md", text.encode()).claims
    assert [claim.value for claim in claims if claim.kind.value == "coverage"] == [92.0]
