"""Every route to a tag that is not a GREEN decision on this commit, now, by this key.

Tried against real repositories, none tags.

The routes are those by which blocking checks can be walked around in Dagster, and those by which
stored things can be changed. Each test has the same positive control: the same route tags when
nothing is wrong.
"""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import dagster as dg
import pytest

from atom_release.errors import AtomReleaseError
from atom_release.graph.acts import GREEN
from atom_release.graph.blueprint import Blueprint
from atom_release.release import clock, pictures
from atom_release.release.subject import manifest_for_loading
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.routes import (
    AFTER_A_RUN,
    ALL,
    AT_ONCE,
    KEY,
    TAG_ALONE,
    execute,
    judge_all,
    keys,
)
from atom_release_tests.fixtures.tiny import Tiny


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def green(tmp_path: Path) -> Tiny:
    return tiny.make(tmp_path / "green")


@pytest.fixture
def red(tmp_path: Path) -> Tiny:
    """A release whose report is not in the commit."""
    tiny_release = tiny.make(tmp_path / "red")
    tiny_release.git("rm", "-q", "reports/X.1.md")
    tiny_release.git("commit", "-q", "-m", "lose the report")
    return tiny_release


def _after(
    route: Callable[[Tiny, dg.DagsterInstance], object],
) -> Callable[[Tiny, dg.DagsterInstance], object]:
    return lambda release, instance: (judge_all(release, instance), route(release, instance))


ROUTES = {**AT_ONCE, **{name: _after(route) for name, route in AFTER_A_RUN.items()}}


@pytest.mark.parametrize("route", ROUTES)
def test_red_makes_no_tag_by_any_route(route: str, red: Tiny, instance: dg.DagsterInstance) -> None:
    """A red release is not tagged, whatever is selected."""
    ROUTES[route](red, instance)
    assert red.tags() == {}


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_green_is_tagged_by_the_same_route(
    route: str, green: Tiny, instance: dg.DagsterInstance
) -> None:
    """The positive control: the route as such works."""
    ROUTES[route](green, instance)
    assert len(green.tags()) == 2  # here and at the origin


def test_a_job_without_the_checks_cannot_even_be_made(
    green: Tiny, instance: dg.DagsterInstance
) -> None:
    """Criteria are embedded in their assets: Dagster refuses to leave them out."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        execute(green, instance, ALL.without_checks())
    assert green.tags() == {}


@pytest.fixture(scope="module")
def judged_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, Path]:
    """Run everything but the acts on a green release: the release, and a copy of all that is it."""
    place = tmp_path_factory.mktemp("judged")
    release = tiny.make(place / "green")
    with dg.DagsterInstance.ephemeral() as ephemeral:
        assert judge_all(release, ephemeral)
    shutil.copytree(place / "green", place / "kept", symlinks=True)
    return release, place / "kept"


@pytest.fixture
def judged(judged_once: tuple[Tiny, Path]) -> Tiny:
    """The judged release as it was before any test touched it, where it was judged."""
    release, kept = judged_once
    shutil.rmtree(release.repository.parent)
    shutil.copytree(kept, release.repository.parent, symlinks=True)
    return release


def run_of(release: Tiny) -> Path:
    """Return the folder of the one run that judged the commit."""
    (folder,) = (Path(release.settings.out) / "runs" / release.git("rev-parse", "HEAD")).iterdir()
    return folder


def test_what_was_judged_is_tagged_as_it_is(judged: Tiny, instance: dg.DagsterInstance) -> None:
    """The positive control of all that is changed in it below."""
    assert execute(judged, instance, TAG_ALONE)
    assert len(judged.tags()) == 2


@pytest.mark.parametrize(
    "name",
    [
        "PhaseX_Aggregated.json",
        "PhaseX_InfraSimulation.json",
        "PhaseX_Snapshot.json",
        "PhaseX_Decision.dsse.json",
        "PhaseX_Waivers.json",
        "PhaseX_Attestations.intoto.jsonl",
        "release.yaml",
    ],
)
def test_an_edited_artifact_is_refused(
    name: str, judged: Tiny, instance: dg.DagsterInstance
) -> None:
    """One byte more in any artifact, and there is no tag."""
    file = run_of(judged) / name
    file.write_bytes(file.read_bytes() + b" ")
    assert not execute(judged, instance, TAG_ALONE)
    assert judged.tags() == {}


@pytest.mark.parametrize(
    "name", ["PhaseX_Aggregated.json", "PhaseX_Snapshot.json", "PhaseX_Decision.dsse.json"]
)
def test_a_removed_artifact_is_refused(
    name: str, judged: Tiny, instance: dg.DagsterInstance
) -> None:
    """What was signed has to be there."""
    (run_of(judged) / name).unlink()
    assert not execute(judged, instance, TAG_ALONE)
    assert judged.tags() == {}


def test_an_edited_pickle_is_not_even_read(red: Tiny, instance: dg.DagsterInstance) -> None:
    """Assets hand no values to each other: a forged stored value changes nothing."""
    execute(red, instance, ALL - keys("release_tag", "pull_request"))
    for name in ("gate", "snapshot", "release_tag"):
        forged = Path(instance.storage_directory()) / KEY / name
        forged.parent.mkdir(parents=True, exist_ok=True)
        forged.write_bytes(pickle.dumps({"verdict": "GREEN"}))
    execute(red, instance, TAG_ALONE)
    assert red.tags() == {}


@pytest.mark.slow
def test_a_forged_decision_by_another_key_is_refused(
    red: Tiny, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """A store signed throughout by a key of someone else's, in which all is green.

    Opens nothing.
    """
    other = tiny.make(tmp_path / "other")
    execute(other, instance, ALL - keys("release_tag", "pull_request"))
    source = Path(other.settings.out) / "runs" / other.git("rev-parse", "HEAD")
    target = Path(red.settings.out) / "runs" / red.git("rev-parse", "HEAD")
    execute(red, instance, ALL - keys("release_tag", "pull_request"))
    (run,) = source.iterdir()
    (target / run.name).parent.mkdir(parents=True, exist_ok=True)
    run.rename(target / run.name)
    assert not execute(red, instance, TAG_ALONE)
    assert red.tags() == {}


def test_evidence_of_another_commit_is_refused(judged: Tiny, instance: dg.DagsterInstance) -> None:
    """A green run says nothing about the commit that came after it."""
    judged.commit("src/one.py", "def one() -> int:\n    return 2\n")
    assert not execute(judged, instance, TAG_ALONE)
    assert judged.tags() == {}


def test_a_run_moved_to_another_commit_is_refused(
    judged: Tiny, instance: dg.DagsterInstance
) -> None:
    """Artifacts put under the new commit's folder are still of the old one."""
    folder = run_of(judged)
    after = judged.commit("src/one.py", "def one() -> int:\n    return 2\n")
    moved = folder.parent.parent / after / folder.name
    moved.parent.mkdir()
    folder.rename(moved)
    assert not execute(judged, instance, TAG_ALONE)
    assert judged.tags() == {}


