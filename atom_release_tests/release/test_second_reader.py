"""A released tag is read by GitPython too, from the files, whatever git is made to say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atom_release.acts.push import push
from atom_release.errors import Refused
from atom_release.release.second_reader import TagAsRead, confirm
from atom_release_tests.fixtures.acts_repository import ARTIFACTS, judged, made, repository
from atom_release_tests.fixtures.grown import git

__all__ = ["repository"]  # the fixture

PATH = "releases/v1/PhaseX_Decision.dsse.json"


@pytest.fixture
def as_read(repository: Path) -> TagAsRead:
    """A tag as git reads it."""
    wanted = made(repository)
    push(repository, wanted)
    return TagAsRead(wanted.commit, judged(repository), ARTIFACTS[PATH])


def test_both_read_a_release_alike_loose_and_packed(repository: Path, as_read: TagAsRead) -> None:
    assert confirm(repository, "v1", PATH, as_read) == "git and GitPython alike"
    git(repository, "gc", "-q", "--prune=now")
    assert confirm(repository, "v1", PATH, as_read) == "git and GitPython alike"


@pytest.mark.parametrize(
    "other", [{"commit": "1" * 40}, {"parent": "1" * 40}, {"content": b"{} "}], ids=str
)
def test_what_differs_is_refused(
    repository: Path, as_read: TagAsRead, other: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="show another release under v1"):
        confirm(repository, "v1", PATH, replace(as_read, **other))  # type: ignore[arg-type]


def test_what_a_repository_configures_is_not_started(
    repository: Path, as_read: TagAsRead, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "filter.evil.smudge", "diff.external"):
        git(repository, "config", key, str(trap))
    assert confirm(repository, "v1", PATH, as_read) == "git and GitPython alike"
    assert not (tmp_path / "started").exists()


def test_what_it_cannot_read_it_says(repository: Path, as_read: TagAsRead) -> None:
    assert confirm(repository, "v2", PATH, as_read).startswith("git alone: GitPython cannot read")
