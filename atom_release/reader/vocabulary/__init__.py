"""The words by which reports say things, as data: one file per language, merged into one lexicon.

A report's language is never guessed: every language's names and words count in every report. A new
language is a new file here with its sentences in the tests. No rule lives here, only look-up.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, lru_cache, reduce
from importlib import resources
from operator import or_

from atom_release.reader.vocabulary.phrases import INVISIBLE as INVISIBLE
from atom_release.reader.vocabulary.phrases import Index as Index
from atom_release.reader.vocabulary.phrases import Words as Words

_LONGEST_KEY = 60
_NUMBERING = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2}){1,3}[.)\u3001:]?\s+|[\divx]{1,4}(?:\.\d{1,3}){0,3}[.)\u3001:]\s*|\(\d{1,2}\)\s*|[一二三四五六七八九十]{1,3}、\s*)"
)
_BRACKET = re.compile(r"\s*[(（\[][^()（）\[\]]{0,60}[)）\]]\s*$")
_ENDS = re.compile(r"^[^\w#]+|[^\w%)]+$")
_QUALIFIED = re.compile(
    r"(?:current|final|latest|overall|total|project|全体|当前|最终|总体)\s?(?=\w)"
)


@dataclass
class Lexicon:
    """All languages' names and words.

    `names` maps a whole name to the concepts it names; `languages` to the languages that have it;
    `numbers` are small ones as words: "three".
    """

    names: dict[str, frozenset[str]] = field(default_factory=dict)
    languages: dict[str, frozenset[str]] = field(default_factory=dict)
    patterns: dict[str, Words] = field(default_factory=dict)
    phrases: dict[str, set[str]] = field(default_factory=dict)
    index: Index = field(default_factory=lambda: Index({}))
    months: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


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
    merged.index = Index(words)
    merged.patterns = {
        concept: Words(concept, phrases, merged.index) for concept, phrases in words.items()
    }
    merged.phrases = words
    return merged


def _add_language(merged: Lexicon, words: dict[str, set[str]], language: str, text: str) -> None:
    data = tomllib.loads(text)
    for concept, names in data["keys"].items():
        for name in {form for each in names for form in (each, _ENDS.sub("", _seen(each)))}:
            merged.names[name] = merged.names.get(name, frozenset()) | {concept}
            merged.languages[name] = merged.languages.get(name, frozenset()) | {language}
    for concept, phrases in data["words"].items():
        words.setdefault(concept, set()).update(phrases, map(_seen, phrases))
    for number, names in enumerate(data["months"]["names"], 1):
        merged.months.update(dict.fromkeys(names, number))
    for number, names in enumerate(data.get("numbers", {"names": []})["names"], 1):
        merged.numbers.update(dict.fromkeys(names, number))


def _seen(phrase: str) -> str:
    """Return a phrase as a line's text has it, without signs that nobody sees."""
    return INVISIBLE.sub("", phrase)


@cache
def words(concept: str) -> Words:
    """Return the pattern of a concept's words, for lower-case text."""
    return lexicon().patterns[concept]


@cache
def phrases_of(concept: str) -> tuple[str, ...]:
    """Return a concept's phrases as the data files have them."""
    return tuple(sorted(lexicon().phrases[concept]))


@cache
def spelled(concept: str) -> str:
    """Return a concept's phrases as alternatives without bounds, for patterns that set their own."""
    phrases = sorted(lexicon().phrases[concept], key=lambda phrase: (-len(phrase), phrase))
    return "|".join(
        re.escape(phrase).replace(r"\ ", r"\s").replace(r"\*", r"\w*") for phrase in phrases
    )


@cache
def _bits_of(names: tuple[str, ...]) -> int:
    index = lexicon().index
    return reduce(or_, map(index.bit, names))


def may_hold(text: str, *names: str) -> bool:
    """Return whether a word of these concepts may be in a lower-case text.

    Only a no is certain: it saves the search with each of their patterns.
    """
    return bool(_bits_of(names) & lexicon().index.bits_in(text))


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
