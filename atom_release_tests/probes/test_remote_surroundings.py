"""The tag's name and the remote, amid what users configure and what names stand there already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.git import Git
from atom_release.lab.look import Look
from atom_release.probes.remote import probe_remote
from atom_release.probes.tag import probe_tag
from atom_release_tests.fixtures.grown import git
from atom_release_tests.fixtures.remote_repository import look_at, never, repository

__all__ = ["repository"]  # the fixture


def named(look: Look, **release: str) -> Look:
    """Return the same surroundings with another tag or branch."""
    text = look.manifest.model_dump(exclude_unset=True)
    text["release"] |= release
    return replace(look, manifest=Manifest.model_validate(text))


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own configuration, empty at first."""
    path = tmp_path / "gitconfig"
    path.touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(path))
    return path


def test_a_user_who_lets_git_find_no_bare_repository_gets_the_same_answers(
    repository: Path, configured: Path
) -> None:
    configured.write_text("[safe]\n\tbareRepository = explicit\n")
    bare = repository.parent / "origin.git"
    assert Git(bare).line("rev-parse", "--is-bare-repository") == "true"
    assert Git(bare).own["core.bare"] == "true"
    for evidence in (probe_tag(look_at(repository), own=never), _remote(repository)):
        assert evidence.answer is Answer.YES, evidence.reason
        assert evidence.control is not None
        assert evidence.control.state is ControlState.ALIVE


def _remote(repository: Path) -> Evidence:
    return probe_remote(look_at(repository), own=never)


@pytest.mark.parametrize("of_pushes", [False, True])
def test_what_replaces_an_address_is_applied_once(
    repository: Path,
    configured: Path,
    of_pushes: bool,  # noqa: FBT001 - a table
) -> None:
    """Its base begins with what it replaces: applied twice, it leads nowhere."""
    root = repository.parent
    (root / "mirror" / "srv").mkdir(parents=True)
    (root / "origin.git").rename(root / "mirror" / "srv" / "app.git")
    git(repository, "remote", "set-url", "origin", "file:///srv/app.git")
    setting = "pushInsteadOf" if of_pushes else "insteadOf"
    configured.write_text(f'[url "file://{root}/mirror/"]\n\t{setting} = file:///\n')
    evidence = probe_tag(look_at(repository), own=never)
    assert evidence.answer is Answer.YES, evidence.reason
    assert evidence.facts["remote"] == f"file://{root}/mirror/srv/app.git"


@pytest.mark.parametrize("where", ["here", "on the remote"])
@pytest.mark.parametrize(
    ("standing", "wanted"),
    [("v1", "v1/calc"), ("v1/calc", "v1"), ("v1", "v1/calc/x"), ("v1/a/b", "v1")],
)
def test_a_tag_above_or_below_another_cannot_be_made(
    repository: Path, standing: str, wanted: str, where: str
) -> None:
    git(repository, "tag", "-a", standing, "-m", "old")
    if where == "on the remote":
        git(repository, "push", "-q", "origin", standing)
        git(repository, "tag", "-d", standing)
    evidence = probe_tag(named(look_at(repository), tag=wanted), own=never)
    assert evidence.answer is Answer.NO
    assert evidence.reason.startswith(f"{wanted} cannot be made: tag {standing} stands {where}")


@pytest.mark.parametrize("wanted", ["v1/calc", "v2", "v"])
def test_a_tag_beside_another_can_be_made(repository: Path, wanted: str) -> None:
    for standing in ("v1/other", "v1.0", "release/v2", "x/v/y"):
        git(repository, "tag", standing)
        git(repository, "push", "-q", "origin", standing)
    evidence = probe_tag(named(look_at(repository), tag=wanted), own=never)
    assert evidence.answer is Answer.YES, evidence.reason


@pytest.mark.parametrize("remote", ["nowhere", "gone"])
def test_a_tag_in_the_way_is_seen_without_a_remote(repository: Path, remote: str) -> None:
    git(repository, "remote", "add", "gone", str(repository.parent / "gone.git"))
    git(repository, "tag", "v1", "HEAD~1")
    evidence = probe_tag(look_at(repository, remote=remote), own=never)
    assert evidence.answer is Answer.NO
    assert evidence.reason.startswith("v1 already stands here")
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    git(repository, "tag", "-d", "v1")
    assert probe_tag(look_at(repository, remote=remote), own=never).answer is Answer.ABSENT


@pytest.mark.parametrize(
    ("standing", "wanted"), [("review", "review/v1"), ("review/v1/fix", "review/v1")]
)
def test_a_branch_above_or_below_another_cannot_be_pushed(
    repository: Path, standing: str, wanted: str
) -> None:
    git(repository, "push", "-q", "origin", f"HEAD~1:refs/heads/{standing}")
    evidence = probe_remote(named(look_at(repository), branch=wanted), own=never)
    assert evidence.answer is Answer.NO
    assert f"its branch {standing} is in the way" in evidence.reason
    assert evidence.remedy.endswith(f"git push origin --delete {standing}")


def test_a_branch_beside_another_can_be_pushed(repository: Path) -> None:
    for standing in ("review/v2", "reviews", "team/review"):
        git(repository, "push", "-q", "origin", f"HEAD~1:refs/heads/{standing}")
    evidence = probe_remote(look_at(repository), own=never)
    assert evidence.answer is Answer.YES, evidence.reason
