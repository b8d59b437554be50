"""Variables that fields of settings classes ask for: pydantic's, and django-configurations'.

A field without a default is one, by its name behind the class's prefix or by its alias; a model
among the fields is asked part by part where the class names a delimiter, else as one object.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atom_release.drafting.asked_variables import lookups
from atom_release.drafting.asked_variables.python_module import constant, dotted
from atom_release.drafting.asked_variables.variable import Form, Need, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atom_release.drafting.asked_variables.python_module import Module, Modules

_BASE = "BaseSettings"
_MODELS = {"BaseModel", "SQLModel"}
_ENUMS = {"Enum", "StrEnum", "IntEnum"}
_WRAPPERS = {"Optional", "Annotated", "Final", "Union", "Required", "NotRequired"}
_ALIASES = ("validation_alias", "alias", "env")
_DEEPEST = 3


@dataclass(frozen=True)
class _Class:
    module: Module
    node: ast.ClassDef
    bases: tuple[str, ...]


@dataclass(frozen=True)
class _Config:
    prefix: str = ""
    delimiter: str = ""
    keeps_case: bool = False


@dataclass
class _Classes:
    """All classes by their names, and which of them are what."""

    by_name: Mapping[str, _Class]

    def is_a(self, name: str, wanted: set[str], depth: int = 6) -> bool:
        """Return whether a class is one of these, or derived from one."""
        last = name.rpartition(".")[2]
        if last in wanted:
            return True
        definition = self.by_name.get(last)
        return (
            depth > 0
            and definition is not None
            and any(self.is_a(base, wanted, depth - 1) for base in definition.bases)
        )

    def line_of(self, name: str, depth: int = 6) -> list[_Class]:
        """Return a class and those of the project that it is derived from, itself first."""
        definition = self.by_name.get(name.rpartition(".")[2])
        if definition is None or depth == 0:
            return []
        above = [other for base in definition.bases for other in self.line_of(base, depth - 1)]
        return [definition, *above]


def find(modules: Modules) -> Iterator[Variable]:
    """Yield what the fields of settings classes ask for."""
    classes = _Classes(
        {
            node.name: _Class(module, node, tuple(dotted(base) for base in node.bases))
            for module in modules.modules
            for node in module.nodes
            if isinstance(node, ast.ClassDef)
        }
    )
    for name, definition in classes.by_name.items():
        if any(classes.is_a(base, {_BASE}) for base in definition.bases):
            yield from _of_class(classes, name)
        elif any(base.endswith("Configuration") for base in definition.bases):
            yield from _of_configuration(definition)


def _of_class(classes: _Classes, name: str) -> Iterator[Variable]:
    line = classes.line_of(name)
    config = _config_of(line)
    taken: set[str] = set()
    for definition in line:
        for node in definition.node.body:
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            if node.target.id in taken or node.target.id.startswith(("_", "model_config")):
                continue
            taken.add(node.target.id)
            yield from _of_field(classes, definition.module, node, node.target.id, config)


def _config_of(line: list[_Class]) -> _Config:
    stated: dict[str, ast.AST] = {}
    for definition in reversed(line):
        for node in definition.node.body:
            if isinstance(node, ast.ClassDef) and node.name == "Config":
                stated |= {
                    target.id: inner.value
                    for inner in node.body
                    if isinstance(inner, ast.Assign)
                    for target in inner.targets
                    if isinstance(target, ast.Name)
                }
            elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(dotted(target) == "model_config" for target in targets):
                    stated |= {word.arg: word.value for word in node.value.keywords if word.arg}
    case = stated.get("case_sensitive")
    return _Config(
        constant(stated.get("env_prefix")),
        constant(stated.get("env_nested_delimiter")),
        isinstance(case, ast.Constant) and case.value is True,
    )


def _of_field(
    classes: _Classes, module: Module, node: ast.AnnAssign, name: str, config: _Config
) -> Iterator[Variable]:
    call = node.value if isinstance(node.value, ast.Call) else _annotated(node.annotation)
    need, default = _need_of(node)
    alias = _alias(call)
    variable = alias or f"{config.prefix}{name}"
    form = replace(_form(classes, node.annotation), least=_least(call))
    if not (config.keeps_case or alias):
        variable = variable.upper()
    where = module.place(node)
    model = _model_of(classes, node.annotation)
    if model and need is Need.REQUIRED:
        if config.delimiter:
            yield from _nested(classes, model, variable, config, _DEEPEST)
            return
        empty = {part.name: "" for part in _nested(classes, model, "", config, 1)}
        form = Form("object", (json.dumps(empty),))
    yield Variable(variable, where, need, form, default)


def _nested(
    classes: _Classes, model: str, before: str, config: _Config, depth: int
) -> Iterator[Variable]:
    delimiter = config.delimiter if before else ""
    for definition in classes.line_of(model) if depth else ():
        for node in definition.node.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                need, default = _need_of(node)
                inner = _model_of(classes, node.annotation)
                name = f"{before}{delimiter}{node.target.id}"
                name = name if config.keeps_case or not before else name.upper()
                if inner and need is Need.REQUIRED:
                    yield from _nested(classes, inner, name, config, depth - 1)
                else:
                    where = definition.module.place(node)
                    yield Variable(name, where, need, _form(classes, node.annotation), default)


def _need_of(node: ast.AnnAssign) -> tuple[Need, str]:
    """Return whether a field has a default, and the text of it where it is a literal one."""
    value = node.value
    if isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] == "Field":
        given = [*value.args[:1]] + [
            word.value for word in value.keywords if word.arg in {"default", "default_factory"}
        ]
        value = given[0] if given else None
    if value is None or (isinstance(value, ast.Constant) and value.value is ...):
        return Need.REQUIRED, ""
    return Need.DEFAULTED, constant(value)


def _annotated(annotation: ast.AST) -> ast.Call | None:
    calls = [node for node in ast.walk(annotation) if isinstance(node, ast.Call)]
    return next((call for call in calls if dotted(call.func).endswith("Field")), None)


def _alias(call: ast.Call | None) -> str:
    words = {word.arg: word.value for word in call.keywords} if call else {}
    for name in _ALIASES:
        value = words.get(name)
        if isinstance(value, ast.Call) and value.args:  # AliasChoices("A", "B")
            value = value.args[0]
        if isinstance(value, ast.List | ast.Tuple) and value.elts:
            value = value.elts[0]
        if text := constant(value):
            return text
    return ""


def _least(call: ast.Call | None) -> int:
    words = {word.arg: word.value for word in call.keywords} if call else {}
    value = words.get("min_length")
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, int) else 0


def _named_types(annotation: ast.AST) -> Iterator[str]:
    """Yield the names of an annotation, those that only wrap others passed over."""
    for node in [annotation, *ast.walk(annotation)]:
        text = constant(node)
        if isinstance(node, ast.Name | ast.Attribute) or text:
            name = (dotted(node) or text).rpartition(".")[2]
            if name and name not in _WRAPPERS:
                yield name


def _form(classes: _Classes, annotation: ast.AST) -> Form:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript) and dotted(node.value).endswith("Literal"):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            choices = tuple(str(part.value) for part in parts if isinstance(part, ast.Constant))
            return Form("choice", choices)
    types = lookups.read("python")["types"]
    for name in _named_types(annotation):
        if name in types:
            return Form(types[name])
        definition = classes.by_name.get(name)
        if definition and any(classes.is_a(base, _ENUMS) for base in definition.bases):
            return Form("choice", tuple(_members(definition.node)))
    return Form()


def _members(node: ast.ClassDef) -> Iterator[str]:
    for inner in node.body:
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Constant):
            yield str(inner.value.value)


def _model_of(classes: _Classes, annotation: ast.AST) -> str:
    for name in _named_types(annotation):
        definition = classes.by_name.get(name)
        if definition and any(classes.is_a(base, _MODELS | {_BASE}) for base in definition.bases):
            return name
        return ""
    return ""


def _of_configuration(definition: _Class) -> Iterator[Variable]:
    """Yield what values of django-configurations ask that have no default."""
    for node in definition.node.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        kind = dotted(node.value.func)
        words = {word.arg: word.value for word in node.value.keywords}
        if not kind.startswith("values.") or len(node.targets) != 1:
            continue
        own = constant(words.get("environ_name")) or dotted(node.targets[0])
        required = words.get("environ_required")
        raises = kind == "values.SecretValue" or (
            isinstance(required, ast.Constant) and required.value is True
        )
        prefix = words.get("environ_prefix")
        before = "DJANGO" if prefix is None else constant(prefix)
        name = "DATABASE_URL" if kind == "values.DatabaseURLValue" else own
        if kind != "values.DatabaseURLValue" and before:
            name = f"{before}_{own}"
        if raises:
            yield Variable(name, definition.module.place(node), Need.REQUIRED)
