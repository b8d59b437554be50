"""What the output of one run says that another's does not, numbers and places aside."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ACTING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
_DIGITS = re.compile(r"\d+")
_LONGEST = 200
_MOST = 5000
_UNSTARTED = re.compile(
    r"\b(?:ModuleNotFoundError|ImportError|SyntaxError|IndentationError|ERR_MODULE_NOT_FOUND"
    r"|MODULE_NOT_FOUND|EJSONPARSE|JSONDecodeError|TOMLDecodeError)\b"
    r"|\bNo module named\b|\bCannot find module '(?!.*\bTS\d)|\berrors? during collection\b"
    r"|\bcommand not found\b|: not found$|\bMissing script:|\binvalid-syntax\b"
    r"|\b(?:Failed|Unable) to (?:parse|load) (?:the )?(?:config|pyproject|package\.json)",
    re.IGNORECASE,
)
_TYPESCRIPT = re.compile(r"\berror TS\d+")


def lines_of(text: str, copy: str) -> dict[str, str]:
    """Return the lines of an output, as they are, by what they say without numbers and places."""
    lines: dict[str, str] = {}
    for line in text.splitlines()[:_MOST]:
        shown = " ".join(_ACTING.sub("", line).replace(f"{copy}/", "").split())[:_LONGEST]
        if any(letter.isalpha() for letter in shown):
            lines.setdefault(_DIGITS.sub("#", shown), shown)
    return lines


def own_lines(lines: dict[str, str], others: Iterable[dict[str, str]]) -> list[str]:
    """Return the lines that none of the others says."""
    elsewhere = {key for other in others for key in other}
    return [shown for key, shown in lines.items() if key not in elsewhere]


def unstarted_line(lines: Iterable[str]) -> str:
    """Return the line by which a check says that it could not start, or nothing."""
    return next(
        (line for line in lines if _UNSTARTED.search(line) and not _TYPESCRIPT.search(line)), ""
    )
