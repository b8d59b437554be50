"""Which application a command of Flask is for, said as every version of Flask reads it.

Before 2.2 its program knows no `--app`; the variable is read by all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_OPTION = "--app"


def taken_out(commands: Sequence[list[str]]) -> dict[str, str]:
    """Take the only application that commands name out of them, and return it as a variable.

    Where they name several, each keeps its own.
    """
    named = {target for command in commands for _, target in _places(command)}
    if len(named) != 1:
        return {}
    for command in commands:
        for place, _ in _places(command):
            del command[place : place + 2]
    return {"FLASK_APP": named.pop()}


def _places(command: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where a command of Flask names its application, and which."""
    for place, word in enumerate(command[:-1]):
        if word == _OPTION and place and command[place - 1] == "flask":
            yield place, command[place + 1]
            return
