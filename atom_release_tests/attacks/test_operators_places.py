"""A commit that brings what is the operator's: the gate's home, its keys, its output, Dagster's.

Who stands in a clone and starts the gate there uses `.atom` in it. Each story has its honest twin.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from atom_release.errors import Misuse
from atom_release.graph.running import instance_at
from atom_release.release import draft_manifest
from atom_release.release.operators_places import check_before_opening
from atom_release.release.sign_consent import Said, approve
from atom_release.release.subject import open_subject
from atom_release.settings import Settings
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.tiny import Tiny

CODE = "python_logs: {{dagster_handler_config: {{handlers: {{console: {{'()': os.mkdir, path: {}}}}}}}}}\n"


@pytest.fixture
def release(tmp_path: Path) -> Tiny:
    return tiny.make(tmp_path / "r")


def started_in(release: Tiny, **others: Path | str | None) -> Settings:
    """Return the settings of who stands in the clone: home and output lie there."""
    here = release.repository
    return release.settings.with_options(
        **{"home": here / ".atom", "out": str(here / "reports"), **others}
    )


def commit(release: Tiny, files: Mapping[str, str], links: Mapping[str, Path]) -> None:
    for name, content in files.items():
        (release.repository / name).parent.mkdir(parents=True, exist_ok=True)
        (release.repository / name).write_text(content)
    for name, target in links.items():
        (release.repository / name).parent.mkdir(parents=True, exist_ok=True)
        (release.repository / name).symlink_to(target)
    release.git("add", "-A", "-f")
    release.git("commit", "-q", "-m", "what is not theirs")


STORIES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str]]] = {
    "code for the gate's own process": ({".atom/dagster/dagster.yaml": CODE}, {}, {}),
    "a key that the author has too": ({".atom/keys/gate.pem": "-----BEGIN\n"}, {}, {}),
    "a home that is a link": ({}, {".atom": "elsewhere"}, {}),
    "a part of it that is a link": ({}, {".atom/history": "elsewhere"}, {}),
    "a home below a link": ({}, {"here": "elsewhere"}, {"home": "here/gate"}),
    "a home over a link and back": ({}, {"here": "elsewhere"}, {"home": "here/../gate"}),
    "output through a link": ({}, {"reports/runs": "elsewhere"}, {}),
    "output below a link": ({}, {"out": "elsewhere"}, {"out": "out/reports"}),
    "a key of its own": ({"keys/gate.pem": "-----BEGIN\n"}, {}, {"key": "keys/gate.pem"}),
    "the operator's file over a link": ({}, {"to": "elsewhere"}, {"operator": "to/operator.yaml"}),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_commit_brings_what_is_the_operators(name: str, release: Tiny, tmp_path: Path) -> None:
    """A committed dagster.yaml was believed: it ran a program as the gate, outside of any sandbox."""
    files, links, settings = STORIES[name]
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "gate").mkdir(parents=True)
    (elsewhere / "operator.yaml").write_text("{}\n")
    before = sorted(tmp_path.rglob("elsewhere/*"))
    commit(release, files, {link: tmp_path / target for link, target in links.items()})
    places: dict[str, Path | str | None] = {
        field: str(release.repository / path) if field == "out" else release.repository / path
        for field, path in settings.items()
    }
    with pytest.raises(Misuse, match=r"tracks '.*'") as refused:
        open_subject(started_in(release, **places), create=True)
    assert "outside of every repository" in refused.value.remedy
    assert sorted(tmp_path.rglob("elsewhere/*")) == before


def test_what_the_judged_commit_holds_counts_though_another_is_checked_out(release: Tiny) -> None:
    """The author's commit is judged from main: its next checkout would put the files there."""
    release.git("checkout", "-q", "-b", "theirs")
    commit(release, {".atom/dagster/dagster.yaml": CODE}, {})
    release.git("checkout", "-q", "main")
    with pytest.raises(Misuse, match=r"tracks '\.atom/dagster/dagster\.yaml'"):
        open_subject(started_in(release, revision="theirs"), create=True)
    assert open_subject(started_in(release), create=True)


