"""Scenarios.

Each declares its whole change set and touches only the files that its defect is in.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from atom_release.gate.catalogue import criteria
from atom_release.gate.manifest import Manifest
from atom_release.git import Git
from atom_release.reference.build import build
from atom_release.reference.scenarios import SCENARIOS, manifest_bytes
from atom_release.reference.scenarios.scenario import bundled, replace

TOUCHED = {
    "green": set(),
    "suite-overclaimed": {"reports/0C.2_perf_profiler.md"},
    "suite-flaky": {"services/authz/tests/test_rbac.py", "reports/0C.3_multitenancy.md"},
    "suite-vacuous": {"services/perf-profiler/tests/test_profiler.py"},
    "suite-hostile": {"services/perf-profiler/tests/test_profiler.py"},
    "report-missing": {"reports/0C.4_analytics.md"},
    "deliverable-missing": {"reports/0C.4_analytics.md"},
    "accuracy-overclaimed": {"reports/0C.1_predictive_engine.md"},
    "report-self-contradicts": {"reports/0C.4_analytics.md"},
    "report-utf16": {"reports/0C.3_multitenancy.md"},
    "plugin-missing": {"services/model-pipeline/tests/test_pipeline.py"},
    "service-down": {"release.yaml"},
    "route-not-served": {"release.yaml"},
    "slow-endpoint": {"services/perf-profiler/server.py"},
    "fast-404": {"services/perf-profiler/server.py"},
    "fast-error": {"services/perf-profiler/server.py"},
    "error-rate": {"services/perf-profiler/server.py"},
    "bimodal-tail": {"services/perf-profiler/server.py"},
    "accuracy-below-baseline": {"data/labelled.csv", "reports/0C.1_predictive_engine.md"},
    "integration-vacuous": {"integration/test_cross_service.py"},
    "regressed": {"release.yaml", "services/perf-profiler/server.py"},
    "budget-loosened": {"release.yaml"},
    "probe-errors": {"data/labelled.csv"},
    "secret-committed": {".env"},
    "secret-export-ignored": {".env", ".gitattributes"},
    "rls-view-leak": {"infra/db/migrations/006_create_analytics_views.sql"},
    "rls-not-forced": {"infra/db/migrations/005_enable_multitenancy.sql"},
    "rls-missing-policy": {"infra/db/migrations/005_enable_multitenancy.sql"},
    "migration-broken": {"infra/db/migrations/008_report_index.sql"},
    "extension-missing": {"infra/db/migrations/008_trace_ids.sql"},
    "default-key-in-code": {"services/platform/platform_vault.py"},
    "jwt-no-tenant": {"services/platform/platform_tokens.py"},
    "jwt-override": {"services/platform/platform_tokens.py"},
    "pii-in-export": {"services/analytics/redaction.py"},
    "model-signed-with-tree-key": {
        "services/model-pipeline/tests/keys/model.pem",
        "services/predictive-engine/model.json.sig",
        "services/predictive-engine/model.pub",
    },
    "model-unverified": {
        "services/platform/platform_signing.py",
        "services/predictive-engine/server.py",
    },
    "secret-in-history": set(),
    "key-not-from-vault": {"release.yaml", "services/analytics/server.py"},
    "pii-in-fixture": {"services/analytics/tests/fixtures/payments.csv"},
    "workflow-automatic": {"workflows/activate-model.yaml"},
    "auto-activation": {"services/model-pipeline/server.py"},
    "metrics-constant": {"services/platform/platform_metrics.py"},
    "metrics-json": {"services/perf-profiler/server.py"},
    "vault-sealed": set(),
    "vault-absent": set(),
    "tag-conflict": set(),
    "branch-diverged": set(),
    "own-checks": {"release.yaml", "checks/unknown_path.py", "controls/prints.txt"},
    "own-check-blind": {"release.yaml", "controls/debug.txt"},
    "messy": set(),
    "messy-count": {"docs/final_report.md"},
    "messy-policy": {"docs/snapshot.json"},
    "messy-evidence-down": {"evidence/fees.json"},
    "messy-evidence-simulated": {"evidence/load.json"},
    "messy-evidence-absent": {"docs/final_report.md"},
    "messy-tick": {"docs/final_report.md"},
    "messy-gate": {".env"},
    "messy-tag": {"docs/final_report.md"},
    "messy-date": {"docs/final_report.md"},
    "messy-error": {"evidence/rates.log"},
    "messy-pull-request": {"docs/final_report.md"},
    "messy-constant": {"tools/check_policies.py"},
    "messy-unmade": {"release.yaml"},
    "messy-no-generator": {"release.yaml"},
    "messy-argument": {"tools/measure.py"},
    "messy-moment": {"tools/check_policies.py", "evidence/policies.json"},
    "messy-other-figure": {"evidence/fees.json"},
    "messy-focus": {"release.yaml"},
    "messy-directory": {"services/rates/tests/test_rates.py"},
    "messy-validator": {"tools/validate.py"},
    "messy-twins": {"docs/final_report.md", "tools/check_fees.py", "tools/run_tests.py"}
    | {"evidence/fees.json", "evidence/rates.log"}
    | {"release.yaml", "tools/serve_rates.py", "tools/smoke.sh"},
    "messy-address": {"release.yaml", "tools/serve_rates.py", "tools/smoke.sh"},
}
REQUIRED = {"green", "suite-overclaimed", "suite-flaky", "integration-vacuous", "service-down", "secret-committed", "secret-export-ignored"} | {
    "rls-view-leak", "slow-endpoint", "report-missing", "tag-conflict", "probe-errors",
}  # fmt: skip


def test_the_scenarios_that_the_first_release_of_the_gate_needs_are_there() -> None:
    """Green, and the reds that `.ci/run` walks through."""
    assert set(SCENARIOS) >= REQUIRED
    assert set(SCENARIOS) <= set(TOUCHED), "say in TOUCHED which files a new scenario changes"


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_scenario_changes_only_the_files_of_its_defect(name: str) -> None:
    """One defect each: whatever else differed could be what the gate objects to."""
    green, files = bundled(SCENARIOS[name].release), SCENARIOS[name].files()
    assert {
        path for path in green.keys() | files.keys() if green.get(path) != files.get(path)
    } == TOUCHED[name]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_scenario_names_itself_and_criteria_that_there_are(name: str) -> None:
    """The primary criterion is in the change set.

    And green and its harmless variants declare none.
    """
    scenario = SCENARIOS[name]
    ids = {
        criterion.id
        for criterion in criteria.catalogue(
            Manifest.model_validate(yaml.safe_load(manifest_bytes(name)))
        )
    }
    assert scenario.name == name
    assert scenario.defect.endswith(".")
    assert set(scenario.expects) <= ids
    assert (
        (scenario.criterion in scenario.expects) if scenario.expects else scenario.criterion is None
    )


def test_manifest_of_a_scenario_is_the_one_in_its_commit(tmp_path: Path) -> None:
    """The graph is shaped by the same bytes that are judged."""
    built = build(tmp_path / "down", "service-down")
    assert Git(built.repository).output("cat-file", "blob", "HEAD:release.yaml") == manifest_bytes(
        "service-down"
    )


def test_edit_that_no_longer_fits_is_refused() -> None:
    """A scenario whose place is gone would silently be green."""
    with pytest.raises(ValueError, match="0 times"):
        replace({"a": b"text"}, "a", "gone", "x")
    with pytest.raises(ValueError, match="2 times"):
        replace({"a": b"text text"}, "a", "text", "x")


def test_conflicting_tag_stands_on_another_commit_here_and_at_the_origin(tmp_path: Path) -> None:
    """It is on neither the judged commit nor a child of it."""
    built = build(tmp_path / "conflict", "tag-conflict")
    for place in (built.repository, built.origin):
        tagged = Git(place).line("rev-parse", "refs/tags/v3.0.0-phaseC^{commit}")
        assert tagged != built.commit
        assert Git(place).line("rev-list", "--count", "--min-parents=1", tagged) == "0"


def test_diverged_branch_holds_what_the_release_lacks(tmp_path: Path) -> None:
    """And the release holds what it lacks: neither may become the other without force."""
    built = build(tmp_path / "diverged", "branch-diverged")
    ours, theirs = (
        Git(built.repository).line("rev-parse", "HEAD"),
        Git(built.origin).line("rev-parse", "refs/heads/prod-review/PhaseC-Finalization"),
    )
    base = Git(built.repository).line("merge-base", ours, theirs)
    assert base not in {ours, theirs}


@pytest.mark.slow
def test_flaky_test_fails_under_some_of_the_seeds_that_are_tried(tmp_path: Path) -> None:
    """By the hash seed alone: the same seed gives the same result."""
    built = build(tmp_path / "flaky", "suite-flaky")

    def status(seed: int) -> int:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "services/authz/tests",
            "-k",
            "first_permission",
        ]
        environment = {
            "PYTHONHASHSEED": str(seed),
            "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            command, cwd=built.repository, env=environment, capture_output=True, check=False
        ).returncode

    seen = [status(seed) for seed in range(1, 6)]
    assert set(seen) == {0, 1}
    assert status(seen.index(1) + 1) == 1
