"""Whose project a folder of the judged tree is: Python's or Node.js's."""

from __future__ import annotations

import posixpath
from collections.abc import Collection

_OF_NODE = "package.json"
_OF_PYTHON = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "uv.lock",
)


def is_of_node(paths: Collection[str], folder: str) -> bool:
    """Return whether a folder is a project of Node.js, and of no Python.

    Args:
        paths: the files of the tree.
        folder: from the tree's root, `.` for that.
    """
    places = {name: posixpath.normpath(f"{folder}/{name}") for name in (_OF_NODE, *_OF_PYTHON)}
    return {name for name, path in places.items() if path in paths} == {_OF_NODE}
