"""A repository made to harm whoever looks at it.

Nothing it names runs, nothing it links to is read or written.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atom_release.errors import Misuse, ProbeFault
from atom_release.git import Git, GitError, shown
from atom_release.git.remote import push_address, references
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.grown import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return grown.new(tmp_path / "r", {"a.txt": b"a\n", "src/b.txt": b"b\n"})


@pytest.mark.parametrize(
    ("links", "refused"),
    [
        ({"in": "a.txt", "src/up": "../a.txt", "src/here": ".", "dangling": "nothing/there"}, []),
        ({"out": "/etc/passwd"}, ["out"]),
        ({"src/out": "../../x"}, ["src/out"]),
        ({"top": "src/..", "out": "top/../x"}, ["out"]),
        ({"src/top": "..", "out": "src/top/../x"}, ["out"]),
        ({"one": "two", "two": "three", "three": ".."}, ["one", "three", "two"]),
        ({"loop": "loop", "ping": "pong", "pong": "ping"}, []),
        ({"nul": "a\udcffb", "long": "x/" * 3000}, ["long"]),
        ({"back": "../r/a.txt"}, ["back"]),
    ],
)
def test_links_out_of_the_tree_are_left_out_and_noted(
    repository: Path, tmp_path: Path, links: dict[str, str], refused: list[str]
) -> None:
    index = b"".join(
        f"120000 {grown.blob(repository, os.fsencode(target))}\t{path}\0".encode()
        for path, target in links.items()
    )
    git(repository, "update-index", "--add", "-z", "--index-info", stdin=index)
    git(repository, "commit", "-qm", "links")
    tree = open_tree(repository, "HEAD")
    copy = tree.write_to(tmp_path / "copy")
    assert copy.notes == tuple(f"not written: {path} is a link out of the tree" for path in refused)
    written = {path for path in links if (tmp_path / "copy" / path).is_symlink()}
    assert written == links.keys() - set(refused)
    assert copy.files == 2 + len(written)


def test_a_link_is_read_as_its_text_and_no_pattern_finds_it(repository: Path) -> None:
    (repository / "secret.md").symlink_to("/etc/passwd")
    grown.commit(repository, {})
    tree = open_tree(repository, "HEAD")
    assert tree.read("secret.md") == b"/etc/passwd"
    assert tree.glob("*.md") == []


def test_a_gitlink_without_gitmodules_is_listed_and_touches_only_who_reads_it(
    repository: Path, tmp_path: Path
) -> None:
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendored")
    git(repository, "commit", "-qm", "gitlink")
    tree = open_tree(repository, "HEAD")
    assert tree.entries["vendored"].kind == "commit"
    with pytest.raises(ProbeFault, match="gitlink"):
        tree.read("vendored")
    assert tree.write_to(tmp_path / "copy").files == 2
    assert (tmp_path / "copy/vendored").is_dir()
    assert tree.notes == ("vendored is a gitlink: its content is not in this repository",)


def test_names_that_are_not_text_are_kept(repository: Path, tmp_path: Path) -> None:
    names = [b"caf\xe9.txt", b"two\nlines", b'quo"te', b" space ", b"tab\t", "ünï.txt".encode()]
    listing = b"".join(
        f"100644 blob {grown.blob(repository, name)}\t".encode() + name + b"\0" for name in names
    )
    tree = open_tree(repository, grown.commit_of_entries(repository, listing))
    assert {path.encode("utf-8", "surrogateescape"): tree.read(path) for path in tree.entries} == {
        name: name for name in names
    }
    tree.write_to(tmp_path / "copy")
    assert sorted(os.fsencode(path.name) for path in (tmp_path / "copy").iterdir()) == sorted(names)
    assert shown("caf\udce9\n") == "caf\\udce9\\n"


@pytest.mark.parametrize("name", [b".git", b".GIT", b"..", b".", b"git~1", b".git ", b"..\x2fout"])
def test_names_that_git_would_not_check_out_are_not_written(
    repository: Path, tmp_path: Path, name: bytes
) -> None:
    content = grown.blob(repository, b"evil")
    inner = grown.raw_tree(repository, ("100644", b"config", content))
    tree_id = grown.raw_tree(repository, ("40000", name, inner), ("100644", b"ok", content))
    tree = open_tree(repository, git(repository, "commit-tree", tree_id, "-m", "evil"))
    copy = tree.write_to(tmp_path / "deep/copy")
    assert copy.files == 1
    assert [path.name for path in (tmp_path / "deep").rglob("*")] == ["copy", "ok"]
    assert len(copy.notes) == 2
    assert any("not a path that git would check out" in note for note in tree.notes)


@pytest.mark.parametrize("second", ["link", "file"])
def test_a_path_that_stands_twice_is_not_judged(
    repository: Path, tmp_path: Path, second: str
) -> None:
    """Git's checkout takes the last of the two, its `show` and other tools the first."""
    (tmp_path / "outside").mkdir()
    content, link = (
        grown.blob(repository, b"evil"),
        grown.blob(repository, str(tmp_path / "outside").encode()),
    )
    inner = grown.raw_tree(repository, ("100644", b"x", content))
    twice = {
        "link": (("120000", b"a", link), ("40000", b"a", inner)),
        "file": (("100644", b"a", content), ("100644", b"a", link)),
    }
    tree_id = grown.raw_tree(repository, *twice[second])
    commit = git(repository, "commit-tree", tree_id, "-m", "evil")
    with pytest.raises(Misuse, match="a stands twice in it"):
        open_tree(repository, commit)


