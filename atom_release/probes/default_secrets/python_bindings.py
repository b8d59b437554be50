"""Secrets that Python binds otherwise than by a default of a look-up.

`if not secret: secret = "literal"`, `except KeyError`, settings that are assigned by key or
attribute, options of the command line, and what is given to a connection.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from atom_release.probes.default_secrets.configuration import Default
from atom_release.probes.default_secrets.python import (
    is_secret,
    is_usable,
    last_name,
    literal_text,
)
from atom_release.source.secret_forms.asking_names import asks_for_secret, words

_SETTERS = frozenset(
    {"update", "from_mapping", "defaults", "set_defaults", "setdefaults", "configure"}
)
_OPTIONS = frozenset({"add_argument", "option", "argument", "Option", "Argument"})
_SETTINGS = frozenset(
    {"config", "configuration", "settings", "conf", "databases", "defaults", "env"}
)
_PLACES = frozenset({"host", "hostname", "server", "dsn", "database", "dbname", "db", "port"})
_READ = frozenset({ast.If, ast.Try, ast.Assign, ast.Call})
_LOOKS_UP = frozenset({"environ", "getenv", "env", "environb"})


def defaults(nodes: Iterable[ast.AST], constants: Mapping[str, str]) -> Iterator[Default]:
    """Find such literals of one module."""
    literals = dict(constants)
    for node in nodes:
        if type(node) not in _READ:  # most are not, and asking each for its class takes longer
            continue
        if isinstance(node, ast.If):
            yield from _when_empty(node, literals)
        elif isinstance(node, ast.Try):
            yield from _when_missing(node, literals)
        elif isinstance(node, ast.Assign):
            yield from _assigned(node, literals)
        elif isinstance(node, ast.Call):
            yield from _called(node, literals)


def _when_empty(node: ast.If, constants: dict[str, str]) -> Iterator[Default]:
    """Read `if not secret: secret = "literal"`."""
    if not _asks_emptiness(node.test):
        return
    tested = {last_name(part) for part in ast.walk(node.test) if isinstance(part, ast.expr)} - {""}
    for name, value, line in _bound(node.body, constants):
        if name in tested and asks_for_secret(name, loose=name.isupper()) and is_usable(value):
            yield line, name, value, "what stands in for"


def _asks_emptiness(test: ast.expr) -> bool:
    if isinstance(test, ast.UnaryOp):
        return isinstance(test.op, ast.Not)
    if isinstance(test, ast.BoolOp):
        return any(map(_asks_emptiness, test.values))
    return isinstance(test, ast.Compare) and any(
        isinstance(side, ast.Constant) and side.value in (None, "") for side in test.comparators
    )


def _when_missing(node: ast.Try, constants: dict[str, str]) -> Iterator[Default]:
    """Read a look-up in `try` whose `except` binds a literal to the same name."""
    asks = any(
        last_name(part) in _LOOKS_UP
        for statement in node.body
        for part in ast.walk(statement)
        if isinstance(part, ast.expr)
    )
    for handler in node.handlers if asks else ():
        for name, value, line in _bound(handler.body, constants):
            if asks_for_secret(name, loose=name.isupper()) and is_usable(value):
                yield line, name, value, "what stands in for"


def _bound(body: list[ast.stmt], constants: dict[str, str]) -> Iterator[tuple[str, str, int]]:
    for statement in body:
        if isinstance(statement, ast.Assign):
            value = literal_text(statement.value, constants)
            for target in statement.targets if value is not None else ():
                yield last_name(target), value or "", statement.lineno


def _assigned(node: ast.Assign, constants: dict[str, str]) -> Iterator[Default]:
    """Read `config["SECRET_KEY"] = "literal"`, `app.secret_key = "literal"` and settings' dicts."""
    for target in node.targets:
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Dict):
            if _SETTINGS.intersection(words(target.id)):
                yield from _entries(node.value, constants)
            continue
        name = _place(target, constants)
        value = literal_text(node.value, constants)
        if name and value is not None and is_secret(name, value):
            yield node.lineno, name, value, "the value of"


def _place(target: ast.expr, constants: dict[str, str]) -> str:
    """Return the key or attribute that an assignment sets; of a plain name, nothing."""
    if isinstance(target, ast.Attribute):
        return target.attr
    if isinstance(target, ast.Subscript):
        key = literal_text(target.slice, constants) or ""
        settings = last_name(target.value)
        return key if key.isupper() or _SETTINGS.intersection(words(settings)) else ""
    return ""


def _entries(node: ast.Dict, constants: dict[str, str]) -> Iterator[Default]:
    for key, entry in zip(node.keys, node.values, strict=True):
        if isinstance(entry, ast.Dict):
            yield from _entries(entry, constants)
            continue
        name = literal_text(key, constants) if key is not None else None
        value = literal_text(entry, constants)
        if name and value is not None and is_secret(name, value):
            yield entry.lineno, name, value, "the value of"


def _called(node: ast.Call, constants: dict[str, str]) -> Iterator[Default]:
    callee = last_name(node.func)
    given = {keyword.arg: keyword for keyword in node.keywords if keyword.arg}
    if callee in _OPTIONS:
        yield from _option(node, given, constants)
        return
    connects = bool(_PLACES.intersection(given))
    for name, keyword in given.items():
        value = literal_text(keyword.value, constants)
        if value is None or not (connects or (callee in _SETTERS and name.isupper())):
            continue
        if is_secret(name, value):
            yield keyword.value.lineno, name, value, "the literal given as"


def _option(
    node: ast.Call, given: Mapping[str, ast.keyword], constants: dict[str, str]
) -> Iterator[Default]:
    """Read an option of the command line with its default."""
    value = literal_text(given["default"].value, constants) if "default" in given else None
    names = [name for part in node.args if (name := literal_text(part, constants))]
    for name in names if value is not None else ():
        if value is not None and asks_for_secret(name) and is_secret(name.strip("-"), value):
            yield node.lineno, name, value, "the default of the option"
            return
