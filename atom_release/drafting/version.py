"""The next version and its tag: after the last tags, and never one that exists."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_TAG = re.compile(r"(?P<prefix>(?:.*[^\d.])?)(?P<numbers>\d+\.\d+(?:\.\d+)?)")
_FIRST = (0, 1, 0)


@dataclass(frozen=True)
class Version:
    """A version and its tag, and what they were concluded from."""

    version: str
    tag: str
    after: str


def next_version(tags: Collection[str], stated: str) -> Version:
    """Return the version after the newest tag, or the one that the package files state if newer."""
    prefix, newest = _newest(tags)
    own = _numbers(stated)
    if newest is None:
        numbers = own or _FIRST
        after = f"no tag is a version; the package files state {stated}" if own else "no tags"
    elif own is not None and own > newest:
        numbers, after = own, f"the package files state {stated}"
    else:
        numbers, after = (*newest[:-1], newest[-1] + 1), f"the last is {prefix}{_text(newest)}"
    while f"{prefix}{_text(numbers)}" in tags:
        numbers = (*numbers[:-1], numbers[-1] + 1)
    tag = f"{prefix}{_text(numbers)}"
    return Version(tag if prefix in {"", "v"} else f"v{_text(numbers)}", tag, after)


def _newest(tags: Collection[str]) -> tuple[str, tuple[int, ...] | None]:
    """Return the prefix and the numbers of the newest version among the tags, `v` where none is."""
    versions = [
        (numbers, match["prefix"])
        for tag in tags
        if (match := _TAG.fullmatch(tag)) and (numbers := _numbers(match["numbers"]))
    ]
    plain = [entry for entry in versions if entry[1] in {"", "v"}] or versions
    if not plain:
        return "v", None
    numbers, prefix = max(plain)
    return prefix, numbers


def _numbers(text: str) -> tuple[int, ...] | None:
    match = re.match(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?", text)
    return tuple(int(part) for part in match.groups() if part is not None) if match else None


def _text(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
