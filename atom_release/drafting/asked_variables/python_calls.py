"""Variables that Python asks for by calls: os, decouple, environs, django-environ, starlette.

A function of the project's own that hands its argument on to such a call asks as that call does.
What is done with what was returned says whether the code can go on without it, and what it is.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.drafting.asked_variables import lookups
from atom_release.drafting.asked_variables.python_module import constant, dotted
from atom_release.drafting.asked_variables.variable import Form, Need, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atom_release.drafting.asked_variables.python_module import Module, Modules

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NEED = {"raises": Need.REQUIRED, "none": Need.ASKED}
_ENDS = ("exit", "abort", "_exit")

_TEXT = Form()


@dataclass(frozen=True)
class _Lookup:
    """A call that asks: what it does without the variable, and what its own name says of it."""

    need: Need
    form: Form = _TEXT
    name: str = ""  # asked where the call names none
    named: str = ""  # the keyword that names it
    prefix: str = ""


def find(modules: Modules) -> Iterator[Variable]:
    """Yield what the modules ask for by calls, each asking by itself."""
    own = {name: need for module in modules.modules for name, need in _own_functions(module)}
    for module in modules.modules:
        for node in module.nodes:
            lookup = _lookup_of(modules, module, node, own)
            if lookup is not None:
                yield from _asked(modules, module, node, lookup)


def set_by_code(modules: Modules) -> set[str]:
    """Return the variables that the code sets of itself, or sets where they are not set."""
    setters = lookups.read("python")["setters"]
    taken = set()
    for module in modules.modules:
        for node in module.nodes:
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                named = node.slice if module.full_name(node.value) in setters else None
                taken.add(constant(named))
            elif isinstance(node, ast.Call) and module.full_name(node.func) in setters:
                taken.add(constant(node.args[0] if node.args else None))
    return taken - {""}


def _lookup_of(
    modules: Modules, module: Module, node: ast.AST, own: Mapping[str, Need]
) -> _Lookup | None:
    table = lookups.read("python")
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        name = f"{module.full_name(node.value)}[]"
        return _Lookup(Need.REQUIRED) if name in table["functions"] else None
    if not isinstance(node, ast.Call):
        return None
    name = module.full_name(node.func)
    stated = table["functions"].get(name)
    if stated is not None:
        kind = Form(stated.get("kind", "str"))
        return _Lookup(
            _NEED[stated["missing"]], kind, stated.get("name", ""), stated.get("named", "")
        )
    written = dotted(node.func)
    if written.rpartition(".")[2] in own and "." not in written.removeprefix("self."):
        return _Lookup(own[written.rpartition(".")[2]])
    return _of_object(modules, module, written, table)


def _of_object(
    modules: Modules, module: Module, written: str, table: Mapping[str, Any]
) -> _Lookup | None:
    """Return what a call of an object asks, whose class a known library has."""
    first, _, method = written.partition(".")
    if first not in modules.objects or "." in method:
        return None
    if not (first in module.imported or module.stars or _is_made_in(module, first)):
        return None
    need = _NEED[table["objects"][modules.objects[first]]["missing"]]
    stated = table["methods"].get(method) if method else {}
    if stated is None:
        return None
    return _Lookup(
        need,
        Form(stated.get("kind", "str")),
        stated.get("name", ""),
        prefix=modules.prefixes.get(first, ""),
    )


def _is_made_in(module: Module, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for node in module.nodes
    )


def _own_functions(module: Module) -> Iterator[tuple[str, Need]]:
    """Yield functions that ask for the variable that their first argument names."""
    functions = lookups.read("python")["functions"]
    for node in module.nodes:
        if not isinstance(node, ast.FunctionDef) or not node.args.args:
            continue
        named = [argument.arg for argument in node.args.args if argument.arg not in {"self", "cls"}]
        for inner in ast.walk(node) if named else ():
            subject: ast.AST | None = None
            if isinstance(inner, ast.Subscript):
                name, subject = f"{module.full_name(inner.value)}[]", inner.slice
            elif isinstance(inner, ast.Call) and inner.args:
                name, subject = module.full_name(inner.func), inner.args[0]
            if isinstance(subject, ast.Name) and subject.id == named[0] and name in functions:
                yield node.name, _need_of_use(module, inner, "", _NEED[functions[name]["missing"]])
                break


def _asked(modules: Modules, module: Module, node: ast.AST, lookup: _Lookup) -> Iterator[Variable]:
    arguments = [node.slice] if isinstance(node, ast.Subscript) else _arguments(node)
    keywords = (
        {word.arg: word.value for word in node.keywords} if isinstance(node, ast.Call) else {}
    )
    named = keywords.get(lookup.named) if lookup.named else next(iter(arguments), None)
    name = constant(named) or ("" if arguments and not lookup.named else lookup.name)
    if not name or not _NAME.fullmatch(name):
        return
    name = f"{_prefix_around(module, node)}{lookup.prefix}{name}"
    default = keywords.get("default", arguments[1] if len(arguments) > 1 else None)
    form = _form_of_use(module, node, keywords.get("cast") or keywords.get("subcast"), lookup.form)
    of_library = lookup.need is Need.REQUIRED  # which a `None` keeps from ending the program
    has_default = default is not None and (of_library or not _is_nothing(default))
    if has_default or name in modules.with_defaults or _has_other(module, node):
        need = Need.DEFAULTED
    else:
        need = lookup.need if default is None else Need.ASKED
        need = _need_of_use(module, node, name, need)
    text = constant(default) or _text_after_or(module, node)
    yield Variable(name, module.place(node), Need.DEFAULTED if text else need, form, text)


def _arguments(node: ast.AST) -> list[ast.expr]:
    return node.args if isinstance(node, ast.Call) else []


def _is_nothing(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _prefix_around(module: Module, node: ast.AST) -> str:
    """Return what a block around a call puts before its names: `with env.prefixed("A_")`."""
    parts = [
        constant(item.context_expr.args[0])
        for around in module.above(node)
        if isinstance(around, ast.With)
        for item in around.items
        if isinstance(item.context_expr, ast.Call)
        and dotted(item.context_expr.func).endswith(".prefixed")
        and item.context_expr.args
    ]
    return "".join(reversed(parts))


def _has_other(module: Module, node: ast.AST) -> bool:
    around = module.parents.get(node)
    is_or = isinstance(around, ast.BoolOp) and isinstance(around.op, ast.Or)
    return is_or and around.values[-1] is not node  # type: ignore[union-attr]


def _text_after_or(module: Module, node: ast.AST) -> str:
    around = module.parents.get(node)
    return constant(around.values[-1]) if _has_other(module, node) else ""  # type: ignore[union-attr]


def _form_of_use(module: Module, node: ast.AST, cast: ast.AST | None, form: Form) -> Form:
    """Return the kind that a cast, a function around the call or a use of its result names."""
    table = lookups.read("python")
    named = dotted(cast.func if isinstance(cast, ast.Call) else cast) if cast else ""
    if named.rpartition(".")[2] in table["types"]:
        return Form(table["types"][named.rpartition(".")[2]])
    around = module.parents.get(node)
    if isinstance(around, ast.Call) and node in around.args:
        given_to = dotted(around.func)
        kind = table["given_to"].get(given_to) or table["given_to"].get(given_to.rpartition(".")[2])
        return Form(kind) if kind and form.kind == "str" else form
    if isinstance(around, ast.Attribute) and around.attr == "split":
        return Form("words")
    return form


def _need_of_use(module: Module, node: ast.AST, name: str, need: Need) -> Need:
    """Return what code does without the variable, as it uses what it got."""
    around = module.parents.get(node)
    if _is_looked_for(module, node, name) or _is_part_of_a_choice(around):
        return Need.ASKED
    for outer in module.above(node):
        if isinstance(outer, ast.Try) and _is_below(module, node, outer.body):
            ends = any(_ends(handler.body) for handler in outer.handlers)
            return Need.REQUIRED if ends else Need.ASKED
    if need is Need.ASKED and (_needs_a_text(around, node) or _is_checked(module, around)):
        return Need.REQUIRED
    return need


def _is_part_of_a_choice(around: ast.AST | None) -> bool:
    return isinstance(around, ast.BoolOp | ast.If | ast.IfExp | ast.Compare | ast.UnaryOp)


def _needs_a_text(around: ast.AST | None, node: ast.AST) -> bool:
    """Return whether what stands around ends with an error where nothing was got."""
    if isinstance(around, ast.Attribute):
        return True
    if isinstance(around, ast.Call) and node in around.args:
        return dotted(around.func) in {
            "int",
            "float",
            "json.loads",
            "Path",
            "create_engine",
            "Fernet",
        }
    return isinstance(around, ast.BinOp)


def _is_looked_for(module: Module, node: ast.AST, name: str) -> bool:
    """Return whether a condition around the call asks whether the variable is there."""
    for outer in module.above(node):
        if isinstance(outer, ast.If | ast.IfExp):
            texts = [inner for inner in ast.walk(outer.test) if constant(inner) == name and name]
            inside = any(inner is node for inner in ast.walk(outer.test))
            if texts and not inside:
                return True
    return False


def _is_checked(module: Module, around: ast.AST | None) -> bool:
    """Return whether what was got is bound to a name of which a missing value ends the program."""
    targets = around.targets if isinstance(around, ast.Assign) else []
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    for node in module.nodes if names else ():
        spoken = isinstance(node, ast.If | ast.Assert) and any(
            isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node.test)
        )
        if spoken and (isinstance(node, ast.Assert) or _ends(node.body)):  # type: ignore[attr-defined]
            return True
    return False


def _ends(body: list[ast.stmt]) -> bool:
    return any(
        isinstance(inner, ast.Raise)
        or (isinstance(inner, ast.Call) and dotted(inner.func).rpartition(".")[2] in _ENDS)
        for statement in body
        for inner in ast.walk(statement)
    )


def _is_below(module: Module, node: ast.AST, body: list[ast.stmt]) -> bool:
    around = {node, *module.above(node)}
    return any(statement in around for statement in body)
