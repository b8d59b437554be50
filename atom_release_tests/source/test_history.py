"""What history tells of a file, and that it says so where it is cut."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.source.commit import open_tree
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.grown import git

DAY = 86_400
START = 1_700_000_000


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Day 0: report and source; day 1: the report again; day 2: the source.

    Day 3: something else.
    """
    repository = grown.new(tmp_path / "r", {"report.md": b"one\n", "src/a.py": b"1\n"})
    for day, files in (
        (1, {"report.md": b"two\n"}),
        (2, {"src/a.py": b"2\n"}),
        (3, {"other": b"x\n"}),
    ):
        grown.commit(repository, files, when=START + day * DAY)
    return repository


def at(repository: Path, rev: str) -> str:
    return git(repository, "rev-parse", rev)


def test_the_commit_that_brought_the_content_is_found(repository: Path) -> None:
    added = open_tree(repository, "HEAD").added("report.md")
    assert added is not None
    assert (added.commit, added.complete) == (at(repository, "HEAD~2"), True)
    assert added.when == added.authored == datetime.fromtimestamp(START + DAY, UTC)
    assert open_tree(repository, "HEAD").added("nowhere.md") is None


def test_when_it_was_written_and_when_committed_are_told_apart(repository: Path) -> None:
    (repository / "late.md").write_bytes(b"l\n")
    git(repository, "add", "late.md")
    git(
        repository,
        "commit",
        "-qm",
        "late",
        when=START + 30 * DAY,
        GIT_AUTHOR_DATE=f"{START + 20 * DAY} +0530",
    )
    added = open_tree(repository, "HEAD").added("late.md")
    assert added is not None
    assert (added.authored, added.when) == (
        datetime.fromtimestamp(START + 20 * DAY, UTC),
        datetime.fromtimestamp(START + 30 * DAY, UTC),
    )


def test_a_path_is_taken_literally(repository: Path) -> None:
    grown.commit(repository, {"*.md": b"star\n"}, when=START + 9 * DAY)
    grown.commit(repository, {"report.md": b"later\n"}, when=START + 10 * DAY)
    added = open_tree(repository, "HEAD").added("*.md")
    assert added is not None
    assert added.commit == at(repository, "HEAD~1")


def test_a_merged_branchs_own_commit_is_found(repository: Path) -> None:
    git(repository, "switch", "-qc", "side", "HEAD~1")
    brought = grown.commit(repository, {"side.md": b"s\n"}, when=START + 4 * DAY)
    git(repository, "switch", "-q", "main")
    git(repository, "merge", "-q", "--no-ff", "side", "-m", "merge", when=START + 5 * DAY)
    added = open_tree(repository, "HEAD").added("side.md")
    assert added is not None
    assert added.commit == brought


@pytest.mark.parametrize(
    ("since", "paths", "changed"),
    [
        ("HEAD~2", ["src"], True),
        ("HEAD~1", ["src"], False),
        ("HEAD~1", ["src", "other"], True),
        ("HEAD~3", ["report.md"], True),
        ("HEAD", ["src"], False),
        ("HEAD~3", ["*.md"], False),
        ("HEAD~2", ["never/there"], False),
        ("HEAD~2", [], None),
        ("1" * 40, ["src"], None),
    ],
)
def test_change_since_a_commit_is_told_for_files_and_folders(
    repository: Path,
    since: str,
    paths: list[str],
    changed: bool | None,  # noqa: FBT001
) -> None:
    commit = at(repository, since) if since.startswith("HEAD") else since
    assert open_tree(repository, "HEAD").changed_since(commit, paths) is changed


def test_a_commit_that_is_no_ancestor_tells_nothing(repository: Path) -> None:
    other = git(repository, "commit-tree", "HEAD^{tree}", "-m", "other")
    assert open_tree(repository, "HEAD").changed_since(other, ["src"]) is None


def test_the_root_names_the_repository_through_merges_of_others(repository: Path) -> None:
    first = at(repository, "HEAD~3")
    assert open_tree(repository, "HEAD").root == first
    foreign = git(repository, "commit-tree", "HEAD^{tree}", "-m", "foreign")
    merged = git(
        repository, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-p", foreign, "-m", "merge"
    )
    assert open_tree(repository, merged).root == first


