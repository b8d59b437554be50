"""Variables that JavaScript and TypeScript ask for: `process.env`, schemas, services of settings.

A name that the code insists on (a schema without a default, a `!`, a method called on it, an error
thrown for want of it) is required; others are only asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.drafting.asked_variables import lookups
from atom_release.drafting.asked_variables.variable import Form, Need, Variable
from atom_release.drafting.findings import Place
from atom_release.lab.javascript.parsing import SUFFIXES, Unreadable, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node

_ENVIRONMENT = ("process.env", "Bun.env")
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_MAY_ASK = re.compile(r"process\.env|Bun\.env|[Cc]onfigService|validationSchema|env-var")
_CALLS = re.compile(r"\.?(\w+)\s*(?:\(|$)")
_CHOICES = re.compile(r"(?:\benum\(\s*\[|\bvalid\(|\boneOf\(\s*\[|choices\s*:\s*\[)([^\])]*)")
_TEXT = re.compile(r"[\"']([^\"'\n]*)[\"']")
_LEAST = re.compile(r"\.(?:min|length)\(\s*(\d+)")
_LARGEST = 400_000
_DEFAULT = re.compile(r"\b(?:devDefault|default)\s*:")
_OR = {"||", "??"}


def find(texts: Iterable[tuple[str, str]]) -> Iterator[Variable]:
    """Yield what the files ask for, each asking by itself."""
    for path, text in texts:
        suffix = f".{path.rpartition('.')[2]}"
        if suffix not in SUFFIXES or len(text) > _LARGEST or not _MAY_ASK.search(text):
            continue
        try:
            tree = parse(text.encode(), path)
        except Unreadable:
            continue
        for node in _nodes(tree.root_node):
            yield from _asked(path, node)


def _nodes(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.named_children)


def _asked(path: str, node: Node) -> Iterator[Variable]:
    where = Place(path, node.start_point[0] + 1)
    if node.type in {"member_expression", "subscript_expression"}:
        name = _of_environment(node)
        if name and not _is_set(node):
            text = _text_otherwise(node)
            need = Need.DEFAULTED if text or _has_other(node) else _need_of_use(node)
            yield Variable(name, where, need, _form_of_use(node), text)
    elif node.type == "object_pattern":
        yield from _destructured(node, where)
    elif node.type == "pair":
        yield from _of_schema(node, where)
    elif node.type == "call_expression":
        yield from _of_service(node, where)


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node else ""


def _of_environment(node: Node) -> str:
    if _text(node.child_by_field_name("object")) not in _ENVIRONMENT:
        return ""
    named = node.child_by_field_name("property") or node.child_by_field_name("index")
    name = _text(named).strip("\"'`")
    return name if _NAME.fullmatch(name) else ""


def _is_set(node: Node) -> bool:
    around = node.parent
    return (
        around is not None
        and around.type == "assignment_expression"
        and around.child_by_field_name("left") == node
    )


def _unwrapped(node: Node) -> Node:
    """Return what stands around a name but says nothing: brackets and types."""
    while node.parent is not None and node.parent.type in {
        *("parenthesized_expression", "as_expression", "satisfies_expression"),
    }:
        node = node.parent
    return node


def _has_other(node: Node) -> bool:
    outer = _unwrapped(node)
    around = outer.parent
    return (
        around is not None
        and around.type == "binary_expression"
        and _text(around.child_by_field_name("operator")) in _OR
        and around.child_by_field_name("left") == outer
    )


def _text_otherwise(node: Node) -> str:
    around = _unwrapped(node).parent
    other = around.child_by_field_name("right") if around and _has_other(node) else None
    return _text(other)[1:-1] if other is not None and other.type == "string" else ""


def _need_of_use(node: Node) -> Need:
    around = node.parent
    if around is None:
        return Need.ASKED
    if around.type == "non_null_expression":
        return Need.REQUIRED
    called = around.type == "member_expression" and around.child_by_field_name("object") == node
    if called and "?." not in _text(around):
        return Need.REQUIRED
    return Need.REQUIRED if _is_thrown_for(node) else Need.ASKED


def _is_thrown_for(node: Node) -> bool:
    """Return whether an error is thrown where the variable is missing: in an `if` on it."""
    outer: Node | None = node
    bound = ""
    while outer is not None:
        if outer.type == "variable_declarator":
            bound = _text(outer.child_by_field_name("name"))
        if outer.type == "if_statement":
            return _throws(outer.child_by_field_name("consequence"))
        if outer.type in {"program", "statement_block"}:
            return bool(bound) and any(
                child.type == "if_statement"
                and re.search(
                    rf"!\s*{re.escape(bound)}\b", _text(child.child_by_field_name("condition"))
                )
                and _throws(child.child_by_field_name("consequence"))
                for child in outer.named_children
            )
        outer = outer.parent
    return False


def _throws(node: Node | None) -> bool:
    return bool(re.search(r"\bthrow\b|\bprocess\.exit\(", _text(node)))


def _form_of_use(node: Node) -> Form:
    around = _unwrapped(node).parent
    if around is not None and around.type == "non_null_expression":
        around = _unwrapped(around).parent
    outer = around.parent if around is not None and around.type == "arguments" else None
    function = _text(outer.child_by_field_name("function")) if outer else ""
    if function in {"Number", "parseInt", "parseFloat", "Number.parseInt"}:
        return Form("int")
    if function == "JSON.parse":
        return Form("object")
    return Form("url") if outer and outer.type == "new_expression" and "URL" in function else Form()


def _destructured(node: Node, where: Place) -> Iterator[Variable]:
    around = node.parent
    if around is None or _text(around.child_by_field_name("value")) not in _ENVIRONMENT:
        return
    for child in node.named_children:
        if child.type == "shorthand_property_identifier_pattern" and _NAME.fullmatch(_text(child)):
            yield Variable(_text(child), where, Need.ASKED)
        elif child.type == "object_assignment_pattern":
            name = _text(child.child_by_field_name("left"))
            default = child.child_by_field_name("right")
            text = _text(default)[1:-1] if default and default.type == "string" else ""
            if _NAME.fullmatch(name):
                yield Variable(name, where, Need.DEFAULTED, default=text)


def _of_schema(node: Node, where: Place) -> Iterator[Variable]:
    """Yield a part of a schema of settings: a name in capitals whose value is a kind's call."""
    table = lookups.read("node")
    name = _text(node.child_by_field_name("key")).strip("\"'")
    value = node.child_by_field_name("value")
    chain = _text(value)
    if not _NAME.fullmatch(name) or value is None or value.type != "call_expression":
        return
    called = _CALLS.findall(chain)
    if chain.partition(".")[0].partition("(")[0].strip() not in table["schemas"]:
        return
    optional = {*called} & {*table["has_default"]} or re.search(
        r"\b(?:devDefault|default)\s*:", chain
    )
    is_joi = chain.lower().startswith("joi.")
    need = Need.REQUIRED if not optional and (not is_joi or "required" in called) else Need.ASKED
    yield Variable(name, where, Need.DEFAULTED if optional else need, _form(chain, called, table))


