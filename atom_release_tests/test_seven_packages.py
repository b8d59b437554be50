"""Each package that the gate was asked for with does its work where ADR 51 says, and only there."""

from __future__ import annotations

import ast
import inspect
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
ADR = ROOT / "docs" / "adr" / "0051-where-the-seven-packages-work.md"
SUBJECTS = ("reference/tree", "reference/messy")  # what is judged, not what judges
PLACES = {
    "dagster": ("dagster", ("graph/",)),
    "pandas": ("pandas", ("probes/accuracy/scores.py",)),
    "pytest": ("pytest", ("lab/witness/",)),
    "hvac": ("hvac", ("probes/vault/client.py", "records/signing_keys.py")),
    "prometheus-api-client": ("prometheus_api_client", ("probes/prometheus.py",)),
    "gitpython": ("git", ("release/second_reader.py",)),
}


def imports_of(path: Path) -> set[str]:
    """Return the top-level packages that a module imports, wherever in it."""
    packages = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            packages.add(node.module.partition(".")[0])
    return packages


@pytest.fixture(scope="module")
def importers() -> dict[str, set[str]]:
    """Which modules of the gate import each of these packages."""
    room = ROOT / "atom_release"
    modules = {str(path.relative_to(room)): imports_of(path) for path in room.rglob("*.py")}
    return {
        package: {
            name
            for name, imported in modules.items()
            if module in imported and not name.startswith(SUBJECTS)
        }
        for package, (module, _) in PLACES.items()
    }


@pytest.mark.parametrize("package", PLACES)
def test_it_works_there_and_nowhere_else(package: str, importers: dict[str, set[str]]) -> None:
    _, places = PLACES[package]
    for place in places:
        assert any(name.startswith(place) for name in importers[package]), f"unused in {place}"
        assert f"`{place}`" in ADR.read_text()
    assert not {name for name in importers[package] if not name.startswith(places)}


def test_the_web_server_is_what_the_ui_starts() -> None:
    from dagster._cli import dev

    from atom_release.graph import serving

    assert '"dev"' in inspect.getsource(serving.serve)
    assert "dagster_webserver" in inspect.getsource(dev)


def test_all_seven_are_asked_for() -> None:
    declared = {Requirement(line).name.casefold() for line in requires("atom-release") or []}
    assert {*PLACES, "dagster-webserver"} <= declared
