"""Environments are made from what files ask: real uv and sandbox, a folder instead of a registry."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.environments import NoEnvironment, NoToolchain, sealed
from atom_release.lab.environments.pythons import installed
from atom_release_tests.fixtures import package_folder
from atom_release_tests.fixtures.environment_site import (
    CODE,
    TESTS,
    EnvironmentSite,
    stand_for_a_registry,
)

PYTEST = ("pytest", "pluggy", "iniconfig", "packaging")
PROJECT = {"pyproject.toml": package_folder.PYPROJECT, "NAME": "fees 1.5"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EnvironmentSite:
    folder = stand_for_a_registry(tmp_path / "packages", monkeypatch)
    package_folder.write_wheel(folder, "greeting", "2.1", {"greeting.py": "WORD = 'hello'\n"})
    return EnvironmentSite(tmp_path, folder, files={"requirements.txt": "greeting>=2\n"})


@pytest.mark.parametrize(
    "place",
    [
        "src/fees.py",
        pytest.param("fees.py", marks=pytest.mark.slow),
        pytest.param("src/fees/__init__.py", marks=pytest.mark.slow),
    ],
)
def test_a_suite_of_an_installed_project_has_a_live_control(
    site: EnvironmentSite, place: str
) -> None:
    """The copy without bodies is what is imported, in a `src/` layout and in a flat one."""
    package_folder.repack(site.packages, *PYTEST)
    package_folder.write_wheel(site.packages, "pygments", "2.99", package_folder.PYGMENTS)
    check = "import importlib.metadata\n\ndef test_name():\n"
    check += "    import greeting\n    assert importlib.metadata.version('fees') == '1.5'\n"
    site.files |= {**PROJECT, place: CODE, "tests/test_fees.py": TESTS, "tests/test_name.py": check}
    site.source = place
    evidence = site.ask()
    assert (evidence.answer, evidence.reason) == (
        Answer.YES,
        "2 of 2 tests passed in 1 of 1 runs; 1 of the 2 are shown to need the code",
    )
    assert evidence.control
    assert evidence.control.state is ControlState.ALIVE
    facts = SuiteFacts.model_validate(evidence.facts)
    assert facts.environment
    assert facts.environment.packages["greeting"] == "2.1"
    assert "open while wheels" in str(evidence.facts)
    assert facts.control
    assert facts.control.still_passing == ["tests.test_name::test_name"]


def test_what_was_made_is_found_again_and_a_change_of_it_is_seen(site: EnvironmentSite) -> None:
    """The same files, the same environment; a file changed in it, and it is made anew."""
    first = Path(site.made().python)
    module = next(first.parents[1].glob("lib/*/site-packages/greeting.py"))
    assert Path(site.made().python).stat().st_ino == first.stat().st_ino
    with module.open("rb") as kept_open:  # so that no other file gets its number
        module.chmod(0o644)
        module.write_text("WORD = 'changed'\n")
        site.made()
        assert module.read_text() == "WORD = 'hello'\n"
        assert module.stat().st_ino != os.fstat(kept_open.fileno()).st_ino


def test_another_repository_gets_another_environment(site: EnvironmentSite) -> None:
    """The same words, another repository: nothing is shared."""
    other = EnvironmentSite(site.root, site.packages, "another", dict(site.files))
    assert site.made().python != other.made().python


def _word_of(site: EnvironmentSite, module: str) -> str:
    """Return what a module says its WORD is, in the environment that was made."""
    command = [str(site.made().python), "-c", f"import {module}; print({module}.WORD)"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def test_a_source_archive_becomes_a_wheel_in_the_sandbox(site: EnvironmentSite) -> None:
    """What is offered as source alone is built without network, with what its build asks for."""
    package_folder.write_source(
        site.packages,
        "old-style",
        "0.3",
        {
            "pyproject.toml": package_folder.PYPROJECT,
            "REQUIRES": "Requires-Dist: greeting\n",
            "old_style.py": "import greeting\nWORD = greeting.WORD\n",
        },
    )
    site.files["requirements.txt"] = "old-style\n"
    assert _word_of(site, "old_style") == "hello\n"


def test_a_build_that_names_an_older_builder_is_made_again_with_it(site: EnvironmentSite) -> None:
    """What still turned Python 2 into Python 3 is of its own time; others build as they did."""
    for version in ("57.0", "60.0"):
        text = f"__version__ = '{version}'\n"
        package_folder.write_wheel(site.packages, "setuptools", version, {"setuptools.py": text})
    package_folder.write_wheel(site.packages, "wheel", "0.1", {"wheel.py": ""})
    own = (
        "import setuptools\nif setuptools.__version__ != '57.0':\n"
        "    raise SystemExit('error in old setup command: use_2to3 is invalid.')\n"
    )
    pyproject = (
        '[build-system]\nrequires = ["setuptools", "tiny-backend"]\nbuild-backend = "own"\n'
        'backend-path = ["."]\n'
    )
    files = {
        "pyproject.toml": pyproject,
        "own.py": f"{own}from tiny_backend import *\n",
        "old_style.py": "WORD = 'of then'\n",
    }
    package_folder.write_source(site.packages, "old-style", "0.3", files)
    site.files["requirements.txt"] = "old-style\n"
    assert _word_of(site, "old_style") == "of then\n"


def test_a_package_s_own_package_is_built_in_the_version_that_it_asks(
    site: EnvironmentSite,
) -> None:
    """Both are offered as source alone, the inner one in a newer version too."""
    for version in ("0.3", "0.4"):
        package_folder.write_source(
            site.packages,
            "old-style",
            version,
            {"pyproject.toml": package_folder.PYPROJECT, "old_style.py": f"WORD = '{version}'\n"},
        )
    package_folder.write_source(
        site.packages,
        "outer",
        "1.0",
        {
            "pyproject.toml": package_folder.PYPROJECT,
            "REQUIRES": "Requires-Dist: old-style==0.3\n",
            "outer.py": "from old_style import WORD\n",
        },
    )
    site.files["requirements.txt"] = "outer\n"
    assert _word_of(site, "outer") == "0.3\n"


def test_a_build_that_fails_is_told_with_its_own_last_lines(site: EnvironmentSite) -> None:
    """INCONCLUSIVE by name: what the gate could not build is no fault of the release."""
    backend = "def build_editable(*_):\n    raise SystemExit('the compiler is not here')\n"
    site.files |= {
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "own"\n'
        'backend-path = ["."]\n',
        "own.py": backend,
        "tests/test_fees.py": TESTS,
    }
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "the build of the project failed in the sandbox" in evidence.reason
    assert "the compiler is not here" in evidence.reason


def test_tests_do_without_a_package_that_cannot_be_built_here(site: EnvironmentSite) -> None:
    """It is told beside a yes; a test that fails then shows nothing. A service may not do so."""
    package_folder.repack(site.packages, *PYTEST)
    package_folder.write_wheel(site.packages, "pygments", "2.99", package_folder.PYGMENTS)
    package_folder.write_source(
        site.packages,
        "wants-headers",
        "1.0",
        {
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "own"\n'
            'backend-path = ["."]\n',
            "own.py": "def build_wheel(*_):\n    raise SystemExit('no headers')\n",
        },
    )
    site.files |= {"requirements.txt": "greeting>=2\nwants-headers\n", "tests/test_fees.py": TESTS}
    site.files |= {"fees.py": CODE}
    site.source = "fees.py"
    evidence = site.ask()
    assert evidence.answer is Answer.YES, evidence.reason
    assert "without wants-headers, which could not be had or built here" in evidence.reason
    facts = SuiteFacts.model_validate(evidence.facts)
    assert facts.environment
    assert "no headers" in facts.environment.unbuilt["wants-headers"]
    site.files |= {
        "tests/test_other.py": "def test_other():\n    assert not __import__('sys').argv\n"
    }
    assert site.ask().answer is Answer.UNKNOWN
    with pytest.raises(NoEnvironment, match="no headers"):
        site.made()


_LOCK = """\
[[package]]
name = "greeting"
version = "2.1"
optional = false
python-versions = "*"
files = []

