"""What is judged is what the commit holds, byte for byte.

No attribute, filter, work tree or link stands between.
"""

from __future__ import annotations

import hashlib
import os
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from atom_release.errors import Misuse, ProbeFault
from atom_release.source.commit import JudgedTree, open_tree
from atom_release.source.objects import MissingBlob
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.grown import git


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return grown.new(
        tmp_path / "r",
        {
            "a.txt": b"a\r\n",
            "src/main.py": b"print(1)\n",
            "src/deep/x.py": b"",
            "run.sh": b"#!/bin/sh\n",
        },
    )


def test_a_file_is_read_with_its_digest(repository: Path) -> None:
    tree = open_tree(repository, "main")
    assert tree.read("a.txt") == b"a\r\n"
    assert tree.digest("a.txt") == hashlib.sha256(b"a\r\n").hexdigest()
    assert tree.entries["src"].kind == "tree"
    assert (tree.entries["a.txt"].size, tree.entries["src/deep/x.py"].size) == (3, 0)
    assert (tree.commit, tree.tree) == (
        git(repository, "rev-parse", "main"),
        git(repository, "rev-parse", "main^{tree}"),
    )


def test_the_work_tree_and_index_are_not_what_is_judged(repository: Path) -> None:
    before = open_tree(repository, "HEAD")
    assert before.notes == ()
    (repository / "a.txt").write_bytes(b"edited")
    (repository / "new.txt").write_bytes(b"new")
    git(repository, "add", "a.txt")
    tree = open_tree(repository, "HEAD")
    assert tree.read("a.txt") == b"a\r\n"
    assert "new.txt" not in tree.entries
    assert any("dirty (2 paths)" in note for note in tree.notes)


def test_attributes_hide_and_rewrite_nothing(repository: Path, tmp_path: Path) -> None:
    hook = tmp_path / "filtered"
    attributes = (
        b".env export-ignore\nversion.txt export-subst\n*.big filter=evil diff=evil\n*.txt text"
        b" eol=crlf\n*.enc working-tree-encoding=UTF-16\n"
    )
    content = {
        ".gitattributes": attributes,
        ".env": b"KEY=1\n",
        "version.txt": b"$Format:%H$\n",
        "x.big": b"version https://git-lfs\n",
        "y.enc": b"y\n",
    }
    git(repository, "config", "filter.evil.clean", "cat")
    for path, data in content.items():
        (repository / path).write_bytes(data)
    listing = git(repository, "ls-tree", "-z", "HEAD").encode()
    listing += b"".join(
        f"100644 blob {grown.blob(repository, data)}\t{path}\0".encode()
        for path, data in content.items()
    )
    commit = grown.commit_of_entries(repository, listing)
    git(repository, "config", "filter.evil.smudge", f"touch {hook}")
    git(repository, "config", "filter.evil.required", "true")
    tree = open_tree(repository, commit)
    tree.write_to(tmp_path / "copy")
    copied = files_below(tmp_path / "copy")
    assert {path: copied[path] for path in content} == content
    assert {path: tree.read(path) for path in content} == content
    assert not hook.exists()


def test_the_copy_is_counted_and_keeps_the_executable_bit(repository: Path, tmp_path: Path) -> None:
    git(repository, "update-index", "--chmod=+x", "run.sh")
    git(repository, "commit", "-qm", "x")
    copy = open_tree(repository, "HEAD").write_to(tmp_path / "copy")
    assert (copy.files, copy.bytes, copy.notes) == (4, 22, ())
    assert os.access(tmp_path / "copy/run.sh", os.X_OK)
    assert not os.access(tmp_path / "copy/a.txt", os.X_OK)
    again = open_tree(repository, "HEAD").write_to(tmp_path / "again")
    assert again.digest == copy.digest
    assert open_tree(repository, "HEAD~1").write_to(tmp_path / "older").digest != copy.digest


