"""Python: pyproject, setup, requirements, manage.py; pytest, unittest and Django.

Nothing is imported: what a suite needs is read from the text. Routes are `python_routes`,
starts `python_starts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from atom_release.drafting.ecosystems import (
    django_settings,
    python_requirements,
    python_settings,
    python_starts,
    python_tools,
    tests_of,
)
from atom_release.drafting.ecosystems.python_starts import is_of_django
from atom_release.drafting.files import Files, folder_of, is_below, is_product, joined
from atom_release.drafting.findings import Part, Place, Runner, Seen, Suite

_PACKAGE_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")
_TEST_FILE = r"(?:.*/)?(?:tests?_[^/]*|[^/]*_test|tests?)\.py"
_USUALLY_COLLECTED = ("test_*.py", "*_test.py", "test.py", "tests.py")
_MAY_HOLD_TESTS = ("tests.py", "test.py")  # by its name alone, a module of anything
_HOLDS_TESTS = re.compile(r"\bdef test|^class (?:Test\w*|\w+\([^)\n]*Test)", re.MULTILINE)
_NOT_SOURCE = {
    *("tests", "test", "docs", "doc", "examples", "scripts", "bin", "tools"),
    *("migrations", "alembic", "docker", "deploy", "deployment", "ci"),
}
_CONFIGURED = (
    ("pytest.ini", r"^\[pytest\]"),
    (".pytest.ini", r"^\[pytest\]"),
    ("pyproject.toml", r"^\[tool\.pytest"),
    ("setup.cfg", r"^\[tool:pytest\]"),
    ("tox.ini", r"^\[pytest\]|^[ \t]*+(?:python -m )?pytest\b"),
    ("noxfile.py", r"[\"']pytest[\"']"),
)
_EXAMPLES = {"example", "examples", "sample", "samples", "demo", "demos", "docs", "doc"}
_NAMES_PYTEST = re.compile(r"\bpytest\b")
_IMPORTS = re.compile(r"^[ \t]*+(?:import|from)\s+(pytest|unittest|django\.test)", re.MULTILINE)
_SAMPLE = 40
_IN_PROCESS = re.compile(
    r"\btest_client\(|\bTestClient\(|\bASGITransport\(|\bAPIClient\(|\bdjango\.test\b|\bAPITestCase\b"
    r"|\btest_cli_runner\(|\bCliRunner\(|\bapp_context\("
)
_OVER_NETWORK = re.compile(
    r"[\"']https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[:/\"']|\brequests\.(?:get|post|put|delete)\("
    r"|\burlopen\("
)


def parts(files: Files) -> Iterator[Part]:
    """Yield every folder that is a Python project by its package files."""
    folders = sorted({folder for folder in map(_project, _candidates(files)) if folder is not None})
    folders = [folder for folder in folders if _is_project(files, folder, folders)]
    tests = files.matching(_TEST_FILE)
    for folder in folders:
        own = tests_of.within(tests, folder, folders)
        yield Part(
            folder,
            _name(files, folder),
            "Python",
            _package_files(files, folder),
            _source(files, folder, folders),
            tuple(_suites(files, folder, own)),
            python_starts.find_start(files, folder, folders),
            is_library=_is_library(files, folder),
        )


_LOCKS = ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "tox.ini")
_ASK_PACKAGES = (*_PACKAGE_FILES, "uv.lock", "poetry.lock")
_ALL_FILES = (*_PACKAGE_FILES, "requirements-dev.txt", "manage.py", *_LOCKS)


def _package_files(files: Files, folder: str) -> tuple[str, ...]:
    """Return the files that say what a folder is made with, else those of the nearest one above."""
    own = files.present(folder, _ALL_FILES)
    above = folder
    while above and not files.present(above, _ASK_PACKAGES):
        above = folder_of(above)
    return own if above == folder else (*own, *files.present(above, (*_ASK_PACKAGES, *_LOCKS)))


def _candidates(files: Files) -> Iterator[str]:
    for path in files.named(*_PACKAGE_FILES, "manage.py"):
        if is_product(path) or path in {"requirements.txt", "setup.py"}:
            yield path
    for path in files.matching(r"(?:.*/)?requirements/(?:base|prod|production|main)\.txt"):
        yield joined(folder_of(path), "../requirements.txt")


def _project(path: str) -> str | None:
    folder = folder_of(path)
    return None if folder.rpartition("/")[2] in {"docs", "doc", "requirements"} else folder


def _is_project(files: Files, folder: str, folders: Sequence[str]) -> bool:
    """Return whether the folder has Python of its own: a file for tools alone makes no project."""
    own = tests_of.within(files.below(folder), folder, folders)
    python = [path for path in own if path.endswith(".py") and is_product(path)]
    if _metadata(files, folder):
        return bool(python)
    scripts = ("scripts/", "tools/", "hooks/", ".github/", "docs/", "ci/")
    start = len(folder) + 1 if folder else 0
    return any(not path[start:].startswith(scripts) for path in python)


def _metadata(files: Files, folder: str) -> dict[str, Any]:
    document = files.toml(joined(folder, "pyproject.toml"))
    project = document.get("project")
    if isinstance(project, dict):
        return project
    tool = document.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    return poetry if isinstance(poetry, dict) and poetry.get("name") else {}


_NAMED_IN = {
    "setup.cfg": r"^name\s*=\s*([\w.-]+)",
    "setup.py": r"^[ \t]*+name\s*=\s*[\"']([\w.-]+)[\"']",
}


def _name(files: Files, folder: str) -> str:
    named = _metadata(files, folder).get("name")
    if isinstance(named, str):
        return named
    for name, expression in _NAMED_IN.items():
        match = re.search(expression, files.text(joined(folder, name)), re.MULTILINE)
        if match:
            return match[1]
    return folder.rpartition("/")[2]


def _is_library(files: Files, folder: str) -> bool:
    document = files.toml(joined(folder, "pyproject.toml"))
    return "build-system" in document or joined(folder, "setup.py") in files


def _source(files: Files, folder: str, folders: Sequence[str]) -> tuple[str, ...]:
    """Return where the code is: `src`, else its packages and modules, else the folder."""
    own = [
        path
        for path in tests_of.within(files.below(folder), folder, folders)
        if path.endswith(".py") and is_product(path)
    ]
    source = joined(folder, "src")
    if any(path.startswith(f"{source}/") for path in own):
        return (source,)
    start = len(folder) + 1 if folder else 0
    tops = {path[start:].partition("/")[0] for path in own}
    packages = sorted(
        joined(folder, top) for top in tops if "." not in top and top.lower() not in _NOT_SOURCE
    )
    modules = sorted(
        joined(folder, top)
        for top in tops
        if top.endswith(".py") and top not in {"setup.py", "conftest.py", "noxfile.py", "manage.py"}
    )
    if folder and modules:  # a module that is added later belongs to it too
        return (folder,)
    return tuple([*packages, *modules][:12]) or (folder or ".",)


def loose_suites(files: Files, folders: Sequence[str]) -> Iterator[Seen[Suite]]:
    """Yield the suites of tests that lie in none of these folders: they are about all of them."""
    tests = [
        path
        for path in files.matching(_TEST_FILE)
        if path.rpartition("/")[2] not in _MAY_HOLD_TESTS
        and not any(is_below(path, folder) for folder in folders)
    ]
    for seen in _suites(files, "", tests):
        yield Seen(replace(seen.value, across=True), seen.where, seen.guess)


def _suites(files: Files, folder: str, tests: Sequence[str]) -> Iterator[Seen[Suite]]:
    texts = {path: files.text(path) for path in tests[:_SAMPLE]}
    holding = [
        path
        for path in tests
        if path.rpartition("/")[2] not in _MAY_HOLD_TESTS or _HOLDS_TESTS.search(files.text(path))
    ]
    holding = _named_by_configuration(files, folder, _collected(files, folder, holding))
    if not holding:
        return
    runner, where, guess = _runner(files, folder, texts)
    requirements = python_requirements.needed(files, folder, _requirement_files(files, folder))
    usual = python_requirements.usual_for_tests(files, folder)
    packages = () if requirements or usual else python_tools.packages(files, folder)
    inside = _asking_themselves(files, folder, holding)
    suites = tests_of.suites(runner, holding, folder, where, guess, within_process=inside)
    for seen in suites:
        suite = Suite(
            seen.value.runner,
            seen.value.paths,
            folder,
            seen.value.files,
            seen.value.across,
            requirements if runner.by_pytest else (),
            packages=packages if runner.by_pytest else (),
            settings=django_settings.find(files, folder) if runner is Runner.DJANGO else "",
            arguments=_naming(files, folder, holding) if runner is not Runner.DJANGO else (),
        )
        yield Seen(suite, seen.where, seen.guess)


def _naming(files: Files, folder: str, tests: Sequence[str]) -> tuple[str, ...]:
    """Return what lets pytest collect tests whose files have names of their own."""
    names = [PurePosixPath(path).name for path in tests]
    others = [name for name in names if not any(fnmatch(name, each) for each in _USUALLY_COLLECTED)]
    if not others or python_settings.listed(files, folder, "python_files"):
        return ()
    return ("-o", f"python_files={' '.join((*_USUALLY_COLLECTED[:2], 'tests_*.py'))}")


def _asking_themselves(files: Files, folder: str, tests: Sequence[str]) -> list[str]:
    """Return the tests that ask their application in their own process.

    A client of the framework does, that they or what is shared among them (`conftest.py`) make.
    """
    shared = [path for path in files.below(folder) if path.endswith("conftest.py")]
    around = {folder_of(path) for path in shared if _IN_PROCESS.search(files.text(path))}
    return [
        path
        for path in tests
        if not _OVER_NETWORK.search(files.text(path))
        and (_IN_PROCESS.search(files.text(path)) or any(is_below(path, place) for place in around))
    ]


def _collected(files: Files, folder: str, tests: Sequence[str]) -> list[str]:
    """Return the tests that pytest would collect by itself.

    None of hidden folders, and none that the configuration's `python_files` passes over: a file
    that is named as a path would be collected all the same.
    """
    start = len(folder) + 1 if folder else 0
    patterns = python_settings.listed(files, folder, "python_files")
    return [
        path
        for path in tests
        if not any(part.startswith(".") for part in path[start:].split("/"))
        and (not patterns or any(fnmatch(PurePosixPath(path).name, each) for each in patterns))
    ]


def _named_by_configuration(files: Files, folder: str, tests: list[str]) -> list[str]:
    """Return the tests below the `testpaths` of pytest's configuration; without any, all.

    Tests of examples and documentation are of packages of their own, where there are others.
    """
    within = [
        joined(folder, place.strip("./"))
        for place in python_settings.listed(files, folder, "testpaths")
    ]
    named = [path for path in tests if any(is_below(path, place) for place in within)]
    if named:
        return named
    start = len(folder) + 1 if folder else 0
    own = [path for path in tests if path[start:].partition("/")[0].lower() not in _EXAMPLES]
    return own or tests


def _runner(files: Files, folder: str, texts: dict[str, str]) -> tuple[Runner, Place, str]:
    imported = [match for text in texts.values() for match in _IMPORTS.findall(text)]
    configured = _configured(files, folder)
    manage = joined(folder, "manage.py")
    first = Place(next(iter(texts), folder))
    if configured is not None:
        return Runner.PYTEST, configured, ""
    if "django.test" in imported and manage in files:
        return Runner.DJANGO, Place(manage), ""
    if "pytest" in imported or files.named("conftest.py"):
        return Runner.PYTEST, first, "" if "pytest" in imported else "a conftest.py is there"
    if "unittest" in imported:
        return Runner.UNITTEST, first, ""
    return Runner.PYTEST, first, "test files are there, and nothing says what runs them"


def _configured(files: Files, folder: str) -> Place | None:
    """Return where a file of the part, or of the repository, says that pytest runs its tests."""
    for base in dict.fromkeys((folder, "")):
        for name, expression in _CONFIGURED:
            path = joined(base, name)
            if path in files and re.search(expression, files.text(path), re.MULTILINE):
                return files.place(path, expression)
    manage = joined(folder, "manage.py")
    for path in _requirement_files(files, folder):
        if _NAMES_PYTEST.search(files.text(path)) and not is_of_django(files, manage):
            return files.place(path, r"\bpytest\b")
        if re.search(r"\bpytest-django\b", files.text(path)):
            return files.place(path, r"\bpytest-django\b")
    return None


def _requirement_files(files: Files, folder: str) -> list[str]:
    named = [
        joined(folder, name) for name in ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile")
    ]
    prefix = re.escape(f"{folder}/") if folder else ""
    return [path for path in named if path in files] + files.matching(
        rf"{prefix}(?:requirements/)?[\w.-]*(?:requirements|test|dev|local)[\w.-]*\.(?:txt|in)"
    )
