"""Asking again until the answer is green: in a fresh clone, by killing runs, by hiding a red one.

What failed on a commit has failed. Each story has its honest twin, which is tagged.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from atom_release.errors import Refused
from atom_release.gate.vocabulary import Answer, Outcome, Verdict
from atom_release_tests.fixtures.attempts import (
    act,
    elsewhere,
    judge,
    judge_and_die,
    make,
    run_id,
)
from atom_release_tests.fixtures.tiny import Tiny

TAG = "v1-phaseX"


@pytest.fixture
def release(tmp_path: Path) -> Tiny:
    return make(tmp_path / "r")


def message(release: Tiny) -> str:
    """Return what the tag says."""
    return release.git("for-each-ref", "--format=%(contents)", f"refs/tags/{TAG}")


def verdict(release: Tiny, run: str, spoilt: str = "") -> Verdict:
    decision = judge(release, run, spoilt)
    assert decision is not None
    return decision.verdict


def test_a_release_that_is_green_at_once_is_tagged_and_says_so(release: Tiny) -> None:
    """The twin of all below."""
    assert verdict(release, "first") is Verdict.GREEN
    act(release, "first")
    assert len(release.tags()) == 2
    assert "Earlier-Attempts: 0" in message(release)


def test_red_here_and_then_asked_again_in_a_clone_without_history(
    release: Tiny, tmp_path: Path
) -> None:
    """A clone of depth 1 knows another first commit; it is the same judged commit all the same."""
    release.commit("src/two.py", "def two() -> int:\n    return 2\n")
    release.git("push", "-q", "origin", "main")
    assert verdict(release, "first", "P-6") is Verdict.RED
    shallow = tmp_path / "shallow"
    release.git("clone", "-q", "--depth", "1", f"file://{release.origin}", str(shallow))
    settings = release.settings.with_options(repository=shallow, out=str(tmp_path / "out"))
    again = Tiny(shallow, release.origin, settings)
    decision = judge(again, "second")
    assert decision is not None
    assert (decision.verdict, decision.criterion("P-6").flaky) == (Verdict.RED, True)
    with pytest.raises(Refused):
        act(again, "second")
    assert release.tags() == {}


def test_a_clone_of_depth_one_is_judged_like_any_other(release: Tiny, tmp_path: Path) -> None:
    """The honest twin: nothing failed before."""
    release.commit("src/two.py", "def two() -> int:\n    return 2\n")
    release.git("push", "-q", "origin", "main")
    shallow = tmp_path / "shallow"
    release.git("clone", "-q", "--depth", "1", f"file://{release.origin}", str(shallow))
    settings = release.settings.with_options(repository=shallow, out=str(tmp_path / "out"))
    assert verdict(Tiny(shallow, release.origin, settings), "first") is Verdict.GREEN


def test_four_runs_are_killed_once_they_look_red_and_a_fifth_is_green(release: Tiny) -> None:
    """A step's refusal counts from the moment it was made, and not only once a run decides."""
    for number in range(4):
        judge_and_die(release, f"killed{number}", "P-6")
    decision = judge(release, "fifth")
    assert decision is not None
    assert decision.criterion("P-6").outcome is Outcome.FAIL
    assert decision.criterion("P-6").reason.startswith("flaky: ")
    with pytest.raises(Refused):
        act(release, "fifth")
    assert release.tags() == {}


def test_four_runs_die_of_something_else_and_the_fifth_is_tagged_and_tells(release: Tiny) -> None:
    """The honest twin: a machine that goes down proves nothing against the release."""
    for number in range(4):
        judge_and_die(release, f"killed{number}")
    assert verdict(release, "fifth") is Verdict.GREEN
    act(release, "fifth")
    assert "Earlier-Attempts: 4" in message(release), message(release)
    assert message(release).count("Earlier-Attempt: RED ") == 4


def test_what_a_step_could_not_tell_does_not_stick(release: Tiny) -> None:
    """A doubt in a killed run is no refusal: the next run may be green."""
    judge(release, "first", "P-6", Answer.UNKNOWN, until="infra_simulation")
    assert verdict(release, "second") is Verdict.GREEN


def test_green_in_one_folder_then_red_in_another_and_the_first_is_acted_on(
    release: Tiny, tmp_path: Path
) -> None:
    """The newest decision on a commit is the history's, not an output folder's."""
    assert verdict(release, "first") is Verdict.GREEN
    assert verdict(elsewhere(release, tmp_path / "other"), "second", "P-6") is Verdict.RED
    with pytest.raises(Refused, match="a later run came to RED"):
        act(release, "first")
    assert release.tags() == {}


