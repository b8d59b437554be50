"""What a project's files ask of an environment, read as text."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Install
from atom_release.lab.environments import poetry
from atom_release.lab.environments import wanted as wanted_files
from atom_release.lab.environments.faults import NoEnvironment, NoToolchain
from atom_release.lab.environments.pythons import choose, installed
from atom_release.lab.environments.wanted import Reader, Wanted
from atom_release.source.commit import open_tree

LOOK = Path(wanted_files.__file__).parent / "inside" / "look_at_layer.py"


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


@pytest.mark.parametrize(
    ("path", "text", "version"),
    [
        ("docker-compose.yml", "services:\n  web:\n    image: python:3.7\n", "3.7"),
        (".travis.yml", 'language: python\npython:\n    - "3.7"\n', "3.7"),
        (".travis.yml", 'language: python\npython:\n    - "3.7"\n    - "3.8"\n', None),
        (
            ".circleci/config.yml",
            "jobs:\n  a:\n    docker:\n    - image: circleci/python:3.7\n",
            "3.7",
        ),
        (".github/workflows/a.yml", "with:\n  python-version: '3.9'\n", "3.9"),
        (".github/workflows/a.yml", "with:\n  python-version: ['3.9', '3.10']\n", None),
        (".github/workflows/a.yml", "with:\n  python-version: ${{ matrix.python }}\n", None),
        ("other/docker-compose.yml", "services:\n  web:\n    image: python:3.7\n", None),
    ],
)
def test_the_only_python_of_compose_and_pipelines_is_preferred(
    tmp_path: Path, path: str, text: str, version: str | None
) -> None:
    assert read(tmp_path, {"a.py": "", path: text}).preferred == version


@pytest.mark.parametrize(
    ("day", "version"),
    [("2018-01-05", "3.6"), ("2019-06-04", "3.7"), ("2021-08-29", "3.9"), ("2026-01-01", None)],
)
def test_a_commit_of_before_the_gates_own_python_prefers_one_of_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str, version: str | None
) -> None:
    """And what its files name comes before that."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{day}T12:00:00Z")
    assert read(tmp_path, {"a.py": ""}).preferred == version
    assert read(tmp_path, {"runtime.txt": "python-3.12.1\n"}).preferred == "3.12.1"


@pytest.mark.parametrize(
    "worst", ["\n" * 500_000, "python:[" * 100_000, "image: " + "a/" * 300_000, "FROM " * 100_000]
)
def test_files_that_name_a_python_are_read_once(tmp_path: Path, worst: str) -> None:
    names = ("docker-compose.yml", "Dockerfile", ".travis.yml", ".tool-versions")
    assert read(tmp_path, dict.fromkeys(names, worst)).preferred is None


PIPFILE = """\
[packages]
flask = "==1.1.2"
attrs = {version = ">=19", extras = ["z"], sys_platform = "== 'linux'"}
mine = {git = "https://example.org/mine.git"}
[dev-packages]
pytest = "*"
"""
PIPFILE_LOCK = {
    "_meta": {"sources": [{"url": "https://example.org/simple"}]},
    "default": {
        "flask": {"version": "==1.1.2", "hashes": ["sha256:" + "A" * 64]},
        "mine": {"git": "https://example.org/mine.git", "ref": "0"},
    },
    "develop": {"pytest": {"version": "==6.2.4", "markers": "python_version >= '3.6'"}},
}


def test_a_pipfile_is_followed_with_its_lock(tmp_path: Path) -> None:
    """Its second section is a group of developers; digests are held; an address is kept apart."""
    files = {"Pipfile": PIPFILE, "Pipfile.lock": json.dumps(PIPFILE_LOCK)}
    wanted = read(tmp_path, files)
    names = ["flask==1.1.2", 'attrs[z]>=19; sys_platform == "linux"', "pytest"]
    assert wanted.listed.names == names
    assert wanted.listed.constraints == ["flask==1.1.2", 'pytest==6.2.4; python_version >= "3.6"']
    assert wanted.listed.hashes == {"flask": {"sha256:" + "a" * 64}}
    assert list(wanted.listed.elsewhere) == ["mine"]
    assert (wanted.groups, wanted.sources) == (("dev",), ("Pipfile", "Pipfile.lock"))
    alone = Reader(open_tree(tmp_path, "HEAD"), Install(groups=())).read()
    assert alone.listed.names == names[:2]


@pytest.mark.parametrize(
    "beside",
    [
        {"requirements.txt": "django\n"},
        {"setup.py": ""},
        {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["django"]\n'},
    ],
)
def test_what_other_files_ask_comes_before_a_pipfile(
    tmp_path: Path, beside: dict[str, str]
) -> None:
    wanted = read(tmp_path, {"Pipfile": PIPFILE, **beside})
    assert [name for name in wanted.listed.names if name != "django"] == []
    assert wanted.groups == ()


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\xff"])
def test_a_lock_of_pipenv_that_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoEnvironment, match=r"Pipfile\.lock cannot be read as a lock"):
        read(tmp_path, {"Pipfile": PIPFILE, "Pipfile.lock": text})


def test_settings_of_tools_beside_a_pipfile_ask_for_nothing(tmp_path: Path) -> None:
    files = {"Pipfile": '[packages]\nflask = "*"\n', "pyproject.toml": "[tool.black]\n"}
    assert read(tmp_path, files).listed.names == ["flask"]


@pytest.mark.parametrize("program", sorted({python.program for python in installed()}))
def test_a_layer_is_looked_at_under_every_python_that_is_taken(
    tmp_path: Path, program: Path
) -> None:
    """Its oldest know less of their own syntax trees, and of texts."""
    layer, source = tmp_path / "layer", tmp_path / "source"
    (source / "src" / "shop").mkdir(parents=True)
    (source / "src" / "shop" / "__init__.py").touch()
    layer.mkdir()
    finder = layer / "__editable___shop_finder.py"
    finder.write_text(f"MAPPING = {{'shop': {str(source / 'src' / 'shop')!r}}}\n")
    listing, answer = tmp_path / "listing.json", tmp_path / "answer.json"
    listing.write_text("[]")
    words = [str(LOOK), str(source), str(layer), str(tmp_path / "built"), str(listing), str(answer)]
    subprocess.run([str(program), "-I", "-S", *words], check=True)
    assert json.loads(answer.read_text())["roots"] == ["src"]
