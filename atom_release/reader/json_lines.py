"""A JSON document as a flat list of its leaves with their lines.

No recursion, so nesting is only a number that is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]  # not in its stub

from atom_release.reader.decoding import clean

DEEPEST = 64
_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(
    r"(-?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?)(?![\d.eE])|(-?[\d.eE+\-]{1,5000})|(true|false|null|NaN|-?Infinity)"
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False}

Value = str | float | bool | None


class NotJson(ValueError):
    """The text is no JSON document, or one nested deeper than is looked at."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar: its keys from the root (list positions as numbers), its value and its line."""

    path: tuple[str | int, ...]
    value: Value
    line: int


@dataclass
class _Open:
    """A container that is not closed yet."""

    close: str
    key: str | int
    names: set[str]


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.counted = 0
        self.open: list[_Open] = []
        self.leaves: list[Leaf] = []
        self.repeated: list[tuple[str, int]] = []

    def space(self) -> str:
        """Skip space and give the next character, empty at the end."""
        skipped = _SPACE.match(self.text, self.at)
        self.at = skipped.end() if skipped else self.at
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.text[self.at : self.at + 1]

    def fail(self, problem: str) -> NotJson:
        return NotJson(f"no JSON: {problem} on line {self.line}")

    def string(self) -> str:
        try:
            value, self.at = scanstring(self.text, self.at + 1, False)  # noqa: FBT003 - the function takes it by position
        except JSONDecodeError as error:
            raise self.fail("a string that does not end") from error
        return clean(value)

    def run(self) -> None:
        self._value()
        while self.open:
            self._next()
        if self.space():
            raise self.fail("something after its end")

    def _value(self) -> None:
        character = self.space()
        if character in {"{", "["} and character:
            self._enter(character)
            return
        line = self.line
        if character == '"':
            value: Value = self.string()
        else:
            match = _SCALAR.match(self.text, self.at)
            if match is None:
                raise self.fail("no value")
            self.at = match.end()
            value = (
                float(match[1])
                if match[1] and not match[1].lstrip("-").isdigit()
                else int(match[1])
                if match[1]
                else _CONSTANTS.get(match[0])
            )
        self.leaves.append(Leaf(tuple(level.key for level in self.open), value, line))

    def _enter(self, character: str) -> None:
        if len(self.open) >= DEEPEST:
            raise self.fail(f"nested deeper than {DEEPEST}")
        self.at += 1
        is_object = character == "{"
        self.open.append(_Open("}" if is_object else "]", "" if is_object else -1, set()))
        if self.space() == self.open[-1].close:
            self.at += 1
            self.open.pop()
        else:
            self._member()

    def _member(self) -> None:
        inner = self.open[-1]
        if isinstance(inner.key, int):
            inner.key += 1
        else:
            if self.space() != '"':
                raise self.fail("no key")
            inner.key = self.string()
            if inner.key in inner.names:
                self.repeated.append((inner.key, self.line))
            inner.names.add(inner.key)
            if self.space() != ":":
                raise self.fail("no colon")
            self.at += 1
        self._value()

    def _next(self) -> None:
        character = self.space()
        self.at += 1
        if character == self.open[-1].close:
            self.open.pop()
        elif character == ",":
            self._member()
        else:
            raise self.fail("no comma")


def leaves(text: str) -> tuple[list[Leaf], list[tuple[str, int]]]:
    """Return the leaves in the order of the text, and the keys that one object states twice.

    Raises:
        NotJson: the text cannot be read as JSON.
    """
    scan = _Scan(text)
    scan.run()
    return scan.leaves, scan.repeated
