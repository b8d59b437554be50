"""What the titles and words around a file say became of it: made, still to be made, wrong, or there before.

Each kind that is read stands beside its twin that is not.
"""

from __future__ import annotations

import pytest

from atom_release.reader import read_report

HEAD = "# Dock router\n\n"
MADE: dict[str, tuple[str, list[str]]] = {
    "a file in bold on a line of its own": ("## 修正内容\n\n**dock/queue.ts**:\n- 順番\n- `ramp.ts` を参照\n", ["dock/queue.ts"]),
    "a component in bold before its description": ("#### 新增组件\uff1a\n\n**src/DockCard.tsx** - 卡片\n- 图片\n", ["src/DockCard.tsx"]),
    "a document in bold code marks": ("## Erstellte Dokumentation\n\n### Hauptdokument\n\n**`RAMPEN.md`** (635 Zeilen)\n", ["RAMPEN.md"]),
    "a coded file on a line of its own below a ticked part": (
        "## Changes made\n\n### 9. Queue ✅\n\n`dock/queue.php`:\n- sorts\n", ["dock/queue.php"],
    ),
    "the verb behind an item's file": ("## Infraestrutura\n\n- [x] `doca.yml` criado\n", ["doca.yml"]),
    "the verb behind a ticked file": ("### Step 1\n\n- ✅ `dock.config.ts` created with:\n  - queue\n", ["dock.config.ts"]),
    "a ticked name before its file": ("### 1. 基础架构\n\n- ✅ **队列基类** (`dock/base/queue.dart`)\n  - 排序\n", ["dock/base/queue.dart"]),
    "documents by their names": (
        "## 📄 Documentación generada\n\n1. **Reporte de la puerta**: `docs/PUERTA.md`\n   - cajas\n", ["docs/PUERTA.md"],
    ),
    "a tree with ticks below a task that is ticked": (
        "### ✅ Step 2: Create the folders\n\n#### Sources\n```\nsrc/\n├── queue.ts   ✅ queue\n└── old.ts\n```\n", ["src/queue.ts"],
    ),
    "headings below changes with a tick": ("## ✅ Alterações na doca\n\n### 1. web/doca.js\n\n- caixas\n", ["web/doca.js"]),
    "what was pushed": ("## Was wurde gepusht:\n\n### Kern\n- **lager/rampe.py** (31 lines) - Sortierung\n", ["lager/rampe.py"]),
    "a sentence with a colon": ("## Test\n\nEine Test-Datei wurde erstellt: `dock/rampe.html`\n", ["dock/rampe.html"]),
    "the place of a fix": ("## Detalhes\n\nA correção foi aplicada diretamente no arquivo `doca/fila.py`. Assim:\n", ["doca/fila.py"]),
    "a dash without a space": ("## What was built\n\n- `dock/queue.rs`— sorts parcels\n", ["dock/queue.rs"]),
    "an error that was mended": ("# Dock fixes\n\n## Problem 1: boxes fall\n\n**File:** `src/dock.ts`\n", ["src/dock.ts"]),
    "work that is no longer in progress": ("## ✅ Was in progress, completed\n\n### Files Created\n\n- `dock/a.ts`\n", ["dock/a.ts"]),
    "a table of sizes below its files": ("## Files Created\n\n| File | Size |\n|---|---|\n| dock.php | 4 KB |\n", ["dock.php"]),
    "a README in code marks": ("## Changes made\n\n- ✅ `docs/README`: docks\n", ["docs/README"]),
    "who made it": ("## Docas\n\n- **Solução**: Criamos o script `docas/nova.py` para as caixas\n", ["docas/nova.py"]),
    "who made it, within a sentence": ("## Docas\n\n1. **Criação:** Foi desenvolvido o script `docas/b.py`, que move\n", ["docas/b.py"]),
    "a bracket with what was removed in it": (
        "## Phase 1 ✅\n\n**Files Modified**:\n- `dock.service.ts` (removed two old checks)\n", ["dock.service.ts"],
    ),
    "a row of a file that keeps something": (
        "## Files Modified\n\n| File | Change |\n|---|---|\n| dock.py | Keep the queue sorted |\n| ramp.py | delete old ramps |\n", ["dock.py", "ramp.py"],
    ),
    "a tick among what was made": ("### ✅ Phase 3: Anpassungen\n\n- ✅ Rampe.tsx angepasst\n", ["Rampe.tsx"]),
    "a tree of what was implemented, in Spanish": (
        "## ✅ Qué se ha implementado\n\n### 1. Muelle (2 archivos)\n\n```\ndock/queue/\n├── __init__.py\n└── fila.py   # Orden\n```\n", ["dock/queue/__init__.py", "dock/queue/fila.py"],
    ),
    "a tree with a label in brackets, and a folder that is one": (
        "## New File Structure\n\n```\nsrc/\n├── [id]/\n│   └── page.tsx (new)\n└── [new at the top]\n    └── GUIDE.md (new)\n```\n", ["src/[id]/page.tsx"],
    ),
    "a tree with what was there": (
        "## New File Structure\n\n```\nsrc/\n├── dock.ts (existing)\n└── ramp.ts (new)\n```\n", ["src/ramp.ts"],
    ),
}  # fmt: skip
SILENT: dict[str, str] = {
    "a file of what is wrong": "## ⚠️ Critical problems\n\n### 1. The dock does not open\n\n- **File:** `src/dock.ts`\n",
    "a table of what is wrong": "## 发现的问题\n\n### 高严重度\n\n| 问题 | 文件 | 描述 |\n|---|---|---|\n| 慢 | src/dock.py | 排序 |\n",
    "work in progress": "## 🔄 In Progress\n\n### 3. Queue\n\n- **File:** `src/queue.ts`\n",
    "what a script will do": "## O que o script vai fazer\n\n### ✅ Etapas\n\n- doca.service.ts\n- rampa.service.ts\n",
    "a fix that is required": "## Required Fix\n\n### The fix in `lib/dock.rb`\n\nChange it.\n",
    "a specification by its status": "**Status:** Ready for implementation\n\n### File: `src/dock.ts`\n\nIt sorts.\n",
    "a plan by its status, in Portuguese": "**Status:** 📋 Planejamento\n\n### **Arquivo:** `db/1_doca.sql`\n\nCaixas.\n",
    "files that were preserved": (
        "## ✅ Tasks Executed\n\n### 2. Preserved workflows\n\n- ✅ **`dock.yml`** - docks (24KB, 748 lines)\n"
    ),
    "a file that was there before, in German": "## Geänderte Dateien\n\n1. **`/api/rampe.php`** (BEREITS VORHANDEN)\n   - JSON\n",
    "a row of a file that was right": "## ✅ Fichiers modifiés\n\n| Fichier | Lignes | Changement |\n|---|---|---|\n| quai.json | déjà correct | Nom |\n",
    "rows of files that were kept or taken away": (
        "## Migration\n\n### Keep (completed)\n\n| Path | Reason | Action |\n|---|---|---|\n| DOCK.md | Docks | keep (no part of it) |\n| ramp.cfg | Old | delete |\n"
    ),
    "a row of a file that was kept, in Chinese": "## 修改的文件\n\n| 文件 | 操作 |\n|---|---|\n| src/dock.ts | 保留 |\n",
    "a tree of what there is, in Spanish": "## ✅ Qué se ha probado\n\n### 1. Muelle\n\n```\ndock/queue/\n└── fila.py   # Orden\n```\n",
    "a warning among what was made": "### ✅ Phase 3: Anpassungen\n\n- ⚠️ Rampe.tsx muss noch angepasst werden (optional)\n",
    "what was in place, in French": "## Configuration (déjà en place)\n\n### Réglages (`quai/settings.py`)\n\nTri.\n",
    "a label that says so": "## Changes made\n\n### 4. Queue ✅\n\nThe queue was already configured:\n\n**`dock/queue.py`**:\n- sorts\n",
    "an inventory with sizes": "## Module\n\n| Datei | Status | Size |\n|---|---|---|\n| rampe.plugin.php | ✅ aktiv | 4 KB |\n",
    "files that were analysed": "## Fichiers clés analysés\n\n1. **`quai/file.ts`** (387 lignes)\n   - Tri\n",
    "what speaks for it": "### 1. Tauri\n\n#### Vorteile\n\n- ✅ **Setup.exe:** über NSIS\n",
    "a library": "## Changes made\n\n- **Anime.js** for the ramps\n",
    "a README as a word": "### 📚 Docs\n\n- [x] **README**: covers the docks\n",
    "where it is implemented": "## 权限分析\n\n- **实现文件**\uff1a`ui/Dock.kt`\n",
    "a heading that warns": "## ✅ What was fixed\n\n### 3. ⚠️ **dock.sh** - false alarm\n\nNothing.\n",
    "a folder that a build writes": "## Artifacts Created\n\n- ✅ `dist/` directory created\n",
    "a file in bold that was tested": "## Tests\n\n**dock.spec.ts** - 5 cases\n",
    "a file in bold that is described": "## Configuration\n\n**dock.json**:\n- the port\n",
    "logs that running writes": "## Log Files Created\n\n- `dock.log`: all of it\n- `ramp.log`, `queue.log`: parts\n",
    "what was migrated already": "## Already Migrated Files\n\n- ✅ `dock/a.tsx`\n- ✅ `dock/b.tsx`\n",
    "a file in brackets that is gone": "## Files Modified\n\n- `dock.service.ts` (removed)\n",
    "who would make it": "## Docks\n\nIf we created `dock/a.py`, parcels would stay.\n",
    "files that were checked, in Chinese": "## 已检查的文件\n\n| 文件 | 状态 | 说明 |\n|---|---|---|\n| src/dock.tsx | ✅ 正常 | 卡片 |\n",
    "changes that are required": "## 🔧 Code Changes Required\n\n### In `src/Dock.jsx`\n\n- sort\n",
    "a condition": "## Docks\n\nIf the error is fixed in the file `dock/a.py`, parcels stay.\n",
    "a ticked name that was tested": "## Test Results\n\n- ✅ **Queue** (`dock/queue.php`)\n",
    "a ticked name with an advantage": "## Benefits\n\n- ✅ **Queue** (`dock/queue.php`)\n",
    "a task with a tick that is still open": "## ✅ To do: create the queue\n\n- `dock/queue.ts` - sorts\n",
}  # fmt: skip
STATUS: dict[str, tuple[str, str]] = {
    "a heading below the title": ("# Dock photos\n\n## ✅ Implementation Complete\n\nBoxes.\n", "PASS"),
    "a heading in Spanish": ("# Muelle\n\n## ✅ PROYECTO COMPLETADO\n\nCajas.\n", "PASS"),
    "a heading in German": ("# Rampe\n\n## 🎉 PROJEKT ERFOLGREICH ABGESCHLOSSEN\n\nKisten.\n", "PASS"),
    "a title that begins with it": ("# 🎉 IMPLÉMENTATION COMPLÈTE - Quai\n\n## Tri\n\nCaisses.\n", "PASS"),
    "a numbered unit that is complete": ("# Section 1.2 Complete: Docks\n\nBoxes.\n", "PASS"),
    "a heading at the end": ("# Quai\n\n## Tri\n\nCaisses.\n\n## A\n\na\n\n## B\n\nb\n\n## 🎉 **Problème Résolu !**\n\nTri.\n", "PASS"),
    "a mission": ("# Dock\n\n## 🎯 Mission Status: **COMPLETED**\n\nBoxes.\n", "PASS"),
    "a mission that goes on": ("# Dock\n\n## 🎯 Mission Status: **IN PROGRESS**\n\nBoxes.\n", "PARTIAL"),
    "how the tests ended, in Chinese": ("# 码头测试\n\n箱子。\n\n---\n\n**测试完成状态**: ✅ 全部通过\n", "PASS"),
    "a sentence under the final state, in Spanish": ("# Muelle\n\n## Cajas\n\nx\n\n## ESTADO FINAL\n\nLa migración del muelle está completada.\n", "PASS"),
    "a part": ("# Dock\n\n## ✅ Backend complete\n\nBoxes.\n", "MISSING"),
    "what was completed": ("# Dock\n\n## ✅ Completed Features\n\nBoxes.\n", "MISSING"),
    "a share of the work": ("# ✅ Implementación completada - Muelle\n\n## Progreso: 80% completado\n\nCajas.\n", "PARTIAL"),
    "without a sign": ("# Dock\n\n## Implementation Complete\n\nBoxes.\n", "MISSING"),
    "what remains": ("# Dock\n\n## ✅ Project not complete\n\nBoxes.\n", "MISSING"),
    "a field that says otherwise": (
        "# Dock\n\n**Status:** Partially complete\n\n## ✅ Implementation Complete\n\nBoxes.\n", "PARTIAL",
    ),
}  # fmt: skip


