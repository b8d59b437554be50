"""A title's count of files against the list below it, where both are certain."""

from __future__ import annotations

import pytest

from atom_release.reader import read_report

HEAD = "# Dock router\n\n"
MISCOUNTED: dict[str, tuple[str, str]] = {
    "items": (
        "## What Was Created\n\n### Widgets (2 files)\n\n6. `dock/a.py` - docks\n7. `dock/b.py` - boxes\n   - sorts\n8. `ramp.py` - ramps\n",
        "2 files are counted on line 5, and 3 are listed below it, the last on line 10",
    ),
    "a block": (
        "### Modified Files (3)\n\n```\n.gitignore    # boxes\nsrc/dock.js   # docks\n```\n",
        "3 files are counted on line 3, and 2 are listed below it, the last on line 7",
    ),
    "in Spanish": (
        "### ✅ Archivos creados (3 archivos)\n\n- `muelle.py`\n- `caja.py`\n",
        "3 files are counted on line 3, and 2 are listed below it, the last on line 6",
    ),
}  # fmt: skip
AGREEING: dict[str, str] = {
    "as many": "### Widgets (2 files)\n\n- `dock/a.py` - docks\n- `ramp.py` - ramps\n",
    "a list that is cut short": "### New files (5 files)\n\n- `dock/a.py`\n- `ramp.py`\n- and 3 more\n",
    "dots at its end": "### New files (5 files)\n\n- `dock/a.py`\n- `ramp.py`\n- ...\n",
    "a pattern": "### New files (5 files)\n\n- `dock/*.py`\n- `ramp.py`\n",
    "about as many": "### New files (5+ files)\n\n- `dock/a.py`\n- `ramp.py`\n",
    "groups below it": "### New files (5 files)\n\n- `dock/a.py`\n- `ramp.py`\n\n#### Tests\n\n- `test_dock.py`\n",
    "an item that is none": "### New files (5 files)\n\n- `dock/a.py`\n- `ramp.py`\n- three tests\n",
    "a file twice": "### New files (3 files)\n\n- `dock/a.py`\n- `dock/a.py` again\n",
    "a table beside it": "### New files (3 files)\n\n- `dock/a.py`\n- `ramp.py`\n\n| File |\n|---|\n| box.py |\n",
    "prose before it": "### New files (3 files)\n\nOf `box.py` above, and:\n\n- `dock/a.py`\n- `ramp.py`\n",
    "a tree": "### New files (3)\n\n```\ndock/\n├── a.py\n└── b.py\n```\n",
    "a count of something else": "### New endpoints (3)\n\n- `dock/a.py`\n- `ramp.py`\n",
    "an older state": "## Before\n\n### New files (3 files)\n\n- `dock/a.py`\n- `ramp.py`\n",
    "a year": "### New files (2026)\n\n- `dock/a.py`\n- `ramp.py`\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", MISCOUNTED)
def test_a_count_that_is_not_the_lists_is_told(kind: str) -> None:
    text, expected = MISCOUNTED[kind]
    assert list(read_report("reports/router.md", (HEAD + text).encode()).findings) == [expected]


@pytest.mark.parametrize("kind", AGREEING)
def test_a_count_that_may_be_right_is_not(kind: str) -> None:
    text = HEAD + AGREEING[kind]
    assert not read_report("reports/router.md", text.encode()).findings
