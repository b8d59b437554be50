"""The runbook of phase C, row by row: each command is carried out, each artifact is looked for."""

from __future__ import annotations

import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from atom_release.cli import app
from atom_release.gate.catalogue.leg_specs import legs
from atom_release.gate.catalogue.tasks import tasks
from atom_release.graph import running
from atom_release.graph.acts import ACTS
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.building import build_definitions
from atom_release.release.subject import manifest_for_loading
from atom_release.settings import Settings
from atom_release.source.manifest_file import parse_manifest
from atom_release_tests.fixtures import small_phase
from atom_release_tests.fixtures.asking import NO_FLOOR
from atom_release_tests.fixtures.tiny import Tiny

PAGE = Path(__file__).parent.parent / "docs" / "Phase_C_Finalization.md"
PLAN = ("T1", "T2", "T3", "T4", "T5", "T6")


@dataclass(frozen=True)
class Row:
    """One line of the plan: its command, and what stands in backticks beside it."""

    line: str
    command: str
    names: tuple[str, ...]
    leaves: str


def rows() -> list[Row]:
    text = PAGE.read_text().partition("| line of the plan |")[2].partition("\n\n")[0]
    cells = [line.strip("| ").split(" | ") for line in text.splitlines()[2:]]
    return [
        Row(line, command.strip("`"), tuple(re.findall(r"`([^`]+)`", leaves)), leaves)
        for line, command, leaves in cells
    ]


def selections() -> dict[str, str]:
    text = PAGE.read_text().partition("--select` |")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| (T\d) \| `(.+)` \|$", text, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    settings = Settings()
    return build_definitions([Blueprint(manifest_for_loading(settings))], settings=settings)


def test_the_table_has_every_line_of_the_plan() -> None:
    lines = [row.line for row in rows()]
    for begins in (
        *PLAN,
        *(f"AC{number}" for number in range(1, 7)),
        "deliverable",
        "all of it",
        "next step",
    ):
        assert any(line.startswith(begins) for line in lines), begins


def test_each_task_is_the_selection_that_the_table_names(definitions: dg.Definitions) -> None:
    """What `--only` runs is what Dagster's own selection runs, and no act is among it."""
    graph = definitions.resolve_asset_graph()
    blueprint = Blueprint(manifest_for_loading(Settings()))
    named = selections()
    assert tuple(named) == PLAN
    acts = {blueprint.key(name) for name in ACTS}
    for name, task in tasks(blueprint.manifest).items():
        keys = [blueprint.key_of(asset) for asset in task.assets]
        taken = set(running._with_upstream(definitions, keys))
        assert not taken & acts
        if name in named:
            assert taken == dg.AssetSelection.from_string(named[name]).resolve(graph), name


def test_a_criterion_is_settled_by_the_task_that_asks_all_its_legs(
    definitions: dg.Definitions,
) -> None:
    """Each criterion of the release is settled by one task of the plan, and its check is there."""
    manifest = manifest_for_loading(Settings())
    settled = [name for task in PLAN for name in tasks(manifest)[task].settles]
    assert sorted(settled) == sorted({*settled})
    assert {*settled} >= {"C.1", "C.5", "AC1", "AC2", "P-1", "P-6", "T5", "AC5", "AC6"}
    asked_by_systems = {leg.question for name in ("AC5", "AC6") for leg in legs(manifest, name)}
    assert asked_by_systems == {"tag", "remote", "forge"}
    shown = {
        (key.asset_key.path[-1], key.name)
        for key in definitions.resolve_asset_graph().asset_check_keys
    }
    checks = [row.names for row in rows() if row.leaves.startswith("check ")]
    assert len(checks) == 6
    assert {(asset, check) for check, asset in checks} <= shown


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return small_phase.make(tmp_path_factory.mktemp("phase"))


def called(
    release: Tiny,
    command: str,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> tuple[int, str]:
    """Carry out a command of the table on the small release."""
    home, operator = release.settings.home, release.settings.operator
    assert operator is not None
    operator.write_text(NO_FLOOR)
    monkeypatch.setenv("ATOM_RELEASE_HOME", str(home))
    monkeypatch.setenv("ATOM_RELEASE_OPERATOR", str(operator))
    words = shlex.split(command.replace(" reports/", f" {out}/").replace(" .atom/", f" {home}/"))
    if words[1] != "verify":
        words += ["--repo", str(release.repository)]
    if words[1] not in {"verify", "init"}:
        words += ["--out", str(out)]
    monkeypatch.setattr(sys, "argv", words)
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        app.main()
    return int(ended.value.code or 0), capfd.readouterr().out


def _place_of(task: str) -> int:
    return next(number for number, row in enumerate(rows()) if row.line.startswith(f"{task}:"))


def _check_next_phase(release: Tiny, row: Row) -> None:
    """Look at what the work tree holds now for the names that the table tells, and bring it back."""
    following = release.repository / row.names[0]
    manifest = parse_manifest(following.read_bytes(), row.names[0])
    ids = [service.id for service in manifest.services]
    assert row.names[1:] == (manifest.release.tag, ids[0], ids[-1])
    release.git("checkout", "-q", "--", row.names[0])


@pytest.mark.slow
def test_each_row_leaves_what_it_names(
    release: Tiny,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """In the order of the table: a task alone leaves its artifacts and no tag, the run leaves all."""
    whole = tmp_path / "whole"
    for number, row in enumerate(rows()):
        if row.leaves.startswith("check ") and row.names[0] not in {"AC1", "AC5"}:
            continue  # the small release leaves that criterion out
        out = tmp_path / str(number) if "--only" in row.command else whole
        if "explain" in row.command:
            out = tmp_path / str(_place_of("T6"))
        status, printed = called(release, row.command, out, monkeypatch, capfd)
        assert status == 0, (row.line, printed)
        if "--next" in row.command:
            _check_next_phase(release, row)
            continue
        artifacts = [name for name in row.names if re.search(r"PhaseC_\w+\.", name)]
        assert [name for name in artifacts if not (out / name).is_file()] == [], row.line
        if "--only" in row.command:
            assert release.tags() == {}, row.line
    assert release.git("rev-parse", "v3.0.0-phaseC^{commit}^1") == release.git("rev-parse", "HEAD")
    branch = release.git("rev-parse", "prod-review/PhaseC-Finalization", at=release.origin)
    assert branch == release.git("rev-parse", "v3.0.0-phaseC^{commit}")


def test_one_task_tells_its_criteria_and_its_artifacts_alone(
    release: Tiny,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A report that is lost turns the service's task, and an unknown task is misuse."""
    release.git("checkout", "-q", "-b", "lost")
    release.git("rm", "-q", "reports/0C.2.md")
    release.git("commit", "-q", "-m", "lose a report")
    status, printed = called(
        release, "atom-release run --only T1 --json", tmp_path, monkeypatch, capfd
    )
    document = json.loads(printed)
    assert (status, document["task"]) == (1, "T1")
    assert [(row["id"], row["outcome"]) for row in document["criteria"]] == [("AC1", "FAIL")]
    assert document["left_out"].keys() == {*small_phase.SERVICES}
    assert set(document["artifacts"]) == {"PhaseC_Aggregated.md", "PhaseC_Aggregated.json"}
    assert called(release, "atom-release run --only T7", tmp_path, monkeypatch, capfd)[0] == 2
    release.git("checkout", "-q", "main")
