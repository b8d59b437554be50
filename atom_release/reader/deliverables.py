"""The files that a report says were delivered.

Paths in its section about files, as written but with forward slashes.

An item's path stands before its description; a path within the description is only mentioned. An
item with a cross, or "planned", claims nothing, nor does one below "Removed:".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.reader.document import Document, Line
from atom_release.reader.plain import plain
from atom_release.reader.words import ticked, unsigned

_CODE = re.compile(r"`{1,2}([^`]{1,300})`{1,2}")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\(([^()\s]{1,300})\)")
_DESCRIBED = re.compile(r"\s[-\u2013—]+\s|\s→\s|\s=>\s")
_EXTENSION = re.compile(
    r"\.(?:py|pyi|sql|md|rst|json|ya?ml|toml|txt|sh|bash|ps1|bat|js|mjs|cjs|jsx|ts|tsx|vue|html?|css|scss|go|rs|java|kt|cs|c|h|cc|cpp|hpp|rb|php|pl|lua|swift|"
    r"scala|csv|tsv|parquet|ini|cfg|conf|env|proto|tf|tfvars|log|lock|ipynb|xml|svg|"
    r"png|jpe?g|pdf|pem|crt|pkl|joblib|onnx|db|sqlite3?|zip|tar|gz|whl|jinja2?|j2|"
    r"tmpl|graphql|gradle|properties|service|dockerfile|example|sample)$",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"(?:Dockerfile|Makefile|Procfile|Jenkinsfile|LICENSE|README|CHANGELOG|CODEOWNERS|\.gitignore|\.dockerignore|\.env)$"
)
_PATH = re.compile(r"(?:[A-Za-z]:)?[\w@.+\-/\\()\[\]=~ ]{1,300}")
_POSITION = re.compile(r"(?::\d{1,6}(?:[-:]\d{1,6})?|#L\d{1,6}(?:-L?\d{1,6})?)$")
_BARE = re.compile(
    r"(?<![\w/\\.:@-])(?:\.{0,2}[/\\])?[\w@.+-]+(?:[/\\][\w@.+-]+)+[/\\]?(?![\w/\\]|:/)"
)
_LABEL = re.compile(r"^[^:`]{0,60}:\s+")
_NOT_DELIVERED = re.compile(
    r"\b(?:planned|todo|tbd|pending|deleted|removed|not (?:yet )?(?:created|delivered|"
    r"included|committed|implemented)|missing|future|deprecated|renamed from|out of"
    r" scope|dropped|obsolete|superseded|replaced by|no longer|git-?ignored|"
    r"generated (?:at|on|in|by|during)|at (?:runtime|build time))\b",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:[-*+]\s+)?(?:D|R\d{0,3})\s+[`\w]"
)  # as `git diff --name-status` prints what was deleted or renamed
_PLACEHOLDER = re.compile(r"YYYY|MM-DD|(?:^|/)path/to/|^~|\$|\b(?:xxx|NNN)\b")
_PRODUCT = re.compile(
    r"(?:node|vue|next|nuxt|express|react|angular|ember|backbone|d3|three|chart|plotly|moment|socket|discord|asp)\.(?:js|ts|io|net)",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"\b(?:file|path|deliverable|artifact|artefact|location|name)s?\b")
_LONE = re.compile(r"\s*(?:[-*+]\s+)?(\S{1,300})\s*(?:#.*)?")


def read(document: Document) -> Iterator[tuple[str, int]]:
    """Give each path once, with the line that delivers it first."""
    seen: set[str] = set()
    for path, number in sorted(_all(document), key=lambda found: found[1]):
        if path not in seen:
            seen.add(path)
            yield path, number


def _all(document: Document) -> Iterator[tuple[str, int]]:
    lead: Line | None = None
    for line in document.lines:
        lead = line if not line.item or line.text.endswith(":") else lead
        introduced = (
            lead is None
            or lead is line
            or lead.section is not line.section
            or not _NOT_DELIVERED.search(lead.text)
        )
        if (
            _lists_files(line)
            and introduced
            and _claims(line.text)
            and not _GONE.match(line.raw.strip())
        ):
            yield from ((path, line.number) for path in paths_of(line.raw))
    for table in document.tables:
        column = (
            table.column(_COLUMN) if table.section.own and table.section.inherited.files else None
        )
        for row in table.rows if column is not None else ():
            if column is not None and column < len(row.raw) and _claims(" ".join(row.cells)):
                yield from ((path, row.number) for path in paths_of(row.raw[column]))
    for fence in document.fences:
        if fence.section.own and fence.section.topic.files:
            yield from _lone(document, fence.lines)


def _lists_files(line: Line) -> bool:
    return (
        not line.heading
        and line.section.own
        and line.section.inherited.files
        and (line.item or "`" in line.raw)
    )


def _claims(text: str) -> bool:
    return ticked(text) is not False and "❌" not in text and not _NOT_DELIVERED.search(text)


def _lone(document: Document, lines: tuple[tuple[int, str], ...]) -> Iterator[tuple[str, int]]:
    """Read a block that lists one path a line; a drawn tree or anything else is left alone."""
    found = [
        (path_of(match[1]), number) if (match := _LONE.fullmatch(line)) else (None, number)
        for number, line in lines
    ]
    if found and all(path and ("/" in path or _EXTENSION.search(path)) for path, _ in found):
        document.examined.update(number for _, number in found)
        yield from ((path, number) for path, number in found if path)


def paths_of(raw: str) -> list[str]:
    """Give the paths that one item delivers: those before its description, or else those in it."""
    described = _DESCRIBED.search(raw)
    if (
        described
        and "\u2192" in described[0]
        and _first_of(raw[: described.start()])
        and _first_of(raw[described.end() :])
    ):
        return []  # one became the other, and which of them is there is anybody's guess
    parts = (raw[: described.start()], raw[described.end() :]) if described else (raw,)
    return next((found for part in parts if (found := _first_of(part))), [])


def _first_of(part: str) -> list[str]:
    """Give the paths of one part of an item: in code marks, else linked, else bare."""
    coded = [path for match in _CODE.finditer(part) if (path := path_of(match[1]))]
    linked = (
        [
            path
            for match in _LINK.finditer(part)
            if (path := path_of(match[2]) or path_of(plain(match[1])))
        ]
        if not coded
        else []
    )
    bare = _bare(plain(part)) if not coded and not linked and "`" not in part else []
    return list(dict.fromkeys(coded or linked or bare))


def _bare(text: str) -> list[str]:
    """Give paths that stand without code marks.

    A name without a folder only where it is the whole item.
    """
    whole = path_of(unsigned(_LABEL.sub("", text)))
    if whole:
        return [whole]
    return [path for match in _BARE.finditer(text) if (path := path_of(match[0]))]


def path_of(text: str) -> str | None:
    """Give the text as a path with forward slashes, or None if it is not one."""
    text = _POSITION.sub("", text.strip().strip("'\""))
    if (
        not _PATH.fullmatch(text)
        or "://" in text
        or " " in text.strip()
        or _PLACEHOLDER.search(text)
        or _PRODUCT.fullmatch(text)
    ):
        return None
    path = text.replace("\\", "/").removeprefix("./")
    name = path.rstrip("/").rsplit("/", 1)[-1]
    known = bool(_EXTENSION.search(name) or _NAMES.search(name))
    if not name or ".." in path.split("/") or "(" in path:
        return None
    if path.startswith("/"):
        return path if known else None
    return (
        path
        if known
        or (path.endswith("/") and "/" in path.strip("/") + "/" and not path.startswith("/"))
        else None
    )