def test_keys_and_dagsters_web_server_ask_before_any_commit_is_opened(release: Tiny) -> None:
    commit(release, {}, {".atom": release.repository.parent})
    with pytest.raises(Misuse, match=r"tracks '\.atom'"):
        check_before_opening(started_in(release))


def test_dagsters_home_elsewhere_is_asked_too(
    release: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(release, {"dagster/dagster.yaml": CODE}, {})
    monkeypatch.setenv("DAGSTER_HOME", str(release.repository / "dagster"))
    with pytest.raises(Misuse, match=r"Dagster's home.*tracks 'dagster/dagster\.yaml'"):
        check_before_opening(release.settings)


def test_who_stands_in_a_clone_goes_on_working(release: Tiny) -> None:
    """The honest twin: `.atom` ignored or untracked, reports in the commit, a second time too."""
    settings = started_in(release)
    for ignored in ("", ".atom/\n"):
        commit(release, {".gitignore": ignored, "reports/X.2.md": f"# {ignored}"}, {})
        release.git("rm", "-q", "-r", "--cached", "--ignore-unmatch", ".atom")
        release.git("commit", "-q", "--allow-empty", "-m", "no home")
        assert open_subject(settings, create=True).key.public
    own = release.repository.parent / "own"
    own.mkdir()
    (release.repository / "mine").symlink_to(own)  # the operator's own link, in no commit
    assert open_subject(started_in(release, home=release.repository / "mine"), create=True)


@pytest.mark.slow
def test_settings_of_dagster_are_never_kept(tmp_path: Path) -> None:
    """Whatever way they came into the home; only a folder that DAGSTER_HOME names keeps its own."""
    marks = [tmp_path / "own", tmp_path / "shared"]
    for mark, shared in zip(marks, (False, True), strict=True):
        home = tmp_path / f"home-{shared}"
        home.mkdir()
        (home / "dagster.yaml").write_text(CODE.format(mark))
        with instance_at(home, shared=shared) as instance, suppress(ValueError):
            assert instance.get_handlers() is not None  # refused: what os.mkdir gives is none
    assert [mark.is_dir() for mark in marks] == [False, True]


@pytest.mark.parametrize("target", ["elsewhere/.profile", "elsewhere/there"])
def test_a_committed_link_stands_where_a_draft_is_written(target: str, tmp_path: Path) -> None:
    """`init` wrote through a link that led nowhere yet: a file of the author's, anywhere."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "there").write_text("theirs")
    before = contents(tmp_path / "elsewhere")
    release = tiny.make(tmp_path / "r")
    release.git("rm", "-q", "release.yaml")
    commit(release, {}, {"release.yaml": tmp_path / target})
    with pytest.raises(Misuse, match=r"release\.yaml is a link") as refused:
        draft_manifest.draft(release.repository)
    assert "Remove it" in refused.value.remedy
    assert contents(tmp_path / "elsewhere") == before


def test_a_draft_is_written_where_there_is_none(release: Tiny) -> None:
    """The honest twin; a second time, the first one's is left alone."""
    release.git("rm", "-q", "release.yaml")
    release.git("commit", "-q", "-m", "no manifest")
    path, drafted = draft_manifest.draft(release.repository)
    assert path.read_text() == drafted.text
    with pytest.raises(Misuse, match="is there already"):
        draft_manifest.draft(release.repository)


def test_what_people_sign_is_not_written_through_a_committed_link(
    release: Tiny, tmp_path: Path
) -> None:
    """The twin is a file that is committed itself: who signs next adds to it."""
    (tmp_path / "elsewhere").mkdir()
    statement = Said("ada", "2099-01-01T00:00:00Z")
    commit(release, {"signed.jsonl": ""}, {"to": tmp_path / "elsewhere"})
    with pytest.raises(Misuse, match="tracks 'to'"):
        approve(release.settings, statement, None, release.repository / "to" / "signed.jsonl")
    assert contents(tmp_path / "elsewhere") == {}
    approve(release.settings, statement, None, release.repository / "signed.jsonl")
    assert (release.repository / "signed.jsonl").read_bytes()


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir()}
