"""`verify` and `diff`: what recorded decisions prove, would be, and differ in; offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from atom_release.cli.options import JsonOption, RepositoryOption

# Everything heavy is imported by the command that needs it: `--help` must answer at once.

AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Also decide as of this moment; exit 1 if the decision does not hold then."
    ),
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
    from atom_release.cli import output
    from atom_release.release import redecide, verify_bundle

    found = verify_bundle.record_of(place, key)
    told: dict[str, Any] = verify_bundle.told_of(found, repo)
    if as_of is not None:
        told["then"] = redecide.as_of(found, as_of)
    if manifest is not None:
        told["otherwise"] = redecide.with_manifest(found, manifest)
    output.show_verification(told, as_json=json)
    if as_of is not None and not told["then"]["holds"]:
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
    json: JsonOption = False,
) -> None:
    """Say which criteria differ between two recorded decisions, in outcome, reason or evidence."""
    from atom_release.cli import output
    from atom_release.release import redecide

    output.show_differences(redecide.differences(before, after, key), as_json=json)
