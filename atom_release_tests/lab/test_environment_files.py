"""What a project's files ask of an environment, read as text."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Install
from atom_release.lab.environments import poetry
from atom_release.lab.environments.faults import NoEnvironment, NoToolchain
from atom_release.lab.environments.pythons import choose, installed
from atom_release.lab.environments.wanted import Reader, Wanted
from atom_release.source.commit import open_tree


def read(root: Path, files: dict[str, str], install: Install | None = None) -> Wanted:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    author = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "all"]):
        subprocess.run(["git", *command], cwd=root, check=True)  # noqa: S607 - the git on the path
    return Reader(open_tree(root, "HEAD"), install or Install()).read()


def test_requirements_are_followed_through_includes_with_their_digests(tmp_path: Path) -> None:
    """`-r` and `-c` lead on; a digest is kept, and a registry that a file names is passed over."""
    digest = "sha256:" + "a" * 64
    wanted = read(
        tmp_path,
        {
            "requirements.txt": "-r requirements/base.txt\n-c limits.txt\n--index-url https://x.org\n",
            "requirements/base.txt": f"flask[async]>=3 ; python_version > '3' \\\n  --hash={digest}\n",
            "limits.txt": "click==8.1.0  # not newer\n",
            "requirements-test.txt": "pytest\n",
        },
    )
    assert wanted.listed.names == ['flask[async]>=3; python_version > "3"', "pytest"]
    assert wanted.listed.constraints == ["click==8.1.0"]
    assert wanted.listed.hashes == {"flask": {digest}}
    assert wanted.listed.passed_over == ["--index-url"]


@pytest.mark.parametrize("line", ["git+https://example.org/x.git", "-e git+ssh://a/b"])
def test_what_no_registry_has_is_refused_by_name(tmp_path: Path, line: str) -> None:
    """An address that the author chose is not asked."""
    with pytest.raises(NoEnvironment, match="no package registry has"):
        read(tmp_path, {"requirements.txt": f"{line}\n"})


def test_a_package_that_is_named_by_an_address_is_kept_apart(tmp_path: Path) -> None:
    """It is never asked there; what is done without it is for the maker to say."""
    wanted = read(tmp_path, {"requirements.txt": "x @ https://example.org/x.whl\nflask\n"})
    assert wanted.listed.names == ["flask"]
    assert wanted.listed.elsewhere == {"x": "x @ https://example.org/x.whl"}


_WORKSPACE = {
    "pyproject.toml": '[tool.uv]\ndev-dependencies = ["pytest"]\n'
    '[tool.uv.workspace]\nmembers = ["src/*"]\n[dependency-groups]\ndocs = ["sphinx"]\n',
    "uv.lock": "version = 1\n",
    "src/api/pyproject.toml": '[project]\nname = "api"\nversion = "1"\n',
    "other/pyproject.toml": '[project]\nname = "other"\nversion = "1"\n',
}


def test_a_member_of_a_workspace_has_its_lock_and_its_groups_for_developers(tmp_path: Path) -> None:
    """Those that uv had before groups were agreed on too, and none for documentation."""
    wanted = read(tmp_path, _WORKSPACE, Install(folder="src/api"))
    assert (wanted.exported, wanted.of_workspace) == ("uv.lock", ("dev",))


def test_a_folder_that_is_no_member_has_neither(tmp_path: Path) -> None:
    wanted = read(tmp_path, _WORKSPACE, Install(folder="other"))
    assert (wanted.exported, wanted.of_workspace) == (None, ())


def test_an_include_does_not_leave_the_repository(tmp_path: Path) -> None:
    """A path out of the tree is refused before anything is read."""
    with pytest.raises(ProbeFault, match="outside the repository"):
        read(tmp_path, {"requirements.txt": "-r ../../etc/passwd\n"})


def test_a_folder_of_the_repository_is_a_project_with_its_extras(tmp_path: Path) -> None:
    """`-e .[cli]` asks for the project itself."""
    build = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
    wanted = read(tmp_path, {"requirements.txt": "-e .[cli]\n", "pyproject.toml": build})
    assert wanted.projects == {".": ("cli",)}


def test_groups_for_tests_are_chosen_and_their_includes_followed(tmp_path: Path) -> None:
    """Not those for documentation; those for developers only where there are none for tests."""
    groups = '[dependency-groups]\ntests = ["pytest", {include-group = "base"}]\n'
    groups += 'base = ["freezegun"]\ndocs = ["sphinx"]\ndev = ["ruff"]\n'
    assert read(tmp_path, {"pyproject.toml": groups}).listed.names == ["pytest", "freezegun"]


def test_groups_for_developers_where_there_are_none_for_tests(tmp_path: Path) -> None:
    """The common case of a project with one group."""
    groups = '[dependency-groups]\ndev = ["pytest"]\ndocs = ["sphinx"]\n'
    assert read(tmp_path, {"pyproject.toml": groups}).listed.names == ["pytest"]


def test_what_the_manifest_names_comes_first(tmp_path: Path) -> None:
    """Named groups are taken, and no other."""
    groups = '[dependency-groups]\ntests = ["pytest"]\ndocs = ["sphinx"]\n'
    install = Install(groups=("docs",), packages=("hypothesis",))
    wanted = read(tmp_path, {"pyproject.toml": groups}, install)
    assert wanted.listed.names == ["sphinx", "hypothesis"]


def test_a_project_that_is_not_built_has_its_dependencies_in_its_file(tmp_path: Path) -> None:
    """Without a build system nothing is built, and the text says what is needed."""
    project = '[project]\nname = "x"\nversion = "1"\ndependencies = ["httpx"]\n'
    project += 'requires-python = ">=3.9"\n[project.optional-dependencies]\ntest = ["pytest"]\n'
    wanted = read(tmp_path, {"pyproject.toml": project})
    assert (wanted.listed.names, wanted.projects) == (["httpx", "pytest"], {})
    assert wanted.requires_python == ">=3.9"


def test_a_lock_of_poetry_pins_what_its_groups_ask(tmp_path: Path) -> None:
    """Names from the groups, versions and digests from the lock."""
    digest = "sha256:" + "b" * 64
    wanted = read(
        tmp_path,
        {
            "pyproject.toml": "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\n"
            'python = "^3.9"\nrich = "^13.1"\n[tool.poetry.group.test.dependencies]\n'
            'pytest = {version = "~8.1", extras = ["dev"]}\n',
            "poetry.lock": f'[[package]]\nname = "rich"\nversion = "13.9.0"\n'
            f'files = [{{file = "r.whl", hash = "{digest}"}}]\n',
        },
    )
    assert wanted.listed.names == ["pytest[dev]<8.2,>=8.1", "rich<14,>=13.1"]
    assert wanted.listed.constraints == ["rich==13.9.0"]
    assert wanted.listed.hashes == {"rich": {digest}}
    assert wanted.requires_python == ">=3.9,<4"


_OF_POETRY = (
    '[tool.poetry]\nname = "the-shop"\n[build-system]\nrequires = ["poetry-core"]\n'
    'build-backend = "poetry.core.masonry.api"\n'
)


@pytest.mark.parametrize(
    ("path", "text", "is_built"),
    [
        ("src/main.py", _OF_POETRY, False),  # which no Poetry could build
        ("the_shop/main.py", _OF_POETRY, True),
        ("src/the_shop/main.py", _OF_POETRY, True),
        ("the_shop.py", _OF_POETRY, True),
        ("src/main.py", f"{_OF_POETRY}[tool.poetry.build]\nscript = 'make.py'\n", True),
        ("src/main.py", _OF_POETRY.replace("poetry.core.masonry.api", "own"), True),
    ],
)
def test_a_project_of_poetry_is_built_where_it_has_a_package(
    tmp_path: Path, path: str, text: str, *, is_built: bool
) -> None:
    wanted = read(tmp_path, {"pyproject.toml": text, path: ""})
    assert bool(wanted.projects) is is_built


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("*", ""),
        (">=1,<3", ">=1,<3"),
        ("1.4", "==1.4"),
    ],
)
def test_versions_of_poetry_are_said_as_others_say_them(text: str, standard: str) -> None:
    """As its documentation defines them."""
    assert poetry.specifier(text) == standard


def test_a_python_that_this_machine_lacks_is_named() -> None:
    """The version that was asked and those that are there stand in the sentence."""
    with pytest.raises(NoToolchain, match=r"Python 3\.99 is wanted, and this machine has .*3\.\d+"):
        choose("", "3.99", None)


def test_a_preferred_python_is_only_preferred() -> None:
    """A version that developers use is no condition."""
    assert choose(">=3.8", None, "3.99") in installed()


def test_the_nearest_python_is_taken_where_the_preferred_one_is_absent() -> None:
    """Another patch of it, else the next newer one: not the gate's own, which may be far off."""
    have = installed()
    oldest, newest = have[0], have[-1]
    assert (
        choose("", None, f"{oldest.parts[0]}.{oldest.parts[1]}.999").parts[:2] == oldest.parts[:2]
    )
    assert choose("", None, "3.5").parts[:2] == oldest.parts[:2]
    assert choose("", None, "3.99").parts[:2] == newest.parts[:2]


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({".python-version": "3.12.4\n", "runtime.txt": "python-3.9.1"}, "3.12.4"),
        ({"runtime.txt": "python-3.12.4\n"}, "3.12.4"),
        ({".tool-versions": "nodejs 20.1.0\npython 3.9.18\n"}, "3.9.18"),
        ({"Pipfile": '[requires]\npython_version = "3.7"\n'}, "3.7"),
        ({"Dockerfile": "FROM node:20 AS web\nFROM docker.io/python:3.10-slim\n"}, "3.10"),
        ({"Dockerfile": "FROM python:slim\n", "Pipfile": "[requires"}, None),
        ({}, None),
    ],
)
def test_the_python_that_developers_use_stands_in_many_files(
    tmp_path: Path, files: dict[str, str], version: str | None
) -> None:
    """The file that is meant for it first, what is deployed last."""
    assert read(tmp_path, {"a.py": "", **files}).preferred == version
