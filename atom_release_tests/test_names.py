"""Names say what they hold: a filler tells a reader nothing, and one brings the next.

What every name is compared with stands here, for the product and its tests; `make lint` asks it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import atom_release

FILLERS = frozenset({"one", "found", "said", "told", "asked", "known", "what"})
ROOTS = (Path(atom_release.__file__).parent, Path(__file__).parent)
SOURCES = [
    path
    for root in ROOTS
    for path in sorted(root.rglob("*.py"))
    if not {"tree", "messy"} & set(path.parts)
]
# Most are fields whose name is a key of a stored document: another name, another document.
ALLOWED = {
    "ClaimsFacts.known": "facts of `claims`",
    "FindingFact.what": "facts of every scan of the tree",
    "HistoryFinding.what": "facts of `secret-history`",
    "LedgerRow.found": "the ledger of claims",
    "LedgerRow.said": "the ledger of claims",
    "LeakFact.what": "facts of `isolation`",
    "Look.found": "the verb of every probe: what it found, as evidence",
    "NegativeControl.found": "every evidence",
    "PrivacyFacts.found": "facts of `privacy`",
}


def fillers_in(tree: ast.AST, where: str = "") -> Iterator[tuple[int, str]]:
    """Yield line and name of every binding whose name is a filler, a field with its class."""
    for node in ast.iter_child_nodes(tree):
        for name in _bound_by(node):
            if name in FILLERS:
                yield getattr(node, "lineno", 0), f"{where}{name}"
        if isinstance(node, ast.ClassDef):
            yield from fillers_in(node, f"{node.name}.")
        else:
            is_scope = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from fillers_in(node, "" if is_scope else where)


def _bound_by(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return [name]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)) | ast.ExceptHandler(name=str(name)):
            return [name]
        case ast.alias(asname=str(name)):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name]
    return []


@cache
def fillers_of_sources() -> tuple[tuple[Path, int, str], ...]:
    """Return where a source binds a filler: its path, line and name."""
    return tuple(
        (path, line, name)
        for path in SOURCES
        for line, name in fillers_in(ast.parse(path.read_text()))
    )


@pytest.mark.xdist_group("names")  # one process reads all sources
def test_no_name_is_a_filler() -> None:
    """Except where a reason says so."""
    fillers = [
        f"{path.relative_to(ROOTS[0].parent)}:{line}: {name}"
        for path, line, name in fillers_of_sources()
        if name not in ALLOWED
    ]
    assert not fillers, "call it after what it holds:\n" + "\n".join(fillers)


@pytest.mark.xdist_group("names")  # one process reads all sources
def test_every_exception_is_still_there() -> None:
    """A field that got a better name leaves the list."""
    assert ALLOWED.keys() <= {name for _, _, name in fillers_of_sources()}


@pytest.mark.parametrize(
    "text",
    [
        "found = 1",
        "found: int = 1",
        "a, (b, *found) = c",
        "def f(found): pass",
        "def f(*, found=1): pass",
        "def f(*found): pass",
        "lambda found: 1",
        "for found in a: pass",
        "[found for found in a]",
        "with a as found: pass",
        "if (found := a): pass",
        "try: pass\nexcept A as found: pass",
        "match a:\n    case [1, *found]: pass",
        "match a:\n    case {'b': 1, **found}: pass",
        "import a as found",
        "def found(): pass",
        "class A:\n    found: int",
        "class A:\n    def b(self):\n        found = 1",
    ],
)
def test_every_way_to_bind_a_name_is_seen(text: str) -> None:
    """And the same text with another name is right."""
    assert list(fillers_in(ast.parse(text)))
    assert not list(fillers_in(ast.parse(text.replace("found", "claim"))))
