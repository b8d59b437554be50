"""Takes personal data out of text before it is stored: e-mail addresses, card and phone numbers, and the author's own name."""

import re

MARK = "[redacted]"
_PATTERNS = (
    re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)"),
    re.compile(r"(?<!\w)\+?\d{1,3}[ -]?\(?\d{2,4}\)?(?:[ -]?\d{2,4}){2,3}(?!\w)"),
)


def redact(text, names=()):
    """Give the text with a mark in place of what could name a person."""
    for pattern in _PATTERNS:
        text = pattern.sub(MARK, text)
    for name in names:
        for part in [name, *name.split()]:
            if len(part) > 2:
                text = re.sub(rf"(?i)\b{re.escape(part)}\b", MARK, text)
    return text