def test_green_in_one_folder_then_green_in_another_and_either_may_act(
    release: Tiny, tmp_path: Path
) -> None:
    """The honest twin."""
    assert verdict(release, "first") is Verdict.GREEN
    assert verdict(elsewhere(release, tmp_path / "other"), "second") is Verdict.GREEN
    act(release, "first")
    assert len(release.tags()) == 2


def test_a_red_run_is_deleted_so_that_the_green_one_before_it_is_the_newest(release: Tiny) -> None:
    """Nothing of the red run is left but the history."""
    assert verdict(release, "first") is Verdict.GREEN
    assert verdict(release, "second", "P-6") is Verdict.RED
    runs = Path(release.settings.out) / "runs" / release.git("rev-parse", "HEAD")
    shutil.rmtree(runs / run_id(release, "second"))
    with pytest.raises(Refused, match="a later run came to RED"):
        act(release, "third")
    assert release.tags() == {}


def test_a_later_run_is_killed_once_it_looks_red_and_the_older_green_is_acted_on(
    release: Tiny, tmp_path: Path
) -> None:
    """It came to no decision; that it refused a criterion stands in the history."""
    assert verdict(release, "first") is Verdict.GREEN
    judge_and_die(elsewhere(release, tmp_path / "other"), "second", "P-6")
    with pytest.raises(Refused, match=r"a later run refused P-6, T5 at .* and came to no decision"):
        act(release, "first")
    assert release.tags() == {}


def test_the_history_is_deleted_between_judging_and_acting(release: Tiny) -> None:
    """A decision that no history knows is not acted on."""
    assert verdict(release, "first") is Verdict.GREEN
    shutil.rmtree(release.settings.home / "history")
    with pytest.raises(Refused, match="does not hold the decision"):
        act(release, "first")
    assert release.tags() == {}


def amend(release: Tiny) -> None:
    """Give the newest commit another message, and so another name, and push it."""
    release.git("commit", "-q", "--amend", "-m", "the very same tree")
    release.git("push", "-q", "--force", "origin", "main")


def add_nothing(release: Tiny) -> None:
    """Make another commit of the same tree, and push it."""
    release.git("commit", "-q", "--allow-empty", "-m", "nothing")
    release.git("push", "-q", "origin", "main")


@pytest.mark.parametrize("again", [amend, add_nothing])
def test_red_and_then_another_commit_of_the_same_tree(
    again: Callable[[Tiny], None], release: Tiny
) -> None:
    """The same bytes were run: another message, or an empty commit on top, asks nothing new."""
    assert verdict(release, "first", "P-6") is Verdict.RED
    first = release.git("rev-parse", "HEAD")
    again(release)
    assert release.git("rev-parse", "HEAD") != first
    decision = judge(release, "second")
    assert decision is not None
    assert (decision.verdict, decision.criterion("P-6").flaky) == (Verdict.RED, True)
    assert f"the same tree, as commit {first[:12]}" in decision.criterion("P-6").reason
    with pytest.raises(Refused):
        act(release, "second")
    assert release.tags() == {}


def test_red_and_then_a_commit_that_mends_it(release: Tiny) -> None:
    """The honest twin: another tree is asked afresh."""
    assert verdict(release, "first", "P-6") is Verdict.RED
    release.commit("src/two.py", "def two() -> int:\n    return 2\n")
    release.git("push", "-q", "origin", "main")
    assert verdict(release, "second") is Verdict.GREEN
    act(release, "second")
    assert "Earlier-Attempts: 0" in message(release)


@pytest.mark.parametrize("criterion", ["P-2", "P-1"])
def test_what_another_history_mends_is_asked_again_on_the_same_tree(
    criterion: str, release: Tiny
) -> None:
    """The honest twin: what no code was run for may be another for another commit; it is told."""
    assert verdict(release, "first", criterion) is Verdict.RED
    first = release.git("rev-parse", "HEAD")
    amend(release)
    assert verdict(release, "second") is Verdict.GREEN
    act(release, "second")
    assert "Earlier-Attempts: 1" in message(release)
    assert f"(the same tree, as commit {first[:12]})" in message(release)


def test_a_red_under_another_manifest_is_not_held_against_this_one(
    release: Tiny, tmp_path: Path
) -> None:
    """The honest twin: somebody tried what a stricter manifest would say, from outside."""
    outside = tmp_path / "outside.yaml"
    content = release.subject().manifest_bytes.decode()
    outside.write_text(content.replace("name: Example", "name: Another"))
    settings = release.settings.with_options(manifest=outside, out=str(tmp_path / "other"))
    assert (
        verdict(Tiny(release.repository, release.origin, settings), "first", "P-6") is Verdict.RED
    )
    assert verdict(release, "second") is Verdict.GREEN
    act(release, "second")
    assert "Earlier-Attempts: 0" in message(release)
