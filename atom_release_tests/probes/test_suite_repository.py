"""The copy that a suite runs in is a work tree of its own repository, and of no other.

Real git, pytest and sandbox.
"""

from __future__ import annotations

import subprocess
from functools import partial
from typing import TYPE_CHECKING

import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab import look as looking
from atom_release.lab.sandbox import Sandbox
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.grown import git
from atom_release_tests.fixtures.suite_site import Site, facts

if TYPE_CHECKING:
    from pathlib import Path

ASKS_GIT = """
import pathlib, subprocess

def ask(*arguments):
    here = pathlib.Path(__file__).parent
    return subprocess.check_output(["git", *arguments], cwd=here, text=True).strip()

def test_commit():
    assert len(ask("rev-parse", "HEAD")) == 40
    assert ask("rev-parse", "--show-prefix") == "tests/"

def test_nothing_was_changed():
    assert ask("status", "--porcelain") == ""

def test_history():
    assert ask("rev-list", "--count", "HEAD") == "{count}"

def test_no_other_repository():
    assert ask("remote") == ""
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A service with two commits, whose suite asks git."""
    site = Site(tmp_path)
    site.look()
    (tmp_path / "scratch").rmdir()
    site.suite["repeats"] = 1
    git(site.repository, "remote", "add", "origin", str(tmp_path / "elsewhere.git"))
    return site


@pytest.mark.parametrize(("history", "count"), [("commit", 1), ("full", 2)])
def test_a_suite_may_ask_git_for_the_judged_commit(site: Site, history: str, count: int) -> None:
    site.files["tests/test_git.py"] = ASKS_GIT.replace("{count}", str(count))
    site.suite["history"] = history
    evidence = site.ask()
    assert evidence.answer is Answer.YES, (evidence.reason, facts(evidence, "runs"))


def test_a_suite_that_asks_for_more_history_than_the_manifest_grants_does_not_get_it(
    site: Site,
) -> None:
    site.files["tests/test_git.py"] = ASKS_GIT.replace("{count}", "2")
    evidence = site.ask()
    assert evidence.answer is Answer.NO
    assert "test_history" in evidence.reason


_unshared = partial(Sandbox, namespaces="none")


def test_a_repository_of_its_own_without_namespaces_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As another user's process, and as an ordinary one."""
    site.files["tests/test_git.py"] = ASKS_GIT.replace("{count}", "1")
    monkeypatch.setattr(looking, "Sandbox", _unshared)
    evidence = site.ask()
    assert evidence.answer is Answer.YES, (evidence.reason, facts(evidence, "runs"))


@pytest.mark.parametrize("whole_history", [False, True])
def test_nothing_of_the_judged_repository_shows_but_the_commit(
    tmp_path: Path,
    whole_history: bool,  # noqa: FBT001 - a table
) -> None:
    """No path of it, no remote, no branch; of its objects those that were asked for."""
    repository = grown.new(tmp_path / "judged", {"a.py": b"first\n"})
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "tag", "-a", "v1", "-m", "v1")
    grown.commit(repository, {"a.py": b"second\n"})
    git(repository, "branch", "other")
    git(repository, "remote", "add", "origin", str(tmp_path / "origin.git"))
    tree, copy = open_tree(repository, "HEAD"), tmp_path / "copy"
    tree.write_to(copy)
    tree.write_repository(copy, whole_history=whole_history)

    assert git(copy, "rev-parse", "HEAD") == tree.commit
    assert git(copy, "for-each-ref", "--format=%(refname)") == (
        "refs/tags/v1" if whole_history else ""
    )
    held = subprocess.run(["git", "cat-file", "-e", first], cwd=copy, check=False)  # noqa: S607 - the git on the path
    assert (held.returncode == 0) is whole_history
    git(copy, "fsck", "--strict")
    for path in (copy / ".git").rglob("*"):
        assert not path.is_file() or str(tmp_path).encode() not in path.read_bytes(), path


def test_a_shallow_repository_s_history_ends_where_it_does(tmp_path: Path) -> None:
    repository = grown.new(tmp_path / "judged", {"a.py": b"1\n"})
    for number in (b"2\n", b"3\n"):
        grown.commit(repository, {"a.py": number})
    clone, copy = tmp_path / "clone", tmp_path / "copy"
    git(tmp_path, "clone", "-q", "--depth", "2", repository.as_uri(), str(clone))
    tree = open_tree(clone, "HEAD")
    tree.write_to(copy)
    tree.write_repository(copy, whole_history=True)
    assert git(copy, "rev-list", "--count", "HEAD") == "2"


def test_without_namespaces_too_a_suite_that_needs_no_code_is_vacuous(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There each run has a copy of its own, and what it loads from there is not from outside."""
    site.files["tests/test_fees.py"] = (
        "import svc.fees\ndef test_there():\n    assert svc.fees.fee\n"
    )
    monkeypatch.setattr(looking, "Sandbox", _unshared)
    evidence = site.ask()
    assert evidence.control is not None
    assert evidence.control.state is ControlState.VACUOUS, evidence.control
