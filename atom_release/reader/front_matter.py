"""YAML front matter: its pairs are facts of the report's header."""

from __future__ import annotations

from atom_release.reader import sections
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.plain import plain

_LINES = 400


def take_front_matter(document: Document) -> list[str]:
    """Take YAML front matter's pairs as facts of the header, and blank them for the parser."""
    source = list(document.source)
    end = _end(source)
    if end is None:
        return source
    section = sections.start()
    for index in range(1, end):
        line = source[index]
        if ":" in line and not line.startswith((" ", "-", "#")):
            text = plain(line.replace('"', "").replace("'", ""))
            document.add(Fact(Kind.FRONT_MATTER, index + 1, text, line, section))
    return [""] * (end + 1) + source[end + 1 :]


def _end(source: list[str]) -> int | None:
    """Return the index of the line that closes YAML front matter, or None where there is none."""
    if source[0].strip() != "---":
        return None
    return next(
        (index for index in range(1, min(len(source), _LINES)) if source[index].strip() == "---"),
        None,
    )
