"""Lines of Python that describe an interface by examples: nobody runs with what stands there.

Only places that frameworks have for it count: pydantic's `json_schema_extra`, FastAPI's
`openapi_examples`, the `example` of a field or a parameter.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from atom_release.lab.python_syntax import read_python

_PLACES = frozenset({"json_schema_extra", "schema_extra", "openapi_examples", "openapi_extra"})
_EXAMPLES = frozenset({"example", "examples"})
_TAKES_EXAMPLES = frozenset({"Field", "Body", "Query", "Path", "Form", "Header", "OpenApiExample"})
_WORDS = (b"schema_extra", b"openapi_ex", b"example")


def find_lines(path: str, content: bytes) -> Callable[[int], bool]:
    """Return whether a line of this file stands in an example of an interface."""
    if not path.endswith(".py") or not any(word in content for word in _WORDS):
        return lambda _line: False
    tree = read_python(content)
    if tree is None:
        return lambda _line: False
    spans = [(node.lineno, node.end_lineno or node.lineno) for node in _examples(tree)]
    return lambda line: any(first <= line <= last for first, last in spans)


def _examples(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions that stand in a place for examples."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _PLACES:
                    yield value
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            named = called.id if isinstance(called, ast.Name) else called
            names = _PLACES | (_EXAMPLES if named in _TAKES_EXAMPLES else frozenset())
            yield from (word.value for word in node.keywords if word.arg in names)
        elif isinstance(node, ast.Assign) and any(map(_is_place, node.targets)):
            yield node.value


def _is_place(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id in _PLACES
