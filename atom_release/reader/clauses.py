"""The clauses of a text that may count tests, without what looks like a count and is none.

Each clause may speak of another thing, of another time or of a part. What is in it that counts
nothing is blanked: paths, counts of runs elsewhere, and in how many files or suites tests stand.
What a clause counts is read in `phrases`.
"""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader.vocabulary import lexicon, may_hold, spelled, words

_BRACKET = re.compile(r"[(（\[][^()（）\[\]]{0,200}[)）\]]")
_CLAUSE = re.compile(r"(?<=[^\s\d.])[.;](?=\s)|[。；]|(?<=\d)\.\s(?=[^\W\d_])|\s[\u2013\u2014]\s")
_PATH = re.compile(r"(?<![\w/])[\w.\-\\@]*[^\W\d][\w.\-\\@]*/[\w./\-@\\]+|`[^`]*`")
_TICKS = re.compile("\\s?[✅✔✓☑\\ufe0f]+\\s?")
_SUM = re.compile(r"(?<=[^\W\d_])\s\+\s(?=\d{1,6}\s[^\W\d_])")
"""Counts that are added up: "708 passing + 5 failing"."""
_ELSEWHERE = re.compile(r"\((?![^()]*\bskip)[^()]*\d[^()]*\b(?:on|under|in)\s+[^()]+\)")
"""A count in brackets of a run elsewhere: "(2 failed on Windows)"; what is skipped there is not."""


def clauses(text: str) -> list[str]:
    """Return the clauses of a line, each of which may speak of another thing."""
    return [clause for clause in _CLAUSE.split(text) if clause and clause.strip()]


def without_remarks(clause: str) -> str:
    """Return a clause without its brackets, where nothing in them counts."""
    return _BRACKET.sub(lambda match: match[0] if re.search(r"\d", match[0]) else " ", clause)


def speaks_of_now(clause: str) -> bool:
    """Return whether a clause speaks of this release's own suite, as it is now."""
    shown = clause.lower()
    if words("not_now").search(shown):
        return False
    return not words("elsewhere").search(_BRACKET.sub(" ", shown))


@cache
def _some() -> re.Pattern[str]:
    """Return what matches the word that says which tests all of are meant: "all team tests"."""
    noun = words("test_noun").pattern
    return re.compile(rf"(?:{words('all_of').pattern})\s(?:the\s)?([^\W\d_]+)\s(?:{noun})")


def names_some(lowered: str) -> bool:
    """Return whether a clause says of some of the tests that they all pass: "all team tests"."""
    match = _some().search(with_digits(lowered))
    return match is not None and words("l_whole_suite").fullmatch(match[1]) is None


@cache
def _places() -> re.Pattern[str]:
    others = words("not_tests").pattern
    return re.compile(
        rf"[(（]\s?\d{{1,5}}\s(?:\w+\s)?(?:{others})\s?[)）]|"
        rf"\s(?:{spelled('l_across')})\s\d{{1,5}}\s(?:\w+\s)?(?:{others})"
    )


def without_places(lowered: str) -> str:
    """Return a text in lower case without what says in how many files or suites tests stand."""
    return _places().sub(" ", lowered) if may_hold(lowered, "not_tests") else lowered


@cache
def _of_counter() -> re.Pattern[str]:
    """Return what matches "of five three", as Japanese says it."""
    counted = spelled("counter")
    return re.compile(rf"(\d{{1,6}})\s?(?:{counted})中\s?(\d{{1,6}})\s?(?:{counted})?")


@cache
def _spelled_out() -> re.Pattern[str]:
    """Return what matches a small number as a word, with that all of them are meant before it."""
    number = "|".join(sorted(map(re.escape, lexicon().numbers), key=len, reverse=True))
    noun = words("test_noun").pattern
    return re.compile(
        rf"((?:{words('all_of').pattern})\s?(?:of\s)?(?:the\s)?)({number})"
        rf"(?=\s?(?:{spelled('counter')})?\s?(?:[^\W\d_]+\s)?(?:{noun}))"
    )


def with_digits(lowered: str) -> str:
    """Return a text in lower case with "all three tests" as "all 3 tests"."""
    if not (may_hold(lowered, "test_noun") and may_hold(lowered, "all_of")):
        return lowered
    return _spelled_out().sub(lambda match: f"{match[1]}{lexicon().numbers[match[2]]}", lowered)


def without_names(lowered: str) -> str:
    """Return a text in lower case without paths and counts of runs elsewhere, sums as lists."""
    if "/" in lowered or "`" in lowered:
        lowered = _PATH.sub(" named ", lowered)
    if "(" in lowered:
        lowered = _ELSEWHERE.sub(" ", lowered)
    lowered = without_places(lowered)
    if not lowered.isascii():
        lowered = _TICKS.sub(" ", lowered)
        lowered = _of_counter().sub(r" \2/\1 ", lowered)
    lowered = with_digits(lowered)
    return _SUM.sub(", ", lowered) if "+" in lowered else lowered
