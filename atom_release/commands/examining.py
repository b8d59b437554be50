"""`verify` and `diff`: what recorded decisions prove, would be, and differ in; offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from atom_release.options import JsonOption, RepositoryOption

# Everything heavy is imported by the command that needs it: `--help` must answer at once.
# ruff: noqa: PLC0415

AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Also decide as of this moment; exit 1 if the decision does not hold then.")]
OtherOption = Annotated[Path | None, typer.Option("--manifest", help="Also decide by this manifest, and say what would change.")]


def verify(  # noqa: PLR0913 - what may be asked of a bundle
    place: Annotated[Path, typer.Argument(help="An audit bundle, or a folder with its artifacts.")],
    key: Annotated[Path, typer.Option("--key", help="The public key that must have signed the decision.")],
    *,
    repo: RepositoryOption = None,
    as_of: AsOfOption = None,
    manifest: OtherOption = None,
    json: JsonOption = False,
) -> None:
    """Check a bundle offline: signature, digests, the decision derived again; with --repo also tag and parent."""
    from atom_release import screen
    from atom_release.graph import reconsidering, verifying

    found = verifying.record_of(place, key)
    told: dict[str, Any] = verifying.told_of(found, repo)
    if as_of is not None:
        told["then"] = reconsidering.as_of(found, as_of)
    if manifest is not None:
        told["otherwise"] = reconsidering.with_manifest(found, manifest)
    screen.show_verification(told, as_json=json)
    if as_of is not None and not told["then"]["holds"]:
        raise typer.Exit(1)


def diff(
    before: Annotated[Path, typer.Argument(help="An audit bundle, or the folder of a run.")],
    after: Annotated[Path, typer.Argument(help="Another.")],
    *,
    key: Annotated[Path | None, typer.Option("--key", help="The public key that must have signed both; without it nothing is verified.")] = None,
    json: JsonOption = False,
) -> None:
    """Say which criteria differ between two recorded decisions, in outcome, reason or evidence."""
    from atom_release import screen
    from atom_release.graph import reconsidering

    screen.show_differences(reconsidering.differences(before, after, key), as_json=json)
