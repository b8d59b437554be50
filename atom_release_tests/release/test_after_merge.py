"""A release that is tagged after its merge: proposed, merged in any way, judged again, tagged."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from atom_release.errors import ActFailed, Refused
from atom_release.release import open_pull_request
from atom_release.release.after_merge import Nothing, Proposed, tag_or_propose
from atom_release.release.merged_proposal import Merge, find_merge, read_base
from atom_release.release.tag_release import Released
from atom_release_tests.fixtures import killed, merging
from atom_release_tests.fixtures.forge.github import TOKEN, github
from atom_release_tests.fixtures.merging import BRANCH, act, copied, journalled, merge, work_at
from atom_release_tests.fixtures.tiny import Tiny

pytestmark = pytest.mark.slow  # a commit is judged, merged in several ways, and judged again

TAG = "v1-phaseX"


@pytest.fixture(scope="module")
def proposal(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A release that was judged GREEN and proposed."""
    release = merging.make(tmp_path_factory.mktemp("proposal") / "r")
    assert isinstance(act(release), Proposed)
    return release


@pytest.fixture
def proposed(proposal: Tiny, tmp_path: Path) -> Tiny:
    """A copy of it, to be merged."""
    return copied(proposal, tmp_path / "r")


def head(release: Tiny) -> str:
    return release.git("rev-parse", "HEAD")


def merge_in_base(release: Tiny) -> Merge | None:
    subject = work_at(release, "HEAD").subject
    return find_merge(subject, read_base(subject))


def test_a_proposal_is_the_branch_with_the_evidence_and_no_tag(proposed: Tiny) -> None:
    tip = proposed.git("rev-parse", BRANCH, at=proposed.origin)
    assert proposed.git("rev-parse", f"{tip}^1") == head(proposed)
    assert "releases/v1/PhaseX_Decision.dsse.json" in proposed.git(
        "ls-tree", "-r", "--name-only", tip
    )
    assert proposed.tags() == {}
    entry = journalled(proposed, head(proposed))
    assert entry is not None
    assert (entry.committed, entry.proposed is None, entry.tagged) == (tip, False, None)
    text = open_pull_request.request_merge(work_at(proposed, "HEAD")).text
    assert "squashed or rebased. Nothing is tagged yet" in text
    assert f"`{TAG}` once it is merged" in text


def test_proposing_again_finds_what_stands(proposed: Tiny) -> None:
    refs = proposed.git("for-each-ref", at=proposed.origin)
    again = tag_or_propose(work_at(proposed, "HEAD"))
    assert isinstance(again, Proposed)
    assert (again.before, proposed.git("for-each-ref", at=proposed.origin)) == (True, refs)


@pytest.mark.parametrize(
    ("way", "meanwhile"),
    [
        ("fast-forward", ""),
        *((way, work) for way in ("merge commit", "squash", "rebase") for work in ("", "other\n")),
    ],
)
def test_each_way_to_merge_is_known_by_git_alone(proposed: Tiny, way: str, meanwhile: str) -> None:
    assert merge_in_base(proposed) is None
    merged = merge(proposed, way, meanwhile)
    assert merge_in_base(proposed) == Merge(head(proposed), merged, way, not meanwhile)  # type: ignore[arg-type]


def test_the_merged_commit_is_judged_for_itself_and_only_then_tagged(proposed: Tiny) -> None:
    merged = merge(proposed, "squash", "another's work\n")
    with pytest.raises(Refused, match="No complete run has judged commit"):
        tag_or_propose(work_at(proposed, merged))
    assert proposed.tags() == {}
    released = act(proposed, merged)
    assert isinstance(released, Released)
    assert proposed.git("rev-parse", f"{TAG}^{{commit}}^1", at=proposed.origin) == merged
    message = proposed.git("cat-file", "tag", TAG)
    assert f"Judged-Commit: {merged}" in message
    assert "Merged-By: squash, another tree than was proposed" in message
    tip = proposed.git("rev-parse", BRANCH, at=proposed.origin)
    assert proposed.git("rev-parse", f"{tip}^1") == head(proposed)  # the branch stayed
    assert open_pull_request.is_merged(work_at(proposed, merged))
    before = proposed.tags()
    again = tag_or_propose(work_at(proposed, merged))
    assert isinstance(again, Released)
    assert (again.before, proposed.tags()) == (True, before)


def test_a_merged_commit_that_is_not_green_is_not_tagged(proposed: Tiny) -> None:
    """Its proposal was GREEN; what came with the merge is judged, and nothing is taken over."""
    merge(proposed, "squash")
    keeper = proposed.origin.parent / "keeper"
    (keeper / "reports/X.1.md").unlink()
    proposed.git("commit", "-q", "-a", "--amend", "-m", "squashed otherwise", at=keeper)
    proposed.git("push", "-q", "-f", "origin", "main", at=keeper)
    proposed.git("fetch", "-q", "origin")
    merged = proposed.git("rev-parse", "main", at=keeper)
    with pytest.raises(Refused, match="is RED"):
        act(proposed, merged)
    assert proposed.tags() == {}


def test_only_the_commit_that_merged_it_is_tagged(proposed: Tiny) -> None:
    merged = merge(proposed, "squash")
    keeper = proposed.origin.parent / "keeper"
    (keeper / "later.txt").write_text("later\n")
    proposed.git("add", "-A", at=keeper)
    proposed.git("commit", "-q", "-m", "later", at=keeper)
    proposed.git("push", "-q", "origin", "main", at=keeper)
    proposed.git("fetch", "-q", "origin")
    later = proposed.git("rev-parse", "main", at=keeper)
    with pytest.raises(ActFailed, match=f"merged there as {merged[:12]} by squash") as caught:
        tag_or_propose(work_at(proposed, later))
    assert caught.value.remedy == f"atom-release run --rev {merged[:12]}"
    of_proposed = tag_or_propose(work_at(proposed, "HEAD"))
    assert isinstance(of_proposed, Nothing)
    assert f"atom-release run --rev {merged[:12]}" in of_proposed.sentence