def _deliverables(text: str) -> list[str]:
    return list(read_report("reports/router.md", text.encode()).deliverables)


@pytest.mark.parametrize("kind", MADE)
def test_a_file_that_was_made_is_read(kind: str) -> None:
    text, expected = MADE[kind]
    assert _deliverables(text if text.startswith("# ") else HEAD + text) == expected


@pytest.mark.parametrize("kind", SILENT)
def test_a_file_that_is_only_spoken_of_is_not(kind: str) -> None:
    assert _deliverables(HEAD + SILENT[kind]) == []


@pytest.mark.parametrize(
    ("key", "expected"), [("artifacts_generated", ["ops/queue.log"]), ("artifacts_expected", [])]
)
def test_a_list_of_what_a_run_made_is_read_from_json(key: str, expected: list[str]) -> None:
    text = f'{{"status": "FAILED", "{key}": ["ops/queue.log"]}}'
    assert list(read_report("reports/run.json", text.encode()).deliverables) == expected


def test_a_fault_in_a_completed_report_is_no_file_of_it() -> None:
    text = "# 完成报告\n\n## 发现的问题\n\n- **文件**: `live/dock.js`\n"
    assert _deliverables(text) == []


def test_how_long_benchmarks_took_is_read_from_json() -> None:
    text = '{"performance_benchmarks": {"response_time_ms": 85, "memory_usage_mb": 45}}'
    claims = read_report("reports/run.json", text.encode()).claims
    assert [claim.value for claim in claims if claim.kind.value == "latency"] == [85]


@pytest.mark.parametrize("kind", STATUS)
def test_what_is_announced_of_the_whole_work_is_its_status(kind: str) -> None:
    text, expected = STATUS[kind]
    assert read_report("reports/router.md", text.encode()).status.value == expected
