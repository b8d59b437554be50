"""The sensors.

A new or changed report starts the run it needs, once, and never an act that the manifest did not
ask for.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import dagster as dg
import pytest
import yaml

from atom_release.gate.manifest import Manifest
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.building import build_definitions
from atom_release.graph.resource import ReleaseResource
from atom_release.release import report_changes
from atom_release.release.subject import manifest_for_loading
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.tiny import Tiny


@pytest.fixture
def release(tmp_path: Path) -> Tiny:
    made = tiny.make(tmp_path / "release")
    (tmp_path / "inbox").mkdir()
    return Tiny(made.repository, made.origin, made.settings.with_options(inbox=tmp_path / "inbox"))


def definitions_of(release: Tiny) -> dg.Definitions:
    return build_definitions(
        [Blueprint(manifest_for_loading(release.settings))], settings=release.settings
    )


def look(release: Tiny, name: str, cursor: str | None) -> dg.SensorResult:
    """Evaluate a sensor as the daemon does."""
    return look_anyway(release, name, cursor, definitions_of(release))


def look_anyway(
    release: Tiny, name: str, cursor: str | None, loaded: dg.Definitions | None = None
) -> dg.SensorResult:
    """Evaluate a sensor of definitions that were loaded while all was well."""
    definitions = loaded or build_definitions(
        [Blueprint(Manifest.model_validate(yaml.safe_load(tiny.MANIFEST.replace("ACTS", "on"))))],
        settings=release.settings,
    )
    (sensor,) = (candidate for candidate in definitions.sensors or () if candidate.name == name)
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_sensor_context(
            instance=instance,
            cursor=cursor,
            definitions=definitions,
            resources={"release": ReleaseResource.from_settings(release.settings)},
        ) as context,
    ):
        result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def requests(result: dg.SensorResult) -> list[dg.RunRequest]:
    return list(result.run_requests or ())


def test_a_new_commit_with_a_changed_report_is_one_audit(release: Tiny) -> None:
    """First look: everything is new. Same commit: nothing. Changed report: one audit.

    Other change: nothing.
    """
    first = look(release, "phase_x_reports", None)
    assert [request.job_name for request in requests(first)] == ["phase_x_audit"]
    same = look(release, "phase_x_reports", first.cursor)
    assert (requests(same), same.cursor) == ([], first.cursor)
    release.commit("src/one.py", "def one() -> int:\n    return 3\n")
    other = look(release, "phase_x_reports", first.cursor)
    assert requests(other) == []
    release.commit("reports/X.1.md", tiny.REPORT + "\nMore.\n")
    changed = look(release, "phase_x_reports", other.cursor)
    assert len(requests(changed)) == 1
    assert [event.asset_key.path for event in changed.asset_events] == [
        ["phase_x", "service_report", "X_1"]
    ]


def test_content_that_goes_back_runs_again(release: Tiny) -> None:
    """Earlier content after a change is a change: its run key is another."""
    keys, cursor = [], None
    for text in (tiny.REPORT, tiny.REPORT + "\nMore.\n", tiny.REPORT):
        if cursor:
            release.commit("reports/X.1.md", text)
        result = look(release, "phase_x_reports", cursor)
        cursor = result.cursor
        keys += [request.run_key for request in requests(result)]
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    ("acts", "job"),
    [("off", "phase_x_audit"), ("on", "phase_x_audit"), ("automatic", "phase_x_release")],
)
def test_only_automatic_acts(acts: str, job: str, tmp_path: Path) -> None:
    """A sensor's run may act only where the judged manifest says so itself."""
    result = look(tiny.make(tmp_path / acts, acts=acts), "phase_x_reports", None)
    assert [request.job_name for request in requests(result)] == [job]


def test_a_manifest_from_outside_never_acts(tmp_path: Path) -> None:
    """`acts: automatic` in a file that is not in the commit opens nothing."""
    release = tiny.make(tmp_path / "release", acts="off")
    outside = tmp_path / "outside.yaml"
    outside.write_text(tiny.MANIFEST.replace("ACTS", "automatic"))
    settings = release.settings.with_options(manifest=outside)
    result = look(Tiny(release.repository, release.origin, settings), "phase_x_reports", None)
    assert [request.job_name for request in requests(result)] == ["phase_x_audit"]


@pytest.mark.slow
def test_a_dropped_report_waits_for_two_equal_looks(release: Tiny) -> None:
    """A half written file starts nothing.

    When it has settled, one audit judges it as uncommitted, and without acts.
    """
    inbox = release.settings.inbox
    assert inbox is not None
    empty = look(release, "phase_x_inbox", None)
    assert requests(empty) == []
    (inbox / "X.1.md").write_text("# X.1 One\n\n**Status:** PA")
    half = look(release, "phase_x_inbox", empty.cursor)
    (inbox / "X.1.md").write_text(tiny.REPORT)
    growing = look(release, "phase_x_inbox", half.cursor)
    assert (requests(half), requests(growing)) == ([], [])
    settled = look(release, "phase_x_inbox", growing.cursor)
    (request,) = requests(settled)
    config = request.run_config["resources"]["release"]["config"]
    assert config["dry_run"] is True
    assert {
        sensor.name: [target.job_name for target in sensor.targets]
        for sensor in definitions_of(release).sensors or ()
    }["phase_x_inbox"] == ["phase_x_audit"]
    assert request.tags["atom_release/uncommitted"] == "reports/X.1.md"
    assert requests(look(release, "phase_x_inbox", settled.cursor)) == []


