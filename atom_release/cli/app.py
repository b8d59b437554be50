"""The command line: parse, call, print, exit status. No rule lives here.

Exit status: 0 GREEN, 1 RED, 3 BLOCKED, 4 decided GREEN but an act failed, 2 misuse. With `--json`
stdout holds one JSON document and nothing else; what is said to a person goes to stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from atom_release import __version__, settings
from atom_release.cli import inspect, sign
from atom_release.cli.options import (
    DryRunOption,
    JsonOption,
    ManifestOption,
    OutOption,
    RepositoryOption,
    RevisionOption,
    ScenarioOption,
    WaiversOption,
    settings_of,
)
from atom_release.errors import AtomReleaseError, Misuse
from atom_release.gate.printable import printable
from atom_release.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=__doc__.splitlines()[0],
)

# Everything heavy is imported by the command that needs it: `--help` must answer at once.


@app.command()
def run(
    *,
    manifest: ManifestOption = None,
    repo: RepositoryOption = None,
    rev: RevisionOption = None,
    out: OutOption = None,
    scenario: ScenarioOption = None,
    waivers: WaiversOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Judge the release; on GREEN, tag it and open the pull request."""
    _judge(
        settings_of(manifest, repo, rev, out, scenario, waivers).with_options(
            dry_run=dry_run or None
        ),
        acts=True,
        json=json,
    )


@app.command()
def audit(
    *,
    manifest: ManifestOption = None,
    repo: RepositoryOption = None,
    rev: RevisionOption = None,
    out: OutOption = None,
    scenario: ScenarioOption = None,
    waivers: WaiversOption = None,
    json: JsonOption = False,
) -> None:
    """Judge the release and write the reports; act on nothing."""
    _judge(settings_of(manifest, repo, rev, out, scenario, waivers), acts=False, json=json)


def _judge(known: Settings, *, acts: bool, json: bool) -> None:
    from atom_release.cli import output
    from atom_release.graph import running

    with output.progress(shown=not json):
        result = running.run(known, acts=acts)
    output.show_run(result, as_json=json, out=known.out)
    raise typer.Exit(output.exit_status(result))


