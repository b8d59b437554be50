"""How a failing test is told: where it failed, its name, what it says, and how to run it alone.

A runner's message explains itself over many lines (what each part of an assertion came from, a
difference of two texts); its first line is what failed. The rest stands in the run's output among
the artifacts.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from atom_release.gate.facts.suite import FailureFacts
from atom_release.gate.first_few import first_few
from atom_release.probes.suite.run_facts import one_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from atom_release.lab.junit_results import Case

_EXPLAINING = re.compile(r"\s*(\+ {1,3}(where|and) |[-+?] |(Full diff|Use -v|At index|Omitting)\b)")
_CORRECT = "Correct the code or the test, and commit."


def failure_of(worst: Case, failed: Collection[str]) -> str:
    """Return which tests failed, and where and why the one that failed most did.

    Args:
        worst: that test.
        failed: the ids of all that failed, this one among them.
    """
    place = f"{worst.place}: " if worst.place else ""
    return f"{place}{_named(worst, failed)} failed: {words_of(worst)}"


def failure_facts(worst: Case, failed: Collection[str], runs: int) -> FailureFacts:
    """Return the same as fields, so that nobody has to read the sentence back.

    Args:
        worst: the test that failed most.
        failed: the ids of all that failed, this one among them.
        runs: in how many runs it failed.
    """
    return FailureFacts(
        test=_within(_split(worst)[0], worst.id),
        place=worst.place,
        message=words_of(worst),
        node=_node(worst),
        failed=len(failed),
        runs=runs,
    )


def words_of(case: Case) -> str:
    """Return what a test says of its failure, without what only explains the parts of it."""
    lines = [line for line in case.message.splitlines() if line.strip()]
    explained = next(
        (number for number, line in enumerate(lines) if number and _EXPLAINING.match(line)),
        len(lines),
    )
    return one_line(" ".join(lines[:explained]))


def remedy_of(worst: Case) -> str:
    """Return what to do: of a test of pytest's also the command that runs it alone."""
    node = _node(worst)
    if not node:
        return _CORRECT
    return (
        f"Run it alone, `python -m pytest {shlex.quote(node)}`; correct the code that it asks, or"
        " the test, and commit."
    )


def _named(worst: Case, failed: Collection[str]) -> str:
    """Return the worst test and others, without the module that the worst one's place names."""
    module, _ = _split(worst)
    ordered = [worst.id, *sorted(set(failed) - {worst.id})]
    return first_few([_within(module, name) for name in ordered])


def _within(module: str, name: str) -> str:
    rest = name.removeprefix(module) if module else name
    return rest.lstrip(".:") if rest.startswith((".", "::")) else name


def _split(case: Case) -> tuple[str, str]:
    """Return a test's module and the path of its file, both empty where the id names another."""
    path = case.place.rpartition(":")[0]
    module = path.removesuffix(".py").replace("/", ".")
    is_its_own = path.endswith(".py") and case.id.startswith((f"{module}::", f"{module}."))
    return (module, path) if is_its_own else ("", "")


def _node(case: Case) -> str:
    """Return pytest's name of a test, `path::Class::test`; empty where the id does not say it."""
    module, path = _split(case)
    if not module:
        return ""
    classes, _, name = case.id.removeprefix(module).partition("::")
    return "::".join([path, *filter(None, classes.split(".")), name])