def test_a_folder_that_holds_something_is_not_written_to(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy/mine").write_bytes(b"")
    with pytest.raises(ProbeFault, match="not empty"):
        open_tree(repository, "HEAD").write_to(tmp_path / "copy")


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("*.py", []),
        ("src/*.py", ["src/main.py"]),
        ("**/*.py", ["src/deep/x.py", "src/main.py"]),
        ("src/**", ["src/deep/x.py", "src/main.py"]),
        ("src/**/x.py", ["src/deep/x.py"]),
        ("src/deep/**/x.py", ["src/deep/x.py"]),
        ("[ab].tx?", ["a.txt"]),
        ("[!b].txt", ["a.txt"]),
        ("[b-z].txt", []),
        ("src[/]main.py", []),
        ("src?main.py", []),
        ("a.txt", ["a.txt"]),
        ("aXtxt", []),
        ("src", []),
    ],
)
def test_a_pattern_matches_files_and_a_star_stays_in_its_folder(
    repository: Path, pattern: str, paths: list[str]
) -> None:
    assert open_tree(repository, "HEAD").glob(pattern) == paths


@pytest.mark.parametrize(
    "rev",
    [
        "--upload-pack=touch x",
        "-x",
        "",
        "no-such",
        "HEAD^{tree}",
        "main:a.txt",
        "a\nb",
        "a\0b",
        "HEAD~7",
    ],
)
def test_what_is_no_commit_is_misuse(repository: Path, rev: str) -> None:
    with pytest.raises(Misuse):
        open_tree(repository, rev)


def test_a_tag_and_a_short_id_name_their_commit(repository: Path) -> None:
    git(repository, "tag", "-a", "v1", "-m", "v1")
    commit = git(repository, "rev-parse", "HEAD")
    assert {
        open_tree(repository, rev).commit for rev in ("v1", commit[:10], "HEAD", "refs/heads/main")
    } == {commit}


def test_no_repository_is_misuse_that_names_the_way(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "empty", tmp_path / "nowhere", repository / "a.txt"):
        with pytest.raises(Misuse, match="--repo"):
            open_tree(place, "HEAD")
    with pytest.raises(Misuse, match="not its top") as caught:
        open_tree(repository / "src", "HEAD")
    assert str(repository) in caught.value.remedy


def test_a_bare_repository_is_as_good(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    tree = open_tree(tmp_path / "bare.git", "main")
    assert tree.read("a.txt") == b"a\r\n"
    assert (tree.notes, tree.history_complete) == ((), True)


def test_a_linked_work_tree_is_as_good(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    tree = open_tree(tmp_path / "linked", "HEAD")
    assert (tree.read("a.txt"), tree.notes) == (b"a\r\n", ())


def test_sha256_repositories_are_read_and_checked(tmp_path: Path) -> None:
    repository = grown.new(tmp_path / "r", {"a.txt": b"a\n"}, "--object-format=sha256")
    tree = open_tree(repository, "HEAD")
    assert len(tree.commit) == 64
    assert tree.write_to(tmp_path / "copy").files == 1
    assert tree.read("a.txt") == b"a\n"


def test_what_is_not_a_file_cannot_be_read(repository: Path) -> None:
    tree = open_tree(repository, "HEAD")
    with pytest.raises(ProbeFault, match=r"no\.txt is not in commit"):
        tree.read("no.txt")
    with pytest.raises(ProbeFault, match="folder"):
        tree.digest("src")


@pytest.mark.slow
def test_five_thousand_files_are_opened_read_and_written(tmp_path: Path) -> None:
    files = {f"d{number % 50}/f{number}.txt": b"%d" % number for number in range(5000)}
    tree = open_tree(grown.new(tmp_path / "r", files), "HEAD")
    assert len(tree.glob("**")) == 5000
    assert tree.write_to(tmp_path / "copy").files == 5000
    assert files_below(tmp_path / "copy") == files


def test_threads_read_at_the_same_time(repository: Path) -> None:
    grown.commit(repository, {f"f{number}": b"%d" % number * 9999 for number in range(40)})
    tree = open_tree(repository, "HEAD")
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda number: tree.read(f"f{number % 40}"), range(400)))
    assert read == [b"%d" % (number % 40) * 9999 for number in range(400)]


def test_a_reader_left_in_the_middle_does_not_spoil_the_next(repository: Path) -> None:
    grown.commit(repository, {"big": os.urandom(3 << 20), "small": b"small"})
    tree = open_tree(repository, "HEAD")
    chunks = tree.objects.chunks(tree.entries["big"].oid, "big")
    next(chunks)
    chunks.close()
    assert tree.read("small") == b"small"


