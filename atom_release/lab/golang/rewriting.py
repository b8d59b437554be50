"""Let Go's functions panic, do what they did behind a condition, or do nothing.

Code of tests is left whole, and so are functions that run while a package is initialised: `init`,
what initial values of its variables call, and what these call. What stands behind the lines that
are put in keeps its imports and variables in use, so that what compiled compiles.
"""

from __future__ import annotations

import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from atom_release.lab.golang.parsing import Function, Source, Unreadable, parse
from atom_release.lab.rewriting import Rewritten, replace_file

if TYPE_CHECKING:
    from atom_release.lab.rewriting import Call

_LARGEST = 4 << 20
_NOT_TAKEN = frozenset({"init", "main", "_"})
_PASSED_OVER = frozenset({"vendor", "testdata", ".git"})
Write = Callable[[Function], str]


def ablate(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Let every function panic where its body begins; see `rewriting.Rewrite`."""
    word = secrets.token_hex(8)

    def panic(_function: Function) -> str:
        return f' if {_condition(holds=True)} {{ panic("{word}") }};'

    return replace(_rewrite(directory, sources, tests, keep, panic), mark=word)


def spare(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Write functions as `ablate` does, and let them do all that they did."""
    word = secrets.token_hex(8)

    def panic(_function: Function) -> str:
        return f' if {_condition(holds=False)} {{ panic("{word}") }};'

    return _rewrite(directory, sources, tests, keep, panic)


def idle(
    directory: Path, sources: Sequence[str], *, tests: Sequence[str], keep: Collection[Call]
) -> Rewritten:
    """Let functions do nothing and return what is nothing of its type.

    That one was called is said once for each file, in a word that stands in no file of the commit.
    """
    word = secrets.token_hex(8)

    def nothing(function: Function) -> str:
        values = ", ".join(f"*new({result})" for result in function.results)
        returned = "" if function.names_results else values
        return (
            f" if {_condition(holds=True)} {{ if !said{word} {{ said{word} = true;"
            f' println("{IDLE}{word}") }}; return {returned} }};'
        )

    return _rewrite(directory, sources, tests, keep, nothing, f"var said{word} = false\n")


IDLE = "nothing was done: "
"""What idle code says of itself."""


def _condition(*, holds: bool) -> str:
    """Return a condition that no compiler folds away."""
    length = secrets.randbelow(8) + 1
    stated = length if holds else length % 8 + 1
    return f"len([]int{{{', '.join('0' * length)}}}) == {stated}"


def _rewrite(  # noqa: PLR0913, PLR0917 - what a rewriting is made of
    directory: Path,
    sources: Sequence[str],
    tests: Sequence[str],
    keep: Collection[Call],
    write: Write,
    once: str = "",
) -> Rewritten:
    del keep, tests  # Go names its tests by their files, and what runs first is seen in the text
    changed, kept, unread = list[str](), list[str](), list[str]()
    count = 0
    for paths in _by_folder(directory, sources).values():
        parsed: dict[str, tuple[str, Source]] = {}
        for path in paths:
            try:
                text = _read(directory / path)
                parsed[path] = text, parse(text)
            except (Unreadable, UnicodeDecodeError, OSError, ValueError):
                unread.append(path)
        first = _run_first([source for _, source in parsed.values()])
        for path, (text, source) in parsed.items():
            taken = [each for each in source.functions if each.name not in first]
            kept += [
                f"{path}:{each.line} {each.name}" for each in source.functions if each not in taken
            ]
            if taken:
                _replace(directory / path, text, taken, write, once, len(changed))
                changed.append(path)
                count += len(taken)
    return Rewritten(tuple(changed), count, tuple(kept), tuple(unread))


def _replace(  # noqa: PLR0913, PLR0917 - what a changed file is made of
    path: Path, text: str, taken: Sequence[Function], write: Write, once: str, number: int
) -> None:
    own = f"said{number}x"  # no two files of a package declare one name
    pieces, place = list[str](), 0
    for function in taken:
        pieces += [text[place : function.start], write(function).replace("said", own)]
        place = function.start
    end = f"\n{once.replace('said', own)}" if once else ""
    replace_file(path, f"{''.join([*pieces, text[place:]])}{end}".encode())


def _run_first(sources: Sequence[Source]) -> set[str]:
    """Return the names of functions that run while a package is initialised, or may."""
    bodies: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for function in source.functions:
            bodies[function.name] |= function.words
    first = set(_NOT_TAKEN)
    waiting = [word for source in sources for word in source.words] + ["init"]
    while waiting:
        word = waiting.pop()
        if word in bodies and (word not in first or word == "init"):
            first.add(word)
            waiting += bodies.pop(word)
    return first


def _by_folder(directory: Path, sources: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the files of code by their folders, which are packages of Go."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in sorted(set(_files(directory, sources))):
        folders[PurePosixPath(path).parent.as_posix()].append(path)
    return folders


def _files(directory: Path, sources: Sequence[str]) -> Iterator[str]:
    for source in sources:
        start = directory / source
        if start.is_file():
            yield from [PurePosixPath(source).as_posix()] if _is_code(start) else []
        for folder, folders, names in os.walk(start):
            folders[:] = [name for name in folders if name not in _PASSED_OVER]
            for name in names:
                path = Path(folder, name)
                if _is_code(path):
                    yield path.relative_to(directory).as_posix()


def _is_code(path: Path) -> bool:
    plain = path.suffix == ".go" and not path.is_symlink()
    return plain and not path.name.endswith("_test.go") and path.stat().st_size <= _LARGEST


def _read(path: Path) -> str:
    return path.read_bytes().decode()
