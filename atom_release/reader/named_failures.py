"""Where a report names a test that fails, or all tests but one: no number counts it.

`test_rounding` is still failing, and "all tests pass except `test_rounding`", say as much as "1
failed". What a test of failures is called, what is skipped, and what a test asserts in the words
"fails with" say nothing.
"""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader import clauses
from atom_release.reader.facts import Document, Fact
from atom_release.reader.vocabulary import may_hold, words

_TEST = (
    r"(?<![\w./-])(?:[\w./-]{0,80}::)?(?:test_\w{1,80}|Test[A-Z]\w{1,60}|[a-z]\w{0,60}_test(?:\.\w{1,3})?"
    r"|\w{1,60}\.(?:test|spec)\.\w{1,4})(?:\(\))?(?![\w/-]|\.\w)"
)

_WORDS = ("still_failing", "all_but", "failing")


def may_name_failing_tests(document: Document) -> bool:
    """Return whether a report has any words of a failing test: one search spares asking each line."""
    return may_hold(document.lower, *_WORDS)


def names_failing_test(fact: Fact) -> bool:
    """Return whether a line says of a test by its name that it fails as things are."""
    if not may_hold(fact.text.lower(), *_WORDS):
        return False
    is_listed = _is_of_known_issues(fact)
    return any(_names(clause, is_listed=is_listed) for clause in clauses.clauses(fact.text))


def _names(clause: str, *, is_listed: bool) -> bool:
    if not clauses.speaks_of_now(clause):
        return False
    if _failing().search(clause) or (is_listed and _failing_known().search(clause)):
        return True
    match = _all_but().search(clause)
    return match is not None and not words("n_skipped").search(clause[match.start() :].lower())


def _is_of_known_issues(fact: Fact) -> bool:
    return words("t_known").search(fact.section.title.lower()) is not None


@cache
def _failing() -> re.Pattern[str]:
    return re.compile(rf"{_TEST}\s(?i:{words('still_failing').pattern})")


@cache
def _failing_known() -> re.Pattern[str]:
    """Return the pattern of a test that "fails", which elsewhere tells what it asserts."""
    return re.compile(rf"{_TEST}\s(?i:{words('failing').pattern})")


@cache
def _all_but() -> re.Pattern[str]:
    number = words("number_words").pattern
    return re.compile(
        rf"(?i:(?:{words('every_of').pattern})\s[^.;]{{0,60}}?(?:{words('n_passed').pattern}),?"
        rf"\s(?:{words('all_but').pattern})\s(?:the\s|for\s)?)(?:{_TEST}|(?i:{number}|\d{{1,4}})(?![\w%]))"
    )
