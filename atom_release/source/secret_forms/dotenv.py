"""Committed dotenv files.

No scanner tried flags them as such, and each value in one is what some process runs with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from atom_release.source.secret_forms.asking_names import asks_for_secret, words
from atom_release.source.secret_forms.keys import Found
from atom_release.source.secret_forms.plausible import (
    entropy,
    is_placeholder,
    is_reference,
    is_sealed,
)
from atom_release.source.text import Text

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*"""
    r"""(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#]*))""",
    re.MULTILINE,
)
_NAME = re.compile(r"\.env(\..+)?|.+\.env|\.envrc|\.flaskenv")
_CREDENTIALS = re.compile(r"://[^\s/:@]*:([^\s/:@]+)@")
_TEMPLATE = re.compile(r"(your|change|replace|insert|example|dummy|placeholder)", re.IGNORECASE)
_LONG = 20
_BITS = 3.5


def is_dotenv(path: str) -> bool:
    """Return whether the path is a dotenv file."""
    return bool(_NAME.fullmatch(PurePosixPath(path.lower()).name))


def values(text: Text) -> Iterator[Found]:
    """Find the values that are secrets, by their name, their form, or the password in an address.

    The file itself warns otherwise.
    """
    any_assigned = False
    assigned = False
    for match in _LINE.finditer(text.text):
        name, value = (
            match[1],
            next((group for group in match.groups()[1:] if group is not None), ""),
        )
        assigned = assigned or bool(value)
        if _is_open(name, value) and _is_secret(name, value):
            any_assigned = True
            decides = not _TEMPLATE.search(value)
            yield (
                text.line_of(match.start(1)),
                "dotenv",
                f"a committed dotenv file sets {name}",
                value,
                decides,
            )
    if assigned and not any_assigned:
        yield 1, "dotenv", "a committed dotenv file", "", False


def _is_open(name: str, value: str) -> bool:
    """Return whether a value is there, in the clear, and no public half."""
    return bool(value) and not (
        is_placeholder(value) or is_sealed(value) or "public" in words(name)
    )


def _is_secret(name: str, value: str) -> bool:
    if asks_for_secret(name, loose=True):
        return not is_reference(value) or bool(_CREDENTIALS.search(value))
    credentials = _CREDENTIALS.search(value)
    if credentials:
        return not is_placeholder(credentials[1])
    return (
        len(value) >= _LONG
        and not is_reference(value)
        and value.isascii()
        and entropy(value) >= _BITS
        and any(map(str.isdigit, value))
    )
