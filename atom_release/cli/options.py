"""The options that several commands share, and how they become settings.

No command and no rule lives here.
"""

from __future__ import annotations

import functools
import inspect
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from atom_release import settings as environment
from atom_release.errors import Misuse
from atom_release.settings import Settings

ManifestOption = Annotated[
    Path | None,
    typer.Option("--manifest", help="The manifest; default release.yaml in the judged commit."),
]
RepositoryOption = Annotated[
    Path | None,
    typer.Option("--repo", help="The repository; default the one you are in."),
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

QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print the decision and the tag alone.")
]

FreshOption = Annotated[
    bool,
    typer.Option("--fresh", help="Run every suite again, also one that passed on this commit."),
]

OnlyOption = Annotated[
    str | None,
    typer.Option(
        "--only",
        metavar="TASK",
        help="One task (T1 to T6) or criterion (P-5) alone, with what it stands on; never an act.",
    ),
]

_OWN_SOURCE = Path("atom_release", "reference", "build.py")
Own = ParamSpec("Own")
_RELEASE: dict[str, Any] = {
    "manifest": ManifestOption,
    "repo": RepositoryOption,
    "rev": RevisionOption,
    "out": OutOption,
    "scenario": ScenarioOption,
}


def about_release(command: Callable[Concatenate[Settings, Own], None]) -> Callable[..., None]:
    """Return a command with the options that name a release, in place of its settings.

    Args:
        command: takes the settings first, then its own options by name; the last is `--json`.
    """

    @functools.wraps(command)
    def called(**options: Any) -> None:  # noqa: ANN401 - what typer parsed for the options below
        release = {name: options.pop(name) for name in _RELEASE}
        command(_settings_of(**release), **options)  # type: ignore[call-arg]  # by name, as listed

    _, *own, json = inspect.signature(command, eval_str=True).parameters.values()
    release = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in _RELEASE.items()
    ]
    parameters = [*own, *release, json]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def _settings_of(
    manifest: Path | None,
    repo: Path | None,
    rev: str | None,
    out: str | None,
    scenario: str | None,
) -> Settings:
    """Return the settings of the environment with these options.

    Raises:
        Misuse: a repository and a scenario are both named.
    """
    given = environment.from_environment()
    settings = given.with_options(
        manifest=manifest and manifest.absolute(),
        repository=repo and repo.absolute(),
        revision=rev,
        out=out and (out if "://" in out else str(Path(out).absolute())),
        scenario=scenario,
    )
    if settings.repository is not None and scenario is not None:
        raise Misuse(
            "A scenario is a variant of the reference release, not of a repository.",
            "Leave out --repo or --scenario.",
        )
    if settings.is_reference and scenario is None and not environment.names_reference():
        return settings.with_options(repository=_stood_in(Path.cwd()))
    return settings


def _stood_in(folder: Path) -> Path | None:
    """Return the work tree that a folder is in; none in the gate's own source or outside of any."""
    from atom_release.source.own_places import work_trees

    top = next(iter(work_trees(folder)), None)
    return None if top is None or (top / _OWN_SOURCE).is_file() else top


def judged_by_default(settings: Settings) -> str:
    """Return a line on what is judged where no option and no variable names it, else nothing."""
    bare = environment.from_environment()
    if bare.repository is not None or environment.names_reference():
        return ""
    if settings.is_reference and settings.scenario == bare.scenario:
        return "judges the bundled reference release; name a repository with --repo"
    if settings.repository is not None and settings.repository == _stood_in(Path.cwd()):
        return f"judges the repository you are in, {settings.repository}"
    return ""


def command_on(settings: Settings, command: str) -> str:
    """Return a command with the options that lead it to the same release and artifacts."""
    bare = environment.from_environment()
    options = {
        "--manifest": settings.manifest if settings.manifest != bare.manifest else None,
        "--repo": settings.repository
        if settings.repository not in {bare.repository, _stood_in(Path.cwd())}
        else None,
        "--rev": settings.revision if settings.revision != bare.revision else None,
        "--out": settings.out if settings.out != bare.out else None,
        "--scenario": settings.scenario if settings.scenario != bare.scenario else None,
    }
    words = (word for option, value in options.items() if value for word in (option, str(value)))
    return shlex.join(["atom-release", command, *words])
