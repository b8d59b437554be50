"""What a reader of the rendered report sees of one line.

Emphasis, links, tags and invisible characters taken away.

Text struck out is not asserted, so it goes too. Every pattern stops at its own opening character,
which keeps it linear in hostile lines.
"""

from __future__ import annotations

import html
import re

from atom_release.reader.vocabulary import INVISIBLE

_MARKED = re.compile(r"[*_`<&\[\\~]")
_COMMENT = re.compile(r"<!--[^<]*?-->")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_STRUCK = re.compile(r"~~[^~]{1,500}~~")
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\](?:\([^()\[\]]{0,500}\)|\[[^\[\]]{0,300}\])")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\[\]]{0,500}\)")
_EMPHASIS = re.compile(
    r"\*{1,3}|(?<![\w/.])(?!_{1,2}\w{1,40}_{1,2}[/.])_{1,2}(?=[^\s_])|(?<=[^\s_])_{1,2}(?![\w/.])|`+"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-!|>~])")
_NARROW = {
    code: code - 0xFEE0
    for code in (
        *range(0xFF10, 0xFF1A),
        *range(0xFF21, 0xFF3B),
        *range(0xFF41, 0xFF5B),
        0xFF05,
        0xFF0F,
    )
}
"""Full-width digits, letters, percent signs and slashes, which are read as the others."""
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")


def plain(text: str) -> str:
    """Return the visible text of one line of Markdown."""
    if _MARKED.search(text):
        text = _unmark(text)
    if not text.isascii():
        text = narrow(
            INVISIBLE.sub("", _KEYCAP.sub(" ", text)).replace("\u00a0", " ").replace("\uff1a", ":")
        )
    return text.strip()


def narrow(text: str) -> str:
    """Return the text with full-width digits and letters as those that a reader takes them for."""
    return text if text.isascii() else text.translate(_NARROW)


def _unmark(text: str) -> str:
    if "<" in text:
        text = _TAG.sub(" ", _COMMENT.sub(" ", text))
    if "~~" in text:
        text = _STRUCK.sub(" ", text)
    if "[" in text:
        text = _LINK.sub(
            r"\1", _IMAGE.sub(" ", text)
        )  # what an image shows is seen, its words are not
    text = _EMPHASIS.sub("", text)
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return html.unescape(text) if "&" in text else text