def test_stale_evidence_is_refused(
    judged: Tiny, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A green decision that is older than the freshness is not green now."""
    from datetime import timedelta

    from atom_release.release import stored_decision

    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(stored_decision, "now", lambda: later)
    assert not execute(judged, instance, TAG_ALONE)
    assert judged.tags() == {}


@pytest.mark.slow
def test_another_manifest_is_refused(
    green: Tiny, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """A manifest from outside the commit can be audited with, and never acted on."""
    outside = tmp_path / "outside.yaml"
    outside.write_text(tiny.MANIFEST.replace("ACTS", "on") + "freshness: 12h\n")
    settings = green.settings.with_options(manifest=outside)
    assert execute(Tiny(green.repository, green.origin, settings), instance)
    assert green.tags() == {}


@pytest.mark.parametrize("acts", ["off"])
def test_acts_off_succeeds_and_does_nothing(
    acts: str, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    """With acts off, a green run succeeds, and nothing in the world has changed."""
    release = tiny.make(tmp_path / "off", acts=acts)
    assert execute(release, instance)
    assert release.tags() == {}
    assert instance.get_latest_materialization_event(dg.AssetKey([KEY, "release_tag"])) is None


def test_a_dry_run_does_nothing(green: Tiny, instance: dg.DagsterInstance) -> None:
    """A dry run judges and says what it would do."""
    dry = Tiny(green.repository, green.origin, green.settings.with_options(dry_run=True))
    assert execute(dry, instance)
    assert green.tags() == {}


def test_a_red_decision_is_bundled_and_says_why(red: Tiny, instance: dg.DagsterInstance) -> None:
    """A refusal is worth archiving: the bundle is there, and the run is a failure."""
    assert not execute(red, instance)
    assert (Path(red.settings.out) / "releases" / "v1" / "PhaseX_AuditBundle.zip").is_file()
    snapshot = json.loads((Path(red.settings.out) / "PhaseX_Snapshot.json").read_text())
    assert snapshot["decision"]["verdict"] == "RED"


def test_a_refusal_is_told_in_a_sentence_with_what_refuses(
    red: Tiny, instance: dg.DagsterInstance
) -> None:
    """Dagster's own words for it are "1 blocking asset check failed"; the check is shown too."""
    job = red.definitions().resolve_job_def("phase_x_release")
    done = job.execute_in_process(instance=instance, raise_on_error=False)
    (failure,) = (event.step_failure_data for event in done.all_events if event.is_step_failure)
    assert failure.user_failure_data is not None
    assert str(failure.user_failure_data.description).startswith("RED: ")
    assert "AC1" in failure.user_failure_data.metadata
    (shown,) = (check for check in done.get_asset_check_evaluations() if check.check_name == GREEN)
    assert (shown.passed, shown.blocking) == (False, True)
    assert done.asset_materializations_for_node("phase_x__gate")


@pytest.mark.slow
def test_the_page_lies_beside_the_record_and_is_no_part_of_it(
    green: Tiny, instance: dg.DagsterInstance
) -> None:
    """It is written, and neither signed as an artifact of the decision, nor committed.

    Nor bundled.
    """
    assert execute(green, instance)
    out = Path(green.settings.out)
    assert "GREEN" in (out / "PhaseX_Report.html").read_text()
    assert "PhaseX_Report.html" not in (out / "PhaseX_Snapshot.json").read_text()
    committed = green.git("ls-tree", "-r", "--name-only", "refs/tags/v1-phaseX")
    assert "PhaseX_Snapshot.json" in committed
    assert "html" not in committed
    with ZipFile(out / "releases" / "v1" / "PhaseX_AuditBundle.zip") as bundle:
        assert not [name for name in bundle.namelist() if name.endswith("html")]


def test_a_page_that_cannot_be_made_is_said_and_keeps_no_decision_back(
    red: Tiny,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def broken(_: object) -> bytes:
        raise ValueError("no template")

    monkeypatch.setattr(pictures, "draw_page", broken)
    assert not execute(red, instance)
    out = Path(red.settings.out)
    assert (out / "PhaseX_Decision.dsse.json").is_file()
    assert not (out / "PhaseX_Report.html").exists()
    assert "Not shown: PhaseX_Report.html: ValueError: no template" in "".join(capfd.readouterr())


def test_a_second_run_changes_nothing(green: Tiny, instance: dg.DagsterInstance) -> None:
    """Already released: the same commit is not probed again, no file and no ref changes."""
    assert execute(green, instance)
    refs, files = green.tags(), _files(Path(green.settings.out))
    assert execute(green, instance)
    assert (green.tags(), _files(Path(green.settings.out))) == (refs, files)


def _files(folder: Path) -> dict[str, int]:
    return {
        str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.mark.slow
def test_two_releases_loaded_refuse_an_act_outside_their_own_job(
    green: Tiny, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    """With two releases in one deployment, a run over everything acts for neither."""
    from atom_release.graph.building import build_definitions
    from atom_release.source.manifest_file import parse_manifest

    second = parse_manifest(
        tiny.MANIFEST.replace("phase: X", "phase: Y").replace("ACTS", "on").encode(), "second"
    )
    place = tmp_path / "second.yaml"
    place.write_text(tiny.MANIFEST.replace("phase: X", "phase: Y").replace("ACTS", "on"))
    both = build_definitions(
        [Blueprint(manifest_for_loading(green.settings)), Blueprint(second, place)],
        settings=green.settings,
    )
    job = dg.define_asset_job("some", keys("release_tag").upstream())
    result = (
        dg.Definitions.merge(both, dg.Definitions(jobs=[job]))
        .resolve_job_def("some")
        .execute_in_process(instance=instance, raise_on_error=False)
    )
    assert (result.success, green.tags()) == (False, {})
    own = both.resolve_job_def("phase_x_release").execute_in_process(
        instance=instance, raise_on_error=False
    )
    assert (own.success, len(green.tags())) == (True, 2)


@pytest.mark.slow
def test_a_tag_signed_by_an_unknown_key_is_inconclusive(
    green: Tiny, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """A release that another key made of this very commit is neither believed nor moved."""
    assert execute(green, instance)
    refs = green.tags()
    stranger = Tiny(
        green.repository,
        green.origin,
        green.settings.with_options(home=tmp_path / "stranger", out=str(tmp_path / "out")),
    )
    assert not execute(stranger, instance)
    decision = json.loads((tmp_path / "out" / "PhaseX_Snapshot.json").read_text())["decision"]
    assert {result["id"]: result["outcome"] for result in decision["criteria"]} == {
        "AC1": "PASS",
        "AC5": "INCONCLUSIVE",
    }
    assert green.tags() == refs


def test_misuse_is_an_error_not_a_decision(tmp_path: Path) -> None:
    """No such revision is found before anything is asked."""
    release = tiny.make(tmp_path / "misuse")
    with pytest.raises(AtomReleaseError, match="nowhere"):
        Tiny(
            release.repository, release.origin, release.settings.with_options(revision="nowhere")
        ).definitions()


@pytest.mark.slow
def test_no_criterion_that_refuses_in_any_way_makes_a_tag_by_any_route() -> None:
    """A sample of the bypass matrix.

    `python -m atom_release_tests.benchmarks.bypass` tries the whole of it.
    """
    from atom_release_tests.benchmarks import bypass

    count, tags, controls = bypass.try_matrix(every=20)
    print(f"bypass matrix: {count} tried, {len(tags)} tags made, {len(controls)} positive controls")  # noqa: T201 - a figure, shown by -rP
    assert (tags, controls) == ([], [*AT_ONCE, *AFTER_A_RUN])
    assert count >= 9
