"""What the command line shows of one task that was run alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from atom_release.cli.decision_lines import criteria_lines
from atom_release.cli.documents import TaskDocument
from atom_release.cli.line_layout import Line
from atom_release.cli.output import print_document
from atom_release.cli.output_decision import criterion_entry, line_width, print_lines
from atom_release.gate.documents.rows import rows_of
from atom_release.gate.printable import one_line, printable
from atom_release.gate.vocabulary import Outcome

if TYPE_CHECKING:
    from atom_release.graph.running_task import TaskResult
    from atom_release.release.subject import Subject


def show_task(subject: Subject, result: TaskResult, *, whole: str, as_json: bool) -> None:
    """Show what one task came to.

    Args:
        subject: the release that it is a task of.
        result: what the task came to.
        whole: the command that runs all tasks.
        as_json: whether a program reads it.
    """
    if as_json:
        print_document(task_document(subject, result))
        return
    console, release = Console(), subject.manifest.release
    rows = rows_of(result.results)
    print_lines(console, criteria_lines(rows, line_width(console)))
    left_out = subject.manifest.left_out
    for name in result.task.settles:
        if name in left_out:
            line = Line(f"{name}: {left_out[name]}", note="not asked")
            print_lines(console, [line])
    title = f"{release.phase} {release.name} {release.version} at {subject.commit[:12]}"
    sentences = [
        *result.notes,
        one_line(f"{result.task.name} {result.task.title}: {title}"),
        "one task alone: nothing was decided of the release, and nothing was acted on",
        f"artifacts: {subject.settings.out}: {', '.join(sorted(result.artifacts)) or 'none'}",
        f"next: {whole}",
    ]
    for sentence in sentences:
        console.print(printable(sentence), highlight=False, markup=False, soft_wrap=True)


def task_document(subject: Subject, result: TaskResult) -> TaskDocument:
    """Return what `run --only TASK --json` prints."""
    release = subject.manifest.release
    return TaskDocument(
        task=result.task.name,
        release=f"{release.phase} {release.name} {release.version}",
        commit=subject.commit,
        criteria=[criterion_entry(row) for row in rows_of(result.results)],
        artifacts=dict(result.artifacts),
        left_out={
            name: subject.manifest.left_out[name]
            for name in result.task.settles
            if name in subject.manifest.left_out
        },
        notes=list(result.notes),
    )


def task_status(result: TaskResult) -> int:
    """Return the exit status of one task: 0 nothing refuses, 1 something does, 3 only BLOCKED."""
    refusing = {entry.outcome for entry in result.results if not entry.accepted}
    if result.failed or refusing - {Outcome.BLOCKED}:
        return 1
    return 3 if refusing else 0
