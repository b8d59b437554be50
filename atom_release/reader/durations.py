"""Quantities of time in a text, and what is beside them: a comparator, a statistic, a target.

No claim is made here: whether a quantity is a latency is decided in `latency`.
"""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader.facts import Fact, Table
from atom_release.reader.quantities import comparator_of, quantity, time_unit
from atom_release.reader.vocabulary import words

BRACKET = re.compile(r"[(（][^()（）]{0,200}[)）]")
_TARGET_MET = re.compile(
    r"\b(?:exceed(?:s|ed)?|meets?|met|beats?|beat|surpass(?:es|ed)?)\s(?:the\s)?(?:target|goal|budget)s?\b[\s✅✔✓.!)*_]*$",
    re.IGNORECASE,
)
"""Behind a quantity, that it reached its target."""
PERCENTILE = re.compile(
    r"\bp\(?(50|75|90|95|99(?:[.,]9)?)\)?(?![\w]|[.,]\d)|\b(50|75|90|95|99)(?:th|º|°|ème)(?!\w)",
    re.IGNORECASE,
)
BOUNDS = frozenset({"<", "<=", ">", ">="})
_BUCKET = re.compile(r"\W*$")
_COUNTED = re.compile(r"\s?[:：]\s{0,3}\S")
_BARE = re.compile(r"\W{0,6}?((?:[~≈<>≤≥]=?\s?)?\d[\d.,]{0,12})[\s*`✅]*")
_BESIDE_BEFORE, _BESIDE_BEHIND = 14, 18


@cache
def _target_behind() -> re.Pattern[str]:
    """Return what matches a target behind what was measured: "(target: 200 ms)"."""
    return re.compile(
        rf"[(（,;|]\s?(?:[✅✔✓]\s?)?(?:{words('n_target_beside').pattern}|<|≤)[^()（）]{{0,80}}[)）]?|[(（]\s?(?-i:max)[^()（）]{{0,80}}[)）]?",
        re.IGNORECASE,
    )


@cache
def _range() -> re.Pattern[str]:
    """Return what matches a range: which of its ends was measured is anybody's guess."""
    unit, to = time_unit(), words("l_range").pattern
    return re.compile(
        rf"(?<![\w.])\d[\d.,]{{0,12}}\s?{unit}?\s?(?:-|\u2013|~|{to})\s?\d[\d.,]{{0,12}}\s?{unit}(?![^\W_])"
    )


@cache
def _waits() -> re.Pattern[str]:
    """Return what matches a wait of some seconds before something is done."""
    return re.compile(
        rf"(?:{words('l_wait').pattern})\s?\d[\d.]{{0,8}}\s?{time_unit()}(?=[\u4e00-\u9fff])"
    )


@cache
def _is_target() -> re.Pattern[str]:
    """Return what matches a bound that is called a target and nothing else: "< 200 ms (target)"."""
    return re.compile(
        rf"[<≤]\s?\d[\d.,]*\s?\w{{1,12}}\s?[(（]\s?(?:{words('n_target_alone').pattern})(?!\w)"
        r"(?!\s?[:=：]?\s?[<≤~]?\s?\d)",
        re.IGNORECASE,
    )


@cache
def _margin() -> re.Pattern[str]:
    """Return what matches, before a quantity, that it is a margin or an interval."""
    return re.compile(rf"(?:±|\+/-|{words('l_every').pattern})\s?$", re.IGNORECASE)


@cache
def _unit_of() -> re.Pattern[str]:
    """Return what matches the unit that a header or a key gives for the numbers behind it."""
    return re.compile(
        rf"[(（\[]\s?({time_unit()})\s?[)）\]]|(?:[_,/]\s?(ms|us|s|sec|seconds)|\s(ms|µs))$",
        re.IGNORECASE,
    )


@cache
def _key_with_unit() -> re.Pattern[str]:
    return re.compile(
        rf"^(.{{2,60}}?)[(（\[]\s?({time_unit()})\s?[)）\]]\W{{0,6}}?[:：=]\W{{0,4}}?((?:[~≈<>≤≥]=?\s?)?\d[\d.,]{{0,12}})(?![\d.,%]|\s?[^\W\d_])",
        re.IGNORECASE,
    )


@cache
def _reached() -> re.Pattern[str]:
    """Return what matches the word before what was measured, where the target stands before it."""
    return re.compile(rf"(?:{words('l_reached').pattern})\W{{0,4}}(?=[~≈<]?\s?\d)", re.IGNORECASE)


