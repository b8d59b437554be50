"""The journal survives a crash, forgets nothing that was done, and mixes no two releases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.acts.journal import Journal
from atom_release.errors import ActFailed
from atom_release.records.pages import FolderPages

S, T = "a" * 40, "b" * 40
WHEN = datetime(2031, 5, 1, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(FolderPages(tmp_path / "journal"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where that journal's pages are."""
    return tmp_path / "journal"


def test_nothing_begun_is_nothing_read_and_nothing_written(journal: Journal, folder: Path) -> None:
    assert journal.read(S, "v1") is None
    assert not folder.exists()


def test_what_was_reached_is_there_for_the_next_process(journal: Journal, folder: Path) -> None:
    entry = journal.begin(S, "v1", "d1", WHEN)
    assert entry.left == ("committed", "tagged", "pushed", "pull_request", "archived")
    journal.reach(entry, committed="c" * 40, tagged="d" * 40)
    again = Journal(FolderPages(folder)).begin(S, "v1", "d1", datetime(2032, 1, 1, tzinfo=UTC))
    assert (again.committed, again.prepared, again.left) == (
        "c" * 40,
        WHEN,
        ("pushed", "pull_request", "archived"),
    )
    assert [path.name for path in folder.iterdir()] == [f"v1-{S}.json"]


def test_another_decision_begins_anew_until_the_push(journal: Journal) -> None:
    journal.reach(journal.begin(S, "v1", "d1", WHEN), committed="c" * 40)
    anew = journal.begin(S, "v1", "d2", WHEN)
    assert (anew.decision, anew.committed) == ("d2", None)
    journal.reach(anew, committed="e" * 40, pushed=WHEN)
    assert journal.begin(S, "v1", "d3", WHEN).committed == "e" * 40


def test_each_commit_and_release_has_its_own_entry(journal: Journal, folder: Path) -> None:
    journal.reach(journal.begin(S, "v1", "d1", WHEN), committed="c" * 40)
    assert (journal.read(T, "v1"), journal.read(S, "v2")) == (None, None)
    (folder / f"v1-{S}.json").rename(folder / f"v2-{S}.json")
    with pytest.raises(ActFailed, match="another release"):
        journal.read(S, "v2")


def test_a_stage_that_is_not_one_is_refused(journal: Journal) -> None:
    with pytest.raises(ValueError, match="finished"):
        journal.reach(journal.begin(S, "v1", "d1", WHEN), finished="x")


@pytest.mark.parametrize("content", [b"", b"{", b'{"judged": 1}', b"\xff"])
def test_a_damaged_entry_stops_the_acts_and_names_itself(
    journal: Journal, folder: Path, content: bytes
) -> None:
    journal.begin(S, "v1", "d1", WHEN)
    path = folder / f"v1-{S}.json"
    path.write_bytes(content)
    with pytest.raises(ActFailed, match="cannot be read") as caught:
        journal.begin(S, "v1", "d1", WHEN)
    assert str(path) in caught.value.remedy
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"")
    with pytest.raises(ActFailed, match="journal"):
        Journal(FolderPages(tmp_path / "journal")).begin(S, "v1", "d1", WHEN)


def test_a_write_that_is_cut_off_leaves_the_entry_before_it(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = journal.begin(S, "v1", "d1", WHEN)
    monkeypatch.setattr(
        "os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(ActFailed, match="No space left"):
        journal.reach(entry, committed="c" * 40)
    assert journal.read(S, "v1") == entry
    assert [path.name for path in folder.iterdir()] == [f"v1-{S}.json"]
