"""What the log and the summary of a GitHub job understand: folds, annotations, Markdown.

A line of the log that begins with two colons is a command there, whoever wrote it: what others
wrote is printed so that it is none.
"""

from __future__ import annotations

from atom_release import settings
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents import markdown
from atom_release.gate.documents.description import Grounds
from atom_release.gate.documents.problems import Problem, find_problems
from atom_release.gate.documents.rows import asked_rows
from atom_release.gate.printable import one_line

CLOSED = "::endgroup::"
FOLDS = ("::group::", CLOSED)
_ANNOTATIONS = 10  # the number that GitHub shows of one step


def opened(name: str) -> str:
    """Return the line that opens a fold."""
    return f"::group::{_data(one_line(name))}"


def refusals(decision: Decision, grounds: Grounds | None = None) -> list[str]:
    """Return a line for each thing that stops the release: GitHub shows them beside the run."""
    return [_annotation(problem) for problem in find_problems(asked_rows(decision, grounds))][
        :_ANNOTATIONS
    ]


def _annotation(problem: Problem) -> str:
    following = f"next: {problem.change} {problem.description.then}".rstrip()
    texts = (problem.wrong, f"where: {problem.where}", following)
    title = _property(f"{problem.outcome}: {problem.title}")
    return f"::error title={title}::{_data(chr(10).join(map(one_line, texts)))}"


def write_summary(decision: Decision, grounds: Grounds | None = None) -> None:
    """Add the decision to the page of the job, where there is one."""
    if place := settings.github_summary():
        with place.open("a", encoding="utf-8") as summary:
            summary.write(markdown.summary(decision, grounds))


def inert(line: str) -> str:
    """Return a line that is no command of the log's."""
    text = line.replace("##[", "## [")
    bare = text.lstrip()
    return f"{text[: len(text) - len(bare)]}: {bare[1:]}" if bare.startswith("::") else text


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
