"""Numbers that a report gives as measured.

Accuracy and its kin, latency, throughput, sizes, coverage.

A budget, a target, a baseline or an example is not a measurement. A bound ("<50ms") keeps its
comparator, so that nobody takes it for one; code and sample JSON are not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.document import Document, Line, Table
from atom_release.reader.sections import Section

_SCORES = {
    "accuracy": ClaimKind.ACCURACY,
    "precision": ClaimKind.PRECISION,
    "recall": ClaimKind.RECALL,
    "f1": ClaimKind.F1,
}
_NAME = r"(accuracy|precision|recall|f1)(?:[-\s]?(?:score|rate))?"
_NUMBER = (
    r"(?<![\d.,/+\-<>=≤≥~≈v])(\d{1,3}(?:\.\d{1,8})?)\s?(%?)"
    r"(?![\d/]|\.\d|\+|\s?(?:ms|s|-fold|x)\b|\s?(?:points|pp)\b)"
)
_WHERE = (
    r"(?:on )?(?:the )?(?:test(?: set| data)?|hold-?out(?: set)?|labell?ed"
    r" data|overall|model|score|cv|cross-?validation|validation|training)"
)
# Balanced, top-3, per-class, human: what else stands before the name makes it another score than
# the one that the gate derives.
_OF_ITS_OWN = re.compile(
    r"models?|overall|tests?|final|predict\w*|classif\w*|achiev\w*|measured|the|an?|its|our|with|has|had|have|and|or|of|is|in|at|by|to|reach\w*|mean|"
    r"average|total|current|actual|engine|failure|shows?|gives?|cv|validation|cross.?validation|training",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\b{_NAME}\b(?:\s(?:is|was|of|at|reached|reaches|score|on the test set|on test"
    rf" data))?(?:\s\({_WHERE}\))?\s?(?:[:=|]|\s)\s?{_NUMBER}",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"{_NUMBER}\s(?:overall |test |mean |model |prediction |cv |cross-validation |validation"
    rf" |training )?{_NAME}\b",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"([\w@.-]*\w)\s$")
_LONGEST_WORD = 60
_SCORE = re.compile(r"accuracy|precision|recall|\bf1", re.IGNORECASE)
_NOT_MEASURED = re.compile(
    r"\b(?:targets?|goals?|thresholds?|budgets?|minimum|min|at least|must|should|"
    r"required?|requires|requirements?|expected|expect|baseline|initial\w*|previous\w*|"
    r"before|formerly|deprecated|inactive|old|was|random|majority|example|sample|e\.g|"
    r"if|when|improve[ds]?|up from|limits?|slas?|slos?|polic(?:y|ies)|enforce\w*|"
    r"allowed|maximum|simulated|estimated?|projected|planned|P-?\d|timeouts?)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"(<=|>=|<|>|≤|≥|~|≈|\b(?:under|below|less than|over|above|more than|at most|up to|"
    r"within)\s)?\s?(?<![\w.])(?<!\d,)(\d{1,7}(?:\.\d{1,6})?)\s?(ms|milliseconds?|µs|us|s|secs?|seconds?)\b(?!/)",
    re.IGNORECASE,
)
_LATENCY = re.compile(
    r"\b(?:latenc(?:y|ies)|response times?|p50|p90|p95|p99|median|per"
    r" (?:prediction|query|request|call)|response)\b",
    re.IGNORECASE,
)
_NOT_LATENCY = re.compile(
    r"\b(?:mttr|recovery|interval|retention|ttl|window|tests? in|passed in)\b", re.IGNORECASE
)
_THROUGHPUT = re.compile(
    r"(<=|>=|<|>|≤|≥|~|≈)?\s?(?<![\w.])(?<!\d,)(\d{1,9}(?:\.\d{1,4})?)\s?(rps|qps|tps|req(?:uest)?s?\s?(?:/\s?s(?:ec(?:ond)?)?|per"
    r" second)|ops/s(?:ec)?)\b",
    re.IGNORECASE,
)
_COVERAGE = re.compile(
    r"\b(?:(?:code|test|line|branch|statement)"
    r" )?coverage\s?(?:is|of|:|=|\|)?\s?(\d{1,3}(?:\.\d{1,3})?)\s?%|"
    r"(?<![\d.])(\d{1,3}(?:\.\d{1,3})?)\s?%\s(?:code |test |line |branch )?coverage\b",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"(~|≈)?(?<![\w.])(?<!\d,)(\d{1,3}(?:,\d{3}){1,3}|\d{1,9}(?:\.\d{1,3})?)\s?(lines|loc|bytes|kb|kib|mb|mib)\b",
    re.IGNORECASE,
)
_SIZE_KEY = re.compile(r"\bsize\b|\blines of code\b", re.IGNORECASE)
_CHANGED = re.compile(r"(?<![\w.])\d{1,9}(?:\.\d{1,8})?\s?(?:%|ms|s)?\s?(?:→|->|=>)\s?(?=\d)")
_UNITS = {"m": "ms", "u": "us", "µ": "us", "s": "s"}
_COMPARATORS = {
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "≤": "<=",
    "≥": ">=",
    "under": "<",
    "below": "<",
    "less than": "<",
    "over": ">",
    "above": ">",
    "more than": ">",
    "at most": "<=",
    "up to": "<=",
    "within": "<=",
}
_DIGIT = re.compile(r"\d")
_VALUE_COLUMN = re.compile(
    r"^\W*(?:value|result|measured|actual|achieved|score|observed|current)s?\W*$"
)


def read(document: Document) -> Iterator[Claim]:
    """Give every measurement, in the order of the lines of each kind of block."""
    for line in document.lines:
        if not line.heading and _DIGIT.search(line.text) and _measures(line.section):
            yield from _line(document, line)
    for table in document.tables:
        if _measures(table.section):
            yield from _table(document, table)


def _measures(section: Section) -> bool:
    above = section.inherited
    return section.own and not (above.compliance or above.environment or above.budget)


def _line(document: Document, line: Line) -> Iterator[Claim]:
    text = _CHANGED.sub("", line.text)  # "75 % → 81.8 %" says the second
    if not _NOT_MEASURED.search(text):
        if _SCORE.search(text):
            yield from scores(document, text, line.number)
        if _LATENCY.search(text) or _LATENCY.search(line.section.title):
            yield from _latency(document, text, line.number)
        yield from _throughput(document, text, line.number)
    yield from _coverage(document, line)
    if line.section.inherited.files or _SIZE_KEY.search(text):
        yield from _sizes(document, text, line.number)


def scores(document: Document, text: str, number: int) -> Iterator[Claim]:
    """Read accuracy, precision, recall and F1 as fractions.

    A number without a percent sign must be one already.
    """
    found: dict[ClaimKind, float] = {}
    for pattern, name, digits, percent in ((_AFTER, 1, 2, 3), (_BEFORE, 3, 1, 2)):
        for match in pattern.finditer(text):
            value = (
                fraction(match[digits], match[percent])
                if pattern is _BEFORE or _is_own(text[: match.start()])
                else None
            )
            kind = _SCORES[match[name].lower()]
            if value is not None and kind not in found:
                found[kind] = value
                yield document.claim(kind, value, number, unit="fraction", comparator="=")


def _is_own(before: str) -> bool:
    """Say whether the name of a score stands alone, or behind a word that leaves it what it is."""
    word = _LAST_WORD.search(before[-_LONGEST_WORD:])
    return word is None or _OF_ITS_OWN.fullmatch(word[1]) is not None


def fraction(digits: str, percent: str) -> float | None:
    """Give a printed share as a fraction of one, rounded as printed; None if it is no share."""
    value = float(digits)
    if percent:
        return round(value / 100, 10) if value <= 100 else None  # noqa: PLR2004 - percent
    return value if value <= 1 and "." in digits else None


def _latency(document: Document, text: str, number: int) -> Iterator[Claim]:
    if _NOT_LATENCY.search(text):
        return
    for match in _QUANTITY.finditer(text):
        sign = (match[1] or "").strip().lower()
        if sign not in {"~", "≈"}:
            yield document.claim(
                ClaimKind.LATENCY,
                float(match[2]),
                number,
                unit=_UNITS[match[3][0].lower()],
                comparator=_COMPARATORS.get(sign, "="),
            )


def _throughput(document: Document, text: str, number: int) -> Iterator[Claim]:
    for match in _THROUGHPUT.finditer(text):
        if match[1] not in {"~", "≈"}:
            yield document.claim(
                ClaimKind.THROUGHPUT,
                float(match[2]),
                number,
                unit="/s",
                comparator=_COMPARATORS.get(match[1] or "", "="),
            )


def _coverage(document: Document, line: Line) -> Iterator[Claim]:
    match = _COVERAGE.search(line.text)
    value = float(match[1] or match[2]) if match else 101.0
    if value <= 100 and not re.search(  # noqa: PLR2004 - percent
        r"\b(?:target|goal|minimum|threshold|required?)\b", line.text, re.IGNORECASE
    ):
        yield document.claim(ClaimKind.COVERAGE, value, line.number, unit="%", comparator="=")


def _sizes(document: Document, text: str, number: int) -> Iterator[Claim]:
    for match in _SIZE.finditer(text):
        yield document.claim(
            ClaimKind.SIZE,
            float(match[2].replace(",", "")),
            number,
            unit=match[3].lower(),
            comparator=None if match[1] else "=",
        )


def _table(document: Document, table: Table) -> Iterator[Claim]:
    """Read a table of one metric a row, from the column that holds what was measured.

    A column of targets is left alone.
    """
    column = table.column(_VALUE_COLUMN)
    if column is None and len(table.header) == 2:  # noqa: PLR2004 - a metric and its value
        column = None if _NOT_MEASURED.search(table.header[1]) else 1
    for row in table.rows:
        if (
            column in {None, 0}
            or column is None
            or column >= len(row.cells)
            or _NOT_MEASURED.search(row.cells[0])
        ):
            continue
        text = _CHANGED.sub("", f"{row.cells[0]}: {row.cells[column]}")
        if _NOT_MEASURED.search(text):
            continue
        yield from scores(document, text, row.number)
        if _LATENCY.search(text):
            yield from _latency(document, text, row.number)
        yield from _throughput(document, text, row.number)
