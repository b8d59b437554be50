"""Endpoints, tables and views that a report says its service has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.document import Document

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


def read(document: Document) -> Iterator[Claim]:
    """Give each endpoint, table and view once, where it is named first."""
    seen: set[tuple[ClaimKind, str]] = set()
    for kind, name, number in _all(document):
        if (kind, name) not in seen:
            seen.add((kind, name))
            yield document.claim(kind, name, number)


def _all(document: Document) -> Iterator[tuple[ClaimKind, str, int]]:
    keys = {field.line.number: field.key for field in document.fields}
    for line in document.lines:
        if not line.section.own or ("/" not in line.raw and "`" not in line.raw):
            continue
        for match in _ENDPOINT.finditer(line.text):
            yield ClaimKind.ENDPOINT, f"{match[1]} {match[2].rstrip('.:')}", line.number
        if _ENDPOINT_KEY.search(keys.get(line.number, "")):
            yield from (
                (ClaimKind.ENDPOINT, path, line.number) for path in _BARE_PATHS.findall(line.raw)
            )
        for match in _NAMED.finditer(line.raw):
            yield _KINDS[(match[1] or match[4]).lower()], match[2] or match[3], line.number
    yield from _created(document)


def _created(document: Document) -> Iterator[tuple[ClaimKind, str, int]]:
    for fence in document.fences:
        if (
            fence.info.startswith("sql")
            and fence.section.own
            and not _EXAMPLE.search(fence.section.title)
        ):
            document.examined.update(number for number, _ in fence.lines)
            for number, line in fence.lines:
                match = _CREATE.match(line)
                if match:
                    yield _KINDS[match[1].lower()], match[2], number
