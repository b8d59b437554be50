"""Steps before a suite that write files which its tests want, as the repository itself names them.

A step is drafted only where something says that the tests cannot do without: they import a folder
that the commit does not hold, a client is generated from a schema, the pipeline collects files
before it tests. Linting and the like is nobody's need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from atom_release.drafting import settings_files, words
from atom_release.drafting.files import Files, folder_of, is_below, joined
from atom_release.drafting.findings import Runner, Suite
from atom_release.drafting.pipelines import runs_tests

Step = tuple[str, ...]
_BUILT = re.compile(
    r"[\"']((?:\.\.?/)+(?:[\w-]+/)*?(?:dist|build|lib|out|es|cjs|esm|generated))(?=[/\"'])"
)
_BUILDS = ("build:test", "build:tests", "pretest", "build", "compile", "prepare")
_COLLECTS = re.compile(
    r"^(?:python3? )?(?:\./)?manage\.py (?:collectstatic|compilemessages|compilejsi18n)\b[^|;&<>]*$"
    r"|^(?:python3? -m )?pybabel compile\b[^|;&<>]*$|^flask translate compile$"
)
_SAMPLE = 60


def steps(files: Files, suite: Suite) -> tuple[Step, ...]:
    """Return the steps that a suite of Python or JavaScript wants before it."""
    if suite.across:
        return ()
    if suite.runner.by_node:
        return tuple(_of_node(files, suite))
    return tuple(_of_pipeline(files, suite)) if suite.runner.by_pytest else ()


def _of_node(files: Files, suite: Suite) -> Iterator[Step]:
    package = files.json(joined(suite.directory, "package.json"))
    scripts = package.get("scripts")
    named = scripts if isinstance(scripts, Mapping) else {}
    script = next((name for name in _BUILDS if isinstance(named.get(name), str)), None)
    if script and _wants_built(files, suite):
        yield ("npm", "run", script)


def _wants_built(files: Files, suite: Suite) -> bool:
    """Return whether the tests import a folder of what is built, which the commit does not hold."""
    tests = [path for place in suite.paths for path in files.below(place)][:_SAMPLE]
    wanted = {
        joined(folder_of(path), match[1])
        for path in tests
        for match in _BUILT.finditer(files.text(path))
    }
    return any(
        place not in files.folders and not files.matching(rf"{re.escape(place)}\.\w+")
        for place in wanted
        if is_below(place, suite.directory)
    )


def _of_pipeline(files: Files, suite: Suite) -> Iterator[Step]:
    """Yield what the job that runs the tests collects or compiles first."""
    for job in settings_files.jobs(files):
        lines = [words.without_environment(line) for line in job.lines]
        first = next((number for number, line in enumerate(lines) if runs_tests(line)), None)
        if first is None or (suite.runner is not Runner.DJANGO and not _is_python(lines[first])):
            continue
        chosen = [step for line in lines[:first] if _COLLECTS.match(line) and (step := _step(line))]
        if chosen:
            yield from dict.fromkeys(chosen)
            return


def _is_python(line: str) -> bool:
    return not re.search(r"\b(?:npm|pnpm|yarn|jest|vitest|mocha|go|cargo)\b", line)


def _step(line: str) -> Step:
    split: Sequence[str] = words.split(line)
    if split[:1] and split[0] in {"python", "python3"}:
        return ("{python}", *split[1:])
    if split[:1] and split[0].endswith("manage.py"):
        return ("{python}", *split)
    return tuple(split)
