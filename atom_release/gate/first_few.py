"""Long lists in a sentence: the first few of them, and how many there are beside these."""

from __future__ import annotations

from collections.abc import Collection

_FEW = 3


def first_few(names: Collection[str], most: int = _FEW) -> str:
    """Return the first of these names, and how many more there are: `a, b, c and 4 more`."""
    listed = ", ".join(list(names)[:most])
    return f"{listed} and {len(names) - most} more" if len(names) > most else listed
