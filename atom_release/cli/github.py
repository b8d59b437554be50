"""What the log and the summary of a GitHub job understand: folds, annotations, Markdown.

A line of the log that begins with two colons is a command there, whoever wrote it: what others
wrote is printed so that it is none.
"""

from __future__ import annotations

from atom_release import settings
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents import markdown
from atom_release.gate.documents.rows import asked_rows
from atom_release.gate.printable import one_line

CLOSED = "::endgroup::"
FOLDS = ("::group::", CLOSED)
_ANNOTATIONS = 10  # the number that GitHub shows of one step


def opened(name: str) -> str:
    """Return the line that opens a fold."""
    return f"::group::{_data(one_line(name))}"


def refusals(decision: Decision) -> list[str]:
    """Return a line for each criterion that refuses: GitHub shows them beside the run."""
    refusing = [row for row in asked_rows(decision) if not row.accepted]
    return [
        f"::error title={_property(f'{row.name} {row.state}: {row.title}')}::"
        + _data(
            "\n".join(map(one_line, (f"{cause.where}: {cause.reason}", f"next: {cause.change}")))
        )
        for row in refusing[:_ANNOTATIONS]
        for cause in row.causes[:1]
    ]


def write_summary(decision: Decision) -> None:
    """Add the decision to the page of the job, where there is one."""
    if place := settings.github_summary():
        with place.open("a", encoding="utf-8") as summary:
            summary.write(markdown.summary(decision))


def inert(line: str) -> str:
    """Return a line that is no command of the log's."""
    text = line.replace("##[", "## [")
    bare = text.lstrip()
    return f"{text[: len(text) - len(bare)]}: {bare[1:]}" if bare.startswith("::") else text


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
