"""A draft of a real repository: its tags, branches and remote, and which manifest an audit takes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from atom_release.cli.output_init import screen
from atom_release.errors import Misuse
from atom_release.release import draft_manifest
from atom_release.settings import Settings
from atom_release.source.manifest_file import parse_manifest


def git(repository: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=repository, check=True, capture_output=True)  # noqa: S607 - the git on the path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "shop"
    (place / "services" / "cart" / "tests").mkdir(parents=True)
    (place / "services" / "cart" / "cart.py").write_text("def add(): return 1\n")
    (place / "services" / "cart" / "tests" / "test_cart.py").write_text("import pytest\n")
    git(place.parent, "init", "-q", "-b", "trunk", str(place))
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "first")
    return place


def test_tag_branch_and_base_come_from_the_repository(repository: Path) -> None:
    git(repository, "tag", "v1.9.9")
    git(repository, "tag", "v1.10.0")
    git(repository, "branch", "release-review/v1.10.1")
    git(repository, "remote", "add", "upstream", "https://example.org/team/shop.git")
    written, draft = draft_manifest.draft(repository)
    manifest = parse_manifest(written.read_bytes(), "release.yaml")
    assert (manifest.release.tag, manifest.release.base) == ("v1.10.1", "trunk")
    assert manifest.release.branch == "release-review/v1.10.1-next"
    assert manifest.infrastructure.remote == "upstream"
    assert draft.text.startswith("# yaml-language-server: $schema=")
    suite = manifest.services[0].suite
    assert suite is not None
    assert suite.paths == ("services/cart/tests",)


def test_only_what_is_committed_is_looked_at(repository: Path) -> None:
    (repository / "services" / "later").mkdir()
    (repository / "services" / "later" / "a.py").write_text("")
    _, draft = draft_manifest.draft(repository)
    assert [service.name for service in draft.survey.services] == ["cart"]


def test_answers_take_the_place_of_what_was_concluded(repository: Path, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text('{"version": "v3.0.0", "base": "main", "phase": "C"}')
    written, _ = draft_manifest.draft(repository, draft_manifest.read_answers(file))
    release = parse_manifest(written.read_bytes(), "release.yaml").release
    assert (release.phase, release.tag, release.base) == ("C", "v3.0.0", "main")
    file.write_text('{"acts": "on"}')
    with pytest.raises(Misuse, match="does not hold answers alone"):
        draft_manifest.read_answers(file)


def test_an_audit_takes_the_commits_manifest_then_the_work_trees_then_the_draft(
    repository: Path, tmp_path: Path
) -> None:
    settings = Settings(repository=repository, home=tmp_path / "home")
    drafted = draft_manifest.with_manifest(settings).manifest
    assert drafted is not None
    assert drafted.is_relative_to(tmp_path / "home")
    assert not (repository / "release.yaml").exists()
    written, _ = draft_manifest.draft(repository)
    assert draft_manifest.with_manifest(settings).manifest == written
    with pytest.raises(Misuse, match="is there already"):
        draft_manifest.draft(repository)
    git(repository, "add", "release.yaml")
    git(repository, "commit", "-q", "-m", "manifest")
    assert draft_manifest.with_manifest(settings).manifest is None
    named = Settings(repository=repository, manifest=tmp_path / "other.yaml")
    assert draft_manifest.with_manifest(named) == named


def test_the_screen_fits_eighty_columns_and_names_what_is_missing(repository: Path) -> None:
    for number in range(20):
        place = repository / "services" / f"a-service-with-a-rather-long-name-{number}"
        place.mkdir()
        (place / "app.py").write_text('@app.get("/x")\ndef x(): ...\n')
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "more")
    _, draft = draft_manifest.draft(repository)
    lines = screen("release.yaml", draft)
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 24
    text = "\n".join(lines)
    assert "20 endpoints" in text
    assert "service reports" in text.partition("not found")[2]
    assert "atom-release audit" in lines[-1]


def test_one_thing_is_told_as_one_and_a_long_place_by_its_end(repository: Path) -> None:
    place = repository / "services" / "a-service-with-a-rather-long-name"
    place.mkdir(parents=True)
    (place / "app.py").write_text('@app.get("/x")\ndef x(): ...\n')
    (place / "Dockerfile").write_text("FROM python:3.11\nCMD uvicorn app:app --port 80\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "more")
    _, draft = draft_manifest.draft(repository)
    text = "\n".join(screen("release.yaml", draft))
    assert "1 endpoint, from" in text
    assert "/Dockerfile:2\n" in text
