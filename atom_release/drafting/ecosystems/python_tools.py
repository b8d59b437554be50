"""Packages that tools name for tests outside the files that every installer reads.

tox, nox, hatch and pdm each have a place of their own for them. They are read as text;
lines that hold for some of a tool's environments only are left out.
"""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from atom_release.drafting.files import Files, joined
from atom_release.lab.environments.wanted import for_tests

_FACTOR = re.compile(r"^[\w{},.!-]+:\s")
_MOST = 80


def packages(files: Files, folder: str) -> tuple[str, ...]:
    """Return what the first tool that names packages for the tests of a folder asks."""
    if _has_own(files, folder):
        return ()
    for read in (_of_tox, _of_nox, _of_hatch, _of_pdm):
        named = [line for stated in read(files, folder) if (line := _requirement(stated))]
        if named:
            return tuple(dict.fromkeys(named))[:_MOST]
    return ()


def _has_own(files: Files, folder: str) -> bool:
    """Return whether the project's own file has a group or an extra for tests or developers."""
    document = files.toml(joined(folder, "pyproject.toml"))
    project, poetry = _table(document, "project"), _table(document, "tool", "poetry")
    named = [
        *_table(document, "dependency-groups"),
        *_table(project, "optional-dependencies"),
        *_table(poetry, "group"),
        *(["dev"] if "dev-dependencies" in poetry else []),
    ]
    return bool(for_tests(named))


def _of_tox(files: Files, folder: str) -> Iterator[str]:
    """Yield the `deps` of tox's common environment."""
    text = files.text(joined(folder, "tox.ini"))
    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for section in ("testenv", "testenv:py", "testenv:test", "testenv:tests"):
        lines = (parser.get(section, "deps", fallback="") or "").splitlines()
        yield from (line.strip() for line in lines if not _FACTOR.match(line.strip()))


def _of_nox(files: Files, folder: str) -> Iterator[str]:
    """Yield what the sessions of nox that run tests install by name."""
    try:
        tree = ast.parse(files.text(joined(folder, "noxfile.py")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and "test" in function.name:
            yield from _installed_in(function)


def _installed_in(function: ast.FunctionDef) -> Iterator[str]:
    for call in ast.walk(function):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        words = [word.value for word in call.args if isinstance(word, ast.Constant)]
        if call.func.attr == "install" and "-r" not in words:
            yield from (word for word in words if isinstance(word, str))


def _of_hatch(files: Files, folder: str) -> Iterator[str]:
    tables = [
        _table(files.toml(joined(folder, "pyproject.toml")), "tool", "hatch", "envs"),
        _table(files.toml(joined(folder, "hatch.toml")), "envs"),
    ]
    for table in tables:
        for name in ("default", "hatch-test", "test", "tests", "dev"):
            environment = _table(table, name)
            for field in ("dependencies", "extra-dependencies"):
                yield from _texts(environment.get(field))


def _of_pdm(files: Files, folder: str) -> Iterator[str]:
    groups = _table(files.toml(joined(folder, "pyproject.toml")), "tool", "pdm", "dev-dependencies")
    for name in for_tests(groups):
        yield from _texts(groups.get(name))


def _requirement(text: str) -> str:
    """Return a line that names a package and versions of it; nothing of any other."""
    line = text.partition("#")[0].strip()
    if not line or line.startswith((".", "-", "{", "/")):
        return ""
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return ""
    return "" if requirement.url else str(requirement)


def _table(document: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = document.get(name)
        document = inner if isinstance(inner, Mapping) else {}
    return document


def _texts(stated: object) -> Iterable[str]:
    return [text for text in stated if isinstance(text, str)] if isinstance(stated, list) else []
