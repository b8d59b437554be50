"""Committed records of what is active: in CSV, JSON and SQL, row by row with its line.

Only of things that a person approves (models, versions, workflows, releases): an account may well
be active from the second it is made.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from atom_release.gate.facts.unapproved import WhyUnapproved
from atom_release.reader import json_lines

SUFFIXES = frozenset({".csv", ".json", ".sql"})
_GOVERNED = re.compile(
    r"model|version|workflow|release|deploy|promotion|rollout|polic(?:y|ies)", re.IGNORECASE
)
_OTHERS = re.compile(
    r"user|account|customer|session|subscription|licen[cs]e|member|tenant|device|order|product",
    re.IGNORECASE,
)
_CREATED = re.compile(
    r"(?:created|inserted|registered|trained)(?:_?(?:at|on|time))?", re.IGNORECASE
)
_ACTIVATED = re.compile(r"(?:activated|promoted|deployed)(?:_?(?:at|on|time))?", re.IGNORECASE)
_APPROVER = re.compile(
    r"approv(?:ed_?by|er(?:_?(?:id|name))?|ed_?at)|(?:reviewed|authori[sz]ed|signed_?off)_?by",
    re.IGNORECASE,
)
_STATE = re.compile(r"(?:is_?)?active|status|state|stage", re.IGNORECASE)
_ACTIVE = frozenset({"active", "activated", "true", "t", "1", "production", "deployed", "live"})
_EMPTY = frozenset({"", "null", "none", "\\n", "n/a", "-"})
_NOW = re.compile(r"now\(\)|current_timestamp(?:\(\))?|datetime\('now'\)", re.IGNORECASE)
_INSERT = re.compile(
    r"INSERT\s+INTO\s+[\"`\[]?(?P<table>[\w.]+)[\"`\]]?\s*\((?P<columns>[^()]+)\)\s*VALUES",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"COPY\s+(?P<table>[\w.\"]+)\s*\((?P<columns>[^()]+)\)\s+FROM\s+stdin", re.IGNORECASE
)
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Record:
    """One record: its columns in lower case, the table or place that it is of, and its line."""

    name: str
    line: int
    values: Mapping[str, str]


def find_unapproved(path: str, text: str) -> Iterator[tuple[Record, WhyUnapproved]]:
    """Yield the records of a file that are active and that nobody is said to have approved."""
    for record in _records(path, text):
        governed = _GOVERNED.search(record.name) and not _OTHERS.search(record.name)
        why = _why(record.values) if governed else None
        if why is not None:
            yield record, why


def _records(path: str, text: str) -> Iterator[Record]:
    suffix, stem = PurePosixPath(path).suffix.lower(), PurePosixPath(path).stem
    if suffix == ".csv":
        yield from _of_csv(stem, text)
    elif suffix == ".json":
        yield from _of_json(stem, text)
    elif suffix == ".sql":
        yield from _of_sql(text)


def _why(values: Mapping[str, str]) -> WhyUnapproved | None:
    approvers = [value for name, value in values.items() if _APPROVER.fullmatch(name)]
    if any(value.strip().lower() not in _EMPTY for value in approvers):
        return None
    created, activated = _value(values, _CREATED), _value(values, _ACTIVATED)
    if created and activated and _is_same_second(created, activated):
        return "same-second"
    return "no-approver" if approvers and _is_active(values, activated) else None


def _value(values: Mapping[str, str], column: re.Pattern[str]) -> str:
    written = (value.strip() for name, value in values.items() if column.fullmatch(name))
    return next((value for value in written if value.lower() not in _EMPTY), "")


def _is_active(values: Mapping[str, str], activated: str) -> bool:
    states = [value.strip().lower() for name, value in values.items() if _STATE.fullmatch(name)]
    return any(state in _ACTIVE for state in states) or bool(activated and not states)


def _is_same_second(created: str, activated: str) -> bool:
    if _NOW.fullmatch(created) and _NOW.fullmatch(activated):
        return True
    try:
        first, second = datetime.fromisoformat(created), datetime.fromisoformat(activated)
    except ValueError:
        return False
    if len(created) <= len("2000-01-01") or (first.tzinfo is None) != (second.tzinfo is None):
        return False  # a bare date is no second
    return abs((second - first).total_seconds()) < 1


def _of_csv(stem: str, text: str) -> Iterator[Record]:
    rows = csv.DictReader(io.StringIO(text))
    try:
        for row in rows:
            if rows.line_num > _MOST_ROWS:
                return
            values = {str(key).lower(): str(value or "") for key, value in row.items() if key}
            yield Record(stem, rows.line_num, values)
    except csv.Error:
        return


def _of_json(stem: str, text: str) -> Iterator[Record]:
    """Yield the objects of a document that hold plain values, each by where it stands."""
    try:
        leaves, _ = json_lines.leaves(text)
    except json_lines.NotJson:
        return
    objects: dict[tuple[object, ...], tuple[int, dict[str, str]]] = {}
    for leaf in leaves[: _MOST_ROWS * 10]:
        if leaf.path:
            line, values = objects.setdefault(tuple(leaf.path[:-1]), (leaf.line, {}))
            value = "" if leaf.value is None else str(leaf.value)
            values[str(leaf.path[-1]).lower()] = value
    for place, (line, values) in objects.items():
        names = [str(part) for part in place if not isinstance(part, int)]
        yield Record("/".join([stem, *names]), line, values)


def _of_sql(text: str) -> Iterator[Record]:
    for match in _INSERT.finditer(text):
        columns = _columns(match["columns"])
        for offset, values in _tuples(text, match.end()):
            if len(values) == len(columns):
                line = text.count("\n", 0, offset) + 1
                yield Record(match["table"], line, dict(zip(columns, values, strict=True)))
    for match in _COPY.finditer(text):
        columns = _columns(match["columns"])
        begin = text.find("\n", match.end()) + 1
        for number, row in enumerate(text[begin:].split("\n")[:_MOST_ROWS] if begin else ()):
            if row.startswith("\\."):
                break
            line = text.count("\n", 0, begin) + 1 + number
            yield Record(match["table"], line, dict(zip(columns, row.split("\t"), strict=False)))


def _columns(text: str) -> list[str]:
    return [column.strip().strip('"`[]').lower() for column in text.split(",")]


def _tuples(text: str, begin: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the tuples behind VALUES, each with where it begins; up to the statement's end."""
    values, word, depth, quoted, start = list[str](), "", 0, False, begin
    for offset in range(begin, min(len(text), begin + 1_000_000)):
        sign = text[offset]
        if quoted or sign == "'":
            quoted = quoted != (sign == "'")
            word += "" if sign == "'" else sign
        elif sign == "(":
            start, values, word = (offset, [], "") if depth == 0 else (start, values, word + sign)
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                yield start, [*values, word.strip()]
            else:
                word += sign
        elif sign == "," and depth == 1:
            values, word = [*values, word.strip()], ""
        elif sign == ";" and depth == 0:
            return
        elif depth:
            word += sign
