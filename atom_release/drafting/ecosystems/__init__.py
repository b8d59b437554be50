"""One module for each ecosystem of packages; the next one is one module and a line here.

Each has `parts(files)`: the folders that its package files make a part, with source, suites and how
it is started, and `routes(files, paths)`: the endpoints that its idioms declare in these files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from atom_release.drafting.ecosystems import (
    dotnet,
    go,
    jvm,
    node,
    node_routes,
    php,
    python,
    python_routes,
    ruby,
    rust,
    shell,
)
from atom_release.drafting.files import Files
from atom_release.drafting.findings import Endpoint, Part, Seen


@dataclass(frozen=True)
class Ecosystem:
    """What drafting asks of one ecosystem."""

    language: str
    suffixes: tuple[str, ...]
    parts: Callable[[Files], Iterator[Part]]
    routes: Callable[[Files, Sequence[str]], Iterator[Seen[Endpoint]]]


def _no_routes(files: Files, paths: Sequence[str]) -> Iterator[Seen[Endpoint]]:
    del files, paths
    return iter(())


ECOSYSTEMS = (
    Ecosystem("Python", (".py",), python.parts, python_routes.routes),
    Ecosystem(
        "JavaScript", (".js", ".ts", ".mjs", ".cjs", ".tsx", ".jsx"), node.parts, node_routes.routes
    ),
    Ecosystem("Go", (".go",), go.parts, go.routes),
    Ecosystem("Rust", (".rs",), rust.parts, rust.routes),
    Ecosystem("Java", (".java", ".kt", ".scala"), jvm.parts, jvm.routes),
    Ecosystem(".NET", (".cs", ".fs"), dotnet.parts, dotnet.routes),
    Ecosystem("Ruby", (".rb",), ruby.parts, _no_routes),
    Ecosystem("PHP", (".php",), php.parts, _no_routes),
    Ecosystem("Shell", (".sh", ".bats"), shell.parts, _no_routes),
)
