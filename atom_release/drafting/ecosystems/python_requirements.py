"""Which requirements files a Python suite is run with, where their names alone do not say it.

Names such as `requirements-dev.txt` are taken by the gate itself; `requirements/local.txt` and the
like are named by the pipeline that installs them, or by the runner that stands in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from atom_release.drafting.files import Files, is_below, joined
from atom_release.lab.environments.wanted import usual_requirements

_PIPELINES = (
    r"\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.ya?ml|\.travis\.ya?ml"
    r"|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml"
)
_INSTALLS = re.compile(r"\bpip3?\s+install\b(?P<words>[^\n|&;]*)")
_FILE = re.compile(r"(?<![\w./-])(?:-r|--requirement)[ =]?\s*+[\"']?([\w./-]+\.(?:txt|in))")
_RUNNER = re.compile(r"^[ \t]*+pytest(?:-django)?\b", re.MULTILINE | re.IGNORECASE)
_LOCKS = ("uv.lock", "poetry.lock", "pylock.toml")


def needed(files: Files, folder: str, listed: Sequence[str]) -> tuple[str, ...]:
    """Return the requirements files that have to be named; none where `auto` takes them.

    Args:
        files: the tree.
        folder: the project's.
        listed: its files that may hold requirements.
    """
    if files.present(folder, _LOCKS) or _states_own(files, folder):
        return ()
    installed = list(dict.fromkeys(_installed(files, folder)))
    running = [path for path in listed if _names_runner(files, path)]
    named = installed or sorted(running, key=lambda path: path.endswith(".in"))[:1]
    if usual_for_tests(files, folder):
        return ()
    base = files.present(folder, ["requirements.txt"])
    return tuple(dict.fromkeys([*base, *named])) if set(named) - set(_usual(files, folder)) else ()


def usual_for_tests(files: Files, folder: str) -> bool:
    """Return whether a file that the gate takes by its name names what runs the tests."""
    return any(_names_runner(files, path) for path in _usual(files, folder))


def _usual(files: Files, folder: str) -> list[str]:
    """Return the files that the gate takes by their names."""
    return usual_requirements(lambda names: list(files.present(folder, names)))


def _states_own(files: Files, folder: str) -> bool:
    """Return whether the project's own file says what it needs, tests included."""
    document = files.toml(joined(folder, "pyproject.toml"))
    tool = document.get("tool")
    return "project" in document or (isinstance(tool, dict) and "poetry" in tool)


def _installed(files: Files, folder: str) -> Iterator[str]:
    """Yield the files of the project that a pipeline installs."""
    for pipeline in files.matching(_PIPELINES):
        for match in _INSTALLS.finditer(files.text(pipeline)):
            yield from _of_tree(files, folder, _FILE.findall(match["words"]))


def _of_tree(files: Files, folder: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for path in dict.fromkeys([joined(folder, name), joined("", name)]):
            if path in files and is_below(path, folder):
                yield path
                break


def _names_runner(files: Files, path: str) -> bool:
    return path.endswith((".txt", ".in")) and bool(_RUNNER.search(files.text(path)))
