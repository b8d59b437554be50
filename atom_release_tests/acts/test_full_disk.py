"""A disk that is full in the middle of the acts.

Nothing half done, what mends it is named, and with room again the act succeeds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.acts.journal import Journal
from atom_release.acts.release_commit import make_release_commit, make_tag_object
from atom_release.errors import ActFailed
from atom_release.records.pages import FolderPages
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.acts_repository import SAID, judged

_WHEN = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB of its own; nobody but root can have one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],  # noqa: S607
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 - the one on PATH


def fill(folder: Path) -> Path:
    """Take all the room that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while file.write(os.urandom(size)):
                    pass
            except OSError:
                continue
    return filler


def test_neither_commit_nor_tag_is_made_and_then_both_are(small: Path, tmp_path: Path) -> None:
    repository = grown.new(tmp_path / "r")
    shutil.copytree(repository, small / "r", symlinks=True)
    filler, before = fill(small), grown.state(small / "r")
    artifacts = {"releases/v1/a.json": os.urandom(9000)}
    acts: list[Callable[[], object]] = [
        lambda: make_release_commit(small / "r", judged(small / "r"), artifacts, SAID),
        lambda: make_tag_object(small / "r", "v1", judged(small / "r"), SAID),
    ]
    for act in acts:
        with pytest.raises(ActFailed) as caught:
            act()
        assert "Free space" in caught.value.remedy, caught.value
    assert grown.state(small / "r") == before
    filler.unlink()
    assert make_release_commit(small / "r", judged(small / "r"), artifacts, SAID)


def test_the_journal_keeps_what_it_said(small: Path) -> None:
    journal = Journal(FolderPages(small / "journal"))
    entry = journal.begin("a" * 40, "v1", "b" * 64, _WHEN)
    filler = fill(small)
    with pytest.raises(ActFailed, match="No space left"):
        journal.reach(entry, committed="c" * 5000)
    assert journal.read("a" * 40, "v1") == entry
    filler.unlink()
    journal.reach(entry, committed="c" * 40)
    again = journal.read("a" * 40, "v1")
    assert again is not None
    assert again.committed == "c" * 40
