"""The command line: parse, call, print, exit status. No rule lives here.

Exit status: 0 GREEN, 1 RED, 3 BLOCKED, 4 decided GREEN but an act failed, 2 misuse, 130 ended by a
signal. With `--json` stdout holds one JSON document and nothing else; what is said to a person goes
to stderr.
"""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from atom_release import __version__, settings
from atom_release.cli import inspect, judge, prove, setup, sign, words
from atom_release.errors import AtomReleaseError, Interrupted, Misuse
from atom_release.gate.printable import printable

_ENDED_BY_SIGNAL = 130  # a shell's word for a program that Ctrl-C ended

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Decide from evidence whether a release may be tagged, and tag it on green.",
    epilog=words.PROGRAM,
)

for command in (
    judge.run,
    judge.audit,
    inspect.claims,
    inspect.explain,
    inspect.status,
    inspect.verify,
    inspect.diff,
    sign.waive,
    sign.approve,
    inspect.ledger,
    inspect.health,
    setup.reference,
    setup.scenarios,
    setup.init,
    prove.prove,
    setup.doctor,
    setup.keygen,
    setup.state,
    setup.sweep,
    setup.schema,
    setup.ui,
):
    help_words = words.COMMANDS[command.__name__]
    app.command(short_help=help_words.summary, epilog=help_words.epilog)(command)


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
        status = app(standalone_mode=not _wants_json())
    except Misuse as error:
        _fail(2, error.message, error.remedy)
    except Interrupted as error:
        _fail(_ENDED_BY_SIGNAL, error.message, error.remedy)
    except AtomReleaseError as error:
        _fail(1, error.message, error.remedy)
    except typer.TyperException as error:
        _fail(error.exit_code, error.format_message(), "See `atom-release --help`.")
    sys.exit(status if isinstance(status, int) else 0)


def _wants_json() -> bool:
    """Return whether the gate's own words, up to the command of another program's, say so."""
    words = sys.argv[1:]
    return "--json" in (words[: words.index("--")] if "--" in words else words)


def _fail(status: int, message: str, remedy: str) -> NoReturn:
    """Print what went wrong and end: one JSON document under `--json`, else a line on stderr."""
    if _wants_json():
        import json

        sys.stdout.write(json.dumps({"error": message, "remedy": remedy}, indent=2) + "\n")
    else:
        sys.stderr.write(printable(f"atom-release: {message} {remedy}").rstrip() + "\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
