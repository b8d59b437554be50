"""The acts, killed at every moment at which the world has just changed or is about to.

And run again: everything is there once.

Each case starts from the same recorded GREEN store, is ended by SIGKILL at one moment, and then
runs the acts again in a new process.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from atom_release.acts.journal import Journal
from atom_release.records.pages import FolderPages
from atom_release.settings import Settings
from atom_release_tests.fixtures import killed, tiny
from atom_release_tests.fixtures.tiny import Tiny


@dataclass(frozen=True)
class Recorded:
    """A release with a GREEN decision in its store, and the moments that its acts pass."""

    folder: Path
    settings: Settings
    moments: tuple[str, ...]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    base = tmp_path_factory.mktemp("crash")
    release = tiny.make(base / "green")
    with dg.DagsterInstance.ephemeral() as instance:
        release.audit(instance)
    bundle = Path(release.settings.out) / "releases" / "v1" / "PhaseX_AuditBundle.zip"
    bundle.unlink()  # so that the acts make it
    whole = killed.copy(release.settings, base / "green", base / "whole")
    status, moments, output = killed.run(whole, "whole", base)
    assert status == 0, output
    return Recorded(base / "green", release.settings, tuple(moments))


def crash(recorded: Recorded, moment: str, folder: Path) -> Tiny:
    """Kill the acts at a moment and run them again."""
    settings = killed.copy(recorded.settings, recorded.folder, folder / "release")
    release = Tiny(folder / "release" / "repository", folder / "release" / "origin.git", settings)
    status, passed, output = killed.run(settings, "first", folder, moment)
    assert (status, passed[-1]) == (-signal.SIGKILL, moment), output
    assert_whole_or_nothing(release)
    status, _, output = killed.run(settings, "second", folder)
    assert status == 0, (moment, output)
    return release


def assert_whole_or_nothing(release: Tiny) -> None:
    """What a crash leaves.

    At the origin both references or neither, and nothing here that is not there.
    """
    there = release.git("for-each-ref", "--format=%(refname)", at=release.origin).splitlines()
    assert ("refs/heads/review/PhaseX" in there) == ("refs/tags/v1-phaseX" in there)
    here = release.git(
        "for-each-ref", "--format=%(refname)", "refs/tags", "refs/heads/review"
    ).splitlines()
    assert set(here) <= set(there)


def assert_everything_once(release: Tiny) -> None:
    """One tag, one R, one request, one bundle, and a journal with nothing left to do."""
    judged = release.git("rev-parse", "HEAD")
    tag = release.git("rev-parse", "v1-phaseX")
    assert release.tags() == {"refs/tags/v1-phaseX": tag, "origin refs/tags/v1-phaseX": tag}
    commit = release.git("rev-parse", "v1-phaseX^{commit}")
    assert release.git("rev-list", "--parents", "-1", commit) == f"{commit} {judged}"
    assert (
        release.git("rev-parse", "review/PhaseX")
        == release.git("rev-parse", "review/PhaseX", at=release.origin)
        == commit
    )
    out = Path(release.settings.out)
    requests = {path.read_bytes() for path in out.rglob("PhaseX_PullRequest.md")}
    assert (len(requests), commit in next(iter(requests)).decode()) == (1, True)
    (bundle,) = out.rglob("*.zip")
    assert release.git(
        "show", f"{commit}:releases/v1/PhaseX_Decision.dsse.json"
    ) in bundle.read_text(errors="replace")
    entry = Journal(FolderPages(Path(release.settings.home) / "journal")).read(judged, "v1")
    assert entry is not None
    assert (entry.left, entry.committed, entry.tagged) == ((), commit, tag)
    assert [path.name for path in out.rglob(".writing.*")] == []


NAMED = (
    "before write journal 1",
    "after write journal 1",
    "after write journal 2",
    "after write journal 3",
    "before git push 1",
    "after git push 1",
    "after write journal 4",
    "after write journal 5",
    "after write journal 6",
    "before write PhaseX_PullRequest.md 1",
    "before write PhaseX_AuditBundle.zip 1",
)


@pytest.mark.parametrize("moment", NAMED[4:7])
def test_killed_around_the_push_and_run_again_there_is_one_of_each(
    moment: str, recorded: Recorded, tmp_path: Path
) -> None:
    """The moments that matter most; all the others below."""
    assert_everything_once(crash(recorded, moment, tmp_path))


def test_the_named_moments_are_passed(recorded: Recorded) -> None:
    assert set(NAMED) <= set(recorded.moments), recorded.moments


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_there_is_one_of_each(
    recorded: Recorded, tmp_path: Path
) -> None:
    duplicates = 0
    for number, moment in enumerate(recorded.moments):
        folder = tmp_path / str(number)
        folder.mkdir()
        release = crash(recorded, moment, folder)
        assert_everything_once(release)
        duplicates += len(release.tags()) - 2
    print(f"crash points: {len(recorded.moments)}, duplicates {duplicates}")  # noqa: T201 - a figure, shown by -rP
    assert len(recorded.moments) >= 20
