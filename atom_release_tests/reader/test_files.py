"""What a person names must be readable.

What is found below it is read or says why not, and nothing is followed out of it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atom_release.errors import Misuse
from atom_release.gate.claims.record import ReportStatus
from atom_release.reader import read_files

REPORT = b"# B.7\n\n**Status:** PASS\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "reports"
    (inside / "deep").mkdir(parents=True)
    (inside / "b.md").write_bytes(REPORT)
    (inside / "a.json").write_bytes(b'{"status": "FAIL"}')
    (inside / "deep" / "c.MD").write_bytes(REPORT)
    (inside / "notes.txt").write_bytes(REPORT)
    return inside


def test_a_folder_is_read_in_the_order_of_its_names(folder: Path) -> None:
    records = list(read_files([folder]))
    assert [Path(record.path).relative_to(folder).as_posix() for record in records] == [
        "a.json",
        "b.md",
        "deep/c.MD",
    ]
    assert [record.status for record in records] == [
        ReportStatus.FAIL,
        ReportStatus.PASS,
        ReportStatus.PASS,
    ]


def test_a_named_file_is_read_whatever_its_suffix(folder: Path) -> None:
    assert [record.status for record in read_files([folder / "notes.txt", folder / "b.md"])] == [
        ReportStatus.PASS
    ] * 2


def test_reports_are_read_one_after_the_other(folder: Path) -> None:
    """The second is opened only when it is asked for, so memory does not grow with their number."""
    records = read_files([folder / "b.md", folder / "a.json"])
    next(records)
    (folder / "a.json").write_bytes(b'{"status": "PASS"}')
    assert next(records).status is ReportStatus.PASS


def test_what_is_found_and_cannot_be_read_says_why(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_bytes(REPORT)
    (folder / "folder.md").mkdir()
    (folder / "folder.md" / "d.md").write_bytes(REPORT)
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "dangling.md").symlink_to(folder / "nowhere")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "in.md").symlink_to(folder / "b.md")
    os.mkfifo(folder / "pipe.md")
    records = {Path(record.path).name: record for record in read_files([folder])}
    assert records["d.md"].status is ReportStatus.PASS
    assert records["in.md"].status is ReportStatus.PASS
    assert records["pipe.md"].unread == "not a regular file"
    for name in ("out.md", "dangling.md", "loop.md"):
        assert records[name].unread == "a symbolic link that leaves the folder; not followed"
        assert records[name].claims == ()


def test_a_linked_folder_is_not_entered(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.md").write_bytes(REPORT)
    (folder / "linked").symlink_to(tmp_path / "other")
    (folder / "back").symlink_to(folder)
    assert len(list(read_files([folder]))) == 3


def test_a_name_that_is_no_text_can_be_written_as_json(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md")).write_bytes(REPORT)
    assert [record.model_dump_json() for record in read_files([folder])]


def test_a_large_file_is_not_read_whole(folder: Path) -> None:
    with (folder / "b.md").open("wb") as opened:
        opened.truncate(1 << 40)
    (record,) = read_files([folder / "b.md"])
    assert record.unread is not None
    assert "larger than 1048576 bytes" in record.unread


@pytest.mark.parametrize(
    "named", ["missing.md", "folder.md", "out.md", "dangling.md", "pipe.md", "a\0b.md"]
)
def test_what_is_named_must_be_a_readable_report(folder: Path, tmp_path: Path, named: str) -> None:
    """It is refused before anything is read, also when it is named after a good one."""
    (tmp_path / "secret.md").write_bytes(REPORT)
    (folder / "folder.md").mkdir()
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "dangling.md").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.md")
    with pytest.raises(Misuse):
        read_files([folder / "b.md", folder / named])
