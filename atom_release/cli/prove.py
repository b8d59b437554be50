"""`prove`: a check proves that it is green now and could be red.

Exit status: 0 proven, 1 the check is red as it is, 2 misuse, 3 it could not be told, 4 flaky, 5 a
dead control, 6 a weak one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atom_release.cli.options import JsonOption, RepositoryOption
from atom_release.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from atom_release.gate.documents.proof import ProofDocument

# Everything heavy is imported by the command that needs it: `--help` must answer at once.

_STATUS = {"proven": 0, "red": 1, "untold": 3, "flaky": 4, "dead": 5, "weak": 6}
_CHANGES = "The known-bad change"
_SEEN = "What the command may see"


def prove(  # noqa: PLR0913 - one option for each thing that may be said of a check
    command: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND...", help="The check, after `--`.")
    ],
    *,
    control: Annotated[
        Path | None,
        typer.Option(
            "--control", help="A patch that the check has to find.", rich_help_panel=_CHANGES
        ),
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            "--file",
            metavar="TARGET=SOURCE",
            help="Put a file in place in the tree.",
            rich_help_panel=_CHANGES,
        ),
    ] = None,
    environment: Annotated[
        list[str] | None,
        typer.Option(
            "--environment",
            metavar="NAME=VALUE",
            help="Set a variable.",
            rich_help_panel=_CHANGES,
        ),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            "--command",
            metavar="WORDS",
            help="Run this by a shell, in the check's directory, before the check.",
            rich_help_panel=_CHANGES,
        ),
    ] = None,
    says: Annotated[
        str,
        typer.Option("--says", help="What a right red says; told from any other red by it."),
    ] = "",
    harmless: Annotated[
        Path | None, typer.Option("--harmless", help="A patch with which it must stay green.")
    ] = None,
    verdict: Annotated[
        str,
        typer.Option(
            "--verdict",
            help="`exit`, `junit`, `sarif`, or a comparison such as `/totals/percent >= 80`.",
        ),
    ] = "exit",
    repeats: Annotated[int, typer.Option("--repeats", min=1, max=20)] = 1,
    repo: RepositoryOption = None,
    rev: Annotated[
        str | None, typer.Option("--rev", help="The revision that is run; default HEAD.")
    ] = None,
    work_tree: Annotated[
        bool, typer.Option("--work-tree", help="Run the files as the work tree has them.")
    ] = False,
    directory: Annotated[
        str, typer.Option("--directory", help="Where in the tree the command runs.")
    ] = ".",
    beside: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="PATH",
            help="Copy what git ignores and the check needs: node_modules.",
            rich_help_panel=_SEEN,
        ),
    ] = None,
    show: Annotated[
        list[Path] | None,
        typer.Option("--show", help="A path of this machine.", rich_help_panel=_SEEN),
    ] = None,
    passed: Annotated[
        list[str] | None,
        typer.Option("--pass", metavar="NAME", help="A variable.", rich_help_panel=_SEEN),
    ] = None,
    network: Annotated[
        bool, typer.Option("--network", help="This machine's network.", rich_help_panel=_SEEN)
    ] = False,
    isolated: Annotated[
        bool,
        typer.Option("--isolated", help="Tell nothing where this machine cannot isolate it."),
    ] = False,
    timeout: Annotated[str, typer.Option("--timeout", help="Of each run.")] = "5m",
    memory_mb: Annotated[int, typer.Option("--memory-mb", min=64)] = 4096,
    attestation: Annotated[
        Path | None,
        typer.Option("--attestation", help="Write an in-toto test result to this file."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="The private key that signs the attestation.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Prove a check: green now, red with a known-bad change, green again.

    In any git repository, over a copy: the work tree is never written. Exit status: 0 proven, 1 red
    as it is, 2 misuse, 3 it could not be told, 4 flaky, 5 dead control, 6 weak control.
    """
    from atom_release import settings as from_settings
    from atom_release.gate.manifest.verdict import NoVerdict, parse_verdict
    from atom_release.lab.proof.change import Change
    from atom_release.lab.sandbox import Limits
    from atom_release.release import prove as proving

    change = Change(
        _read(control),
        {target: _read(Path(source)) for target, source in _pairs("--file", file)},
        dict(_pairs("--environment", environment)),
        before or "",
        str(control or ""),
    )
    _require(bool(change.sentence), "Name a known-bad change: --control PATCH, or --file.")
    _require(attestation is not None or key is None, "Name --attestation with --key.")
    try:
        form = parse_verdict(verdict)
    except NoVerdict as error:
        raise Misuse(f"{error}.", "Mend --verdict.") from error
    request = proving.Request(
        command=command,
        change=change,
        verdict=form,
        limits=Limits.in_time(
            _seconds(timeout), memory_mb, processes=1024, file_mb=1024, address=False
        ),
        harmless=Change(_read(harmless), name=str(harmless)) if harmless else None,
        says=says,
        repeats=repeats,
        directory=_inside(directory),
        work_tree=work_tree,
        beside=[_inside(path) for path in beside or ()],
        shown=[path.absolute() for path in show or ()],
        passed=_passed(passed or ()),
        network=network,
        isolated=isolated,
    )
    settings = from_settings.from_environment().with_options(
        repository=(repo or _top()).absolute(), revision=rev
    )
    document = proving.prove(settings, request)
    if attestation is not None:
        _write(attestation, proving.attest(document, key))
    _show(document, as_json=json)
    raise typer.Exit(_STATUS[document.state])


