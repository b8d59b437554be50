"""The help of every command: what it is for, an example, exit statuses, and what is next."""

from __future__ import annotations

import pytest
import typer

from atom_release.cli import app, words

PROGRAM = typer.main.get_command(app.app)
WIDTH = 80


def help_of(name: str) -> list[str]:
    """Return the lines of a command's help at 80 columns."""
    assert isinstance(PROGRAM, typer.core.TyperGroup)
    command = PROGRAM.commands[name]
    context = typer.Context(command, info_name=f"atom-release {name}", terminal_width=WIDTH)
    return command.get_help(context).splitlines()


def test_every_command_has_its_words() -> None:
    assert isinstance(PROGRAM, typer.core.TyperGroup)
    assert set(PROGRAM.commands) == set(words.COMMANDS)


@pytest.mark.parametrize("name", sorted(words.COMMANDS))
def test_help_is_whole_and_fits(name: str) -> None:
    lines = help_of(name)
    assert max(map(len, lines)) <= WIDTH
    starts = [line.strip() for line in lines]
    for label in ("Example:", "Exit status:", "Next:"):
        assert label in starts
    assert f"atom-release {name}" in "\n".join(lines[starts.index("Example:") :])
    assert any("--json" in line for line in lines)


@pytest.mark.parametrize("name", sorted(words.COMMANDS))
def test_an_example_is_understood(name: str) -> None:
    """Every option that an example names is the command's own."""
    assert isinstance(PROGRAM, typer.core.TyperGroup)
    options = {option for parameter in PROGRAM.commands[name].params for option in parameter.opts}
    own = words.COMMANDS[name].example.replace("\\\n", " ").partition(" -- ")[0]
    used = {word for word in own.split() if word.startswith("--")}
    assert used <= options, used - options


def test_the_list_of_commands_has_a_line_each_and_cuts_none() -> None:
    context = typer.Context(PROGRAM, info_name="atom-release", terminal_width=WIDTH)
    lines = PROGRAM.get_help(context).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert not [line for line in lines[1:] if line.endswith("...")]
    for name, command in words.COMMANDS.items():
        (line,) = [line for line in lines if line.split()[:1] == [name] and command.summary in line]
        assert line.rstrip().endswith(command.summary)