def test_a_copy_that_does_not_fit_is_told_and_reading_goes_on(
    repository: Path, tmp_path: Path
) -> None:
    grown.commit(repository, {"big": os.urandom(3 << 20)})
    tree = open_tree(repository, "HEAD")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(ProbeFault, match="could not be written") as caught:
            tree.write_to(tmp_path / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.__cause__ is not None
    assert tree.read("a.txt") == b"a\r\n"


def loose(repository: Path, oid: str) -> Path:
    return repository / ".git/objects" / oid[:2] / oid[2:]


def test_a_missing_blob_touches_only_who_reads_it(repository: Path, tmp_path: Path) -> None:
    gone = open_tree(repository, "HEAD").entries["src/main.py"].oid
    loose(repository, gone).unlink()
    tree = open_tree(repository, "HEAD")
    assert tree.read("a.txt") == b"a\r\n"
    for reading in (tree.read, tree.digest):
        with pytest.raises(MissingBlob, match=r"src/main\.py") as caught:
            reading("src/main.py")
        assert "git fetch" in caught.value.remedy
    assert tree.read("a.txt") == b"a\r\n"
    with pytest.raises(MissingBlob):
        tree.write_to(tmp_path / "copy")


def test_an_object_that_is_not_what_its_id_says_is_refused(
    repository: Path, tmp_path: Path
) -> None:
    tree = open_tree(repository, "HEAD")
    wrong, right = (loose(repository, tree.entries[path].oid) for path in ("src/main.py", "a.txt"))
    wrong.chmod(0o644)
    wrong.write_bytes(right.read_bytes())
    for act in (lambda: tree.read("src/main.py"), lambda: tree.write_to(tmp_path / "copy")):
        with pytest.raises(ProbeFault, match=r"fsck|id") as caught:
            act()
        assert "fsck" in caught.value.remedy
    assert open_tree(repository, "HEAD").read("a.txt") == b"a\r\n"


def test_a_partial_clone_lacks_blobs_and_fetches_none(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(
        tmp_path,
        "clone",
        "-q",
        "--no-checkout",
        "--filter=blob:none",
        f"file://{repository}",
        "partial",
    )
    held = git(tmp_path / "partial", "count-objects", "-v")
    tree: JudgedTree = open_tree(tmp_path / "partial", "HEAD")
    with pytest.raises(MissingBlob, match=r"a\.txt") as caught:
        tree.read("a.txt")
    assert caught.value.remedy == "Fetch it: git fetch --refetch --no-filter origin"
    assert tree.version("a.txt") == f"git:{tree.entries['a.txt'].oid}"
    assert any("partial" in note for note in tree.notes)
    assert tree.history_complete
    assert git(tmp_path / "partial", "count-objects", "-v") == held
    git(tmp_path / "partial", "fetch", "-q", "--refetch", "--no-filter", "origin")
    assert open_tree(tmp_path / "partial", "HEAD").read("a.txt") == b"a\r\n"


def test_a_clone_without_trees_says_how_to_mend_it(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(
        tmp_path,
        "clone",
        "-q",
        "--no-checkout",
        "--filter=tree:0",
        f"file://{repository}",
        "partial",
    )
    with pytest.raises(Misuse, match="not whole") as caught:
        open_tree(tmp_path / "partial", "HEAD")
    assert caught.value.remedy == "git fetch --refetch --no-filter origin"


def test_a_tree_is_listed_once_and_again_where_something_was_missing(repository: Path) -> None:
    """What is whole stays whole by its id; what a clone lacks may have come since."""
    first = open_tree(repository, "HEAD")
    assert open_tree(repository, "HEAD").entries is first.entries
    (repository / "more.txt").write_text("more\n")
    git(repository, "add", "more.txt")
    git(repository, "commit", "-q", "-m", "more")
    path = loose(repository, git(repository, "rev-parse", "HEAD:more.txt"))
    content = path.read_bytes()
    path.unlink()
    assert open_tree(repository, "HEAD").entries["more.txt"].size == 0
    path.write_bytes(content)
    assert open_tree(repository, "HEAD").entries["more.txt"].size == 5


def test_what_was_read_is_kept_only_up_to_its_bound(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = open_tree(repository, "HEAD")
    path = next(path for path, entry in tree.entries.items() if entry.is_file and entry.size)
    oid = tree.entries[path].oid
    monkeypatch.setattr("atom_release.source.objects._KEEP", 0)
    content = tree.read(path)
    assert tree.objects._kept == {}
    monkeypatch.undo()
    assert tree.read(path) == content
    assert tree.objects._kept == {oid: content}
