"""The reference release is honest: what its reports say is so, and its suites need the code."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from atom_release.gate.claims.record import ClaimKind, ReportStatus
from atom_release.gate.manifest import Manifest, Service
from atom_release.gate.vocabulary import Acts
from atom_release.lab.ablation import ablate
from atom_release.reader import read_report
from atom_release.reference.scenarios import manifest_bytes
from atom_release.reference.scenarios.scenario import bundled

MANIFEST = Manifest.model_validate(yaml.safe_load(manifest_bytes("green")))
SERVICES = {service.id: service for service in MANIFEST.services}
_RUN = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for path, content in bundled().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def run(tree: Path, service: Service) -> dict[str, int]:
    assert service.suite is not None
    environment = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, *_RUN, *service.suite.paths],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    counts = {
        word.rstrip("s"): int(number)
        for number, word in re.findall(
            r"(\d+) (passed|failed|errors?)", done.stdout.splitlines()[-1]
        )
    }
    return {name: counts.get(name, 0) for name in ("passed", "failed", "error")}


def report_of(service: Service) -> tuple[str, bytes]:
    assert service.report is not None
    folder, _, start = service.report.partition("/")
    (path,) = [
        bundled_path
        for bundled_path in bundled()
        if bundled_path.startswith(f"{folder}/{start.rstrip('*.md')}")
    ]
    return path, bundled()[path]


def test_manifest_is_the_release_that_the_gate_is_asked_about() -> None:
    """Five services, the tag's name, and acts that a run may perform."""
    assert list(SERVICES) == ["C.1", "C.2", "C.3", "C.4", "C.5"]
    assert (MANIFEST.release.phase, MANIFEST.release.tag, MANIFEST.release.branch) == (
        "C",
        "v3.0.0-phaseC",
        "prod-review/PhaseC-Finalization",
    )
    assert MANIFEST.acts is Acts.ON
    assert MANIFEST.infrastructure.vault == "ATOM_VAULT_ADDR"


@pytest.mark.parametrize("name", SERVICES)
def test_everything_the_manifest_names_is_in_the_tree(name: str) -> None:
    """A path that is not there would be asked about in vain."""
    service, files = SERVICES[name], bundled()
    assert service.suite is not None
    assert service.start is not None
    for path in (*service.source, *service.suite.paths, service.start.command[1]):
        assert any(file == path or file.startswith(f"{path}/") for file in files), path


@pytest.mark.parametrize("name", SERVICES)
def test_report_says_pass_and_counts_the_tests_that_pass(name: str, tree: Path) -> None:
    """Neither one more nor one less."""
    path, raw = report_of(SERVICES[name])
    record = read_report(path, raw, limit=1 << 20)
    counts = run(tree, SERVICES[name])
    assert (record.task_id, record.status, record.findings) == (name, ReportStatus.PASS, ())
    assert record.tests is not None
    assert (record.tests.passed, record.tests.failed or 0) == (counts["passed"], 0)
    assert counts["failed"] == counts["error"] == 0


@pytest.mark.parametrize("name", SERVICES)
def test_no_test_passes_once_the_bodies_are_gone(name: str, tree: Path) -> None:
    """Each single test needs the code: none is there for the number."""
    service = SERVICES[name]
    assert service.suite is not None
    taken = ablate(tree, service.source, tests=service.suite.paths, keep=())
    assert taken.functions > 5
    counts = run(tree, service)
    assert counts["passed"] == 0
    assert counts["failed"] + counts["error"] > 0


@pytest.mark.parametrize("name", SERVICES)
def test_deliverables_of_the_report_are_in_the_tree(name: str) -> None:
    """Every file that a report lists, by its path or by its one name."""
    path, raw = report_of(SERVICES[name])
    delivered = read_report(path, raw, limit=1 << 20).deliverables
    assert delivered
    for deliverable in delivered:
        assert [
            bundled_path
            for bundled_path in bundled()
            if bundled_path == deliverable or bundled_path.endswith(f"/{deliverable}")
        ], deliverable


def test_scores_of_the_report_are_those_of_the_model_that_is_served(tree: Path) -> None:
    """Computed here from weights and rows alone, to the digits that are printed."""
    path, raw = report_of(SERVICES["C.1"])
    claimed = {claim.kind: claim.value for claim in read_report(path, raw, limit=1 << 20).claims}
    model = json.loads((tree / "services/predictive-engine/model.json").read_text())
    rows = list(csv.DictReader(io.StringIO((tree / "data/labelled.csv").read_text())))
    names = ("cpu", "memory", "error_rate", "latency")
    answers = [
        model["bias"]
        + sum(
            weight * float(row[name]) for weight, name in zip(model["weights"], names, strict=True)
        )
        >= 0
        for row in rows
    ]
    labels = [row["label"] == "1" for row in rows]
    hits = sum(answer and label for answer, label in zip(answers, labels, strict=True))
    right = sum(answer == label for answer, label in zip(answers, labels, strict=True))
    assert claimed[ClaimKind.ACCURACY] == round(right / len(rows), 3)
    assert claimed[ClaimKind.PRECISION] == round(hits / sum(answers), 3)
    assert claimed[ClaimKind.RECALL] == round(hits / sum(labels), 3)
    assert max(sum(labels), len(labels) - sum(labels)) / len(labels) < 0.75


_APPS = {
    "C.1": (
        "import predictive_model as m\napp = server.create_app(None, 'k' * 32, m.ActiveModel(None))"
    ),
    "C.2": "app = server.create_app(None, {})",
    "C.3": "app = server.create_app(None, 'k' * 32, {})",
    "C.4": "app = server.create_app(None, 'k' * 32)",
    "C.5": "app = server.create_app(None, 'k' * 32)",
}
_ASK = """
from starlette.testclient import TestClient
client = TestClient(app)
health, first, second = client.get('/health'), client.get('/metrics'), client.get('/metrics')
print(health.status_code, health.json()['status'], first.status_code, first.text.count('# TYPE'), first.text == second.text)
"""


@pytest.mark.parametrize("name", SERVICES)
def test_service_answers_health_and_metrics_that_looking_does_not_move(
    name: str, tree: Path
) -> None:
    """Without a database; a scrape shows requests and is not one of them."""
    folder = (tree / SERVICES[name].source[0]).as_posix()
    code = f"import sys\nsys.path.insert(0, {folder!r})\nimport server\n{_APPS[name]}\n{_ASK}"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    status, body, scraped, types, unmoved = done.stdout.split()
    assert (status, body, scraped, unmoved) == ("200", "ok", "200", "True")
    assert int(types) >= 2
