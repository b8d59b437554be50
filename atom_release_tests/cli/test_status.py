"""Which release a command is about, and where that stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from atom_release.cli.documents import document_schema
from atom_release.cli.options import _stood_in, command_on, judged_by_default
from atom_release.settings import Settings
from atom_release_tests.fixtures.calling import Caller, options
from atom_release_tests.fixtures.tiny import Tiny


def valid(command: str, printed: str) -> dict[str, object]:
    """Return a printed document that its schema accepts."""
    document = json.loads(printed)
    Draft202012Validator(document_schema(command)).validate(document)
    assert isinstance(document, dict)
    return document


@pytest.mark.slow
def test_the_repository_one_stands_in_is_judged_released_and_told(
    release: Tiny, home: Path, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No option names it; a folder inside is as good as its top; each document has its schema."""
    out = ("--out", release.settings.out)
    monkeypatch.chdir(release.repository / "src")
    before = call("status", *out, "--json", home=home)
    assert (before.returncode, valid("error", before.stdout)["remedy"]) == (
        1,
        "Run `atom-release audit` first.",
    )
    audited = call("audit", *out, home=home)
    assert audited.returncode == 0, audited.stderr
    assert f"judges the repository you are in, {release.repository}" in audited.stderr
    stood = valid("status", call("status", *out, "--json", home=home).stdout)
    assert (stood["decision"], stood["released"]) == ("GREEN", False)
    assert stood["next"] == f"atom-release run --out {release.settings.out}"
    done = call("run", *out, "--json", home=home)
    assert valid("run", done.stdout)["commit"] == release.git("rev-parse", "HEAD")
    after = call("status", *out, home=home)
    assert (after.returncode, "v1-phaseX, released" in after.stdout) == (0, True)
    assert "next" not in after.stdout


@pytest.mark.slow
def test_quiet_prints_the_decision_alone_and_status_follows_a_commit(
    release: Tiny, home: Path, call: Caller
) -> None:
    release.git("rm", "-q", "reports/X.1.md")
    release.git("commit", "-q", "-m", "lose the report")
    done = call("audit", *options(release), "--quiet", home=home)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("RED  ")
    assert "report/X.1" not in done.stdout
    explained = call("explain", *options(release), "--json", home=home).stdout
    entries = valid("explain", explained)["explanations"]
    assert isinstance(entries, list)
    assert entries[0]["sure"].startswith("rehearsed: ")
    assert (
        f"waive --repo {release.repository} --out {release.settings.out} --criterion AC1"
        in (entries[0]["waivable"])
    )
    release.git("commit", "-q", "--allow-empty", "-m", "another")
    stood = call("status", *options(release), home=home)
    assert stood.returncode == 1
    assert stood.stdout.startswith("NOT JUDGED  ")
    assert f"next     atom-release audit --repo {release.repository}" in stood.stdout


@pytest.mark.parametrize("inside", ["", "deep/er"])
def test_a_folder_of_a_repository_names_it(inside: str, tmp_path: Path) -> None:
    place = tmp_path / "own"
    (place / inside).mkdir(parents=True)
    assert _stood_in(place / inside) is None
    (place / ".git").mkdir()
    assert _stood_in(place / inside) == place
    source = place / "atom_release" / "reference" / "build.py"
    source.parent.mkdir(parents=True)
    source.touch()
    assert _stood_in(place / inside) is None


def test_what_is_judged_is_told_only_where_nothing_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ATOM_RELEASE_REPO", "ATOM_RELEASE_SCENARIO", "ATOM_RELEASE_OUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert "bundled reference release" in judged_by_default(Settings())
    elsewhere = tmp_path / "a b"
    assert judged_by_default(Settings(repository=elsewhere)) == ""
    assert judged_by_default(Settings(scenario="suite-flaky")) == ""
    settings = Settings(repository=elsewhere, out=str(tmp_path / "reports"))
    assert command_on(settings, "explain") == f"atom-release explain --repo '{elsewhere}'"
    monkeypatch.setenv("ATOM_RELEASE_SCENARIO", "green")
    assert judged_by_default(Settings()) == ""
