"""How a package's test script calls its runner: variables, arguments and paths, without the rest.

What says how results are shown, watched or counted is the gate's own affair, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from atom_release.drafting import words
from atom_release.drafting.findings import Runner

_SEGMENT = re.compile(r"\s*(?:&&|;)\s*")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=([^$]*)")
_WRAPPERS = frozenset({"npx", "pnpm", "yarn", "exec", "c8", "nyc", "cross-env", "dotenv", "--"})
_PROGRAM = re.compile(r"(?:.*/)?(?P<name>[a-z]+)(?:\.m?js)?")
_SHOWN = frozenset(
    {
        *("reporter", "reporters", "reporter-option", "reporter-options", "outputFile", "silent"),
        *("watch", "watchAll", "coverage", "coverageReporters", "verbose", "color", "colors"),
        *("typecheck", "ui", "run", "bail", "exit-first", "json", "test", "ci", "no-color"),
        *("test-reporter", "test-reporter-destination", "experimental-test-coverage", "R", "O"),
        *("passWithNoTests", "notify", "open", "browser", "retries", "retry", "b", "c"),
    }
)
_WITH_VALUE = frozenset(
    {
        *("reporter", "reporters", "reporter-option", "reporter-options", "outputFile", "R", "O"),
        *("coverageReporters", "test-reporter", "test-reporter-destination", "retries", "retry"),
        *("require", "r", "import", "loader", "experimental-loader", "config", "c", "timeout", "t"),
        *("testTimeout", "project", "projects", "rootDir", "root", "dir", "extension", "env"),
        *("ui", "maxWorkers", "w", "pool", "environment", "file", "ignore", "testPathPattern"),
        *("testPathPatterns", "selectProjects", "setupFiles", "test-concurrency", "slow", "s"),
    }
)


@dataclass(frozen=True)
class Call:
    """A runner's call, as far as it decides what runs."""

    variables: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def read_call(line: str, runner: Runner) -> Call | None:
    """Return the call of a runner in a script's line; None where it has none that can be read."""
    for segment in _SEGMENT.split(line):
        call = _read_segment(words.split(segment), runner)
        if call is not None:
            return call
    return None


def _read_segment(parts: Sequence[str], runner: Runner) -> Call | None:
    variables: dict[str, str] = {}
    flags: list[str] = []
    ahead = list(parts)
    while ahead:
        word = ahead.pop(0)
        if match := _ASSIGNMENT.fullmatch(word):
            variables[match[1]] = match[2]
        elif runner is Runner.NODE and word in {"node", "tsx"} and "--test" in ahead:
            flags += ["--import", "tsx"] if word == "tsx" else []
            return _call(variables, [*flags, *ahead], runner)
        elif word == "node":
            taken = list(_options_ahead(ahead))
            flags += taken
            del ahead[: len(taken)]
        elif (match := _PROGRAM.fullmatch(word)) and match["name"] in {runner.value, f"_{runner}"}:
            if flags:
                variables["NODE_OPTIONS"] = " ".join(flags)
            return _call(variables, ahead, runner)
        elif word not in _WRAPPERS and not word.startswith("-"):
            return None
    return None


def _options_ahead(parts: Sequence[str]) -> Iterator[str]:
    """Yield the options of node itself, before the program that it runs."""
    for position, word in enumerate(parts):
        before = parts[position - 1].lstrip("-") if position else ""
        if not word.startswith("-") and not (before in _WITH_VALUE and position):
            return
        yield word


def _call(variables: dict[str, str], parts: Sequence[str], runner: Runner) -> Call:
    arguments: list[str] = []
    paths: list[str] = []
    ahead = list(parts)
    while ahead:
        word = ahead.pop(0)
        name = word.lstrip("-").partition("=")[0]
        if not word.startswith("-"):
            if not (runner is Runner.VITEST and word in {"run", "watch", "dev"}):
                paths.append(word)
            continue
        takes = "=" not in word and name in _WITH_VALUE and ahead and not ahead[0].startswith("-")
        value = [ahead.pop(0)] if takes else []
        if name.partition(".")[0] not in _SHOWN:
            arguments += [word, *value]
    return Call(variables, tuple(arguments), tuple(paths))
