"""A whole release with a forge.

AC6 is asked live, and what is tagged is asked to be merged once, whatever happens in between.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from atom_release.acts.journal import Journal
from atom_release.records.pages import FolderPages
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.forge.github import TOKEN, GitHub, github
from atom_release_tests.fixtures.tiny import Tiny

MANIFEST = (
    tiny.MANIFEST.replace(tiny.ASKED, asking("AC1", "AC5", "AC6"))
    + "infrastructure: {timeout: 20s}\n"
)

pytestmark = pytest.mark.slow  # whole runs; what a forge answers is tested beside the act


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Tiny, GitHub]]:
    tiny_release = tiny.make(tmp_path / "r", manifest=MANIFEST)
    tiny_release.git("config", "http.receivepack", "true", at=tiny_release.origin)
    with github(tiny_release.origin) as hub:
        tiny_release.git("remote", "set-url", "origin", hub.remote)
        monkeypatch.setenv("ATOM_FORGE_URL", hub.api)
        monkeypatch.setenv("ATOM_FORGE_TOKEN", TOKEN)
        yield tiny_release, hub


def run(release: Tiny) -> bool:
    with dg.DagsterInstance.ephemeral() as instance:
        return (
            release.definitions()
            .resolve_job_def("phase_x_release")
            .execute_in_process(instance=instance, raise_on_error=False)
            .success
        )


def journalled(release: Tiny) -> str:
    entry = Journal(FolderPages(Path(release.settings.home) / "journal")).read(
        release.git("rev-parse", "HEAD"), "v1"
    )
    return str(entry.pull_request) if entry else ""


def test_ac6_is_green_live_and_the_release_is_asked_to_be_merged(
    release: tuple[Tiny, GitHub],
) -> None:
    tiny_release, hub = release
    assert run(tiny_release)
    decision = json.loads((Path(tiny_release.settings.out) / "PhaseX_Snapshot.json").read_text())[
        "decision"
    ]
    (ac6,) = [result for result in decision["criteria"] if result["id"] == "AC6"]
    assert (ac6["outcome"], ac6["assurance"]) == ("PASS", "live"), ac6["reason"]
    (pull,) = hub.pulls
    commit = tiny_release.git("rev-parse", "v1-phaseX^{commit}")
    assert (pull["head"], pull["base"], pull["draft"]) == ("review/PhaseX", "main", False)
    body = pull["body"].replace("\u200b", "")
    for words in ("AC6", "squash", commit, "PhaseX_Decision.dsse.json", "sha256"):
        assert words in body
    ((at, (status,)),) = hub.statuses.items()
    assert (at, status["context"], status["description"][:8]) == (
        commit,
        "atom-release/phase_x",
        "GREEN v1",
    )
    assert journalled(tiny_release) == f"http://{hub.base}/acme/atom/pull/1"
    asked_before = len(hub.operations)
    assert run(tiny_release)
    assert (len(hub.pulls), len(hub.statuses[commit])) == (1, 1)
    # What is journalled is not even asked again: only whether an earlier refusal stands there.
    assert set(hub.operations[asked_before:]) == {
        "repos/list-pull-requests-associated-with-commit",
        "repos/get-combined-status-for-ref",
    }
    assert TOKEN not in "".join(
        path.read_text(errors="replace")
        for path in Path(tiny_release.settings.out).rglob("*")
        if path.is_file()
    )


def test_a_refusal_is_shown_beside_the_commit_and_never_tagged(
    release: tuple[Tiny, GitHub],
) -> None:
    """RED is said once, and a forge that refuses even that changes nothing of it.

    The pull request of the judged commit carries the table; the next verdict takes its place.
    """
    tiny_release, hub = release
    tiny_release.git("checkout", "-q", "-b", "feature")
    tiny_release.git("rm", "-q", "reports/X.1.md")
    commit = tiny_release.commit("README.md", "No report.\n")
    tiny_release.git("push", "-q", "origin", "feature")
    hub.pull("feature")
    for _ in range(2):
        assert not run(tiny_release)
    (comment,) = hub.comments
    body = comment["body"].replace("\u200b", "")
    for words in ("Example v1: RED", commit, "AC1"):
        assert words in body
    (status,) = hub.statuses[commit]
    assert (status["state"], status["context"]) == ("failure", "atom-release/phase_x")
    assert status["target_url"].endswith("/pull/1#issuecomment-0")
    hub.instead = {"repos/list-pull-requests-associated-with-commit": (403, {"message": "no"})}
    assert not run(tiny_release)
    assert (tiny_release.tags(), len(hub.pulls)) == ({}, 1)


@pytest.mark.parametrize("lost", ["pulls/create", "repos/create-commit-status"])
def test_an_act_that_was_done_before_it_was_journalled_is_found_again(
    lost: str, release: tuple[Tiny, GitHub]
) -> None:
    """What a crash between opening and noting leaves: the forge has it and the journal does not."""
    tiny_release, hub = release
    hub.lost = {lost}
    assert not run(tiny_release)
    assert (len(tiny_release.tags()), len(hub.pulls), journalled(tiny_release)) == (2, 1, "None")
    hub.lost = set()
    assert run(tiny_release)
    assert (len(hub.pulls), [len(posted) for posted in hub.statuses.values()]) == (1, [1])
    assert journalled(tiny_release).endswith("/pull/1")


def test_what_is_noted_blocked_makes_a_draft(
    release: tuple[Tiny, GitHub], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forge was away while it was judged, and is back when the release is carried out."""
    tiny_release, hub = release
    monkeypatch.delenv("ATOM_FORGE_URL")
    with dg.DagsterInstance.ephemeral() as instance:
        tiny_release.audit(instance)
        monkeypatch.setenv("ATOM_FORGE_URL", hub.api)
        job = dg.define_asset_job(
            "acts",
            dg.AssetSelection.assets(
                *(dg.AssetKey(["phase_x", name]) for name in ("release_tag", "pull_request"))
            ),
        )
        acts = dg.Definitions.merge(
            tiny_release.definitions(), dg.Definitions(jobs=[job])
        ).resolve_job_def("acts")
        assert acts.execute_in_process(instance=instance, raise_on_error=False).success
    (pull,) = hub.pulls
    assert (pull["draft"], "BLOCKED" in pull["body"]) == (True, True)
