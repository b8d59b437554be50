"""What a report says of its environment.

Which variables or systems were there, and what stood in for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.claims.record import EnvironmentRow
from atom_release.reader.facts import Document, Table
from atom_release.reader.words import unsigned

_VARIABLE = re.compile(
    r"\b(?:variable|env(?:ironment)?|name|dependency|system|service|component)\b"
)
_STATUS = re.compile(r"\b(?:status|state|available|set)\b")
_FALLBACK = re.compile(r"\b(?:fallback|alternative|instead|mitigation|replacement)\b")
_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_STATES = re.compile(
    r"(?:is |was )?(?:not |un)?(?:set|configured|available|present|reachable|provided|"
    r"defined|used)\b.{0,80}|missing|absent|blocked|mocked|simulated|ok|operational|optional",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s[-\u2013—→]+\s|;\s|,\s(?=using|fall)|\s(?=\()")
_USING = re.compile(
    r"\(?(?:using|uses|use|falls? ?back(?: to)?|fallback(?:"
    r" to)?:?|instead:?)\s+(.{1,200}?)(?:\s+(?:fallback|instead))?\)?"
)


def read_environment(document: Document) -> list[EnvironmentRow]:
    """Read the environment section's tables and bullets, each variable once."""
    rows: dict[str, EnvironmentRow] = {}
    for row in _all(document):
        rows.setdefault(row.variable, row)
    return list(rows.values())


def _all(document: Document) -> Iterator[EnvironmentRow]:
    for table in document.tables:
        if table.section.own and table.section.inherited.environment:
            yield from _table(table)
    for fact in document.lines:
        if (
            fact.item
            and fact.section.own
            and fact.section.inherited.environment
            and (":" in fact.text or "=" in fact.text)
            and (row := _bullet(fact.text))
        ):
            yield row


def _table(table: Table) -> Iterator[EnvironmentRow]:
    status = _column(table, _STATUS)
    name = 0 if status != 0 else _column(table, _VARIABLE)
    fallback = _column(table, _FALLBACK)
    if name is None or (status is None and fallback is None):
        return
    for row in table.rows:
        if row.cells and row.cells[name].strip():
            yield EnvironmentRow(
                variable=unsigned(row.cells[name]),
                status=_cell(row.cells, status),
                fallback=_cell(row.cells, fallback),
            )


def _column(table: Table, pattern: re.Pattern[str]) -> int | None:
    return next((index for index, name in enumerate(table.names) if pattern.search(name)), None)


def _cell(cells: tuple[str, ...], index: int | None) -> str | None:
    text = unsigned(cells[index]) if index is not None and index < len(cells) else ""
    return (
        text
        if text and text not in {"-", "\u2013", "—"} and text.lower() not in {"n/a", "none"}
        else None
    )


def _bullet(text: str) -> EnvironmentRow | None:
    """Read "DB_DSN: Not set - using SQLite fallback".

    Only names in the manner of variables, since other bullets are prose.
    """
    key, _, value = text.partition(":") if ":" in text else text.partition("=")
    name = _NAME.fullmatch(unsigned(key))
    if name is None:
        return None
    parts = _SPLIT.split(unsigned(value), maxsplit=1)
    using = (
        _USING.fullmatch(parts[1].strip(), 0)
        if len(parts) > 1
        else _USING.fullmatch(parts[0].strip())
    )
    status = parts[0].strip(" .")
    status = (
        status if _STATES.fullmatch(status) else None
    )  # anything else might be the variable's value, and that a secret
    return EnvironmentRow(
        variable=name[0], status=status, fallback=using[1].strip(" .") if using else None
    )
