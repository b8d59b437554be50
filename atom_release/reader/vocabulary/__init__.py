"""The words by which reports say things, as data: one file per language, merged into one lexicon.

A report's language is never guessed: every language's names and words count in every report. A new
language is a new file here with its sentences in the tests. No rule lives here, only look-up.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources

_LONGEST_KEY = 60
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_NUMBERING = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2}){1,3}[.)\u3001:]?\s+|[\divx]{1,4}(?:\.\d{1,3}){0,3}[.)\u3001:]\s*|\(\d{1,2}\)\s*|[一二三四五六七八九十]{1,3}、\s*)"
)
_BRACKET = re.compile(r"\s*[(（\[][^()（）\[\]]{0,60}[)）\]]\s*$")
_ENDS = re.compile(r"^[^\w#]+|[^\w%)]+$")
_QUALIFIED = re.compile(
    r"(?:current|final|latest|overall|total|project|全体|当前|最终|总体)\s?(?=\w)"
)
_END = "$"
_WORD = re.compile(r"\w+")
_BEGINS = 2

Tree = dict[str, "Tree"]


@dataclass
class Lexicon:
    """All languages' names and words.

    `names` maps a whole name to the concepts it names; `languages` to the languages that have it.
    """

    names: dict[str, frozenset[str]] = field(default_factory=dict)
    languages: dict[str, frozenset[str]] = field(default_factory=dict)
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)
    phrases: dict[str, set[str]] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)


@cache
def lexicon() -> Lexicon:
    """Return the lexicon, read once from the data files of this package."""
    merged = Lexicon()
    words: dict[str, set[str]] = {}
    files = sorted(
        (entry for entry in resources.files(__name__).iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    for entry in files:
        _add_language(merged, words, entry.name.removesuffix(".toml"), entry.read_text("utf-8"))
    merged.patterns = {concept: pattern_of(phrases) for concept, phrases in words.items()}
    merged.phrases = words
    return merged


def _add_language(merged: Lexicon, words: dict[str, set[str]], language: str, text: str) -> None:
    data = tomllib.loads(text)
    for concept, names in data["keys"].items():
        for name in names:
            merged.names[name] = merged.names.get(name, frozenset()) | {concept}
            merged.languages[name] = merged.languages.get(name, frozenset()) | {language}
    for concept, phrases in data["words"].items():
        words.setdefault(concept, set()).update(phrases)
    for number, names in enumerate(data["months"]["names"], 1):
        merged.months.update(dict.fromkeys(names, number))


def pattern_of(phrases: set[str]) -> re.Pattern[str]:
    """Return one pattern for lower-case text that matches any of the phrases as whole words.

    The phrases share their beginnings in it, so that its cost does not grow with their number.
    Scripts that put no space between words are matched anywhere.
    """
    spaced = {phrase for phrase in phrases if not _WIDE.search(phrase)}
    sides = []
    if spaced:
        sides.append(rf"(?<!\w){_branches(_tree(spaced))}(?!\w)")
    if phrases - spaced:
        sides.append(_branches(_tree(phrases - spaced)))
    return re.compile("|".join(sides))


def _tree(phrases: set[str]) -> Tree:
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


@cache
def words(concept: str) -> re.Pattern[str]:
    """Return the pattern of a concept's words, for lower-case text."""
    return lexicon().patterns[concept]


@dataclass(frozen=True)
class _Needed:
    """What a text must hold for any of some phrases to match in it: of each, its longest word.

    Attributes:
        whole: words that stand as they are.
        open: beginnings of words that may go on.
        begins: the first letters of those.
        wide: whether a phrase is in a script that puts no space between words.
        anything: whether a phrase has no such word.
    """

    whole: frozenset[str]
    open: tuple[str, ...]
    begins: frozenset[str]
    wide: bool
    anything: bool


@cache
def _needed(names: tuple[str, ...]) -> _Needed:
    phrases = {phrase for name in names for phrase in lexicon().phrases[name]}
    spaced = {phrase for phrase in phrases if not _WIDE.search(phrase)}
    telling = [_telling_word(phrase) for phrase in spaced]
    goes_on = {word for word, is_whole in telling if not is_whole}
    return _Needed(
        whole=frozenset(word for word, is_whole in telling if is_whole),
        open=tuple(sorted(goes_on)),
        begins=frozenset(begin[:_BEGINS] for begin in goes_on),
        wide=spaced != phrases,
        anything=any(len(begin) < _BEGINS for begin in goes_on),
    )


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


@lru_cache(maxsize=4096)
def _words_of(text: str) -> tuple[frozenset[str], frozenset[str], bool]:
    """Return the words of a text, how they begin, and whether it has a script without spaces."""
    present = frozenset(_WORD.findall(text))
    begins = frozenset(word[:_BEGINS] for word in present)
    return present, begins, not text.isascii() and _WIDE.search(text) is not None


def may_hold(text: str, *names: str) -> bool:
    """Return whether a word of these concepts may be in a lower-case text.

    Only a no is certain: it saves the search with their patterns, and costs a tenth of one.
    """
    wanted = _needed(names)
    present, begins, has_wide = _words_of(text)
    if wanted.anything or (wanted.wide and has_wide) or not wanted.whole.isdisjoint(present):
        return True
    return not wanted.begins.isdisjoint(begins) and any(
        word.startswith(wanted.open) for word in present
    )


@lru_cache(maxsize=8192)
def name_of(text: str) -> str:
    """Return a field's, column's or section's name as the lexicon has it.

    Lower case, without signs and numbering at its ends, and without a bracket behind it.
    """
    name = _ENDS.sub("", text[:200].lower())
    name = _NUMBERING.sub("", name)
    name = _ENDS.sub("", _BRACKET.sub("", name))
    return " ".join(name.split())


@lru_cache(maxsize=8192)
def concepts(name: str) -> frozenset[str]:
    """Return the concepts that a name, as `name_of` gives it, stands for."""
    if len(name) > _LONGEST_KEY:
        return frozenset()
    named = lexicon().names.get(name)
    if named is None and (match := _QUALIFIED.match(name)):
        named = lexicon().names.get(name[match.end() :])
    if named is None and " / " in name:
        return _of_both(name)
    return named or frozenset()


def _of_both(name: str) -> frozenset[str]:
    """Return the concepts that both halves of a name in two languages stand for: "datum / date"."""
    first, _, second = name.partition(" / ")
    names = lexicon().names
    return names.get(first.strip(), frozenset()) & names.get(second.strip(), frozenset())


def is_english(name: str) -> bool:
    """Return whether English has this name, so that its dates may put the month first."""
    return "en" in lexicon().languages.get(name, {"en"})
