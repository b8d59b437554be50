"""The house as a test.

Arrows point down, the pure core stays pure, and what is loaded with the definitions stays light.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import atom_release
from atom_release import probes
from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.records import names
from atom_release.reference.scenarios import manifest_bytes
from atom_release.source.manifest_file import parse_manifest
from atom_release_tests.fixtures.imports import imports_of, runtime_imports_of

ROOT = Path(atom_release.__file__).parent
REPOSITORY = ROOT.parent
SOURCES = [path for path in sorted(ROOT.rglob("*.py")) if not {"tree", "messy"} & set(path.parts)]
PURE = {
    "__future__",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "graphlib",
    "hashlib",
    "itertools",
    "json",
    "math",
    "operator",
    "pathlib",
    "re",
    "shlex",
    "statistics",
    "string",
    "typing",
    "pydantic",
    "atom_release",
    "weakref",
}


def test_import_contracts_hold() -> None:
    """import-linter's contracts in setup.cfg.

    The layers, the pure core, and who may know dagster.
    """
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if (ROOT / "gate") in path.parents],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_gate_imports_nothing_but_the_pure_library(path: Path) -> None:
    """The core that judges has no door through which a clock, a file or a socket could come in."""
    assert {name.split(".")[0] for name in imports_of(path)} <= PURE
    assert not {
        name
        for name in imports_of(path)
        if name.startswith("atom_release")
        and not name.startswith(("atom_release.gate", "atom_release.errors"))
    }


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if (ROOT / "gate") in path.parents],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_gate_reads_no_clock(path: Path) -> None:
    """The moment is always given."""
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    assert not {
        call
        for call in calls
        if call.endswith((".now", ".utcnow", ".today")) or call in {"open", "print", "input"}
    }


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Nor by an import inside a function, which only hides it."""
    names_of = {
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path
        for path in SOURCES
    }
    TopologicalSorter(
        {name: runtime_imports_of(path, names_of) for name, path in names_of.items()}
    ).prepare()


def test_only_settings_reads_the_environment() -> None:
    """Configuration has one reader.

    Others may hand an environment to a process, and name themselves here.
    """
    hands_on = {"git/hardening.py", "graph/serving.py"}
    readers = {
        path.relative_to(ROOT).as_posix() for path in SOURCES if "os.environ" in path.read_text()
    }
    assert (
        readers
        - hands_on
        - {"settings.py"}
        - {
            name
            for name in readers
            if name.startswith(("probes/default_secrets/", "lab/witness/", "lab/sandbox/"))
        }
        == set()
    )


def test_no_phase_is_hard_coded() -> None:
    """Nothing outside the reference release knows the phase, its services or its tag."""
    words = ("phaseC", "PhaseC", "predictive-engine", "atom_app", "prod-review")
    phases = {
        path.relative_to(ROOT).as_posix(): word
        for path in SOURCES
        for word in words
        if word in path.read_text() and "reference/" not in path.as_posix()
    }
    in_a_description = {
        "gate/manifest/release.py",
        "records/names.py",
        "graph/blueprint.py",
        "gate/claims/record.py",
    }
    assert phases == {name: word for name, word in phases.items() if name in in_a_description}


def test_loading_the_definitions_loads_nothing_heavy() -> None:
    """Probes and acts bring their libraries when they are asked, not when the graph is loaded."""
    heavy = (
        "pandas",
        "numpy",
        "hvac",
        "git",
        "prometheus_api_client",
        "httpx",
        "psycopg",
        "securesystemslib",
        "betterleaks",
    )
    code = f"import sys, atom_release.definitions; print(*sorted(set({heavy}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_the_name_of_an_artifact_is_spelled_once() -> None:
    """`records/names.py` holds every ending; who needs one takes it from there."""
    endings = [
        value
        for name, value in vars(names).items()
        if name.isupper() and name != "MANIFEST" and isinstance(value, str)
    ]
    spelled = {
        f"{path.relative_to(ROOT)}: {constant.value}"
        for path in SOURCES
        if path != ROOT / "records" / "names.py"
        for constant in ast.walk(ast.parse(path.read_text()))
        if isinstance(constant, ast.Constant)
        and isinstance(constant.value, str)
        and "\n" not in constant.value
        for ending in endings
        if constant.value.endswith(ending)
    }
    assert spelled == set()


def test_a_question_of_the_catalogue_has_the_module_of_its_name() -> None:
    """Who looks for a question finds its probe by the name, and every probe has a question."""
    manifest = parse_manifest(manifest_bytes("green"), "release.yaml")
    questions = {
        leg.question
        for criterion in criteria.catalogue(manifest)
        for leg in leg_specs.legs(manifest, criterion.id)
    }
    modules = {
        path.stem if path.is_file() else path.name
        for path in (ROOT / "probes").iterdir()
        if path.name not in {"__init__.py", "__pycache__"}
    }
    answered = {probes.TOGETHER.get(name, name.replace("-", "_")) for name in questions}
    own = (
        leg_specs.OWN_CHECK,
        leg_specs.OWN_PROBE,
        "documents",
        "order",
        "unapproved",
        "artifact",
        "addresses",
        "focus",
        "pull-requests",
        "routes",
        "validator",
        "surroundings",
    )
    of_a_releases_own = {question.replace("-", "_") for question in own}
    assert answered | probes.SERVING | of_a_releases_own == modules | {"measurement"}


def test_no_room_holds_more_than_three_tenths_of_the_lines() -> None:
    """A room that outgrows the others is split by the question that it answers."""
    lines: dict[str, int] = {}
    for path in SOURCES:
        room = path.relative_to(ROOT).parts[0]
        lines[room] = lines.get(room, 0) + len(path.read_text().splitlines())
    biggest = max(lines, key=lambda room: lines[room])
    assert lines[biggest] <= 0.3 * sum(lines.values()), f"{biggest}: {lines[biggest]} lines"


def test_what_is_imported_is_declared() -> None:
    """A library that only comes with another one may leave with it."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = {
        _normal(re.split(r"[\s\[<>=!~;]", requirement)[0])
        for requirement in [
            *project["dependencies"],
            *extras["celery"],
            *extras["github"],
            *extras["gitlab"],
            *extras["k8s"],
            *extras["pictures"],
            *extras["team"],
        ]
    }
    distributions = packages_distributions()
    inside = {"lab/witness", "lab/sandbox/launcher"}
    imported = {
        name.split(".")[0]
        for path in SOURCES
        if not path.relative_to(ROOT).as_posix().startswith(tuple(inside))
        for name in imports_of(path)
    }
    undeclared = {
        name
        for name in imported - sys.stdlib_module_names - {"atom_release"}
        if not {_normal(distribution) for distribution in distributions.get(name, [name])}
        & declared
    }
    assert undeclared == set()


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
