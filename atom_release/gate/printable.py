"""Text from elsewhere made safe to show: what it shows is what it says.

A report, a file's name or a server's answer can hold characters that move the cursor, recolour the
terminal or turn the direction of reading. Wherever text is shown to a person (terminal, Markdown,
page, tag message), such characters are written out instead of sent.
"""

from __future__ import annotations

import json
import re

_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060"
    "\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
"""Control characters but tab and line feed, line separators, what turns the direction.

And what has no width, so that two names look alike; not what joins letters or signs.
"""


def printable(text: str) -> str:
    """Return the text on as many lines, with every acting character written out as its number."""
    return _ACTING.sub(_written_out, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return the text on one line, and printable: nothing of it begins a line of its own."""
    return printable(" ".join(text.split()))


def in_markdown(text: str) -> str:
    """Return the text on one line of Markdown, without a mark that opens a comment, tag or cell."""
    return one_line(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def escape_acting(json_text: str) -> str:
    """Return a JSON text with every acting character, which only strings hold, as its escape."""
    return _ACTING.sub(_as_json_escape, json_text)


def acts(text: str) -> bool:
    """Return whether the text holds a character that acts instead of being shown."""
    return _ACTING.search(text) is not None


def _as_json_escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0xFFFF:  # noqa: PLR2004 - more than two bytes
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - one byte
