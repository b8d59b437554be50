"""What a piece of SQL reads beside rows: settings, the clock, the database's name, counts.

The text is the catalog's own (policies, views) or a function's body; it is read word by word, and
nothing is parsed beyond that. `variants` gives the same text as it would read in other
circumstances.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from atom_release.lab.migrations.statements import Token, tokens

_CLOCK = "the clock"
_DATABASE = "the database's name"
_COUNT = "a count of rows"
_CHANCE = "chance"
_CONNECTION = "the connection"
_SERVER = "the server"

_CALLS = {
    **dict.fromkeys(
        ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp"), _CLOCK
    ),
    **dict.fromkeys(("pg_postmaster_start_time", "pg_conf_load_time"), _CLOCK),
    "timeofday": _CLOCK,
    "current_database": _DATABASE,
    "count": _COUNT,
    "random": _CHANCE,
    **dict.fromkeys(("inet_client_addr", "inet_server_addr"), _CONNECTION),
    **dict.fromkeys(("inet_client_port", "inet_server_port", "pg_backend_pid"), _CONNECTION),
    **dict.fromkeys(("version", "pg_is_in_recovery"), _SERVER),
}
_WORDS = {
    **dict.fromkeys(
        ("current_timestamp", "localtimestamp", "current_date", "current_time", "localtime"), _CLOCK
    ),
    "current_catalog": _DATABASE,
}
_TYPES = {
    "localtimestamp": "timestamp",
    "current_date": "date",
    "current_time": "timetz",
    "localtime": "time",
    "timeofday": "text",
}
_FIXED = {
    "inet_client_addr": ("'203.0.113.7'::inet", "NULL::inet"),
    "inet_server_addr": ("'203.0.113.9'::inet", "NULL::inet"),
    "inet_client_port": ("54321", "NULL::int"),
    "inet_server_port": ("54321", "NULL::int"),
    "pg_backend_pid": ("7", "1000000"),
    "version": ("'PostgreSQL 99.1'::text", "''::text"),
    "pg_is_in_recovery": ("true", "false"),
    "random": ("0.0000001::float8", "0.9999999::float8"),
}
_MOMENTS = ("2000-01-01 00:00:00", "2100-01-01 00:00:00", "2100-01-01 23:59:59")
_DATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)|\b(20\d\d)\b")
_MOST = 12  # values tried of one kind


@dataclass(frozen=True)
class Circumstance:
    """One place in a text that reads what is not a row: what kind, and from where to where."""

    kind: str
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """What one text reads."""

    settings: frozenset[str]
    computed: bool  # a setting whose name the text puts together
    circumstances: tuple[Circumstance, ...]
    catalogs: frozenset[str]  # relations and functions of the system catalog
    called: frozenset[str]  # words that are followed by a parenthesis
    beside: Mapping[str, str]  # a setting -> the first text that stands behind it
    literals: tuple[str, ...]

    @property
    def kinds(self) -> list[str]:
        """The kinds of circumstances that are read."""
        return sorted({circumstance.kind for circumstance in self.circumstances})


def read_expression(text: str) -> Reading:
    """Return what a text reads."""
    words = [token for token in tokens(text) if token.kind not in {"blank", "line", "comment"}]
    settings: set[str] = set()
    beside: dict[str, str] = {}
    computed = False
    literals = [_unquote(text, token) for token in words if _is_text(text, token)]
    for place, token in enumerate(words):
        if token.kind == "word" and _spelled(text, token) == "current_setting":
            if place + 1 >= len(words) or text[words[place + 1].start] != "(":
                continue  # a column is called so, as the catalog writes a sub-select of a setting
            name = words[place + 2] if place + 2 < len(words) else None
            if name is None or not _is_text(text, name):
                computed = True
                continue
            setting = _unquote(text, name).lower()
            settings.add(setting)
            behind = next(
                (place_of for place_of in words[place + 3 :] if _is_text(text, place_of)), None
            )
            if behind is not None:
                beside.setdefault(setting, _unquote(text, behind))
    if any(_spelled(text, token) == "application_name" for token in words):
        settings.add("application_name")
    called = {
        _spelled(text, name).strip('"')
        for name, behind in pairwise(words)
        if text[behind.start : behind.end] == "("
    }
    catalogs = {
        word
        for token in words
        if (word := _spelled(text, token)).startswith("pg_")
        and word not in {"pg_catalog", "pg_has_role"}
        and word not in _CALLS
    }
    circumstances = tuple(_circumstances(text, words))
    return Reading(
        frozenset(settings),
        computed,
        circumstances,
        frozenset(catalogs),
        frozenset(called),
        beside,
        tuple(dict.fromkeys(literals)),
    )


def _circumstances(text: str, words: Sequence[Token]) -> Iterator[Circumstance]:
    for place, token in enumerate(words):
        name = _spelled(text, token)
        start = _qualified_start(text, words, place)
        behind = [text[word.start : word.end] for word in words[place + 1 : place + 3]]
        if name in _WORDS:
            yield Circumstance(_WORDS[name], name, start, token.end)
        elif name == "count" and behind[:1] == ["("]:
            yield Circumstance(_COUNT, name, start, start)
        elif name in _CALLS and behind == ["(", ")"]:
            yield Circumstance(_CALLS[name], name, start, words[place + 2].end)


def _qualified_start(text: str, words: Sequence[Token], place: int) -> int:
    """Return where a name begins, with the system catalog's name before it."""
    before = [_spelled(text, word) for word in words[max(place - 2, 0) : place]]
    return words[place - 2].start if before == ["pg_catalog", "."] else words[place].start


