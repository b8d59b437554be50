"""Parsing: the functions of one file of JavaScript or TypeScript, each with its body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Tree

SUFFIXES = frozenset({".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx"})
_TYPED = frozenset({".ts", ".cts", ".mts", ".tsx"})
_FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
_GENERATORS = frozenset({"generator_function", "generator_function_declaration"})
_NAME = re.compile(r"[\w$#.\"'\[\] -]{1,60}")


class Unreadable(ValueError):
    """A file that is not of the language that its name says."""


@dataclass(frozen=True)
class Function:
    """A function of a file; its body is a block, or the one expression of an arrow function."""

    node: Node
    body: Node

    @property
    def line(self) -> int:
        """The line that it begins on, counted from 1."""
        return self.node.start_point[0] + 1

    @property
    def name(self) -> str:
        """Its name, if it has one, and the column that it begins at: no two share both lines."""
        named = self.node.child_by_field_name("name")
        text = (named.text or b"").decode("utf-8", "replace") if named else ""
        shown = text if _NAME.fullmatch(text) else ""
        return f"{shown}@{self.node.start_point[1]}"

    @property
    def is_expression(self) -> bool:
        """Whether its body is an expression, whose value it returns."""
        return self.body.type != "statement_block"

    @property
    def is_generator(self) -> bool:
        """Whether it yields its values."""
        return self.node.type in _GENERATORS or any(
            child.type == "*" for child in self.node.children
        )

    @property
    def statements(self) -> list[Node]:
        """The statements of its block, without comments."""
        return [child for child in self.body.named_children if child.type != "comment"]

    @property
    def start(self) -> int:
        """Where the first statement of its own may stand: after directives, and a call of super.

        A class that is derived has no `this` before that call, and compilers want it first.
        """
        at = self.body.start_byte + 1
        for statement in self.statements:
            if not (_is_directive(statement) or _calls_super(statement)):
                break
            at = statement.end_byte
        return at


def is_typed(path: str) -> bool:
    """Return whether a file is TypeScript by its name."""
    return PurePosixPath(path).suffix in _TYPED


def parse(content: bytes, path: str) -> Tree:
    """Return a file's syntax.

    Raises:
        Unreadable: it is not of the language that its name says.
    """
    suffix = PurePosixPath(path).suffix
    names = ("typescript",) if suffix in _TYPED - {".tsx"} else ("tsx",)
    for name in names if suffix in _TYPED else ("javascript", "tsx"):
        tree = Parser(_language(name)).parse(content)
        if not tree.root_node.has_error:
            return tree
    raise Unreadable(path)


@cache
def _language(name: str) -> Language:
    grammars = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
        "tsx": tree_sitter_typescript.language_tsx,
    }
    return Language(grammars[name]())


def function_of(node: Node) -> Function | None:
    """Return the function that a node is; None where it is none, or has no body."""
    if node.type not in _FUNCTIONS:
        return None
    body = node.child_by_field_name("body")
    return Function(node, body) if body is not None else None


def own_returns(function: Function) -> Iterator[Node]:
    """Yield what the function itself returns, none of a function within it."""
    if function.is_expression:
        yield function.body
        return
    waiting = list(function.body.named_children)
    while waiting:
        node = waiting.pop()
        if node.type == "return_statement":
            yield from (child for child in node.named_children if child.type != "comment")
        if node.type not in _FUNCTIONS and node.type not in {"class", "class_declaration"}:
            waiting += node.named_children


def _is_directive(statement: Node) -> bool:
    inner = statement.named_children
    return statement.type == "expression_statement" and bool(inner) and inner[0].type == "string"


def _calls_super(statement: Node) -> bool:
    inner = statement.named_children
    if statement.type != "expression_statement" or not inner:
        return False
    called = inner[0].child_by_field_name("function")
    return inner[0].type == "call_expression" and called is not None and called.type == "super"
