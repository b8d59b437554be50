"""Test counts in one clause of a text: "7 PASSED, 0 FAILED", "22/25 tests passing", "通过: 80".

A number counts tests only beside a word that says so. A digit of an identifier, a bound, an
approximation, a percentage, and a number beside something else ("18 checks", "3 test files") is no
count of tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from atom_release.reader.clauses import without_names
from atom_release.reader.numbers import WHOLE, whole
from atom_release.reader.vocabulary import may_hold, spelled, words

_LEFT = r"(?<![\w./~≈<>+#$\-–≥≤])(?<![~≈<>≥≤+=]\s)(?<!\d[,.'])"
_RIGHT = r"(?!(?![\u2e80-\u9fff\uac00-\ud7a3])[\w%]|\s?%|[./:]\d|[+\-–]\w|\+)"
"""No letter follows a count, but that of a script that puts no space between words."""
_NUMBER = rf"{_LEFT}({WHOLE})"
_WORD = re.compile(r"[^\W\d_]+")
_BRACKET = re.compile(r"[(（\[][^()（）\[\]]{0,200}[)）\]]")
_SHARE_SPACE = r"\s?(?:/|／)\s?"
_DIGIT = re.compile(r"\d")


@dataclass
class Phrase:
    """What one clause counts: the numbers by unit, whether it says that all pass, what is left.

    `named` is whether a word says of a number what it counts; `parts` whether it holds shares of
    several wholes, which count nothing together.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    named: bool = False
    parts: bool = False
    all_pass: bool = False
    left: str = ""

    @property
    def left_words(self) -> list[str]:
        """The words that belong to no count."""
        return _WORD.findall(self.left)


@cache
def _counter() -> str:
    """Return what matches the word that some scripts put behind a count."""
    return rf"\s?(?:{spelled('counter')})?"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    noun = words("test_noun").pattern
    units = {
        name: f"(?:{words(f'n_{name}').pattern})"
        for name in ("passed", "failed", "skipped", "errors")
    }
    between = (
        rf"{_counter()}\s?(?:(?:unit|integration|e2e|automated|all)\s)?(?:(?:{noun})\s?)?"
        r"(?:(?:are|were|have|is|now|still)\s)?\s?"
    )
    of = words("share_of").pattern
    share = rf"{_NUMBER}{_counter()}(?:{_SHARE_SPACE}|\s+(?:{of})\s+(?:the\s)?)({WHOLE}){_RIGHT}(?!\s(?:{words('not_tests').pattern}))"
    named = "|".join(f"(?P<{name}>{pattern})" for name, pattern in units.items())
    of_share = named.rsplit("|(?P<errors>", 1)[0]
    return {
        "share": re.compile(rf"{share}(?P<rest>{between}(?:{of_share})?|)"),
        "counted": re.compile(
            rf"{_NUMBER}{_RIGHT}{between}(?:{named}|(?P<total>{words('n_total').pattern}))"
        ),
        "keyed": re.compile(
            rf"(?:{named})\s?(?::|=|：|\s|\|)\s?({WHOLE})(?![\w%/]|\s?%|[.,]\d|\s?/|\+)"
        ),
        "all": re.compile(
            rf"(?:{words('all_of').pattern})\s?({WHOLE}){_RIGHT}{_counter()}\s?(?:\w+\s)?(?:{noun})"
        ),
        "all_behind": re.compile(
            rf"{_NUMBER}{_RIGHT}{_counter()}\s?(?:[^\W\d_]+\s)?(?:{noun})+\s?(?:{words('all_of').pattern})\s?(?:{units['passed']}|(?:{words('pass').pattern}))"
        ),
        "all_pass": re.compile(
            rf"(?:{words('all_of').pattern}|100\s?%\s(?:of\s)?)\s?(?:the\s)?(?:[\w,.]+\s)?{_counter()}(?:{noun})\s?(?:are\s|have\s|were\s)?(?:{units['passed']}|(?:{words('pass').pattern}))"
        ),
        "of_something_else": re.compile(rf"(?:{noun})[\s-]?(?:{words('not_tests').pattern})"),
    }


@cache
def _of_all() -> re.Pattern[str]:
    """Return what matches "of the 50 tests, all pass", whichever of the languages."""
    noun = words("test_noun").pattern
    return re.compile(
        rf"(?:{words('l_of_all').pattern})\s({WHOLE})\s(?:\w+\s)?(?:{noun})[^,]{{0,24}},\s"
        rf"(?:{words('all_alone').pattern})"
    )