@cache
def _difference() -> re.Pattern[str]:
    """Return what matches how much faster something became, which is not how long it takes."""
    unit = time_unit()
    return re.compile(
        rf"\b(?:by|um)\s[~≈<>]?\s?\d[\d.,]{{0,12}}\s?{unit}\b|"
        rf"\d[\d.,]{{0,12}}\s?{unit}\s(?:{words('n_faster').pattern})",
        re.IGNORECASE,
    )


def without_targets(text: str) -> str:
    """Return the text without a target that stands beside what was measured."""
    if ("<" in text or "≤" in text) and _is_target().search(text):
        return ""
    if quantity().search(text) is None:
        return text
    text = _TARGET_MET.sub(" ", text)
    reached = _reached().search(text)
    if reached:
        text = quantity().sub(" ", text[: reached.start()]) + text[reached.start() :]
    target = _target_behind().search(text)
    if target is None or quantity().search(text[: target.start()]) is None:
        return text
    return _target_behind().sub(" ", text)


def has_target_beside(text: str) -> bool:
    """Return whether a quantity stands in a text with its target behind it: "120ms (target: 200ms)"."""
    target = _target_behind().search(text)
    return target is not None and quantity().search(text[: target.start()]) is not None


def only_durations(text: str) -> str:
    """Return the text without ranges, differences, waits and remarks about something else."""
    kept = without_remarks(_difference().sub(" ", text))
    return _waits().sub(" ", _range().sub(" ", kept))


def is_measure(match: re.Match[str], text: str) -> bool:
    """Return whether a quantity is one, and no bucket of a histogram, nor how exact another is, nor how often something happens.

    "<100ms: 12 requests" counts requests, "± 5ms" is a margin, "every 5 s" an interval; of what a clock could not tell, 0 is left.
    """
    before = text[: match.start()]
    bucket = match[1] and _BUCKET.fullmatch(before) and _COUNTED.match(text, match.end())
    return not (bucket or _margin().search(before)) and any(map(str.isdigit, match[2].strip("0.,")))


def comparator(match: re.Match[str]) -> str:
    """Return how a quantity stands to what was measured: equal, about or below."""
    return comparator_of(match[1] or "")


def without_remarks(text: str) -> str:
    """Return the text with brackets blanked that say of what a quantity outside them is.

    "100 ms per chunk (10 s of audio)" measured the first; one that names a statistic stays.
    """
    outside = BRACKET.sub(lambda match: " " * len(match[0]), text)
    if outside == text or quantity().search(outside) is None:
        return text
    return BRACKET.sub(
        lambda match: match[0] if statistic(match[0].lower()) else " " * len(match[0]), text
    )


def statistic(text: str) -> str | None:
    """Return which statistic a text names, the last of several: p95, avg or max."""
    statistics = [(match.end(), f"p{match[1] or match[2]}") for match in PERCENTILE.finditer(text)]
    for concept, name in (("average", "avg"), ("maximum", "max")):
        match = words(concept).search(text)
        if match:
            statistics.append((match.end(), name))
    return max(statistics)[1] if statistics else None


def has_statistic_beside(lowered: str) -> bool:
    """Return whether a quantity of time is told as an average or a percentile: "12ms avg"."""
    for match in quantity().finditer(lowered):
        before = lowered[max(0, match.start() - _BESIDE_BEFORE) : match.start()]
        behind = lowered[match.end() : match.end() + _BESIDE_BEHIND]
        if any(
            words("average").search(text) or PERCENTILE.search(text) for text in (before, behind)
        ):
            return True
    return False


def with_unit_of_key(text: str) -> str:
    """Return a line with the unit in its key behind the number: "p95 (ms): 120" says 120 ms."""
    bracket = "(" in text or "[" in text or "（" in text
    return _key_with_unit().sub(r"\1: \3 \2", text) if bracket else text


def cell_with_unit(table: Table, row: Fact, column: int) -> str:
    """Return a cell with the unit that its column's header, or its row's name, gives a bare number."""
    cell = row.cells[column]
    bare = _BARE.fullmatch(cell)
    if bare is None:
        return cell
    header = table.top.cells[column] if column < len(table.top.cells) else ""
    named = _unit_of().search(header) or _unit_of().search(row.cells[0])
    return f"{bare[1]} {named[1] or named[2] or named[3]}" if named else cell
