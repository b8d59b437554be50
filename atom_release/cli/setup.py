"""What stands before a release: `init`, `doctor`, `reference`, `scenarios`, `keygen`, `schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atom_release import settings as environment
from atom_release.cli import output
from atom_release.cli.options import JsonOption, ScenarioOption
from atom_release.errors import Misuse

# Everything heavy is imported by the command that needs it: `--help` must answer at once.

_GREEN = "green"


def reference(
    directory: Path, scenario: ScenarioOption = None, *, json: JsonOption = False
) -> None:
    """Write the reference release to DIRECTORY.

    `repository` with its work tree, `origin.git` bare.
    """
    from atom_release.reference.build import build
    from atom_release.reference.scenarios import find

    name = scenario or _GREEN
    built = build(directory.absolute(), name)
    if find(name).earlier is not None:
        from atom_release.records.signing_keys import ensure_key
        from atom_release.reference.earlier_release import release_earlier

        key = ensure_key(environment.from_environment().key_path)
        release_earlier(built.repository, name, key)
    output.show(
        {"repository": str(built.repository), "origin": str(built.origin), "commit": built.commit},
        as_json=json,
    )


def doctor(*, json: JsonOption = False) -> None:
    """Show what this machine has for releases: Pythons, tools, and the isolation that it gives."""
    from dataclasses import asdict

    from atom_release.release.machine import abilities

    rows = [asdict(ability) for ability in abilities()]
    for row in rows:
        if row["have"]:
            row["without"] = ""
    if json:
        output.print_json(rows)
        return
    shown = [
        {
            "name": row["name"],
            "have": str(row["have"] or "no").partition(" (")[0],
            "where, or what is lost": row["where"] or row["without"],
        }
        for row in rows
    ]
    output.show_table(shown, as_json=False)


def scenarios(*, json: JsonOption = False) -> None:
    """List the scenarios: one-defect variants with what each must turn, and what it must show."""
    from atom_release.reference.scenarios import SCENARIOS

    rows = [
        {
            "name": scenario.name,
            "criterion": scenario.criterion,
            "expects": dict(scenario.expects),
            "finds": list(scenario.finds),
            "what": scenario.defect,
        }
        for scenario in SCENARIOS.values()
    ]
    if not json:
        rows = [{name: row[name] for name in ("name", "expects", "what")} for row in rows]
    output.show_table(rows, as_json=json)


def init(
    directory: Annotated[
        Path, typer.Argument(help="The repository to draft a manifest for.")
    ] = Path(),
    *,
    following: Annotated[
        str | None,
        typer.Option(
            "--next", metavar="PHASE", help="The manifest of the next phase, from the released one."
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            help="YAML or JSON that states phase, name, version, tag, branch or base instead.",
        ),
    ] = None,
    repo: Annotated[
        Path | None, typer.Option("--repo", help="The same repository, as other commands name it.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Draft a release.yaml from what the repository holds; an existing one is left alone.

    With --next, the released manifest moves on to the next phase: ids, version, tag and branch.
    """
    from atom_release.cli.output_init import show_draft, show_next
    from atom_release.release import draft_manifest, draft_next

    stated = draft_manifest.read_answers(answers) if answers else {}
    if following is not None:
        moved = draft_next.draft_next((repo or directory).absolute(), following, stated)
        show_next(*moved, as_json=json)
        return
    written, drafted = draft_manifest.draft((repo or directory).absolute(), stated)
    show_draft(written, drafted, as_json=json)


def keygen(
    *,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Sign a shared state by this machine's key from now on."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Make the gate's signing key, if there is none, readable by its owner only.

    Where the state is shared, the first key that is made is the team's.
    """
    from atom_release.release.gate_key import make_key
    from atom_release.release.operators_places import check_before_opening

    settings = environment.from_environment()
    check_before_opening(settings)
    path = settings.key_path
    key = make_key(settings, replace=replace)
    output.show({"key": str(path), "public": f"{path}.pub", "keyid": key.keyid}, as_json=json)


def state(
    *,
    prepare: Annotated[
        str | None,
        typer.Option(
            "--prepare",
            metavar="ROLE",
            help="Make the tables of a shared state, and let this database role use them.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show where history, journal and turns are kept, and by which key they are signed.

    With --prepare make the tables of a shared state first, as a role that may.
    """
    from atom_release.release import shared_state

    settings = environment.from_environment()
    if prepare is not None:
        shared_state.prepare(settings, prepare)
    output.show(shared_state.describe(settings), as_json=json)


def sweep(
    *,
    days: Annotated[
        float,
        typer.Option(
            "--days", min=0, help="Copies of commits that were not judged for so long go too."
        ),
    ] = 7,
    json: JsonOption = False,
) -> None:
    """Remove what gates that were killed left on this machine, and say what and why.

    What a living gate holds stays, and so do artifacts, histories, keys and environments.
    """
    from atom_release.release.sweep import sweep as sweep_home

    swept = sweep_home(environment.from_environment(), days=days)
    rows = [{"path": str(entry.path), "why": entry.why, "bytes": entry.size} for entry in swept]
    if rows or json:
        output.show_table(rows, as_json=json)
    else:
        typer.echo("Nothing was left behind.")


def schema(
    *,
    operator: Annotated[
        bool, typer.Option("--operator", help="Of the operator's file instead.")
    ] = False,
    claims: Annotated[
        bool, typer.Option("--claims", help="Of the claims block of a report instead.")
    ] = False,
    proof: Annotated[
        bool, typer.Option("--proof", help="Of what `prove --json` prints instead.")
    ] = False,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="COMMAND",
            help="Of what a command prints with --json: run, audit, task (run --only), explain,"
            " status, error.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Print the JSON schema of the manifest, or of another document that is named."""
    del json  # a schema is one JSON document either way
    from atom_release.cli.documents import DOCUMENTS, document_schema, named_schema

    if of is not None and of not in DOCUMENTS:
        raise Misuse(f"There is no schema of {of}.", f"There are those of {', '.join(DOCUMENTS)}.")
    if of is not None:
        output.print_json(document_schema(of))
    elif claims:
        from atom_release.gate.claims.given import claims_schema

        output.print_json(claims_schema())
    elif proof:
        from atom_release.gate.documents.proof import proof_schema

        output.print_json(proof_schema())
    elif operator:
        from atom_release.gate.operator import Operator

        output.print_json(named_schema("operator", Operator.model_json_schema()))
    else:
        from atom_release.gate.manifest import Manifest

        output.print_json(named_schema("manifest", Manifest.model_json_schema()))


def ui(
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 3000,
    *,
    json: JsonOption = False,
) -> None:
    """Open Dagster on loopback with the history of the runs, until interrupted."""
    from atom_release.graph import serving

    if json:
        output.print_json({"address": f"http://127.0.0.1:{port}"})
    raise typer.Exit(serving.serve(environment.from_environment(), port))
