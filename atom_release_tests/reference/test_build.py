"""The builder.

The same scenario is the same commits everywhere, and what the gate made there is never disturbed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from atom_release.errors import Misuse
from atom_release.git import Git, GitError
from atom_release.reference.build import build
from atom_release.reference.scenarios import scenario as bundle


def history(repository: Path) -> list[str]:
    return Git(repository).line("log", "--reverse", "--format=%H %cI %an %s", "main").splitlines()


def test_same_scenario_is_the_same_commits_whatever_the_user_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the user's identity, signing.

    Line endings and hooks nor the clock's zone reach the commits.
    """
    plain = build(tmp_path / "plain")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "pre-push", "reference-transaction", "pre-receive", "update"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(
        "[user]\nname = Somebody\nemail = s@example.com\n[commit]\ngpgSign ="
        f" true\n[core]\nautocrlf = true\nhooksPath = {hooks}\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    configured = build(tmp_path / "configured")
    assert configured.commit == plain.commit
    assert history(configured.repository) == history(plain.repository)
    assert not (tmp_path / "ran").exists()


def test_work_tree_is_clean_and_holds_exactly_the_bundled_files(tmp_path: Path) -> None:
    """What git tracks is what is bundled, byte for byte, and nothing lies beside it."""
    built = build(tmp_path / "green")
    git = Git(built.repository)
    assert git.line("status", "--porcelain", "--ignored") == ""
    tracked = git.output("ls-tree", "-r", "-z", "--name-only", "HEAD").decode().split("\0")[:-1]
    assert {path: (built.repository / path).read_bytes() for path in tracked} == dict(
        bundle.bundled()
    )
    assert not [path for path in tracked if "__pycache__" in path or path.endswith(".pyc")]


def test_history_has_one_commit_for_each_service_with_its_report(tmp_path: Path) -> None:
    """A report comes in the commit that brings its service, after the code it stands on."""
    built = build(tmp_path / "green")
    git = Git(built.repository)
    commits = [line.split()[0] for line in history(built.repository)]
    assert commits[-1] == built.commit
    for number, folder in enumerate(
        ("predictive-engine", "perf-profiler", "authz", "analytics", "model-pipeline"), 1
    ):
        report = next(path for path in bundle.bundled() if path.startswith(f"reports/0C.{number}_"))
        brought = {
            git.line("log", "--format=%H", "main", "--", path)
            for path in (f"services/{folder}", report)
        }
        assert brought == {commits[number]}
    assert git.line("log", "--format=%H", "main", "--", "services/platform") == commits[0]


def test_dates_lie_before_the_release_and_in_order(tmp_path: Path) -> None:
    """Commits go forward in time, in November 2026 and before the twentieth."""
    dates = [line.split()[1] for line in history(build(tmp_path / "green").repository)]
    assert dates == sorted(dates)
    assert all(re.match(r"2026-11-(0\d|1\d)T", date) for date in dates)


def test_origin_is_bare_and_has_main_by_a_path_that_moves_along(tmp_path: Path) -> None:
    """The remote is found relative to the repository, so that both can be moved together."""
    built = build(tmp_path / "green")
    moved = tmp_path / "elsewhere"
    (tmp_path / "green").rename(moved)
    git = Git(moved / "repository")
    assert (
        git.output("ls-remote", "origin", "refs/heads/main", network=True).decode().split()[0]
        == built.commit
    )
    assert Git(moved / "origin.git").line("rev-parse", "--is-bare-repository") == "true"


def test_second_build_leaves_branches_tags_and_edits_alone(tmp_path: Path) -> None:
    """The gate's own tag and branch outlive the next run, here and at the origin."""
    built = build(tmp_path / "green")
    for place in (built.repository, built.origin):
        Git(place).output("update-ref", "refs/heads/prod-review/kept", built.commit)
        Git(place).output("update-ref", "refs/tags/kept", built.commit)
    (built.repository / "note.txt").write_text("of a person")
    assert build(tmp_path / "green") == built
    assert Git(built.origin).line("rev-parse", "refs/tags/kept") == built.commit
    assert Git(built.repository).line("rev-parse", "refs/heads/prod-review/kept") == built.commit
    assert (built.repository / "note.txt").exists()


def test_another_scenario_in_the_same_place_takes_it_over(tmp_path: Path) -> None:
    """One folder holds one scenario: the one asked for last."""
    green = build(tmp_path / "place")
    other = build(tmp_path / "place", "report-missing")
    assert other.commit != green.commit
    assert not (other.repository / "reports/0C.4_analytics.md").exists()
    assert build(tmp_path / "place").commit == green.commit


def test_folder_of_somebody_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """Only a folder that the builder made is ever replaced."""
    (tmp_path / "precious.txt").write_text("kept")
    with pytest.raises(Misuse, match="not empty"):
        build(tmp_path)
    assert (tmp_path / "precious.txt").read_text() == "kept"


def test_unknown_scenario_is_misuse_and_writes_nothing(tmp_path: Path) -> None:
    """The sentence names what was asked for."""
    with pytest.raises(Misuse, match="no-such"):
        build(tmp_path / "place", "no-such")
    assert not (tmp_path / "place").exists()


def test_build_that_fails_leaves_no_half_written_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks finds a whole repository or none."""
    import atom_release.reference.build as builder

    monkeypatch.setattr(
        builder, "_stream", lambda *_: iter([b"commit refs/heads/main\nnonsense\n"])
    )
    with pytest.raises(GitError, match="fast-import"):
        build(tmp_path / "place")
    assert list(tmp_path.iterdir()) == []
