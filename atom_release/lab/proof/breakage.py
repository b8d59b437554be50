"""Trees in which nothing can be right, and files that a change leaves of no language at all.

A red that is the red of any of these says nothing of what the check looks for.
"""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from atom_release.lab.proof.change import replace

_NO_LANGUAGE = b'")}]> (((( {{{{ [[[[ this is of no language at all \' ` " <<< %% ::\n'


def empty(copy: Path, paths: Iterable[str]) -> None:
    """Empty these files of a copy; links stay."""
    for path in paths:
        target = copy / path
        if target.is_file() and not target.is_symlink():
            replace(target, b"", target.stat().st_mode & 0o777)


def spoil(copy: Path, paths: Iterable[str]) -> None:
    """Put text of no language into these files of a copy."""
    for path in paths:
        target = copy / path
        if target.is_dir() or target.is_symlink():
            continue
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        target.parent.mkdir(parents=True, exist_ok=True)
        replace(target, _NO_LANGUAGE, mode)


def unreadable(before: Path, after: Path, paths: Sequence[str]) -> list[str]:
    """Return those of the changed files that could be parsed before, or were not there, and cannot.

    Of a suffix that no parser here knows, none is told.
    """
    return [
        path
        for path in paths
        if (after / path).is_file()
        and _parses(before / path) is not False
        and _parses(after / path) is False
    ]


def _parses(path: Path) -> bool | None:
    """Return whether a file is what its suffix says; None where that cannot be told."""
    parser = _PARSERS.get(PurePosixPath(path.name).suffix.lower())
    if parser is None or not path.is_file():
        return None
    try:
        return parser(path.read_bytes()) is not False
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False


def _yaml(content: bytes) -> bool:
    import yaml

    try:
        return all(event is not None for event in yaml.parse(content, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return False


def _script(suffix: str) -> Callable[[bytes], object]:
    def parses(content: bytes) -> object:
        from atom_release.lab.javascript.parsing import parse

        return parse(content, f"file{suffix}")

    return parses


_PARSERS: Mapping[str, Callable[[bytes], object]] = {
    ".py": ast.parse,
    ".pyi": ast.parse,
    ".json": json.loads,
    ".toml": lambda content: tomllib.loads(content.decode()),
    ".yaml": _yaml,
    ".yml": _yaml,
    **{
        suffix: _script(suffix)
        for suffix in (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")
    },
}
