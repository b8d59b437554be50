"""Parts of a policy that say yes or no by themselves: without a look at the row, or by it alone.

A policy that is `(the row is the tenant's) OR (something else)` is no more than the second part
where that is true. The catalog writes every part in brackets, so they are found by the brackets;
nothing is parsed beyond that. What a part reads may be anything: a function of the server, its
catalog, a setting that no session can make, the tenant's setting compared with a text. Left to
others are the role (it is the manifest's) and tables of the release (a table of administrators is
named beside).

A part that reads columns of the row and nothing else opens the rows that have such values, to
every tenant: rows that the gate did not make. Rows of no tenant may be everybody's.
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
_NOT_OF_THE_ROW = frozenset({"from", "join", "current_setting"})
_BEFORE = frozenset({"(", "and", "or", "not", "when", "then", "else"})
_BEHIND = frozenset({")", "and", "or", "then", "when", "else", "end"})
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
    words = _words(text)
    chosen = [
        (first, last)
        for first, last in _brackets(text, words)
        if _reads(text, words[first : last + 1], columns, left_to_others)
    ]
    yield from _groups(text, words, chosen)


def groups_of_the_row(
    text: str,
    table: str,
    columns: Collection[str],
    tenant: str,
    left_to_others: Collection[str] = (),
) -> Iterator[Group]:
    """Yield the parts that read columns of the row and nothing else, the outermost first.

    Args:
        text: a policy as the catalog writes it.
        table: the table's name, which stands before its columns in a sub-select.
        columns: names of the table's columns.
        tenant: the column that says whose a row is.
        left_to_others: functions of the release.
    """
    words = _words(text)
    spans = [*_brackets(text, words), *_bare(text, words, columns)]
    if words:
        spans.append((0, len(words) - 1))
    row = _Row(text, table, columns, tenant, left_to_others)
    chosen = [span for span in dict.fromkeys(spans) if row.decides(words[span[0] : span[1] + 1])]
    yield from _groups(text, words, chosen)


def _words(text: str) -> list[Token]:
    return [token for token in tokens(text) if token.kind not in {"blank", "line", "comment"}]


def _brackets(text: str, words: Sequence[Token]) -> list[tuple[int, int]]:
    open_at: list[int] = []
    spans: list[tuple[int, int]] = []
    for place, token in enumerate(words):
        mark = text[token.start : token.end]
        if mark == "(":
            open_at.append(place)
        elif mark == ")" and open_at:
            spans.append((_called_from(text, words, open_at.pop()), place))
    return spans


def _groups(text: str, words: Sequence[Token], spans: Sequence[tuple[int, int]]) -> Iterator[Group]:
    for first, last in sorted(spans, key=lambda span: span[0] - span[1])[:_MOST]:
        start, end = words[first].start, words[last].end
        yield Group(text[start:end], start, end)


def _bare(text: str, words: Sequence[Token], columns: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield the columns that are conditions by themselves, which the catalog puts in no brackets."""
    for place, token in enumerate(words):
        if _spelled(text, token).strip('"') not in columns:
            continue
        first = place - 2 if place > 1 and text[words[place - 1].start] == "." else place
        before = _spelled(text, words[first - 1]) if first else "("
        behind = _spelled(text, words[place + 1]) if place + 1 < len(words) else ")"
        if before in _BEFORE and behind in _BEHIND:
            yield first, place


@dataclass(frozen=True)
class _Row:
    """One table's row, and whether a part of a policy looks at it alone."""

    text: str
    table: str
    columns: Collection[str]
    tenant: str
    left_to_others: Collection[str]

    def decides(self, part: Sequence[Token]) -> bool:
        """Return whether it reads columns of the row, and nothing that is not of the row."""
        names = [
            (place, _spelled(self.text, token).strip('"'))
            for place, token in enumerate(part)
            if token.kind == "word" or (token.kind == "string" and self._quoted(token))
        ]
        if any(name in _NOT_OF_THE_ROW or name in self.left_to_others for _, name in names):
            return False
        read = [place for place, name in names if self._is_column(part, place, name)]
        if not read or not all(self._is_own(part, place) for place in read):
            return False
        return not self._of_nobody(part)

    def _quoted(self, token: Token) -> bool:
        return self.text[token.start] == '"'

    def _mark(self, part: Sequence[Token], place: int) -> str:
        return _spelled(self.text, part[place]) if 0 <= place < len(part) else ""

    def _is_column(self, part: Sequence[Token], place: int, name: str) -> bool:
        is_type = self._mark(part, place - 1) == ":"
        qualifies = self._mark(part, place + 1) == "."
        calls = self._mark(part, place + 1) == "("
        of_something = self._mark(part, place - 1) == "."
        return (name in self.columns or of_something) and not (is_type or qualifies or calls)

    def _is_own(self, part: Sequence[Token], place: int) -> bool:
        if self._mark(part, place - 1) != ".":
            return True
        return self._mark(part, place - 2).strip('"') == self.table

    def _of_nobody(self, part: Sequence[Token]) -> bool:
        plain = [mark for token in part if (mark := _spelled(self.text, token)) not in "()"]
        return plain[-3:] in (
            [self.tenant, "is", "null"],
            [f'"{self.tenant}"', "is", "null"],
        ) and len(plain) in {3, 5}


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
