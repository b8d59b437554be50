"""`run` and `audit`: judge a release, and act on green."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from atom_release.cli.options import (
    DryRunOption,
    FreshOption,
    JsonOption,
    OnlyOption,
    QuietOption,
    WaiversOption,
    about_release,
    command_on,
    judged_by_default,
)
from atom_release.gate.vocabulary import Verdict
from atom_release.settings import Settings

if TYPE_CHECKING:
    from atom_release.gate.catalogue.tasks import Task
    from atom_release.gate.decision.decision import Decision
    from atom_release.graph.running import RunResult
    from atom_release.release.subject import Subject

# Everything heavy is imported by the command that needs it: `--help` must answer at once.

_ACT_FAILED = 4
_STATUS = {Verdict.GREEN: 0, Verdict.RED: 1, Verdict.BLOCKED: 3}


@about_release
def run(
    settings: Settings,
    *,
    waivers: WaiversOption = None,
    only: OnlyOption = None,
    fresh: FreshOption = False,
    dry_run: DryRunOption = False,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Judge the release; on GREEN, tag it and open the pull request.

    With --only, one task of its plan alone: its criteria and artifacts, no decision, never an act.
    """
    options = settings.with_options(
        waivers=_absolute(waivers), dry_run=dry_run or None, fresh=fresh or None
    )
    _judge(options, acts=True, only=only, quiet=quiet, json=json)


@about_release
def audit(
    settings: Settings,
    *,
    waivers: WaiversOption = None,
    only: OnlyOption = None,
    fresh: FreshOption = False,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Judge the release and write the reports; act on nothing.

    Without a committed release.yaml, by the work tree's, else by what `init` would draft.
    """
    from atom_release.release.draft_manifest import with_manifest

    options = with_manifest(settings.with_options(waivers=_absolute(waivers), fresh=fresh or None))
    if options.manifest != settings.manifest and not (json or quiet):
        typer.echo(f"release.yaml is not committed: judged by {options.manifest}", err=True)
    _judge(options, acts=False, only=only, quiet=quiet, json=json)


def _absolute(path: Path | None) -> Path | None:
    return path and path.absolute()


def _judge(settings: Settings, *, acts: bool, only: str | None, quiet: bool, json: bool) -> None:
    """Judge, show and end with the exit status; a manifest that is wrong ends it before Dagster."""
    from atom_release.gate.catalogue.tasks import find_task
    from atom_release.release.subject import check_reports_are_held, open_subject

    subject = open_subject(settings, create=True)
    check_reports_are_held(subject)
    task = find_task(subject.manifest, only) if only is not None else None
    if not (json or quiet) and (line := judged_by_default(settings)):
        typer.echo(line, err=True)
    if task is not None and not task.decides:
        _run_task(
            subject, task, command_on(settings, "run" if acts else "audit"), quiet=quiet, json=json
        )
    _run_whole(subject, acts=acts and task is None, quiet=quiet, json=json)


def _run_whole(subject: Subject, *, acts: bool, quiet: bool, json: bool) -> NoReturn:
    from atom_release.cli import live, output, output_decision
    from atom_release.cli.output_decision import Following
    from atom_release.graph import running

    settings = subject.settings
    with live.progress(shown=not (json or quiet)):
        result = running.run(subject, acts=acts)
    if json:
        output.print_document(output_decision.run_document(result))
    else:
        following = Following(
            explain=command_on(settings, "explain"),
            again=command_on(settings, "run" if acts else "audit"),
        )
        output_decision.show_run(result, following, out=settings.out, quiet=quiet)
    raise typer.Exit(exit_status(result))


def _run_task(subject: Subject, task: Task, whole: str, *, quiet: bool, json: bool) -> NoReturn:
    from atom_release.cli import live, output_task
    from atom_release.graph import running_task

    with live.progress(shown=not (json or quiet)):
        result = running_task.run_task(subject, task)
    output_task.show_task(subject, result, whole=whole, as_json=json)
    raise typer.Exit(output_task.task_status(result))


def decision_status(decision: Decision | None) -> int:
    """Return the exit status of a decision that was read back; 1 also where there is none."""
    return 1 if decision is None else _STATUS[decision.verdict]


def exit_status(result: RunResult) -> int:
    """Return the exit status of a run."""
    if result.decision.verdict is Verdict.GREEN and not result.acted:
        return _ACT_FAILED
    return _STATUS[result.decision.verdict]
