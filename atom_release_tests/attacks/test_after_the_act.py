"""A release that was made is looked at again: what its remote holds today, and what arrived.

Each story has its honest twin, in which nobody touched the remote.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from atom_release.acts.push import Wanted, push
from atom_release.cli.judge import exit_status
from atom_release.errors import ActFailed, Refused
from atom_release.graph.running import RunResult
from atom_release.release import verify_bundle
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.judged import judge
from atom_release_tests.fixtures.killed import copy
from atom_release_tests.fixtures.tiny import Tiny

# whole runs of a release, each in a repository of its own; the one that all begin with is made once
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("after-the-act")]

TAG = "v1-phaseX"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A release that was judged, tagged and pushed."""
    release = tiny.make(tmp_path_factory.mktemp("made") / "r")
    result = judge(release.settings)
    assert (exit_status(result), len(release.tags())) == (0, 2)
    return release


@pytest.fixture
def released(made: Tiny, tmp_path: Path) -> Tiny:
    """A copy of it, to be attacked."""
    folder = tmp_path / "r"
    settings = copy(made.settings, made.repository.parent, folder)
    return Tiny(folder / "repository", folder / "origin.git", settings)


def run_again(release: Tiny) -> tuple[int, str]:
    """Run once more and return the exit status with everything that was said."""
    result: RunResult = judge(release.settings)
    return exit_status(result), "\n".join(result.notes)


def test_an_honest_second_run_finds_the_release_where_it_was_left(released: Tiny) -> None:
    """The twin of all below: the remote was asked and holds it."""
    before = released.tags()
    status, output = run_again(released)
    assert (status, released.tags()) == (0, before)
    assert "already released" in output
    assert "origin.git holds the tag v1-phaseX as it was released" in output


def test_somebody_deletes_the_released_tag_at_the_remote(released: Tiny) -> None:
    """The next run says so and ends with 4; it does not push the tag again."""
    released.git("tag", "-d", TAG, at=released.origin)
    status, output = run_again(released)
    assert status == 4
    assert f"The released tag {TAG} is gone from " in output
    assert not released.git("tag", at=released.origin)


def test_somebody_moves_the_released_tag_at_the_remote_to_other_code(released: Tiny) -> None:
    """What people fetch under that name is not what was judged."""
    other = released.commit("src/one.py", "def one() -> int:\n    return 666\n")
    released.git("push", "-q", "-f", "origin", f"{other}:refs/tags/{TAG}")
    released.git("reset", "-q", "--hard", "HEAD^")
    status, output = run_again(released)
    assert status == 4
    assert f"was moved on {released.origin}: it is {other[:12]} there" in output


def test_the_tag_is_moved_at_the_remote_and_here_alike(released: Tiny) -> None:
    """Another tag object on the same release commit: the journal still knows what was pushed."""
    released.git("tag", "-f", "-a", "-m", "mine", TAG, f"{TAG}^{{commit}}")
    released.git("push", "-q", "-f", "origin", f"refs/tags/{TAG}")
    status, output = run_again(released)
    assert (status, "was moved on" in output) == (4, True)


def test_the_remote_cannot_be_reached_and_nobody_pretends_it_was(released: Tiny) -> None:
    """The recorded decision stands, with what is not known beside it."""
    shutil.move(released.origin, released.origin.with_name("elsewhere.git"))
    result = judge(released.settings)
    assert (exit_status(result), result.decision.verdict) == (4, "GREEN")
    assert "remote not asked" in "\n".join(result.notes)


def test_the_tag_is_deleted_and_a_fresh_clone_is_to_release_it_again(
    released: Tiny, tmp_path: Path
) -> None:
    """Nothing in the clone tells of the release; the journal of the acts does."""
    released.git("tag", "-d", TAG, at=released.origin)
    released.git("branch", "-D", "review/PhaseX", at=released.origin)
    fresh = tmp_path / "fresh"
    released.git("clone", "-q", str(released.origin), str(fresh), at=tmp_path)
    release = Tiny(fresh, released.origin, released.settings.with_options(repository=fresh))
    status, output = run_again(release)
    assert status == 4
    assert "was released before" in output
    assert release.tags() == {}


def test_a_fresh_clone_of_an_untouched_remote_finds_the_release(
    released: Tiny, tmp_path: Path
) -> None:
    """The honest twin: from the remote alone, with no tag in the clone."""
    fresh = tmp_path / "fresh"
    released.git("clone", "-q", "--no-tags", str(released.origin), str(fresh), at=tmp_path)
    release = Tiny(fresh, released.origin, released.settings.with_options(repository=fresh))
    assert run_again(release)[0] == 0


HOOKS = {
    "drops the tag": "#!/bin/sh\nexec git update-ref -d refs/tags/v1\n",
    "moves the tag": '#!/bin/sh\nexec git update-ref refs/tags/v1 "$(git rev-parse main)"\n',
    "does nothing": "#!/bin/sh\nexit 0\n",
}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_remote_takes_the_push_and_holds_something_else(hook: str, tmp_path: Path) -> None:
    """What arrived is read back: an answer of the remote is a claim too."""
    release = tiny.make(tmp_path / "r")
    script = release.origin / "hooks" / "post-receive"
    script.parent.mkdir(exist_ok=True)
    script.write_text(HOOKS[hook])
    script.chmod(0o755)
    release.git("tag", "-a", "-m", "x", "aside")
    tag_object = release.git("rev-parse", "aside")
    release.git("tag", "-d", "aside")
    wanted = Wanted("origin", "review/x", release.git("rev-parse", "HEAD"), "v1", tag_object)
    if hook == "does nothing":
        assert push(release.repository, wanted).refs["refs/tags/v1"] == tag_object
        return
    with pytest.raises(ActFailed, match=r"took the push of refs/tags/v1 \(\w+\) and (does not)?"):
        push(release.repository, wanted)
    assert not release.git("tag")


def test_an_auditor_verifies_the_bundle_and_the_remote_was_changed_since(released: Tiny) -> None:
    """`verify --repo` asks the remote: moved or gone is a refusal, out of reach is said."""
    bundle = Path(released.settings.out) / "releases" / "v1" / "PhaseX_AuditBundle.zip"
    key = Path(f"{released.settings.key_path}.pub")

    def remote_state() -> str:
        return str(verify_bundle.verify(bundle, key, released.repository)["remote"])

    assert "holds the tag v1-phaseX as it was released" in remote_state()
    hidden = released.origin.with_name("elsewhere.git")
    shutil.move(released.origin, hidden)
    assert remote_state().startswith("remote not asked: ")
    shutil.move(hidden, released.origin)
    released.git("tag", "-d", TAG, at=released.origin)
    with pytest.raises(Refused, match="is gone from"):
        remote_state()
