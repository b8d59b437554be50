"""Python's text as its syntax tree, one text at a time.

Until Python 3.13 the interpreter counts how deep a tree is in one place for all threads: two that
parse at once may end in a SystemError ("AST constructor recursion depth mismatch").
"""

from __future__ import annotations

import ast
import threading

_ONE_AT_A_TIME = threading.Lock()


def parse_python(text: str | bytes) -> ast.Module:
    """Return the syntax tree of a text.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it cannot be read as Python.
    """
    with _ONE_AT_A_TIME:
        return ast.parse(text)
