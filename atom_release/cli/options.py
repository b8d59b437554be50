"""The options that several commands share, and how they become settings.

No command and no rule lives here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atom_release import settings
from atom_release.errors import Misuse
from atom_release.settings import Settings

ManifestOption = Annotated[
    Path | None,
    typer.Option("--manifest", help="The manifest; default release.yaml in the judged commit."),
]
RepositoryOption = Annotated[
    Path | None,
    typer.Option("--repo", help="The repository; default the bundled reference release."),
]
RevisionOption = Annotated[
    str | None, typer.Option("--rev", help="The revision to judge; default HEAD.")
]
OutOption = Annotated[
    str | None,
    typer.Option("--out", help="Where artifacts go: a folder or a URL; default reports."),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option("--scenario", help="A variant of the reference release; see `scenarios`."),
]
WaiversOption = Annotated[
    Path | None,
    typer.Option(
        "--waivers",
        help="A file of signed waivers and approvals, beside those in refs/atom/waivers.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Judge everything, act on nothing, say what would be done."),
]


def settings_of(  # noqa: PLR0913, PLR0917 - the options that commands share
    manifest: Path | None,
    repository: Path | None,
    revision: str | None,
    out: str | None,
    scenario: str | None,
    waivers: Path | None = None,
) -> Settings:
    """Return the settings of the environment with these options.

    Raises:
        Misuse: a repository and a scenario are both named.
    """
    known = settings.from_environment().with_options(
        manifest=manifest and manifest.absolute(),
        repository=repository and repository.absolute(),
        revision=revision,
        out=out and (out if "://" in out else str(Path(out).absolute())),
        scenario=scenario,
        waivers=waivers and waivers.absolute(),
    )
    if known.repository is not None and scenario is not None:
        raise Misuse(
            "A scenario is a variant of the reference release, not of a repository.",
            "Leave out --repo or --scenario.",
        )
    return known
