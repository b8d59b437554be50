"""A place of a contradiction: how it is quoted, and the command that people copy to look at it."""

from __future__ import annotations

import shlex

import pytest

from atom_release.gate.facts.contradiction import Place


@pytest.mark.parametrize(
    ("path", "line", "command"),
    [
        ("docs/final.md", 3, "sed -n 3p docs/final.md"),
        ("evidence/load.json", 0, "cat evidence/load.json"),
        ("docs/the end.md", 3, "sed -n 3p 'docs/the end.md'"),
    ],
)
def test_the_command_shows_the_place(path: str, line: int, command: str) -> None:
    assert Place(path=path, line=line, text="PASS").command == command


@pytest.mark.parametrize("path", ["a;touch b", "$(touch b)", "a'b`touch c`.md", "a\nb"])
def test_a_name_that_its_author_chose_stays_one_word(path: str) -> None:
    assert shlex.split(Place(path=path, line=3, text="PASS").command) == ["sed", "-n", "3p", path]