@app.command()
def claims(
    paths: Annotated[list[Path], typer.Argument(help="Reports, or folders of reports.")],
    *,
    draft: Annotated[
        bool,
        typer.Option("--draft", help="Write the claims block as read, to put into the report."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Read service reports and show what they assert.

    For people also the lines that look like claims and were not read.
    """
    from atom_release.cli import output_claims
    from atom_release.reader import read_files

    records = read_files(paths, unread_lines=not (draft or json))
    output_claims.show_claims(records, as_json=json, draft=draft)


@app.command()
def explain(
    manifest: ManifestOption = None,
    repo: RepositoryOption = None,
    rev: RevisionOption = None,
    out: OutOption = None,
    scenario: ScenarioOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Say of each criterion that is not PASS what was expected, what was found, where.

    And what would change it.
    """
    from atom_release.cli import output
    from atom_release.release import last_decision

    output.show_explanation(
        last_decision.last_decision(settings_of(manifest, repo, rev, out, scenario)), as_json=json
    )


app.command()(inspect.verify)
app.command()(inspect.diff)
app.command()(sign.waive)
app.command()(sign.approve)


@app.command()
def ledger(
    manifest: ManifestOption = None,
    repo: RepositoryOption = None,
    rev: RevisionOption = None,
    out: OutOption = None,
    scenario: ScenarioOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Show what became of every claim of every service report: said, found, verdict, where."""
    from atom_release.cli import output_ledger
    from atom_release.release import last_decision

    output_ledger.show(
        last_decision.last_accounts(settings_of(manifest, repo, rev, out, scenario)), as_json=json
    )


@app.command()
def reference(
    directory: Path, scenario: ScenarioOption = None, *, json: JsonOption = False
) -> None:
    """Write the reference release to DIRECTORY.

    `repository` with its work tree, `origin.git` bare.
    """
    from atom_release.cli import output
    from atom_release.reference.build import build
    from atom_release.reference.scenarios import find

    built = build(directory.absolute(), scenario or "green")
    if find(scenario or "green").earlier is not None:
        from atom_release.records.signing import ensure_key
        from atom_release.reference.earlier_release import release_earlier

        release_earlier(
            built.repository, scenario or "green", ensure_key(settings.from_environment().key_path)
        )
    output.show(
        {"repository": str(built.repository), "origin": str(built.origin), "commit": built.commit},
        as_json=json,
    )


@app.command()
def scenarios(*, json: JsonOption = False) -> None:
    """List the scenarios of the reference release: one-defect variants with what each must turn."""
    from atom_release.cli import output
    from atom_release.reference.scenarios import SCENARIOS

    output.show_table(
        [
            {
                "name": one.name,
                "criterion": one.criterion,
                "expects": dict(one.expects),
                "what": one.what,
            }
            for one in SCENARIOS.values()
        ],
        as_json=json,
    )


@app.command()
def init(
    directory: Annotated[
        Path, typer.Argument(help="The repository to draft a manifest for.")
    ] = Path(),
    *,
    json: JsonOption = False,
) -> None:
    """Draft a release.yaml from what the repository holds; an existing one is left alone."""
    from atom_release.cli import output
    from atom_release.release import draft_manifest

    output.show({"written": str(draft_manifest.draft(directory.absolute()))}, as_json=json)


@app.command()
def keygen(*, json: JsonOption = False) -> None:
    """Make the gate's signing key, if there is none, readable by its owner only."""
    from atom_release.cli import output
    from atom_release.records.signing import ensure_key

    known = settings.from_environment()
    key = ensure_key(known.key_path)
    output.show(
        {"key": str(known.key_path), "public": f"{known.key_path}.pub", "keyid": key.public.keyid},
        as_json=json,
    )


@app.command()
def schema(
    *,
    operator: Annotated[
        bool, typer.Option("--operator", help="Of the operator's file instead.")
    ] = False,
    claims: Annotated[
        bool, typer.Option("--claims", help="Of the claims block of a report instead.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Print the JSON schema of the manifest, of the operator's file or of a claims block."""
    from atom_release.cli import output
    from atom_release.gate.claims.given import claims_schema
    from atom_release.gate.manifest import Manifest
    from atom_release.gate.operator import Operator

    del json  # a schema is one JSON document either way
    document = Operator if operator else Manifest
    output.show(claims_schema() if claims else document.model_json_schema(), as_json=True)


@app.command()
def ui(port: Annotated[int, typer.Option(help="Port on loopback.")] = 3000) -> None:
    """Open Dagster on loopback with the history of the runs, until interrupted."""
    from atom_release.graph import serving

    raise typer.Exit(serving.serve(settings.from_environment(), port))


def _version(shown: bool) -> None:  # noqa: FBT001 - typer calls it so
    if shown:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # noqa: FBT002
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line; an error that a person can fix is one sentence with its remedy."""
    settings.close_to_writers()
    try:
        status = app(standalone_mode="--json" not in sys.argv[1:])
    except Misuse as error:
        _fail(2, error.message, error.remedy)
    except AtomReleaseError as error:
        _fail(1, error.message, error.remedy)
    except typer.TyperException as error:
        _fail(error.exit_code, error.format_message(), "See `atom-release --help`.")
    sys.exit(status if isinstance(status, int) else 0)


def _fail(status: int, message: str, remedy: str) -> NoReturn:
    """Say what went wrong and end: one JSON document under `--json`, else a line on stderr."""
    if "--json" in sys.argv[1:]:
        import json

        sys.stdout.write(json.dumps({"error": message, "remedy": remedy}, indent=2) + "\n")
    else:
        sys.stderr.write(printable(f"atom-release: {message} {remedy}").rstrip() + "\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
