"""JSON pointers, as RFC 6901 has them."""

from __future__ import annotations

import pytest

from atom_release.gate.json_pointer import resolve_pointer


@pytest.mark.parametrize(
    ("path", "value"),
    [("", {"a~/b": [{"c": None}]}), ("/a~0~1b/0", {"c": None}), ("/a~0~1b/0/c", None)],
)
def test_pointer_resolves(path: str, value: object) -> None:
    """RFC 6901, escapes included."""
    assert resolve_pointer({"a~/b": [{"c": None}]}, path) == value


@pytest.mark.parametrize("path", ["a", "/b", "/a/1", "/a/01", "/a/-", "/a/0/x"])
def test_pointer_to_nothing_is_said(path: str) -> None:
    """Never None: null is a value."""
    with pytest.raises(LookupError):
        resolve_pointer({"a": ["x"]}, path)
