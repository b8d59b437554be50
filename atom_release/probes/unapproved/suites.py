"""Tests of a suite that want something to be activated with nobody's approval."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from atom_release.lab.python_syntax import parse_python
from atom_release.probes.unapproved.words import says_automatic

_WITHOUT = re.compile(r"(?:without|no|needs?_no|skips?)_(?:any_)?approval", re.IGNORECASE)
_APPROVAL = re.compile(r"approv", re.IGNORECASE)
_ACTIVE = re.compile(r"\b(?:is_)?(?:active|activated|promoted|auto_activated)\b", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"\bnot\b|\bFalse\b|\bNone\b|!=|raises|refus|reject|pending|inactive|\b40[139]\b", re.IGNORECASE
)


def tests_without_approval(text: str) -> Iterator[tuple[int, str]]:
    """Yield the assertion of each test that wants it, with its line."""
    try:
        tree = parse_python(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test"
        ):
            yield from _wanting(node)


def _wanting(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, str]]:
    whole = ast.unparse(test)
    without = _WITHOUT.search(test.name)
    speaks = without or any(map(says_automatic, [test.name, *whole.split("\n")]))
    approves = _APPROVAL.search(_WITHOUT.sub("", whole)) is not None
    if not speaks or approves or _OTHERWISE.search(test.name):
        return
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            wanted = ast.unparse(node.test)
            if _ACTIVE.search(wanted) and not _OTHERWISE.search(wanted):
                yield node.lineno, f"{test.name}: assert {wanted}"[:160]
                return