def variants(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text in other circumstances: each kind alone, then all of them at once."""
    reading = read_expression(text)
    kinds = reading.kinds
    most = max((len(_values(kind, "", reading.literals)) for kind in kinds), default=0)
    for kind in kinds:
        for number in range(len(_values(kind, "", reading.literals))):
            yield kind, _replaced(text, reading, {kind: number})
    if len(kinds) > 1:
        for number in range(most):
            yield " and ".join(kinds), _replaced(text, reading, dict.fromkeys(kinds, number))


def _replaced(text: str, reading: Reading, numbers: Mapping[str, int]) -> str:
    for circumstance in sorted(reading.circumstances, key=lambda passage: -passage.start):
        if circumstance.kind in numbers:
            values = _values(circumstance.kind, circumstance.name, reading.literals)
            text = (
                text[: circumstance.start]
                + values[numbers[circumstance.kind] % len(values)]
                + text[circumstance.end :]
            )
    return text


def _values(kind: str, name: str, literals: Sequence[str]) -> list[str]:
    """Return SQL for what a circumstance may be; as many for every name of a kind."""
    if kind == _COUNT:
        return ["1000000000 + ", "0 * "]
    if kind == _CLOCK:
        type_name = _TYPES.get(name, "timestamptz")
        moments = [*_MOMENTS, *_moments_of(literals)][:_MOST]
        return [f"('{moment}'::timestamptz::{type_name})" for moment in moments]
    if kind == _DATABASE:
        return [f"('{_escaped(word)}'::name)" for word in _names_of(literals)]
    return [f"({value})" for value in _FIXED.get(name, ("NULL", "NULL"))]


def _moments_of(literals: Sequence[str]) -> Iterator[str]:
    """Yield a day before and a day behind each date that the text names."""
    for literal in literals:
        for match in _DATED.finditer(literal):
            year = int(match[1] or match[4])
            yield f"{year - 1}-06-01 00:00:00"
            yield f"{year + 1}-06-01 00:00:00"


def _names_of(literals: Sequence[str]) -> list[str]:
    """Return names that a database may have: those that the text looks for, and others."""
    words = [word for literal in literals for word in re.findall(r"[A-Za-z_][\w-]*", literal)]
    return list(islice(dict.fromkeys(["production", *words, "test", "x"]), _MOST))


def _spelled(text: str, token: Token) -> str:
    return text[token.start : token.end].lower()


def _is_text(text: str, token: Token) -> bool:
    return token.kind == "string" and text[token.start] != '"'


def _unquote(text: str, token: Token) -> str:
    return text[token.start : token.end].lstrip("eE")[1:-1].replace("''", "'")


def _escaped(word: str) -> str:
    return word.replace("'", "''")
