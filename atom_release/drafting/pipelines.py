"""The commands by which a repository's own pipelines run its tests: told, and never run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from atom_release.drafting.files import Files
from atom_release.drafting.findings import Place, Seen

_FILES = (
    r"\.github/workflows/[^/]+\.ya?ml",
    r"\.gitlab-ci\.ya?ml",
    r"\.circleci/config\.ya?ml",
    r"(?:azure-pipelines|bitbucket-pipelines|\.travis|\.drone|\.woodpecker)\.ya?ml",
)
_TESTS = re.compile(
    r"\b(?:pytest|tox|nox|unittest|manage\.py test|coverage run"
    r"|(?:npm|pnpm|yarn|bun)\s[^|;&]*\btest\b"
    r"|jest|vitest|mocha|playwright test|go test|gotestsum|cargo (?:nextest|test)"
    r"|mvnw?\b[^|;&]*\b(?:test|verify)|gradlew?\b[^|;&]*\b(?:test|check|build)|dotnet test|bats"
    r"|rspec|phpunit|make\s+[^|;&]*test\S*|tests?[\w-]*\.sh)\b"
)
_KEYS = {"run", "script", "command", "commands", "before_script"}
_MOST = 40
_DEEPEST = 24


def test_commands(files: Files) -> Iterator[Seen[str]]:
    """Yield the lines of pipelines that run tests, each once."""
    taken: set[str] = set()
    for expression in _FILES:
        for path in files.matching(expression):
            for document in files.yaml(path):
                for line in _lines(document):
                    if runs_tests(line) and line not in taken and len(taken) < _MOST:
                        taken.add(line)
                        yield Seen(line, _place(files, path, line))


def runs_tests(line: str) -> bool:
    """Return whether a line of a pipeline runs tests, and does not only install what runs them."""
    installs = re.match(r"(?:pip|uv pip|npm|apt|apt-get|sudo|python -m pip)\b.*\binstall\b", line)
    return bool(_TESTS.search(line)) and installs is None and not line.startswith(("#", "echo"))


def tests_begin(line: str) -> int:
    """Return where on a line that runs tests what runs them stands."""
    match = _TESTS.search(line)
    return match.start() if match else 0


def _lines(value: Any, key: str = "", depth: int = 0) -> Iterator[str]:  # noqa: ANN401 - any document
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _lines(inner, str(name), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _lines(inner, key, depth + 1)
    elif isinstance(value, str) and key in _KEYS:
        yield from (line.strip() for line in value.splitlines() if line.strip())


def _place(files: Files, path: str, line: str) -> Place:
    return files.place(path, re.escape(line[:60]))
