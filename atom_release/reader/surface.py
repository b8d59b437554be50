"""Endpoints, tables and views that a report says its service has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.facts import Document, Kind

_ENDPOINT = re.compile(r"(?<![\w/])(GET|POST|PUT|PATCH|DELETE)\s+(/[\w\-./{}:<>?=&]{0,200})")
_BARE_PATHS = re.compile(r"`(/[\w\-./{}:]{0,200})`")
_ENDPOINT_KEY = re.compile(r"\b(?:api )?(?:endpoints?|routes?)$")
_CREATE = re.compile(
    r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:MATERIALIZED\s+)?(TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`]?([A-Za-z_][\w.]{0,100})",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(table|view):?\s+`([A-Za-z_][\w.]{0,100})`|`([A-Za-z_][\w.]{0,100})`\s+(table|view)\b",
    re.IGNORECASE,
)
_KINDS = {"table": ClaimKind.TABLE, "view": ClaimKind.VIEW}
_EXAMPLE = re.compile(r"\b(?:examples?|samples?|usage|next|for)\b", re.IGNORECASE)


def read_surface(document: Document) -> Iterator[Claim]:
    """Yield each endpoint, table and view once, where it is named first."""
    seen: set[tuple[ClaimKind, str]] = set()
    for kind, name, number in _all(document):
        if (kind, name) not in seen:
            seen.add((kind, name))
            yield document.claim(kind, name, number)


def _all(document: Document) -> Iterator[tuple[ClaimKind, str, int]]:
    keys = {fact.line: fact.key for fact in document.fields}
    for fact in document.lines:
        if not fact.section.own or ("/" not in fact.raw and "`" not in fact.raw):
            continue
        for match in _ENDPOINT.finditer(fact.text):
            yield ClaimKind.ENDPOINT, f"{match[1]} {match[2].rstrip('.:')}", fact.line
        if _ENDPOINT_KEY.search(keys.get(fact.line, "")):
            yield from (
                (ClaimKind.ENDPOINT, path, fact.line) for path in _BARE_PATHS.findall(fact.raw)
            )
        for match in _NAMED.finditer(fact.raw):
            yield _KINDS[(match[1] or match[4]).lower()], match[2] or match[3], fact.line
    yield from _created(document)


def _created(document: Document) -> Iterator[tuple[ClaimKind, str, int]]:
    for fact in document.facts:
        if (
            fact.kind is Kind.RUN
            and fact.info.startswith("sql")
            and fact.section.own
            and not _EXAMPLE.search(fact.section.title)
        ):
            document.examined.add(fact.line)
            match = _CREATE.match(fact.text)
            if match:
                yield _KINDS[match[1].lower()], match[2], fact.line