[metadata]
lock-version = "2.0"
python-versions = "*"
content-hash = "0"
"""
_UNBUILDABLE = """\
[build-system]
requires = []
build-backend = "own"
backend-path = ["."]
[tool.poetry]
name = "fees"
version = "1.5"
[tool.poetry.dependencies]
greeting = "^2"
"""


def test_tests_are_run_from_the_folders_of_a_project_whose_packages_a_lock_names(
    site: EnvironmentSite,
) -> None:
    """As by `poetry install --no-root`; a test that fails beside it shows nothing."""
    package_folder.repack(site.packages, *PYTEST)
    package_folder.write_wheel(site.packages, "pygments", "2.99", package_folder.PYGMENTS)
    site.files = {
        "pyproject.toml": _UNBUILDABLE,
        "poetry.lock": _LOCK,
        "own.py": "def build_wheel(*_):\n    raise SystemExit('too old for this')\n",
        "src/fees.py": CODE,
        "tests/test_fees.py": TESTS,
        "tests/test_greeting.py": "import greeting\n\ndef test_word():\n    assert greeting.WORD == 'hello'\n",
        "tests/test_tool.py": "import shutil\n\ndef test_tool():\n    assert shutil.which('fees')\n",
    }
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN, evidence
    facts = SuiteFacts.model_validate(evidence.facts)
    assert facts.environment
    assert [*facts.environment.unbuilt] == ["the project itself"]
    assert [*facts.not_the_code] == ["tests.test_tool::test_tool"]


def test_what_cannot_be_had_is_told_by_name(site: EnvironmentSite) -> None:
    """No version fits: the package is named."""
    site.files["requirements.txt"] = "greeting>=3\n"
    with pytest.raises(NoEnvironment, match="greeting"):
        site.made()


def test_a_file_that_is_not_the_locks_is_refused(site: EnvironmentSite) -> None:
    """A registry that serves another file than the lock names is not believed."""
    site.files["requirements.txt"] = f"greeting==2.1 --hash=sha256:{'0' * 64}\n"
    with pytest.raises(NoEnvironment, match="not the file that the project's lock names"):
        site.made()


def test_the_python_that_the_packages_ask_is_taken_where_the_project_names_none(
    site: EnvironmentSite,
) -> None:
    own = sys.version_info[:2]
    newer = [python for python in installed() if python.parts[:2] > own]
    if not newer:
        pytest.skip("this machine has no newer Python")
    least = ".".join(map(str, newer[0].parts[:2]))
    fitting = {python.version for python in newer}
    asks, asks_more = f"Requires-Python: >={least}\n", "Requires-Python: >=3.99\n"
    package_folder.write_wheel(site.packages, "newer", "1", {"newer.py": ""}, asks)
    package_folder.write_wheel(site.packages, "newest", "1", {"newest.py": ""}, asks_more)
    site.files["requirements.txt"] = "newer\n"
    made = site.made()
    assert made.facts
    assert made.facts.python in fitting
    site.files["requirements.txt"] = "newest\n"
    with pytest.raises(NoToolchain, match=r"a Python >=3\.99"):
        site.made()


def test_a_python_that_is_lacking_blocks(site: EnvironmentSite) -> None:
    """A toolchain that the files name and the machine lacks is absent."""
    site.suite["install"] = {"python": "3.99"}
    site.files["tests/test_fees.py"] = TESTS
    assert site.ask().answer is Answer.ABSENT


def test_a_sealed_folder_cannot_be_written_and_its_change_is_seen(tmp_path: Path) -> None:
    """No bit to write is left, also where a file had two names."""
    made, other = tmp_path / "made", tmp_path / "other"
    made.mkdir()
    other.write_text("theirs")
    (made / "link").hardlink_to(other)
    (made / "program").write_text("x")
    (made / "program").chmod(0o6777)
    sealed.seal(made, {"a": 1})
    assert sealed.opened(made) == {"a": 1}
    assert [path.stat().st_mode & 0o7222 for path in (made, *made.iterdir())] == [0, 0, 0]
    assert other.stat().st_mode & 0o200
    (made / "program").chmod(0o755)
    assert sealed.opened(made) is None
    sealed.tear_down(made)
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