def read_phrase(text: str) -> Phrase:
    """Return what one clause counts; of something else than tests, nothing."""
    lowered = without_names(text.lower())
    phrase = Phrase(left=lowered)
    patterns = _patterns()
    about = may_hold(lowered, "test_noun")
    if about and patterns["of_something_else"].search(lowered):
        return phrase
    phrase.all_pass = about and patterns["all_pass"].search(lowered) is not None
    if not (_DIGIT.search(lowered) and may_count(lowered)):
        return phrase
    every = patterns["all"].search(lowered)
    of_all = _of_all().search(lowered)
    if of_all := of_all or (about and patterns["all_behind"].search(lowered)) or None:
        every, phrase.all_pass = of_all, True
    if not every and phrase.all_pass and (inside := _ALL_OF_BRACKET.search(lowered)):
        every = inside
    left = patterns["share"].sub(lambda match: _take_share(match, phrase), lowered)
    left = patterns["counted"].sub(lambda match: _take(match, 1, phrase), left)
    left = patterns["keyed"].sub(lambda match: _take(match, match.re.groups, phrase), left)
    _add_errors(phrase.numbers)
    if phrase.parts:
        phrase.numbers.clear()
    if every and phrase.all_pass:
        _take_all(whole(every[1]), phrase)
    elif phrase.all_pass and set(phrase.numbers) == {"passed"}:
        _take_all(phrase.numbers["passed"], phrase)
    if phrase.numbers:
        phrase.left = _without_fillers(left)
    return phrase


_COUNTING = ("test_noun", "n_passed", "n_failed", "n_skipped", "n_errors", "n_total", "share_of")


def may_count(lowered: str) -> bool:
    """Return whether a text in lower case may speak of tests, count them, or hold a share."""
    return "/" in lowered or "／" in lowered or may_hold(lowered, *_COUNTING)


def names_no_tests(lowered: str) -> bool:
    """Return whether a text in lower case speaks of something of the tests: "test files"."""
    return _patterns()["of_something_else"].search(lowered) is not None


def _add_errors(numbers: dict[str, int]) -> None:
    """Count a runner's errors as failed, where they stand beside what passed or failed."""
    errors = numbers.pop("errors", 0)
    if errors and numbers:
        numbers["failed"] = numbers.get("failed", 0) + errors


def _take(match: re.Match[str], number: int, phrase: Phrase) -> str:
    groups = match.groupdict()
    unit = next(name for name, text in groups.items() if text is not None)
    phrase.named = True
    count = whole(match[number])
    if phrase.numbers.setdefault(unit, count) != count:
        phrase.numbers[unit] = (
            max(count, phrase.numbers[unit]) if unit == "total" else phrase.numbers[unit]
        )
    return " "


def _take_share(match: re.Match[str], phrase: Phrase) -> str:
    """Take "22/25 tests passing", or "0 of 3 tests failed", or a bare share in a text of tests."""
    part, total = whole(match[1]), whole(match[2])
    if part > total or total == 0:
        return match[0]
    groups = match.groupdict()
    unit = next((name for name in ("passed", "failed", "skipped") if groups[name]), None)
    if unit is None and "/" not in match[0] and "／" not in match[0]:
        return match[0]
    if phrase.numbers:
        stated = (phrase.numbers.get("passed"), phrase.numbers.get("total"))
        phrase.parts |= unit in {None, "passed"} and stated != (part, total)
        return " "
    phrase.named |= unit is not None
    phrase.numbers[unit or "passed"] = part
    phrase.numbers["total"] = total
    if unit == "failed":
        phrase.numbers.setdefault("passed", total - part)
    return " "


def _take_all(count: int, phrase: Phrase) -> None:
    phrase.numbers.setdefault("passed", count)
    phrase.numbers.setdefault("failed", 0)
    if not phrase.numbers.get("skipped"):
        phrase.numbers.setdefault("total", count)


@cache
def _fillers() -> re.Pattern[str]:
    taken = (
        "test_noun",
        "all_of",
        "n_passed",
        "n_failed",
        "n_skipped",
        "n_total",
        "pass",
        "l_beside_tests",
    )
    patterns = [words(concept).pattern for concept in taken]
    patterns.append(r"\b(?:\d+(?:\.\d+)?s)\b")
    return re.compile("|".join(patterns))


def _without_fillers(text: str) -> str:
    return _fillers().sub(" ", _BRACKET.sub(" ", text))


_ALL_OF_BRACKET = re.compile(
    r"[(（]\s?(\d{1,6})(?:\s?(?:total|tests?|tests? total|in total))?\s?[)）]"
)
