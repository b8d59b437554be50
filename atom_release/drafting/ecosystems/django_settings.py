"""Which settings Django is tested with: those that a pipeline names, else those of manage.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.drafting.files import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.drafting.files import Files

_RUNS = re.compile(
    r"(?:manage\.py|django-admin)\s+test\b[^\n]{0,400}?--settings[= ]\s*([\w.]+)"
    r"|\bpytest\b[^\n]{0,400}?--ds[= ]\s*([\w.]+)"
    r"|^[ \t]*+-?\s*DJANGO_SETTINGS_MODULE\s*[=:]\s*[\"']?([\w.]+)",
    re.MULTILINE,
)
_TELL = ("tox.ini", "pytest.ini", "setup.cfg", "noxfile.py", "Makefile", "justfile", ".travis.yml")
_PIPELINES = r"\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.ya?ml"
_OF_MANAGE = re.compile(r"DJANGO_SETTINGS_MODULE[\"']\s*,\s*[\"']([\w.]+)[\"']")


def find(files: Files, folder: str) -> str:
    """Return the settings module of the tests of a folder with a manage.py."""
    for text in _texts(files, folder):
        for match in _RUNS.finditer(text):
            module = next(group for group in match.groups("") if group)
            if _is_here(files, folder, module):
                return module
    own = _OF_MANAGE.search(files.text(joined(folder, "manage.py")))
    return own[1] if own else ""


def of_service(files: Files, folder: str) -> str:
    """Return the settings that a service is started with where its manage.py names others.

    Those that its tests run with, if a pipeline names them: what is installed is what these need.
    """
    named = find(files, folder)
    own = _OF_MANAGE.search(files.text(joined(folder, "manage.py")))
    if own is None or named == own[1]:
        return ""
    path = joined(folder, named.replace(".", "/"))
    text = files.text(f"{path}.py") or files.text(f"{path}/__init__.py")
    return "" if ":memory:" in text else named


def configuration(files: Files, folder: str, module: str) -> str:
    """Return the class of settings that tests run with, where django-configurations chooses one.

    The one that manage.py names, else the one that is called after tests, else after developing.
    """
    path = joined(folder, module.replace(".", "/"))
    text = files.text(f"{path}.py") or files.text(f"{path}/__init__.py")
    if not _CONFIGURED.search(text):
        return ""
    stated = _CONFIGURATION.search(files.text(joined(folder, "manage.py")))
    if stated:
        return stated[1]
    classes = {name.lower(): name for name in _CLASS.findall(text)}
    return next((classes[name] for name in _USES if name in classes), "")


_CONFIGURED = re.compile(r"^[ \t]*+(?:from|import)[ \t]++configurations\b", re.MULTILINE)
_CONFIGURATION = re.compile(r"DJANGO_CONFIGURATION[\"']\s*,\s*[\"'](\w+)[\"']")
_CLASS = re.compile(r"^class[ \t]++(\w+)\(", re.MULTILINE)
_USES = ("test", "testing", "tests", "ci", "local", "dev", "development")


def _texts(files: Files, folder: str) -> Iterator[str]:
    for path in files.present(folder, _TELL):
        yield files.text(path)
    for path in files.matching(_PIPELINES):
        yield files.text(path)


def _is_here(files: Files, folder: str, module: str) -> bool:
    path = joined(folder, module.replace(".", "/"))
    return f"{path}.py" in files or f"{path}/__init__.py" in files
