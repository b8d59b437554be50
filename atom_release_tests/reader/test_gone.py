"""A file that a report says it deleted is not delivered, whatever list has it besides."""

from __future__ import annotations

import json

import pytest

from atom_release.reader import read_report

LISTED = ["src/app/main.ts", "src/app/Panel.tsx", "lib/x.py"]
HEAD = "# Cleanup\n\n**Status**: COMPLETE\n\n## Files Modified\n\n" + "".join(
    f"- `{path}`\n" for path in LISTED
)
DELETED = {
    "a pattern": "Deleted: src/app/Panel.* (2 files)",
    "its path": "❌ Removed `src/app/Panel.tsx`",
    "the end of its path": "Deleted - Panel.tsx",
    "in German": "Gelöscht: src/app/Panel.tsx",
}
KEPT = {
    "something in it": "Removed unused imports from src/app/Panel.tsx",
    "another file": "Deleted: src/app/Board.tsx",
    "another pattern": "Deleted: src/old/*",
    "no file": "Removed: the panel",
    "everything": "Deleted: *",
    "many asterisks": "Deleted: *a*p*p*.tsx",
}


def _read(line: str, *, as_json: bool) -> tuple[str, ...]:
    if as_json:
        document = {"status": "COMPLETE", "files_modified": LISTED, "change_summary": [line]}
        return read_report("r.json", json.dumps(document).encode()).deliverables
    return read_report("r.md", f"{HEAD}\n## Changes\n\n- {line}\n".encode()).deliverables


@pytest.mark.parametrize("as_json", [False, True], ids=["Markdown", "JSON"])
@pytest.mark.parametrize("name", DELETED)
def test_a_deleted_file_is_not_delivered(name: str, *, as_json: bool) -> None:
    assert _read(DELETED[name], as_json=as_json) == ("src/app/main.ts", "lib/x.py")


@pytest.mark.parametrize("as_json", [False, True], ids=["Markdown", "JSON"])
@pytest.mark.parametrize("name", KEPT)
def test_a_file_that_is_still_there_is(name: str, *, as_json: bool) -> None:
    assert _read(KEPT[name], as_json=as_json) == tuple(LISTED)
