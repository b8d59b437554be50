"""`claims`, `explain`, `ledger`, `verify`, `diff`: what reports and recorded decisions say.

Nothing is asked of a release here, and nothing of it is loaded that does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from atom_release.cli.options import JsonOption, RepositoryOption, about_release, command_on
from atom_release.settings import Settings

# Everything heavy is imported by the command that needs it: `--help` must answer at once.

AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Also decide as of this moment; exit 1 if the decision does not hold then."
    ),
]
CriteriaArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[CRITERION]...", help="Only these, also where they passed: P-2 C.1"),
]
OtherOption = Annotated[
    Path | None,
    typer.Option("--manifest", help="Also decide by this manifest, and say what would change."),
]


def verify(  # noqa: PLR0913 - what may be asked of a bundle
    place: Annotated[Path, typer.Argument(help="An audit bundle, or a folder with its artifacts.")],
    key: Annotated[
        Path, typer.Option("--key", help="The public key that must have signed the decision.")
    ],
    *,
    repo: RepositoryOption = None,
    as_of: AsOfOption = None,
    manifest: OtherOption = None,
    json: JsonOption = False,
) -> None:
    """Check a bundle offline: signature, digests, the decision derived again.

    With --repo also tag and parent, and what the repository's remote holds.
    """
    from atom_release.cli import output_decision
    from atom_release.release import redecide, verify_bundle

    record = verify_bundle.record_of(place, key)
    result: dict[str, Any] = verify_bundle.told_of(record, repo)
    if as_of is not None:
        result["then"] = redecide.as_of(record, as_of)
    if manifest is not None:
        result["otherwise"] = redecide.with_manifest(record, manifest)
    output_decision.show_verification(result, as_json=json)
    if as_of is not None and not result["then"]["holds"]:
        raise typer.Exit(1)


def diff(
    before: Annotated[Path, typer.Argument(help="An audit bundle, or the folder of a run.")],
    after: Annotated[Path, typer.Argument(help="Another.")],
    *,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            help="The public key that must have signed both; without it nothing is verified.",
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="Write it as one HTML page, too."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Compare two recorded decisions: the criteria whose outcome, reason or evidence differ."""
    from atom_release.cli import output_decision
    from atom_release.release import redecide

    if page is not None:
        redecide.write_page(before, after, key, page)
    output_decision.show_differences(redecide.differences(before, after, key), as_json=json)


def claims(
    paths: Annotated[list[Path], typer.Argument(help="Reports, or folders of reports.")],
    *,
    draft: Annotated[
        bool,
        typer.Option("--draft", help="Write the claims block as read, to put into the report."),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Only what is not so in the work tree, without running anything; exit 1 then.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show the claims of service reports.

    Without --json also the lines that look like claims and were not read.
    """
    from atom_release.cli import output_claims
    from atom_release.reader import read_files

    records = read_files(paths, unread_lines=not (draft or check or json))
    if check:
        from atom_release.release.check_claims import contradictions

        entries = contradictions(records)
        output_claims.show_contradictions(entries, as_json=json)
        raise typer.Exit(1 if entries else 0)
    output_claims.show_claims(records, as_json=json, draft=draft)


@about_release
def explain(
    settings: Settings, criteria: CriteriaArgument = None, *, json: JsonOption = False
) -> None:
    """Explain each criterion that is not PASS: expected, found, where, and what would change it."""
    from atom_release.cli import output_decision
    from atom_release.release import last_decision
    from atom_release.release.draft_manifest import with_manifest

    decision, grounds = last_decision.explained_decision(with_manifest(settings))
    waive = command_on(settings, "waive")
    output_decision.show_explanation(
        decision, criteria or (), grounds=grounds, waive=waive, as_json=json
    )


@about_release
def status(settings: Settings, *, json: JsonOption = False) -> None:
    """Show where the release stands: its last decision, its tag, and the next command."""
    from atom_release.cli import output_status
    from atom_release.cli.judge import decision_status
    from atom_release.release import last_decision
    from atom_release.release.draft_manifest import with_manifest

    release_status = last_decision.release_status(with_manifest(settings))
    following = output_status.next_command(release_status)
    command = command_on(settings, following) if following else ""
    output_status.show_status(release_status, command, as_json=json)
    raise typer.Exit(decision_status(release_status.decision))


def health(*, json: JsonOption = False) -> None:
    """Show what this gate's history says of each criterion: never failed, never passed, flapping.

    And never asked; with the seconds that asking it takes. Nothing is asked of a release.
    """
    from atom_release import settings as from_settings
    from atom_release.cli import output
    from atom_release.release.health import criteria_health

    rows = [row.to_row() for row in criteria_health(from_settings.from_environment())]
    if not json and len({row["release"] for row in rows}) == 1:
        rows = [{name: row[name] for name in row if name != "release"} for row in rows]
    output.show_table(rows, as_json=json)


@about_release
def ledger(settings: Settings, *, json: JsonOption = False) -> None:
    """Show the verdict on every claim of every service report: said, found, where, why."""
    from atom_release.cli import output_ledger
    from atom_release.release import last_decision
    from atom_release.release.draft_manifest import with_manifest

    output_ledger.show(last_decision.last_accounts(with_manifest(settings)), as_json=json)
