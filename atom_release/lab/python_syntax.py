"""Python's text as its syntax tree, one text at a time.

Until Python 3.13 the interpreter counts how deep a tree is in one place for all threads: two that
parse at once may end in a SystemError ("AST constructor recursion depth mismatch").
"""

from __future__ import annotations

import ast
import threading
import warnings

_ONE_AT_A_TIME = threading.Lock()


def parse_python(text: str | bytes) -> ast.Module:
    """Return the syntax tree of a text.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it cannot be read as Python.
    """
    with _ONE_AT_A_TIME:
        return ast.parse(text)


def read_python(content: bytes) -> ast.Module | None:
    """Return the syntax tree of one module, or None if it has none for this Python."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return parse_python(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
