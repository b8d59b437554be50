"""Which numbers of a JSON document count the suite's own tests.

The first group of numbers that speaks of tests as a whole; parts of a suite, and what else is
counted, are none.
"""

from __future__ import annotations

from collections.abc import Sequence

from atom_release.reader.json_lines import Leaf
from atom_release.reader.tally import UNITS
from atom_release.reader.vocabulary import concepts, words

_MOST = 10**7
_TESTS = frozenset(
    {"tests", "test results", "test summary", "testing", "unit tests", "test", "suite", "test suite",
     "test stats", "test run"}
)  # fmt: skip
_TOTALS = frozenset({"summary", "totals", "stats", "statistics", "results summary", "result"})
_COUNTS = {
    "passes": "passed", "num passed tests": "passed", "passed count": "passed",
    "num failed tests": "failed", "failed count": "failed", "num pending tests": "skipped",
    "num total tests": "total", "total count": "total", "collected": "total",
}  # fmt: skip

Keys = tuple[str, ...]
"""The keys that lead to a leaf, each as `json_words.words_of` writes it."""


def suite_counts(leaves: Sequence[tuple[Keys, Leaf]], path: str) -> dict[str, Leaf]:
    """Return, by unit (`passed` to `total`), the leaf that counts the suite's tests; empty if none.

    `path` is the report's own, whose name may tell what it counts.
    """
    groups: dict[Keys, dict[str, Leaf]] = {}
    for keys, leaf in leaves:
        unit = _unit(keys[-1]) if keys else None
        if unit and _is_count(leaf):
            groups.setdefault(keys[:-1], {}).setdefault(unit, leaf)
    return next((group for keys, group in groups.items() if _counts_tests(keys, group, path)), {})


def _counts_tests(keys: Keys, group: dict[str, Leaf], path: str) -> bool:
    if len(keys) > 1:
        return False
    whole = {"passed", "failed"} <= set(group)
    named = any("test" in str(leaf.path[-1]).lower() for leaf in group.values())
    if not keys:
        about = "test" in path.lower() or words("test_noun").search(path.lower()) is not None
        return named or (whole and "total" in group and about)
    return keys[0] in _TESTS or (keys[0] in _TOTALS and (named or (whole and "total" in group)))


def _unit(name: str) -> str | None:
    """Return what a number under that name counts, `passed` to `total`; None if no tests."""
    if name in _COUNTS:
        return _COUNTS[name]
    return next((unit for unit in UNITS if unit in concepts(name)), None)


def _is_count(leaf: Leaf) -> bool:
    return (
        isinstance(leaf.value, int) and not isinstance(leaf.value, bool) and 0 <= leaf.value < _MOST
    )
