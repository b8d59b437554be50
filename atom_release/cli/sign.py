"""`waive` and `approve`: what a person signs about a release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atom_release.cli import output
from atom_release.cli.options import JsonOption, about_release
from atom_release.settings import Settings

# Everything heavy is imported by the command that needs it: `--help` must answer at once.

ApproverOption = Annotated[
    str, typer.Option("--approver", help="Who says so: a name or an address.")
]
ExpiresOption = Annotated[
    str,
    typer.Option(
        "--expires",
        help="The first moment at which it no longer counts, e.g. 2026-12-31T18:00:00Z.",
    ),
]
FromOption = Annotated[
    str | None,
    typer.Option("--not-before", help="The first moment at which it counts; default now."),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key", help="The person's private key; default the gate's own, which is recorded as solo."
    ),
]
ToOption = Annotated[
    Path | None,
    typer.Option(
        "--to", help="The file it is added to; default the git reference refs/atom/waivers."
    ),
]


@about_release
def waive(  # noqa: PLR0913 - what a waiver has to say
    settings: Settings,
    *,
    criterion: Annotated[
        list[str],
        typer.Option(
            "--criterion", help="The criterion whose failure is accepted; may be repeated."
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why it is accepted.")],
    ticket: Annotated[str, typer.Option("--ticket", help="Where it is followed up.")],
    approver: ApproverOption,
    expires: ExpiresOption,
    not_before: FromOption = None,
    key: KeyOption = None,
    to: ToOption = None,
    json: JsonOption = False,
) -> None:
    """Sign a waiver for one failed criterion of the latest decision.

    It accepts exactly that failure, of that commit, until it expires.
    """
    from atom_release.release import sign_consent

    statement = sign_consent.Said(approver, expires, not_before, reason, ticket)
    output.show(sign_consent.waive(settings, criterion, statement, key, to), as_json=json)


@about_release
def approve(  # noqa: PLR0913 - what an approval has to say
    settings: Settings,
    *,
    approver: ApproverOption,
    expires: ExpiresOption,
    key: Annotated[
        Path,
        typer.Option(
            "--key",
            help=(
                "The person's private key, whose public half the operator's file names, or"
                " release-keys/ of the release before."
            ),
        ),
    ],
    not_before: FromOption = None,
    to: ToOption = None,
    json: JsonOption = False,
) -> None:
    """Sign that the commit may be released, with every commit since the release before."""
    from atom_release.release import sign_consent

    statement = sign_consent.Said(approver, expires, not_before)
    output.show(sign_consent.approve(settings, statement, key, to), as_json=json)