def test_a_shallow_clone_says_that_its_history_is_cut(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    tree = open_tree(tmp_path / "shallow", "HEAD")
    added = tree.added("report.md")
    assert added is not None
    assert (tree.history_complete, added.complete) == (False, False)
    assert any("git fetch --unshallow" in note for note in tree.notes)
    assert tree.changed_since(at(repository, "HEAD~2"), ["src"]) is None
    git(tmp_path / "shallow", "fetch", "-q", "--unshallow", "origin")
    mended = open_tree(tmp_path / "shallow", "HEAD")
    assert (mended.history_complete, mended.changed_since(at(repository, "HEAD~2"), ["src"])) == (
        True,
        True,
    )


def test_replaced_and_grafted_history_is_not_followed(repository: Path) -> None:
    true = open_tree(repository, "HEAD").added("report.md")
    lie = git(repository, "commit-tree", "HEAD^{tree}", "-m", "lie")
    git(repository, "replace", "HEAD", lie)
    tree = open_tree(repository, "HEAD")
    assert (tree.commit, tree.history_complete) == (at(repository, "HEAD"), False)
    assert any("replace" in note for note in tree.notes)
    addition = tree.added("report.md")
    assert addition is not None
    assert true is not None
    assert (addition.commit, addition.complete) == (true.commit, False)
    git(repository, "replace", "-d", at(repository, "HEAD"))
    (repository / ".git/info/grafts").write_text(at(repository, "HEAD") + "\n")
    grafted = open_tree(repository, "HEAD")
    assert not grafted.history_complete
    assert any("grafts" in note for note in grafted.notes)
    addition = grafted.added("report.md")
    assert addition is not None
    assert addition.commit == true.commit


def test_a_replaced_blob_is_not_what_is_read(repository: Path) -> None:
    git(repository, "replace", at(repository, "HEAD:report.md"), grown.blob(repository, b"lie\n"))
    assert open_tree(repository, "HEAD").read("report.md") == b"two\n"


def test_each_line_is_as_old_as_the_commit_that_wrote_it(tmp_path: Path) -> None:
    repository = grown.new(tmp_path / "r", {"report.md": b"one\ntwo\nthree\n"})
    grown.commit(repository, {"report.md": b"one\nTWO\nthree\nfour\n"}, when=START + DAY)
    lines = open_tree(repository, "HEAD").line_authors("report.md")
    assert lines is not None
    assert {number: line.commit for number, line in lines.items() if line} == {
        1: at(repository, "HEAD~1"),
        2: at(repository, "HEAD"),
        3: at(repository, "HEAD~1"),
        4: at(repository, "HEAD"),
    }
    assert lines[2]
    assert lines[2].when == datetime.fromtimestamp(START + DAY, UTC)


def test_a_line_from_before_the_cut_of_a_shallow_clone_has_no_age(tmp_path: Path) -> None:
    repository = grown.new(tmp_path / "r", {"report.md": b"one\n"})
    for number, text in ((1, b"one\ntwo\n"), (2, b"one\ntwo\nthree\n")):
        grown.commit(repository, {"report.md": text}, when=START + number * DAY)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "2", repository.as_uri(), str(clone))
    lines = open_tree(clone, "HEAD").line_authors("report.md")
    assert lines is not None
    assert [line and line.commit for line in lines.values()] == [
        None,
        None,
        at(repository, "HEAD"),
    ]


def test_a_repository_decides_nothing_about_its_own_history(tmp_path: Path) -> None:
    """Neither a list of commits to pass over nor a converter of texts that it configures."""
    repository = grown.new(
        tmp_path / "r", {"report.md": b"one\n", ".gitattributes": b"*.md diff=x"}
    )
    grown.commit(repository, {"report.md": b"two\n"})
    (tmp_path / "ignored").write_text(at(repository, "HEAD"))
    git(repository, "config", "blame.ignoreRevsFile", str(tmp_path / "ignored"))
    git(repository, "config", "diff.x.textconv", f"touch {tmp_path / 'ran'}; cat")
    lines = open_tree(repository, "HEAD").line_authors("report.md")
    assert lines is not None
    assert [line and line.commit for line in lines.values()] == [at(repository, "HEAD")]
    assert not (tmp_path / "ran").exists()
