"""The functions of a file of Go: where their bodies begin, and what they return.

Go's tokens are few: comments, texts, names and signs. What a declaration is told by is its first
word at the top of a file, and its body by the first brace that is of no type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|'(?:\\.|[^'\\\n])+'|\w+|\n|[^\S\n]+|.",
    re.DOTALL,
)
_WORD = re.compile(r"[^\W\d]\w*")
_OPENS, _CLOSES = frozenset("({["), frozenset(")}]")
_TYPES = frozenset({"chan", "func", "map", "interface", "struct"})


class Unreadable(ValueError):
    """A file whose brackets do not match."""


@dataclass(frozen=True)
class Function:
    """A function with a body: the offset behind its opening brace, and the types of its results.

    `names_results` is whether its results have names, so that a bare return gives them; `words` are
    the names in its body that may be of functions.
    """

    name: str
    line: int
    start: int
    results: tuple[str, ...]
    names_results: bool
    words: frozenset[str]


@dataclass(frozen=True)
class Source:
    """A file: its functions, and the names that initial values of variables may call."""

    functions: tuple[Function, ...]
    words: frozenset[str]


def parse(text: str) -> Source:
    """Return the functions of a file.

    Raises:
        Unreadable: its brackets do not match.
    """
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(text)]
    functions: list[Function] = []
    initial: set[str] = set()
    place, depth, begins, of_variables = 0, 0, True, False
    while place < len(tokens):
        word = tokens[place][0]
        if word == "func" and depth == 0 and begins:
            function, place = _declared(text, tokens, place)
            functions += [function] if function else []
            continue
        depth += (word in _OPENS) - (word in _CLOSES)
        if depth < 0:
            raise Unreadable
        if begins and depth == 0 and _WORD.fullmatch(word):
            of_variables = word == "var"
        if of_variables and _may_be_called(tokens, place):
            initial.add(word)
        begins = word in {"\n", ";"} or (begins and _is_blank(word))
        place += 1
    return Source(tuple(functions), frozenset(initial))


def _declared(
    text: str, tokens: Sequence[tuple[str, int]], place: int
) -> tuple[Function | None, int]:
    """Return the function that is declared there, if it has a body, and where the next begins."""
    first = place
    place = _next(tokens, place + 1)
    if _at(tokens, place) == "(":  # what it is a method of
        place = _next(tokens, _behind(tokens, place))
    name = _at(tokens, place)
    place = _next(tokens, place + 1)
    while _at(tokens, place) in {"[", "("}:  # parameters, those of types before them
        opened = _at(tokens, place)
        place = _next(tokens, _behind(tokens, place), lines=False)
        if opened == "(":
            break
    begun = place
    place = _body(tokens, place)
    if _at(tokens, place) != "{":
        return None, place
    end = _behind(tokens, place)
    results, named = _results([word for word, _ in tokens[begun:place] if not _is_blank(word)])
    words = {tokens[at][0] for at in range(place, end) if _may_be_called(tokens, at)}
    line = text.count("\n", 0, tokens[first][1]) + 1
    start = tokens[place][1] + 1
    return Function(name, line, start, results, named, frozenset(words)), end


def _body(tokens: Sequence[tuple[str, int]], place: int) -> int:
    """Return where the body's brace is, or the end of the line of one that has none."""
    before = ""
    while place < len(tokens):
        word = tokens[place][0]
        if word == "\n" or (word == "{" and before not in {"interface", "struct"}):
            return place
        if word in _OPENS:
            place = _behind(tokens, place)
            before = ")"
            continue
        before = before if _is_blank(word) else word
        place += 1
    return place


def _results(words: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Return the types that a function returns, and whether they have names."""
    if words[:1] != ["("] or _closing(words) != len(words) - 1:
        return ((" ".join(words),) if words else ()), False
    entries = [entry for entry in _split(words[1:-1]) if entry]
    named = any(_is_named(entry) for entry in entries)
    return tuple(" ".join(entry) for entry in entries), named


def _is_named(entry: Sequence[str]) -> bool:
    """Return whether an entry is a name and its type, and not a type alone."""
    first, *rest = entry
    is_name = _WORD.fullmatch(first) is not None and first not in _TYPES
    return is_name and bool(rest) and rest[0] != "." and (rest[0] != "[" or rest[1:2] == ["]"])


def _split(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield what stands between the commas of a list."""
    entry: list[str] = []
    depth = 0
    for word in words:
        depth += (word in _OPENS) - (word in _CLOSES)
        if word == "," and depth == 0:
            yield entry
            entry = []
        else:
            entry.append(word)
    yield entry


def _closing(words: Sequence[str]) -> int:
    depth = 0
    for place, word in enumerate(words):
        depth += (word in _OPENS) - (word in _CLOSES)
        if depth == 0:
            return place
    return -1


def _behind(tokens: Sequence[tuple[str, int]], place: int) -> int:
    """Return the place behind the bracket that closes the one there.

    Raises:
        Unreadable: none does.
    """
    depth = 0
    for at in range(place, len(tokens)):
        word = tokens[at][0]
        depth += (word in _OPENS) - (word in _CLOSES)
        if depth == 0:
            return at + 1
    raise Unreadable


def _may_be_called(tokens: Sequence[tuple[str, int]], place: int) -> bool:
    """Return whether a name may be a function's: it is called, or stands as a value by itself."""
    if not _WORD.fullmatch(tokens[place][0]):
        return False
    follows = _at(tokens, _next(tokens, place + 1))
    return follows == "(" or (follows not in {".", ":"} and tokens[place - 1][0] != ".")


def _next(tokens: Sequence[tuple[str, int]], place: int, *, lines: bool = True) -> int:
    """Return the place of the next token that says something; of an end of a line, if it counts."""
    while place < len(tokens) and _is_blank(tokens[place][0]):
        if tokens[place][0] == "\n" and not lines:
            return place
        place += 1
    return place


def _at(tokens: Sequence[tuple[str, int]], place: int) -> str:
    return tokens[place][0] if place < len(tokens) else ""


def _is_blank(word: str) -> bool:
    return word.isspace() or word.startswith(("//", "/*"))
