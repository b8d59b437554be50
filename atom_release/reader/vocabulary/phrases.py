"""A concept's phrases as one pattern, and which concepts' phrases a text may hold at all.

The second is what makes many languages cheap: a text's words are looked up once, for all
concepts together, and only what they leave open is searched with a pattern.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

WIDE = re.compile(r"[\u0e00-\u0e7f\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_BEYOND_LATIN = re.compile(
    r"[\u0250-\u1dff\u1f00-\u1fff\u2c00-\u2dff\u2e80-\ufdff\ufe70-\ufeff\uff00-\uffef]"
)
INVISIBLE = re.compile(r"[\ufe0e\ufe0f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Signs that nobody sees, and that a line's text is read without."""
_END = "$"
_WORD = re.compile(r"\w+")
_BEGINS = 2
_LONGEST_WORD = 40

Tree = dict[str, "Tree"]


class Index:
    """Which concepts a text in lower case may hold a phrase of, each concept as one bit.

    Only a no is certain. Of each phrase the longest whole word must stand in the text, else a word
    with its longest beginning; of one in a script that puts no space between words, its first letter.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Index the phrases of each concept."""
        self._bits = {concept: 1 << place for place, concept in enumerate(sorted(phrases))}
        self._any = 0
        self._whole: dict[str, int] = defaultdict(int)
        self._wide: dict[str, int] = defaultdict(int)
        open_words: dict[str, int] = defaultdict(int)
        for concept, bit in self._bits.items():
            for phrase in phrases[concept]:
                self._add(phrase, bit, open_words)
        self._open: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for begin, bits in sorted(open_words.items()):
            self._open[begin[:_BEGINS]].append((begin, bits))
        self._whole, self._wide = dict(self._whole), dict(self._wide)
        self._open = dict(self._open)
        self.bits_in = lru_cache(maxsize=4096)(self._bits_in)
        self._bits_of_word = lru_cache(maxsize=16384)(self._look_up)

    def bit(self, concept: str) -> int:
        """Return the concept's bit."""
        return self._bits[concept]

    def _add(self, phrase: str, bit: int, open_words: dict[str, int]) -> None:
        wide = WIDE.search(phrase)
        word, is_whole = _telling_word(phrase)
        if wide:
            self._wide[wide[0]] |= bit
        elif is_whole:
            self._whole[word] |= bit
        elif len(word) >= _BEGINS:
            open_words[word] |= bit
        else:
            self._any |= bit

    def _bits_in(self, text: str) -> int:
        bits = self._any
        for word in _WORD.findall(text):
            bits |= self._bits_of_word(word) if len(word) < _LONGEST_WORD else self._look_up(word)
        if not text.isascii():
            for letter in WIDE.findall(text):
                bits |= self._wide.get(letter, 0)
        return bits

    def _look_up(self, word: str) -> int:
        bits = self._whole.get(word, 0)
        for begin, more in self._open.get(word[:_BEGINS], ()):
            if word.startswith(begin):
                bits |= more
        return bits


class Words:
    """The phrases of one concept, matched as whole words in lower-case text, like a pattern.

    Patterns are made when a text needs them: one of the phrases in Latin letters for texts that have
    no others, and one of them all.
    """

    def __init__(self, concept: str, phrases: Iterable[str], index: Index) -> None:
        """Keep the phrases; the index rules a text out where none of them can stand."""
        self._bit = index.bit(concept)
        self._bits_in = index.bits_in
        self._phrases = frozenset(phrases)

    @cached_property
    def pattern(self) -> str:
        """The pattern of all phrases as text, for patterns that hold it."""
        return self._all.pattern

    @cached_property
    def _all(self) -> re.Pattern[str]:
        return pattern_of(self._phrases)

    @cached_property
    def _latin(self) -> re.Pattern[str]:
        return pattern_of({phrase for phrase in self._phrases if _is_latin(phrase)})

    def _fitting(self, text: str) -> re.Pattern[str]:
        latin = text.isascii() or _BEYOND_LATIN.search(text) is None  # `_is_latin`, one call less
        return self._latin if latin else self._all

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Return the first phrase of a text, from a position on, or None."""
        may_match = self._bit & self._bits_in(text)
        return self._fitting(text).search(text, start) if may_match else None

    def match(self, text: str) -> re.Match[str] | None:
        """Return the phrase that a text begins with, or None."""
        return self._fitting(text).match(text) if self._bit & self._bits_in(text) else None

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the phrase that a text is, or None."""
        return self._fitting(text).fullmatch(text) if self._bit & self._bits_in(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the phrases of a text."""
        return self._fitting(text).finditer(text)

    def sub(self, replacement: str, text: str) -> str:
        """Return the text with something else in the place of each phrase."""
        may_match = self._bit & self._bits_in(text)
        return self._fitting(text).sub(replacement, text) if may_match else text


def _is_latin(text: str) -> bool:
    """Return whether a text has no letter beyond the Latin ones; signs are none."""
    return text.isascii() or _BEYOND_LATIN.search(text) is None


def pattern_of(phrases: set[str] | frozenset[str]) -> re.Pattern[str]:
    """Return one pattern for lower-case text that matches any of the phrases as whole words.

    The phrases share their beginnings in it, so that its cost does not grow with their number.
    Scripts that put no space between words are matched anywhere.
    """
    spaced = {phrase for phrase in phrases if not WIDE.search(phrase)}
    sides = []
    if spaced:
        sides.append(rf"(?<!\w){_branches(_tree(spaced))}(?!\w)")
    if phrases - spaced:
        sides.append(_branches(_tree(phrases - spaced)))
    return re.compile("|".join(sides) or r"(?!)")


def _tree(phrases: Iterable[str]) -> Tree:
    root: Tree = {}
    for phrase in phrases:
        node = root
        for letter in phrase:
            node = node.setdefault(letter, {})
        node[_END] = {}
    return root


def _branches(node: Tree) -> str:
    ends = _END in node
    parts = [
        _letter(letter) + _branches(below)
        for letter, below in sorted(node.items())
        if letter != _END
    ]
    if not parts:
        return ""
    inner = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return f"(?:{inner})?" if ends else inner


def _letter(letter: str) -> str:
    if letter == "*":
        return r"\w*"
    return r"\s+" if letter == " " else re.escape(letter)


def _telling_word(phrase: str) -> tuple[str, bool]:
    """Return the longest word of a phrase and True, else the longest beginning of one and False.

    An empty beginning where the phrase has neither: any text may hold it.
    """
    parts = [
        (match[0], phrase[match.end() : match.end() + 1] != "*")
        for match in _WORD.finditer(phrase)
        if phrase[max(0, match.start() - 1) : match.start()] != "*"
    ]
    return max(parts, key=lambda part: (part[1], len(part[0])), default=("", False))