def _require(held: bool, remedy: str) -> None:  # noqa: FBT001 - what holds, by itself
    if not held:
        raise Misuse("There is nothing to prove.", remedy)


def _top() -> Path:
    """Return the top of the repository that this folder is in."""
    from atom_release.source.own_places import work_trees

    return next(iter(work_trees(Path.cwd())), Path.cwd())


def _read(path: Path | None) -> bytes:
    if path is None:
        return b""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}.", "Name a file.") from error
    if not content:
        raise Misuse(f"{path} is empty.", "Name a change.")
    return content


def _pairs(option: str, words: Iterable[str] | None) -> list[tuple[str, str]]:
    pairs = []
    for word in words or ():
        name, separator, value = word.partition("=")
        if not separator or not name:
            raise Misuse(f"{option} takes NAME=VALUE, not {word!r}.", "Mend it.")
        pairs.append((_inside(name) if option == "--file" else name, value))
    return pairs


def _inside(path: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from atom_release.gate.manifest.fields import InRepository

    try:
        return TypeAdapter(InRepository).validate_python(path)
    except ValidationError as error:
        raise Misuse(f"{path!r} is no path inside the repository.", "Name another.") from error


def _seconds(text: str) -> float:
    from datetime import timedelta

    from pydantic import TypeAdapter, ValidationError

    from atom_release.gate.manifest.fields import Duration

    try:
        duration: timedelta = TypeAdapter(Duration).validate_python(text)
    except ValidationError as error:
        raise Misuse(f"{text!r} is no duration.", "Write it as 90s, 5m or 1h.") from error
    return duration.total_seconds()


def _passed(names: Iterable[str]) -> Mapping[str, str]:
    from atom_release.settings import values_of

    values = values_of(names)
    missing = [name for name in names if name not in values]
    if missing:
        raise Misuse(f"{missing[0]} is not set.", "Set it, or leave out --pass.")
    return values


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}.", "Name another.") from error


def _show(document: ProofDocument, *, as_json: bool) -> None:
    from atom_release.cli import output

    if as_json:
        output.print_json(document.to_json())
        return
    runs = document.check.runs
    rows: dict[str, str] = {
        f"run {number}, {run.part}": f"{run.state} in {run.seconds:.1f} s: {run.why}"
        for number, run in enumerate(runs, 1)
    }
    rows["isolation"] = ", ".join(document.isolation) or "nothing was run"
    rows[document.state.upper()] = document.reason
    if document.remedy:
        rows["next"] = document.remedy
    output.show(rows, as_json=False)
