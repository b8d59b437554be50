"""Where a file lies that is named by its name alone, or with a slash before its path.

Each kind stands beside its twin, whose paths stay as they are written. What a slash before a path means,
the judged commit tells (`resolution`).
"""

from __future__ import annotations

import pytest

from atom_release.reader import read_report

HEAD = "# Dock router\n\n"
FILES: dict[str, tuple[str, list[str]]] = {
    "below an item that is a folder": (
        "## New Packages Created\n\n1. **`dock/queue/`**\n   - `sort.go` - order\n   - `main.go` - start\n\n2. **`ramp/`**\n   - `ramp.go` - ramps\n",
        ["dock/queue/sort.go", "dock/queue/main.go", "ramp/ramp.go"],
    ),
    "beside an item that is a folder": (
        "## Files Created\n\n- **`dock/`**\n- `b.go`\n", ["dock/", "b.go"],
    ),
    "below the place of a list": (
        "## Files Created\n\n**Location:** `ops/boards/`\n\n- `ramps.json` - ramps\n- `docks.json` - docks\n",
        ["ops/boards/ramps.json", "ops/boards/docks.json"],
    ),
    "below the place of another list": (
        "## Files Created\n\n**Location:** `ops/boards/`\n\n- `ramps.json`\n\n**Scripts:**\n\n- `move.sh`\n",
        ["ops/boards/ramps.json", "move.sh"],
    ),
    "below a title of files in a folder, in Japanese": (
        "## 新規作成ファイル\uff08boxes/フォルダ\uff09\n\n- `queue.json` - 順番\n", ["boxes/queue.json"],
    ),
    "below a title of files in two folders": (
        "## Files Created (`dock/` and `ramp/`)\n\n- `queue.json` - order\n", [],
    ),
    "below a title of a part": (
        "## Changes made\n\n### Backend (`dock/`)\n\n- `queue.py` - order\n", [],
    ),
    "all in one folder": (
        "## What Was Created\n\n### 3 New Files (All in `gui/src/`)\n\n#### Core (3 files)\n\n1. `core/a.py` - docks\n2. `main.py` - start\n",
        ["gui/src/core/a.py", "gui/src/main.py"],
    ),
    "a path of its own below a folder": (
        "## Files Created (`dock/`)\n\n- `tests/test_dock.py` - docks\n- `dock/a.py` - queue\n",
        ["tests/test_dock.py", "dock/a.py"],
    ),
    "a name whose whole path is given elsewhere": (
        "## Files Created (`dock/`)\n\n- `queue.py` - order\n\n## Files Modified\n\n- `dock/core/queue.py`\n", ["dock/core/queue.py"],
    ),
    "two words with a slash": ("## Files Created (UI/UX)\n\n- `queue.py` - order\n", ["queue.py"]),
    "a pattern": ("## Files Created (`dock/*.py`)\n\n- `queue.py` - order\n", ["queue.py"]),
    "from the project's root": (
        "## Files Created\n\n- `/src/dock.ts`\n- `/ops/ramp.ts`\n- `/config/dock.yml`\n- `/box.py`\n",
        ["/src/dock.ts", "/ops/ramp.ts", "/config/dock.yml", "/box.py"],
    ),
    "on a machine": ("## Files Created\n\n- `/home/ann/dock.ts`\n- `/etc/dock/dock.yml`\n", ["/home/ann/dock.ts", "/etc/dock/dock.yml"]),
    "on a machine beside the project's": ("## Files Created\n\n- `/src/dock.ts`\n- `/etc/dock/dock.yml`\n", ["/src/dock.ts", "/etc/dock/dock.yml"]),
    "from the root and without": ("## Files Created\n\n- `/src/dock.ts`\n\n## Files Modified\n\n- `src/dock.ts`\n", ["src/dock.ts"]),
    "in a container, or not": ("## Files Created\n\n- `/app/dock.ts`\n- `/config/dock.yml`\n", ["/app/dock.ts", "/config/dock.yml"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_file_lies_where_the_report_says(kind: str) -> None:
    text, expected = FILES[kind]
    assert list(read_report("reports/router.md", (HEAD + text).encode()).deliverables) == expected