@pytest.mark.slow
def test_an_uncommitted_report_is_judged_by_a_run_and_changes_no_repository(release: Tiny) -> None:
    """The run that the inbox asks for judges the dropped content.

    And neither tag nor branch appears.
    """
    inbox = release.settings.inbox
    assert inbox is not None
    (inbox / "X.1.md").write_text("# X.1 One\n\n**Status:** FAIL\n")
    before = release.git("for-each-ref")
    seen = look(release, "phase_x_inbox", None)
    (request,) = requests(look(release, "phase_x_inbox", seen.cursor))
    job = definitions_of(release).resolve_job_def("phase_x_audit")
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(
            instance=instance,
            run_config=request.run_config,
            tags=request.tags,
            raise_on_error=False,
        )
    snapshot = json.loads((Path(release.settings.out) / "PhaseX_Snapshot.json").read_text())
    assert (
        snapshot["commit"]
        == request.tags["atom_release/commit"]
        != release.git("rev-parse", "HEAD")
    )
    assert release.git("for-each-ref") == before


def test_a_stray_file_hides_no_report(release: Tiny) -> None:
    """A README, and a file that nobody may read, beside a report: the report is judged."""
    inbox = release.settings.inbox
    assert inbox is not None
    (inbox / "README.md").write_text("Put reports here.")
    (inbox / "broken.md").write_text("x")
    seen = look(release, "phase_x_inbox", None)
    (inbox / "X.1.md").write_text(tiny.REPORT)
    more = look(release, "phase_x_inbox", seen.cursor)
    (request,) = requests(look(release, "phase_x_inbox", more.cursor))
    assert request.tags["atom_release/uncommitted"] == "reports/X.1.md"


def test_what_keeps_a_report_from_being_judged_for_now_is_tried_again(release: Tiny) -> None:
    """The repository is away while the report settles, and back at the next look."""
    inbox = release.settings.inbox
    assert inbox is not None
    (inbox / "X.1.md").write_text(tiny.REPORT)
    seen = look(release, "phase_x_inbox", None)
    away = release.repository.rename(release.repository.with_name("away"))
    cursor = seen.cursor
    for _ in range(2):
        missed = look_anyway(release, "phase_x_inbox", cursor)
        assert requests(missed) == []
        assert "again" in str(missed.skip_reason)
        cursor = missed.cursor
    away.rename(release.repository)
    assert len(requests(look(release, "phase_x_inbox", cursor))) == 1


def test_an_unreadable_file_is_told_and_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may not be read, or went between two steps of a look, is left aside by name."""
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("text")
    read = Path.read_bytes

    def refuse_one(path: Path) -> bytes:
        if path.name == "a.md":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse_one)
    first = report_changes.look_at_folder(tmp_path, None)
    second = report_changes.look_at_folder(tmp_path, first.cursor)
    assert (second.settled, second.unread) == ({"b.md": b"text"}, ("a.md",))


def test_a_cursor_stays_small_however_many_reports_there_are(tmp_path: Path) -> None:
    """Dagster keeps and loads it at every tick."""
    sizes = set()
    for number in range(50):
        (tmp_path / f"C.{number}.md").write_text("text")
        sizes.add(len(report_changes.look_at_folder(tmp_path, None).cursor))
    assert len(sizes) == 1


def test_five_files_at_once_are_one_run(tmp_path: Path) -> None:
    """Files that arrive between two looks are one change."""
    for number in range(5):
        (tmp_path / f"C.{number}.md").write_text("text")
    first = report_changes.look_at_folder(tmp_path, None)
    second = report_changes.look_at_folder(tmp_path, first.cursor)
    assert (len(first.settled), len(second.settled)) == (0, 5)


def test_an_unchanged_folder_opens_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What size and time do not show as changed is not read again."""
    (tmp_path / "a.md").write_text("text")
    cursor = report_changes.look_at_folder(
        tmp_path, report_changes.look_at_folder(tmp_path, None).cursor
    ).cursor
    opened: list[Path] = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path) or read(path))  # type: ignore[func-returns-value]
    for _ in range(3):
        cursor = report_changes.look_at_folder(tmp_path, cursor).cursor
    assert opened == []
    os.utime(tmp_path / "a.md", ns=(1, 1))
    cursor = report_changes.look_at_folder(tmp_path, cursor).cursor
    report_changes.look_at_folder(tmp_path, cursor)
    assert opened == [tmp_path / "a.md"]


def test_links_folders_and_other_files_are_no_reports(tmp_path: Path) -> None:
    """The inbox takes plain reports only."""
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "link.md").symlink_to("/etc/passwd")
    (tmp_path / ".hidden.md").write_text("x")
    (tmp_path / "program.py").write_text("x")
    cursor = report_changes.look_at_folder(tmp_path, None).cursor
    assert report_changes.look_at_folder(tmp_path, cursor).settled == {}


def test_a_name_that_is_no_report_is_said(release: Tiny) -> None:
    """A file whose name no report of the manifest has is refused in words, and starts nothing."""
    inbox = release.settings.inbox
    assert inbox is not None
    (inbox / "notes.md").write_text("x")
    seen = look(release, "phase_x_inbox", None)
    result = look(release, "phase_x_inbox", seen.cursor)
    assert requests(result) == []
    assert "notes.md" in str(result.skip_reason)
