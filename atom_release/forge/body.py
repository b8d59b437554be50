"""The gate's own words on a forge, and what of a quoted text a forge must not act on.

They are a part of a pull request's text, or a comment. What a person wrote around that part stays.
Each forge says how long a text may be there.
"""

from __future__ import annotations

import re

_BEGIN, _END = "<!-- atom-release: begin -->", "<!-- atom-release: end -->"


def placed(before: str, text: str, longest: int) -> str:
    """Return a body in which the gate's part is the text, cut to so many characters."""
    ours = f"{_BEGIN}\n{inert(text)[:longest]}\n{_END}"
    head, begin, rest = before.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if begin and end:
        return head + ours + tail
    return f"{before.rstrip()}\n\n{ours}" if before.strip() else ours


def marked(key: str, text: str, longest: int) -> str:
    """Return a comment that is found again by its key, cut to so many characters."""
    return f"{_mark(key)}\n{inert(text)[:longest]}"


def is_marked(body: str | None, key: str) -> bool:
    """Return whether a comment is the one of this key; one that quotes it is not."""
    return (body or "").startswith(_mark(key))


def _mark(key: str) -> str:
    return f"<!-- atom-release: {key} -->"


def inert(text: str) -> str:
    """Return the text so that nothing quoted from the judged tree acts on the forge.

    No person is called, no issue or request is referred to or closed, no picture is loaded, and no
    line is a command, as `/merge` is on GitLab.
    """
    text = re.sub(r"(?<!\w)@(?=\w)", "@\u200b", text.replace("<!--", "&lt;!--"))
    text = re.sub(r"([#!$%&]|\bGH-)(?=\d)", "\\1\u200b", text)
    text = re.sub(r"^(\s*)/(?=\w)", "\\1\u200b/", text, flags=re.MULTILINE)
    return text.replace("![", "!\\[")