def test_a_proposal_and_a_trial_merge_of_it_are_not_proposed_again(proposed: Tiny) -> None:
    """What a pipeline checks out of a pull request: its head, or a merge that nobody has."""
    tip = proposed.git("rev-parse", BRANCH, at=proposed.origin)
    proposed.git("checkout", "-q", "--detach", "main")
    proposed.git("merge", "-q", "--no-ff", "-m", "trial", tip)
    for revision in (tip, "HEAD"):
        waiting = tag_or_propose(work_at(proposed, revision))
        assert isinstance(waiting, Nothing), revision
        assert "waits for its merge into main" in waiting.sentence
    assert proposed.git("rev-parse", BRANCH, at=proposed.origin) == tip


def test_a_merge_that_was_taken_back_is_none(proposed: Tiny) -> None:
    merge(proposed, "squash")
    keeper = proposed.origin.parent / "keeper"
    proposed.git("revert", "--no-edit", "HEAD", at=keeper)
    proposed.git("push", "-q", "origin", "main", at=keeper)
    assert merge_in_base(proposed) is None


def test_a_decision_that_was_edited_in_the_merge_is_refused(proposed: Tiny) -> None:
    merge(proposed, "squash")
    keeper = proposed.origin.parent / "keeper"
    snapshot = keeper / "releases/v1/PhaseX_Snapshot.json"
    snapshot.write_text(snapshot.read_text().replace("GREEN", "GREEN "))
    proposed.git("commit", "-q", "-a", "--amend", "-m", "edited", at=keeper)
    proposed.git("push", "-q", "-f", "origin", "main", at=keeper)
    with pytest.raises(Refused, match="is not the proposal as this gate signed it"):
        merge_in_base(proposed)


def test_the_base_is_none_that_the_judged_commit_chooses(proposed: Tiny) -> None:
    manifest = (proposed.repository / "release.yaml").read_text()
    proposed.commit("release.yaml", manifest.replace("base: main", "base: mine"))
    proposed.git("push", "-q", "origin", "HEAD:refs/heads/mine")
    with pytest.raises(ActFailed, match=r"release\.base is mine, and the default branch is main"):
        read_base(work_at(proposed, "HEAD").subject)


def test_what_was_taken_back_by_a_person_is_not_pushed_again(proposed: Tiny) -> None:
    proposed.git("update-ref", "-d", f"refs/heads/{BRANCH}", at=proposed.origin)
    with pytest.raises(ActFailed, match=r"was proposed at .* not merged into main"):
        tag_or_propose(work_at(proposed, "HEAD"))
    assert BRANCH not in proposed.git("for-each-ref", at=proposed.origin)


def test_that_a_forge_says_merged_tags_nothing(
    proposed: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pull request is there and told to be merged; git knows nothing of it."""
    proposed.git("config", "http.receivepack", "true", at=proposed.origin)
    with github(proposed.origin) as hub:
        proposed.git("remote", "set-url", "origin", hub.remote)
        monkeypatch.setenv("ATOM_FORGE_URL", hub.api)
        monkeypatch.setenv("ATOM_FORGE_TOKEN", TOKEN)
        requested = open_pull_request.request_merge(work_at(proposed, "HEAD"))
        (pull,) = hub.pulls
        assert (requested.address[-7:], pull["head"]) == ("/pull/1", BRANCH)
        assert "Nothing is tagged yet" in pull["body"]
        tip = proposed.git("rev-parse", BRANCH, at=proposed.origin)
        pull |= {"state": "closed", "merged_at": "2031-05-01T12:00:00Z", "merge_commit_sha": tip}
        for revision in ("HEAD", tip):
            assert not isinstance(tag_or_propose(work_at(proposed, revision)), Released)
        merge(proposed, "squash")
        assert merge_in_base(proposed) is not None
    assert proposed.tags() == {}


@pytest.mark.parametrize("stage", ["proposal", "tag"])
def test_killed_anywhere_it_is_done_once(stage: str, proposal: Tiny, tmp_path: Path) -> None:
    """Before and after the push, and before and after its note in the journal."""
    start = copied(proposal, tmp_path / "start")
    revision = "HEAD"
    if stage == "tag":
        revision = merge(start, "squash")
        merging.judge(start, revision)
    else:
        start.git("commit", "-q", "--allow-empty", "-m", "once more")
        merging.judge(start, revision)
    at = start.settings.with_options(revision=revision)
    whole = copied(Tiny(start.repository, start.origin, at), tmp_path / "whole")
    status, moments, error = killed.run(whole.settings, "run-x", tmp_path)
    assert status == 0, error
    refs = whole.git("for-each-ref", at=whole.origin)
    sent = moments.index("after git push 1")
    for number, moment in enumerate(moments[sent - 1 : sent + 3 : 2]):
        place = tmp_path / f"killed{number}"
        again = copied(Tiny(start.repository, start.origin, at), place)
        died, _, _ = killed.run(again.settings, f"run-{number}", tmp_path, moment)
        assert died == -signal.SIGKILL, moment
        status, _, error = killed.run(again.settings, f"again-{number}", tmp_path)
        assert status == 0, (moment, error)
        assert names(again.git("for-each-ref", at=again.origin)) == names(refs), moment


def names(listed: str) -> list[str]:
    return [line.partition("\t")[2] for line in listed.splitlines()]
