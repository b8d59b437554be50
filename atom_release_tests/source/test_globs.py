"""Globs of a manifest, matched in steps or by an expression: alike, and never for long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.source.globs import matcher

_PIECES = st.sampled_from(["a", "b", "/", "*", "**", "**/", "?", "[ab]", "[!a]", "."])


def _by_definition(pieces: list[str], path: str) -> bool:
    """Return whether a path matches, tried in every way; for short ones only."""
    if not pieces:
        return not path
    first, rest = pieces[0], pieces[1:]
    if first in {"*", "**"}:
        most = len(path) if first == "**" else len(path.partition("/")[0])
        return any(_by_definition(rest, path[taken:]) for taken in range(most + 1))
    if first == "**/":
        ends = [match.end() for match in re.finditer("/", path)]
        return any(_by_definition(rest, path[end:]) for end in (0, *ends))
    letters = {"?": "[^/]", "[ab]": "[ab]", "[!a]": "[^a/]"}.get(first, re.escape(first))
    return bool(re.match(letters, path)) and _by_definition(rest, path[1:])


@given(st.lists(_PIECES, min_size=1, max_size=6), st.text("ab/.", max_size=7))
def test_a_path_matches_as_the_pieces_say(pieces: list[str], path: str) -> None:
    read = re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]*\]|.", "".join(pieces))
    assert bool(matcher("".join(pieces))(path)) is _by_definition(read, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("**/" * 30 + "x", "a/" * 2000 + "yx"),
        ("*a" * 40 + "x", "a" * 4000 + "yx"),
        ("**a" * 40 + "[x]", "a" * 4000 + "y"),
    ],
)
def test_a_pattern_that_nearly_matches_ends(pattern: str, path: str) -> None:
    """As an expression each of these takes longer than anybody waits."""
    assert not matcher(pattern)(path)


def test_what_is_named_matches_with_any_number_of_wildcards() -> None:
    assert matcher("**/tests/**/*_test*.py")("services/a/tests/unit/it_test_now.py")
    assert not matcher("**/tests/**/*_test*.py")("services/a/tests/unit/it_test_now.pyc")