def test_a_few_objects_that_name_more_files_than_a_machine_holds_are_not_listed(
    repository: Path,
) -> None:
    """Each tree names ten times the one below it: 10,000,000,000 files, in eleven objects."""
    inner, mode = grown.blob(repository, b"x"), "100644"
    for _ in range(10):
        names = [(mode, b"%d" % number, inner) for number in range(10)]
        inner, mode = grown.raw_tree(repository, *names), "40000"
    commit = git(repository, "commit-tree", inner, "-m", "evil")
    with pytest.raises(Misuse, match="more than 1,000,000 files and folders"):
        open_tree(repository, commit)


def test_nothing_that_the_repository_configures_is_run(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f'#!/bin/sh\necho "$0 $*" >> {ran}\ncat\nexit 0\n')
    evil.chmod(0o755)
    hooks = repository / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-push"):
        (hooks / name).symlink_to(evil)
    grown.commit(
        repository, {".gitattributes": b"*.txt filter=evil diff=evil\n"}, when=1_700_000_100
    )
    signed = git(repository, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n", 1
    )
    git(
        repository,
        "update-ref",
        "HEAD",
        git(
            repository,
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--stdin",
            stdin=signed.encode() + b"\n",
        ),
    )
    for key in ("core.fsmonitor", "core.sshCommand", "core.askPass", "core.pager", "core.editor", "gpg.program", "diff.external", "diff.evil.textconv",
                "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "credential.helper", "core.gitProxy",
                "core.alternateRefsCommand", "remote.origin.uploadpack", "uploadpack.packObjectsHook"):  # fmt: skip
        git(repository, "config", key, str(evil))
    git(repository, "config", "core.hooksPath", "hooks")
    git(repository, "config", "log.showSignature", "true")
    git(repository, "config", "filter.evil.required", "true")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(evil))
    (repository / "a.txt").write_bytes(b"x\n")
    os.utime(repository / "a.txt", (1, 1))
    tree = open_tree(repository, "HEAD")
    assert any("dirty (1 paths)" in note for note in tree.notes)
    first = git(repository, "rev-list", "--max-parents=0", "HEAD")
    assert (
        tree.read("a.txt"),
        tree.changed_since(first, ["src"]),
        tree.added(".gitattributes") is None,
    ) == (b"a\n", False, False)
    tree.write_to(tmp_path / "copy")
    for url in (f"ext::{evil}", "ssh://127.0.0.1:1/x", "http://127.0.0.1:1/x"):
        git(repository, "config", "remote.origin.url", url)
        with pytest.raises(GitError):
            references(Git(repository), url, "HEAD", timeout=20)
    with pytest.raises(GitError, match="program"):
        push_address(Git(repository), "origin")
    git(repository, "config", "--unset", "remote.origin.uploadpack")
    git(repository, "config", "remote.origin.url", f"file://{repository}")
    assert references(
        Git(repository), str(push_address(Git(repository), "origin")), "HEAD", timeout=20
    ) == {"HEAD": tree.commit}
    assert not ran.exists(), ran.read_text()
    # As a person would; without what talks a protocol: a program that only echoes can leave git
    # waiting for it without end.
    git(repository, "config", "--unset", "filter.evil.process")
    plain = ["git", "-C", str(repository), "-c", "core.fsmonitor=false", "status"]
    subprocess.run(plain, check=False, capture_output=True, timeout=60)
    assert ran.exists(), "the trap itself must work: plain git has to step into it"


def test_variables_of_another_git_do_not_lead_astray(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = grown.new(tmp_path / "other", {"other.txt": b""})
    for name, value in (
        ("GIT_DIR", other / ".git"),
        ("GIT_WORK_TREE", other),
        ("GIT_INDEX_FILE", tmp_path / "i"),
        ("GIT_OBJECT_DIRECTORY", tmp_path),
    ):
        monkeypatch.setenv(name, str(value))
    assert "a.txt" in open_tree(repository, "HEAD").entries


def test_another_users_repository_is_refused_with_the_remedy(repository: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    for path in [repository, *repository.rglob("*")]:
        os.chown(path, 65534, 65534, follow_symlinks=False)
    with pytest.raises(Misuse, match="another user") as caught:
        open_tree(repository, "HEAD")
    assert f"safe.directory {repository}" in caught.value.remedy


def test_the_reading_git_ends_with_its_tree(repository: Path) -> None:
    program = (
        "import sys, pathlib\nfrom atom_release.source.commit import open_tree\ntree ="
        f" open_tree(pathlib.Path({str(repository)!r}),"
        " 'HEAD')\ntree.read('a.txt')\nprint(tree.objects._process.pid)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert not Path(f"/proc/{done.stdout.strip()}").exists()
