"""The gate as a component of another Dagster project: the example loads, and paths are its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterInvariantViolationError

import atom_release
from atom_release.graph.building import build_definitions
from atom_release.graph.component import Release

EXAMPLE = Path(__file__).parents[2] / "examples" / "dagster_project"


@pytest.fixture(scope="module")
def example() -> dg.Definitions:
    """The definitions of the example project, the gate's beside its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLE))
        for name in ("REPO", "MANIFEST", "OUT", "HOME"):
            patch.delenv(f"ATOM_RELEASE_{name}", raising=False)
        return dg.load_from_defs_folder(path_within_project=EXAMPLE / "shop_data")


def test_the_example_has_the_gate_beside_its_own_assets(example: dg.Definitions) -> None:
    keys = {spec.key.to_user_string() for spec in example.resolve_all_asset_specs()}
    assert {"orders", "phase_c/gate", "phase_c/release_tag"} <= keys
    checks = {key.name for key in example.resolve_asset_graph().asset_check_keys}
    assert {"C_1", "P_5", "green"} <= checks
    assert {sensor.name for sensor in example.sensors or ()} == {"phase_c_reports"}


def test_the_gates_jobs_run_in_one_process_and_leave_the_projects_executor_alone(
    example: dg.Definitions,
) -> None:
    """A rehearsal belongs to one process; what the project's own jobs run in is its choice."""
    assert example.executor is None
    job = example.resolve_job_def("phase_c_audit")
    assert job.executor_def.name == "in_process"


def test_paths_are_meant_from_the_projects_root(tmp_path: Path) -> None:
    settings = Release(repository="../shop", out="reports", operator="gate/operator.yaml").settings(
        tmp_path / "project"
    )
    assert settings.repository == tmp_path / "shop"
    assert settings.out == str(tmp_path / "project" / "reports")
    assert settings.operator == tmp_path / "project" / "gate" / "operator.yaml"
    assert Release(out="s3://bucket/reports").settings(tmp_path).out == "s3://bucket/reports"


def test_two_releases_of_one_phase_stand_beside_each_other_by_keys_of_their_own() -> None:
    """Their manifests give both the same names, and neither knows of the other."""
    with pytest.raises(DagsterInvariantViolationError, match="same key"):
        dg.Definitions.merge(*(build_definitions(hosted=True) for _ in range(2)))
    both = dg.Definitions.merge(
        build_definitions(hosted=True), build_definitions(hosted=True, named="again")
    )
    assert both.resolve_job_def("phase_c_audit")
    assert both.resolve_job_def("again_audit")
    with pytest.raises(ValueError, match="pattern"):
        Release.model_validate({"key": "Not a key"})


def test_an_attribute_that_there_is_not_is_an_error() -> None:
    """A word that is misspelt is not taken for a default."""
    with pytest.raises(ValueError, match="repo"):
        Release.model_validate({"repo": "../shop"})


def test_the_component_is_named_as_its_yaml_names_it() -> None:
    """As an attribute of the package, and listed there: so `dg list components` finds it."""
    assert atom_release.Release is Release
    assert "Release" in dir(atom_release)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = atom_release.nothing


def test_who_imports_the_package_does_not_import_dagster() -> None:
    code = "import sys, atom_release; print('dagster' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


@pytest.mark.slow
@pytest.mark.parametrize("project", [EXAMPLE, EXAMPLE.parents[1]], ids=["example", "gate"])
def test_dg_checks_the_definitions_without_a_warning(project: Path, tmp_path: Path) -> None:
    dg_program = Path(sys.executable).with_name("dg")
    if not dg_program.exists():
        pytest.skip("dg is not installed: pip install 'atom-release[dg]'")
    ran = subprocess.run(
        [dg_program, "check", "defs"],
        cwd=project,
        env={
            "PATH": f"{dg_program.parent}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(project),
            "VIRTUAL_ENV": sys.prefix,
            "ATOM_RELEASE_HOME": str(tmp_path / "home"),
            "DAGSTER_DG_CLI_CONFIG": str(tmp_path / "none.toml"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "arning" not in ran.stdout + ran.stderr
