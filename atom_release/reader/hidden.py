"""Which parts of a text nobody sees who reads the rendered report.

Comments, elements that their attributes or their names hide, and link definitions. A comment is
nobody's statement; text in a hidden element may be seen elsewhere, where styles are taken away, so
it is kept apart: it states nothing for the report, and may speak against it.

What the visible text says is not asked here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKUP = re.compile(
    r"(?P<code>(?<!`)`+[^`]+`+)|<!--|<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)(?P<rest>[^<>]{0,500})>"
)
_VALUE = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"']+)")
_HIDDEN = re.compile(r"(?<![\w-])hidden(?![\w-])", re.IGNORECASE)
_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden|"
    r"font-size\s*:\s*0*(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?=[;\"'!]|$)|opacity\s*:\s*0*(?:\.0+)?%?\s*(?=[;\"'!]|$)|"
    r"(?<![\w-])(?:max-)?(?:height|width)\s*:\s*0(?:px|em|rem|%)?\s*(?=[;\"'!]|$)|"
    r"text-indent\s*:\s*-\d{3}|(?:left|top|right)\s*:\s*-\d{3}|scale\(\s*0\s*\)",
    re.IGNORECASE,
)
_PALE = re.compile(
    r"(?<![\w-])color\s*[:=]\s*[\"']?\s*(?:transparent|white|#fff(?:fff)?)\b", re.IGNORECASE
)
_NAMES = frozenset({"script", "style", "template", "noscript", "head", "title", "iframe", "object"})
_VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "wbr", "source", "col", "area"})
_DEFINITION = re.compile(
    r" {0,3}\[[^\[\]]{1,200}\]:[ \t]*(?:<[^<>]{0,300}>|[^\s<]\S{0,300})"
    r"(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ \t]*"
)


@dataclass(frozen=True)
class Seen:
    """A text parted in two of the same lines: what is seen, and what a hidden element holds."""

    visible: str
    hidden: str = ""
    commented: str = ""


class Page:
    """One pass over a report's pieces of text in their order, which knows what hides them."""

    def __init__(self) -> None:
        self.element = ""
        self.depth = 0

    def look(self, text: str, *, html: bool = False) -> Seen:
        """Return what is seen of the next piece: a paragraph's text, or a block of HTML.

        An element that a paragraph opens ends with it; a comment that a paragraph does not close
        is text.
        """
        if "<" not in text and not self.element:
            return Seen(text)
        outer = self.element
        parts = _Parts(text)
        position = 0
        while match := _MARKUP.search(text, position):
            parts.add(position, match.start(), hidden=bool(self.element))
            position = self._pass(match, parts, html=html)
        parts.add(position, len(text), hidden=bool(self.element))
        if not html and not outer:
            self.element = ""
        return parts.seen()

    def _pass(self, match: re.Match[str], parts: _Parts, *, html: bool) -> int:
        """Take one mark and return where the text goes on."""
        begin, end = match.span()
        if match[0] == "<!--":
            closed = parts.text.find("-->", end) if end <= parts.last else -1
            if closed < 0 and not html:
                parts.add(begin, end, hidden=bool(self.element))
                return end
            end = closed + 3 if closed >= 0 else len(parts.text)
            parts.comment(begin, end)
            return end
        if match["code"]:
            if html:  # where a grave accent is a letter like any other
                end = begin + 1
            parts.add(begin, end, hidden=bool(self.element))
            return end
        was = bool(self.element)
        self._element(match)
        parts.add(begin, end, hidden=was or bool(self.element))
        return end

    def _element(self, match: re.Match[str]) -> None:
        name, rest = match["name"].lower(), match["rest"]
        if self.element:
            if name == self.element and not rest.rstrip().endswith("/"):
                self.depth += -1 if match["end"] else 1
            if self.depth == 0:
                self.element = ""
        elif not match["end"] and name not in _VOID and hides(name, rest):
            self.element, self.depth = name, 1


class _Parts:
    """The pieces of one text by who sees them; each keeps the line ends of all."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.last = text.rfind("-->")  # asked once, so that marks left open cost no search each
        self.seen_by: tuple[list[str], list[str], list[str]] = ([], [], [])

    def add(self, begin: int, end: int, *, hidden: bool) -> None:
        self._put(begin, end, 1 if hidden else 0)

    def comment(self, begin: int, end: int) -> None:
        self._put(begin, end, 2)

    def _put(self, begin: int, end: int, kind: int) -> None:
        piece = self.text[begin:end]
        gap = "\n" * piece.count("\n") or (" " if piece else "")
        for at, pieces in enumerate(self.seen_by):
            pieces.append(piece if at == kind else gap)

    def seen(self) -> Seen:
        visible, hidden, commented = ("".join(pieces) for pieces in self.seen_by)
        return Seen(
            visible, hidden if hidden.strip() else "", commented if commented.strip() else ""
        )


def hides(name: str, attributes: str) -> bool:
    """Return whether an element of this name with these attributes shows nothing of its text."""
    if name in _NAMES or _HIDDEN.search(_VALUE.sub(" ", attributes)):
        return True
    pale = _PALE.search(attributes) and "background" not in attributes.lower()
    return bool(pale or ("style" in attributes.lower() and _STYLE.search(attributes)))


def defined_lines(text: str) -> int:
    """Return how many lines a paragraph begins with that define links, which no page shows."""
    if not text.lstrip(" ").startswith("["):
        return 0
    lines = text.split("\n")
    return next(
        (index for index, line in enumerate(lines) if not _DEFINITION.fullmatch(line)), len(lines)
    )