def _form(chain: str, called: list[str], table: Mapping[str, Mapping[str, str]]) -> Form:
    chosen = _CHOICES.search(chain)
    choices = tuple(_TEXT.findall(chosen[1])) if chosen else ()
    if choices:
        return Form("choice", choices)
    least = _LEAST.search(chain)
    kinds = [table["kinds"][word] for word in called if word in table["kinds"]]
    kind = kinds[0] if kinds else "str"
    return Form(kind, least=int(least[1]) if least and kind == "str" else 0)


def _of_service(node: Node, where: Place) -> Iterator[Variable]:
    """Yield what is asked of a service of settings: `configService.getOrThrow('A')`."""
    table = lookups.read("node")
    function = node.child_by_field_name("function")
    if function is None or function.type != "member_expression":
        return
    method = _text(function.child_by_field_name("property"))
    asker = _text(function.child_by_field_name("object")).removeprefix("this.")
    given = node.child_by_field_name("arguments")
    arguments = given.named_children if given else []
    if method not in table["methods"] or asker not in table["askers"] or not arguments:
        return
    name = _text(arguments[0])[1:-1] if arguments[0].type == "string" else ""
    if not _NAME.fullmatch(name):
        return
    chain = _text(node.parent.parent) if node.parent and node.parent.parent else ""
    called = _CALLS.findall(chain)
    raises = table["methods"][method] == "raises" or "required" in called
    default = _text(arguments[1])[1:-1] if len(arguments) > 1 else ""
    need = Need.REQUIRED if raises else Need.ASKED
    if len(arguments) > 1:
        need = Need.DEFAULTED
    yield Variable(name, where, need, _form("", called[-3:], table), default)
