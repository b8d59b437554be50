"""Parts of a policy that say yes or no without a look at the row, and what each of them reads.

A policy that is `(the row is the tenant's) OR (something else)` is no more than the second part
where that is true. The catalog writes every part in brackets, so they are found by the brackets;
nothing is parsed beyond that. What a part reads may be anything: a function of the server, its
catalog, a setting that no session can make, the tenant's setting compared with a text. Left to
others are the role (it is the manifest's), tables of the release (a table of administrators is
named beside), and columns (rows say whose they are).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from atom_release.lab.migrations.statements import Token, tokens

_OF_THE_ROLE = frozenset({"current_user", "session_user", "current_role", "user", "pg_has_role"})
_KEYWORDS = frozenset(
    {"all", "and", "any", "array", "as", "between", "case", "cast", "collate", "distinct", "else"}
    | {"end", "exists", "false", "from", "ilike", "in", "is", "join", "like", "not", "null", "on"}
    | {"or", "row", "select", "some", "then", "true", "using", "when", "where"}
)
_SOURCES = frozenset({"from", "join"})
_CATALOGS = ("pg_", "information_schema")
_MOST = 16
_LONGEST = 120


@dataclass(frozen=True)
class Group:
    """A part of a text, from where to where."""

    text: str
    start: int
    end: int

    def replaced_in(self, whole: str, value: str) -> str:
        """Return the whole text with this value in its place."""
        return f"{whole[: self.start]}({value}){whole[self.end :]}"

    @property
    def words(self) -> str:
        """The part as a sentence quotes it."""
        plain = " ".join(self.text.split())
        return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."


def groups_beside_rows(
    text: str, columns: Collection[str], left_to_others: Collection[str] = ()
) -> Iterator[Group]:
    """Yield the parts that read something and no column, the outermost first.

    Args:
        text: a policy as the catalog writes it.
        columns: names of the table's columns.
        left_to_others: functions and settings that are asked for elsewhere.
    """
    words = [token for token in tokens(text) if token.kind not in {"blank", "line", "comment"}]
    open_at: list[int] = []
    spans: list[tuple[int, int]] = []
    for place, token in enumerate(words):
        mark = text[token.start : token.end]
        if mark == "(":
            open_at.append(place)
        elif mark == ")" and open_at:
            spans.append((_called_from(text, words, open_at.pop()), place))
    chosen = [
        (first, last)
        for first, last in spans
        if _reads(text, words[first : last + 1], columns, left_to_others)
    ]
    for first, last in sorted(chosen, key=lambda span: span[0] - span[1])[:_MOST]:
        start, end = words[first].start, words[last].end
        yield Group(text[start:end], start, end)


def _called_from(text: str, words: Sequence[Token], bracket: int) -> int:
    """Return where a call begins whose arguments a bracket opens; the bracket where it is none."""
    place = bracket
    while place and words[place - 1].kind in {"word", "string"}:
        name = _spelled(text, words[place - 1])
        if name in _KEYWORDS or name.startswith("'"):
            break
        place -= 1
        if place and text[words[place - 1].start] == ".":
            place -= 1
        else:
            break
    return place


def _reads(
    text: str, part: Sequence[Token], columns: Collection[str], left_to_others: Collection[str]
) -> bool:
    read = False
    for place, token in enumerate(part):
        name, behind = _spelled(text, token), part[place + 1 : place + 2]
        calls = bool(behind) and text[behind[0].start] == "("
        if token.kind == "string" and name.startswith("'"):
            if name[1:-1] in left_to_others:
                return False
            continue
        if token.kind not in {"word", "string"}:
            continue
        plain = name.strip('"')
        if plain in left_to_others or plain in _OF_THE_ROLE:
            return False
        before = _spelled(text, part[place - 1]) if place else ""
        if before in _SOURCES and not calls and not plain.startswith(_CATALOGS):
            return False
        if plain in columns and not calls:
            return False
        read = read or (calls and name not in _KEYWORDS) or before in _SOURCES
    return read


def _spelled(text: str, token: Token) -> str:
    return text[token.start : token.end].lower()
