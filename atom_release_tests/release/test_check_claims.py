"""What a report claims beside its work tree: only what the files themselves show is held against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.reader import read_files
from atom_release.release.check_claims import Contradiction, contradictions

_REPORT = """# C.1 orders

Status: PASS

## Deliverables

- `src/orders.py`
- `src/missing.py`
- `src/*.sql`
- `elsewhere/named.py`
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report in a work tree that holds one of the files that it lists, and the name of another."""
    for name in (".git/HEAD", "src/orders.py", "lib/named.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    path = tmp_path / "reports" / "C.1.md"
    path.parent.mkdir()
    path.write_text(_REPORT)
    return path


def held_against(report: Path) -> tuple[Contradiction, ...]:
    return contradictions(read_files([report], unread_lines=False))


def test_a_listed_file_that_is_nowhere_is_told_with_its_line(report: Path) -> None:
    (entry,) = held_against(report)
    assert entry.place == f"{report}:8"
    assert entry.claim == "delivers src/missing.py"
    assert str(report.parents[1]) in entry.finding


def test_nothing_is_told_once_the_file_is_there_uncommitted(report: Path) -> None:
    (report.parents[1] / "src" / "missing.py").touch()
    assert held_against(report) == ()


def test_what_only_a_folder_of_packages_holds_is_not_there(report: Path) -> None:
    place = report.parents[1] / "node_modules" / "x" / "missing.py"
    place.parent.mkdir(parents=True)
    place.touch()
    assert len(held_against(report)) == 1


def test_a_report_that_contradicts_itself_is_told(report: Path) -> None:
    report.write_text("# C.1\n\nStatus: PASS\n\nTests: 7 passed, 1 failed, 8 total.\n")
    (entry,) = held_against(report)
    assert (entry.place, entry.claim) == (str(report), "the report's own words")
    assert "failed" in entry.finding
