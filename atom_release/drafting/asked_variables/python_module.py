"""One module of Python as its variables are looked for in it: names, parents, what objects are.

What a call asks is `python_calls`; a file that is no Python of this version has nothing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from atom_release.drafting.asked_variables import lookups
from atom_release.drafting.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LARGEST = 400_000


@dataclass(frozen=True)
class Module:
    """A file's syntax with what its names stand for."""

    path: str
    tree: ast.Module
    imported: Mapping[str, str]
    stars: bool  # whether it takes all names of another module

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """The node that each node stands in."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node."""
        return [*ast.walk(self.tree)]

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes that a node stands in, the nearest first."""
        while (node := self.parents.get(node, self.tree)) is not self.tree:
            yield node

    def place(self, node: ast.AST) -> Place:
        """Return where a node stands."""
        return Place(self.path, getattr(node, "lineno", 0))

    def full_name(self, node: ast.AST) -> str:
        """Return the dotted name of what is named, as its library calls it; else nothing."""
        written = dotted(node)
        first, mark, rest = written.partition(".")
        return f"{self.imported.get(first, first)}{mark}{rest}" if written else ""


@dataclass
class Modules:
    """The modules of a folder, with what is made in one and used in others."""

    modules: list[Module]
    objects: dict[str, str] = field(default_factory=dict)  # name -> class of a known library
    prefixes: dict[str, str] = field(default_factory=dict)  # name -> what its variables begin with
    with_defaults: set[str] = field(default_factory=set)  # variables that such an object knows

    def __post_init__(self) -> None:
        """Note what objects of known libraries are called."""
        classes = lookups.read("python")["objects"]
        for module in self.modules:
            for node in module.nodes:
                if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(
                    node.value, ast.Call
                ):
                    self._note(module, node, node.value, classes)

    def _note(
        self,
        module: Module,
        node: ast.Assign | ast.AnnAssign,
        call: ast.Call,
        classes: Mapping[str, object],
    ) -> None:
        made = module.full_name(call.func)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if made not in classes:
            return
        for target in targets:
            if isinstance(target, ast.Name):
                self.objects[target.id] = made
                for keyword in call.keywords:
                    text = constant(keyword.value)
                    if keyword.arg in {"prefix", "env_prefix"} and text:
                        self.prefixes[target.id] = text
                    elif keyword.arg and made.startswith("environ."):
                        self.with_defaults.add(keyword.arg)


def read_modules(texts: Iterable[tuple[str, str]]) -> Modules:
    """Return the modules that can be parsed."""
    return Modules([module for path, text in texts if (module := _parse(path, text)) is not None])


def _parse(path: str, text: str) -> Module | None:
    if len(text) > _LARGEST:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    imported: dict[str, str] = {}
    stars = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                imported[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            stars = stars or any(alias.name == "*" for alias in node.names)
            for alias in node.names:
                imported[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    return Module(path, tree, imported, stars)


def dotted(node: ast.AST) -> str:
    """Return a name with its attributes as it is written; nothing of other expressions."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def constant(node: ast.AST | None) -> str:
    """Return a text that stands there literally; nothing of anything else."""
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""
