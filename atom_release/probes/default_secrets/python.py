"""Default secrets in Python, by the syntax tree.

What a look-up, a field or a parameter falls back to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from atom_release.probes.default_secrets.configuration import Default
from atom_release.source.secret_forms.asking_names import asks_for_secret
from atom_release.source.secret_forms.plausible import (
    is_placeholder,
    is_random,
    is_reference,
    names_itself,
)

_LOOKUPS = frozenset(
    {"getenv", "environ", "env", "config", "settings", "getenv_or", "get_env", "getenvb"}
)
_METHODS = frozenset({"get", "setdefault", "pop", "str", "getenv"})
_FIELDS = frozenset(
    {
        "Field",
        "field",
        "attrib",
        "ib",
        "Secret",
        "SecretStr",
        "Option",
        "Argument",
        "Query",
        "Header",
    }
)
_DEFAULT_NAMES = frozenset({"default", "fallback"})
_LEAST = 4
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_READ = frozenset({*_DOCUMENTED, ast.Call, ast.BoolOp, ast.IfExp, ast.Lambda})
_LEAVES = frozenset({ast.Constant, ast.Load, ast.Store, ast.Del})


def every_node(tree: ast.Module) -> list[ast.AST]:
    """Return all nodes of a module, breadth first as `ast.walk` yields them, to be read often."""
    nodes: list[ast.AST] = [tree]
    for node in nodes:
        for name in node._fields if type(node) not in _LEAVES else ():
            held = getattr(node, name, None)
            if isinstance(held, ast.AST):
                nodes.append(held)
            elif isinstance(held, list):
                nodes += [part for part in held if isinstance(part, ast.AST)]
    return nodes


def docstring_lines(nodes: Iterable[ast.AST]) -> set[int]:
    """Return the lines of a module's docstrings: code that is told there is run by nobody."""
    lines: set[int] = set()
    for node in nodes:
        if isinstance(node, _DOCUMENTED):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                lines |= {*range(first.lineno, (first.end_lineno or first.lineno) + 1)}
    return lines


def defaults(nodes: Iterable[ast.AST], constants: dict[str, str]) -> list[Default]:
    """Find the default secrets of one module by its nodes and what its names are bound to."""
    return sorted(set(_Reader(constants).read(nodes)))


def constants_of(tree: ast.Module) -> dict[str, str]:
    """Return the module's names that are bound to one literal."""
    constants: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            value = literal_text(statement.value, {})
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            constants.update(
                {
                    target.id: value
                    for target in targets
                    if isinstance(target, ast.Name) and value is not None
                }
            )
    return constants


