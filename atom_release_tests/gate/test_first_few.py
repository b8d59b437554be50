"""Long lists in a sentence."""

from __future__ import annotations

import pytest

from atom_release.gate.first_few import first_few


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b", "c"], "a, b, c"),
        (["a", "b", "c", "d"], "a, b, c and 1 more"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_what_is_not_named_is_counted(names: list[str], shown: str) -> None:
    assert first_few(names) == shown


def test_how_many_are_named_can_be_said() -> None:
    assert first_few(("a", "b"), 1) == "a and 1 more"