class _Reader:
    """Walks one module and yields what falls back to a literal."""

    def __init__(self, constants: dict[str, str]) -> None:
        self._constants = constants

    def read(self, nodes: Iterable[ast.AST]) -> Iterator[Default]:
        for node in nodes:
            if type(node) in _READ:  # most are not, and asking each for its class takes longer
                yield from self._read(node)

    def _read(self, node: ast.AST) -> Iterator[Default]:
        if isinstance(node, ast.Call):
            yield from self._lookup(node)
        elif isinstance(node, ast.BoolOp | ast.IfExp):
            yield from self._fallback(node)
        elif isinstance(node, ast.ClassDef) and not _is_enumeration(node):
            yield from self._fields(node.body, "the default of the field")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from self._parameters(node.args)
        elif isinstance(node, ast.Module):
            yield from self._fields(node.body, "the constant")

    def _lookup(self, call: ast.Call) -> Iterator[Default]:
        name = self._asked(call)
        if name is None:
            return
        given = [
            *call.args[1:2],
            *(keyword.value for keyword in call.keywords if keyword.arg in _DEFAULT_NAMES),
        ]
        for node in given:
            value = literal_text(node, self._constants)
            if value is not None and is_usable(value):
                yield call.lineno, name, value, "the default of the variable"

    def _asked(self, node: ast.AST) -> str | None:
        """Return the variable whose secret this expression looks up."""
        if isinstance(node, ast.Call) and node.args and _looks_up(node.func):
            name = literal_text(node.args[0], self._constants)
        elif isinstance(node, ast.Subscript) and last_name(node.value) == "environ":
            name = literal_text(node.slice, self._constants)
        else:
            return None
        return name if name is not None and asks_for_secret(name, loose=True) else None

    def _fallback(self, node: ast.BoolOp | ast.IfExp) -> Iterator[Default]:
        """Read `look_up(...) or "literal"` and `look_up(...) if ... else "literal"`."""
        if isinstance(node, ast.BoolOp):
            conditions, given = (
                node.values[:-1],
                node.values[-1:] if isinstance(node.op, ast.Or) else [],
            )
        else:
            conditions, given = [node.body, node.orelse], [node.body, node.orelse]
        name = next(
            (
                secret_name
                for condition in conditions
                if (secret_name := self._asked(condition)) is not None
            ),
            None,
        )
        for value_node in given:
            value = literal_text(value_node, self._constants)
            if name is not None and value is not None and is_usable(value):
                yield node.lineno, name, value, "what stands in for the variable"

    def _fields(self, body: list[ast.stmt], how: str) -> Iterator[Default]:
        for statement in body:
            if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
                continue
            value = self._field_value(statement.value)
            for target in (
                statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            ):
                if (
                    isinstance(target, ast.Name)
                    and value is not None
                    and is_secret(target.id, value)
                ):
                    yield statement.lineno, target.id, value, how

    def _field_value(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Call) and last_name(node.func) in _FIELDS:
            given = [
                *node.args[:1],
                *(keyword.value for keyword in node.keywords if keyword.arg == "default"),
            ]
            return next(
                (value for part in given if (value := self._field_value(part)) is not None), None
            )
        return literal_text(node, self._constants)

    def _parameters(self, arguments: ast.arguments) -> Iterator[Default]:
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [
            *zip(
                positional[len(positional) - len(arguments.defaults) :],
                arguments.defaults,
                strict=True,
            )
        ]
        pairs += [
            (name, value)
            for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if value is not None
        ]
        for argument, node in pairs:
            value = self._field_value(node)
            if value is not None and is_secret(argument.arg, value):
                yield argument.lineno, argument.arg, value, "the default of the parameter"


def is_secret(name: str, value: str) -> bool:
    """Return whether a field, constant or parameter holds a secret.

    Stricter than for variables, whose value is nothing but used.
    """
    if not is_usable(value) or any(character.isspace() for character in value):
        return False
    if not asks_for_secret(name, loose=is_random(value)):
        return False
    return not names_itself(name, value)


def is_usable(value: str) -> bool:
    """Return whether a program can run with this literal as its secret."""
    return len(value) >= _LEAST and not is_placeholder(value) and not is_reference(value)


def _looks_up(function: ast.expr) -> bool:
    last = last_name(function)
    if isinstance(function, ast.Attribute) and last in _METHODS:
        return last_name(function.value) in _LOOKUPS or last == "getenv"
    return last in _LOOKUPS


def last_name(node: ast.expr) -> str:
    """Return what an expression is called last: `c` of `a.b.c`; nothing where it has no name."""
    return (
        node.attr
        if isinstance(node, ast.Attribute)
        else node.id
        if isinstance(node, ast.Name)
        else ""
    )


def _is_enumeration(node: ast.ClassDef) -> bool:
    return any(last_name(base).endswith(("Enum", "Flag", "TextChoices")) for base in node.bases)


def literal_text(node: ast.expr, constants: dict[str, str]) -> str | None:
    """Return the text that an expression always has, or None."""
    if isinstance(node, ast.Constant):
        return (
            node.value
            if isinstance(node.value, str)
            else node.value.decode("latin-1")
            if isinstance(node.value, bytes)
            else None
        )
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = literal_text(node.left, constants), literal_text(node.right, constants)
        return left + right if left is not None and right is not None else None
    if isinstance(node, ast.JoinedStr):
        parts = [literal_text(part, constants) for part in node.values]
        return "".join(part for part in parts if part is not None) if None not in parts else None
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "encode"
    ):
        return literal_text(node.func.value, constants)
    return None
