"""Numbers that a report gives as measured: accuracy and its kin, latency, throughput, error rates.

A budget, a target, a baseline or an example is not a measurement. A bound ("<50ms") and an
approximation ("~50ms") keep their comparator, so that nobody takes them for one; code and sample
JSON are not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.facts import Document, Fact, Kind, Table
from atom_release.reader.numbers import decimal
from atom_release.reader.sections import Section
from atom_release.reader.vocabulary import concepts, words

_SCORES = {
    "accuracy": ClaimKind.ACCURACY,
    "precision": ClaimKind.PRECISION,
    "recall": ClaimKind.RECALL,
    "f1": ClaimKind.F1,
}
_SHARE = (
    r"(?<![\d.,/+\-<>=≤≥~≈v])(\d{1,3}(?:[.,]\d{1,8})?)\s?(%?)"
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
    r"average|total|current|actual|engine|failure|shows?|gives?|cv|validation|cross.?validation|training|y|e|et|und|de|la|le"
)
_LAST_WORD = re.compile(r"([\w@.-]*\w)\s$")
_LONGEST_WORD = 60
_BRACKET = re.compile(r"[(（][^()（）]{0,200}[)）]")
_TARGET_BEHIND = re.compile(
    r"[(（,;|]\s?(?:under|below|within|target|goal|budget|threshold|limit|sla|slo|vs\.?|objetivo|meta|ziel|objectif|cible|目标|目標|要求|requirement|expected|max|<|≤)[^()（）]{0,80}[)）]?"
)
_RANGE = re.compile(
    r"(?<![\w.])\d[\d.,]{0,12}\s?(?:ms|s|secs?|seconds?|秒|毫秒)?\s?(?:-|\u2013|~|至|到|\bto\b|\ba\b|\bbis\b|\bà\b)\s?\d[\d.,]{0,12}\s?"
    r"(?:ms|s|secs?|seconds?|segundos?|sekunden|secondes?|秒|毫秒)\b"
)
"""From a number to another: which of them was measured is anybody's guess."""
_WAITS = re.compile(r"延[迟遲]\s?\d[\d.]{0,8}\s?(?:毫秒|秒|ms|s)(?=[\u4e00-\u9fff])")
"""To wait two seconds before something is done."""
_IS_TARGET = re.compile(
    r"[<≤]\s?\d[\d.,]*\s?\w{1,12}\s?[(（]\s?(?:target|goal|objetivo|meta|ziel|objectif|cible|目标|目標|цель|목표)\b"
    r"(?!\s?[:=：]?\s?[<≤~]?\s?\d)"
)
_QUANTITY = re.compile(
    r"(<=|>=|<|>|≤|≥|~|≈|\b(?:under|below|less than|over|above|more than|at most|up to|within|about|approximately|around|"
    r"menos de|unter|moins de|menor que|más de|mais de|abaixo de|inferior a|inferiores a|menor a|inférieure? à|weniger als|ca\.|"
    r"менее|около|до)\s|低于|小于|少于|不到|约)?\s?(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d{1,7}(?:[.,]\d{1,6})?)\s?"
    r"(ms|milliseconds?|millisekunden|milisegundos?|millisecondes?|毫秒|ミリ秒|µs|μs|us|s|secs?|seconds?|segundos?|sekunden|secondes?|сек(?:унд\w?)?|мс|秒|초|밀리초)(?![a-zA-Zа-яёÀ-ÿ0-9_]|/(?!op|req|search|query|call|request))",
    re.IGNORECASE,
)
_THROUGHPUT = re.compile(
    r"(<=|>=|<|>|≤|≥|~|≈)?\s?(?<![\w.])(?<!\d,)(\d{1,3}(?:,\d{3})+|\d{1,9}(?:\.\d{1,4})?)\s?(rps|qps|tps|req(?:uest)?s?\s?(?:/\s?s(?:ec(?:ond)?)?|per"
    r" second)|ops/s(?:ec)?)\b",
    re.IGNORECASE,
)
_ERROR_RATE = re.compile(
    r"\berror rate\s?(?:is|of|:|=|\|)?\s?(<|<=|≤)?\s?(\d{1,3}(?:\.\d{1,4})?)\s?%", re.IGNORECASE
)
_SIZE = re.compile(
    r"(~|≈)?(?<![\w.])(?<!\d,)(\d{1,3}(?:,\d{3}){1,3}|\d{1,9}(?:\.\d{1,3})?)\s?(lines|loc|bytes|kb|kib|mb|mib)\b",
    re.IGNORECASE,
)
_SIZE_KEY = re.compile(r"\bsize\b|\blines of code\b", re.IGNORECASE)
_CHANGED = re.compile(r"(?<![\w.])\d{1,9}(?:[.,]\d{1,8})?\s?(?:%|ms|s)?\s?(?:→|->|=>)\s?(?=\d)")
_PERCENTILE = re.compile(r"\bp(50|90|95|99)\b|\b(50|90|95|99)th\b", re.IGNORECASE)
_UNITS = {
    "m": "ms",
    "u": "us",
    "µ": "us",
    "μ": "us",
    "s": "s",
    "毫": "ms",
    "ミ": "ms",
    "秒": "s",
    "с": "s",
    "м": "ms",
    "초": "s",
    "밀": "ms",
}
_COMPARATORS = {
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">=", "~": "~", "≈": "~",
    "under": "<", "below": "<", "less than": "<", "over": ">", "above": ">", "more than": ">",
    "at most": "<=", "up to": "<=", "within": "<=", "about": "~", "approximately": "~",
    "around": "~", "menos de": "<", "unter": "<", "moins de": "<", "menor que": "<", "más de": ">",
    "mais de": ">", "abaixo de": "<", "ca.": "~", "inferior a": "<", "inferiores a": "<", "menor a": "<",
    "inférieur à": "<", "inférieure à": "<", "weniger als": "<", "менее": "<", "до": "<", "около": "~",
    "低于": "<", "小于": "<", "少于": "<", "不到": "<", "约": "~",
}  # fmt: skip
_POLICY = re.compile(r"\bp-?\d\b")
_DIGIT = re.compile(r"\d")
_PAIR = 2
_WHOLE = 100.0


def read_measurements(document: Document) -> Iterator[Claim]:
    """Yield every measurement, in the order of the lines of each kind of block."""
    for fact in document.lines:
        if fact.kind is not Kind.HEADING and _DIGIT.search(fact.text) and _measures(fact.section):
            yield from _line(document, fact)
    for table in document.tables:
        if _measures(table.section):
            yield from _table(document, table)


def _measures(section: Section) -> bool:
    above = section.inherited
    return section.own and not (above.compliance or above.environment or above.budget)


def _line(document: Document, fact: Fact) -> Iterator[Claim]:
    text = _without_targets(_CHANGED.sub("", fact.text))  # "75 % → 81.8 %" says the second
    lowered = text.lower()
    number = fact.line
    if not (words("not_measured").search(lowered) or _POLICY.search(lowered)):
        yield from read_scores(document, lowered, number)
        if _is_latency(lowered) or words("latency").search(fact.section.title.lower()):
            yield from _latency(document, text, number)
        yield from _throughput(document, text, number)
        match = _ERROR_RATE.search(text)
        if match:
            yield document.claim(
                ClaimKind.ERROR_RATE,
                float(match[2]),
                number,
                unit="%",
                comparator=_COMPARATORS.get(match[1] or "", "="),
            )
    if fact.section.inherited.files or _SIZE_KEY.search(text):
        yield from _sizes(document, text, number)


def _without_targets(text: str) -> str:
    """Return the text without a target that stands behind what was measured."""
    if _IS_TARGET.search(text):
        return ""
    target = _TARGET_BEHIND.search(text)
    if target is None or _QUANTITY.search(text[: target.start()]) is None:
        return text
    return _TARGET_BEHIND.sub(" ", text)


def _is_latency(lowered: str) -> bool:
    return words("latency").search(lowered) is not None


@cache
def _score_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(f"(?P<{name}>{words(name).pattern})" for name in _SCORES)
    behind = (
        rf"(?:{names})(?:[-\s]?(?:score|rate)\b)?(?:\s(?:is|was|of|at|reached|reaches|score|on the test set|on test"
        rf" data))?(?:\s\({_WHERE}\))?\s?(?:[:=|]|\s)\s?{_SHARE}"
    )
    before = (
        rf"{_SHARE}\s(?:overall |test |mean |model |prediction |cv |cross-validation |validation"
        rf" |training |de )?(?:{names})"
    )
    return re.compile(behind), re.compile(before)


def read_scores(document: Document, lowered: str, number: int) -> Iterator[Claim]:
    """Yield accuracy, precision, recall and F1 as fractions, of a text in lower case.

    A number without a percent sign must be one already.
    """
    if not any(words(name).search(lowered) for name in _SCORES):
        return
    taken: set[ClaimKind] = set()
    behind, before = _score_patterns()
    for pattern in (behind, before):
        for match in pattern.finditer(lowered):
            name = next(name for name in _SCORES if match[name])
            digits, percent = (
                (match[match.re.groups - 1], match[match.re.groups])
                if pattern is behind
                else (match[1], match[2])
            )
            own = pattern is before or _is_own(lowered[: match.start()])
            value = fraction(digits, percent) if own else None
            if value is not None and _SCORES[name] not in taken:
                taken.add(_SCORES[name])
                yield document.claim(_SCORES[name], value, number, unit="fraction", comparator="=")


def _is_own(before: str) -> bool:
    """Return whether a score's name stands alone, or behind a word that leaves it what it is."""
    word = _LAST_WORD.search(before[-_LONGEST_WORD:])
    return word is None or _OF_ITS_OWN.fullmatch(word[1]) is not None


def fraction(digits: str, percent: str) -> float | None:
    """Return a printed share as a fraction of one, rounded as printed; None if it is no share."""
    value = decimal(digits)
    if percent:
        return round(value / 100, 10) if value <= _WHOLE else None
    return value if value <= 1 and ("." in digits or "," in digits) else None


def _latency(document: Document, text: str, number: int) -> Iterator[Claim]:
    lowered = text.lower()
    if words("not_latency").search(lowered):
        return
    for match in _QUANTITY.finditer(_WAITS.sub(" ", _RANGE.sub(" ", _without_remarks(text)))):
        sign = (match[1] or "").strip().lower()
        yield document.claim(
            ClaimKind.LATENCY,
            decimal(match[2]),
            number,
            unit=_UNITS[match[3][0].lower()],
            comparator=_COMPARATORS.get(sign, "="),
            detail=_statistic(lowered[: match.start()]) or _statistic(lowered[match.end() :]),
        )


def _without_remarks(text: str) -> str:
    """Return the text with brackets blanked that say of what a quantity outside them is.

    "100 ms per chunk (10 s of audio)" measured the first; one that names a statistic stays.
    """
    outside = _BRACKET.sub(lambda match: " " * len(match[0]), text)
    if outside == text or _QUANTITY.search(outside) is None:
        return text
    return _BRACKET.sub(
        lambda match: match[0] if _statistic(match[0].lower()) else " " * len(match[0]), text
    )


def _statistic(text: str) -> str | None:
    """Return which statistic a text names, the last of several: p95, avg or max."""
    statistics = [(match.end(), f"p{match[1] or match[2]}") for match in _PERCENTILE.finditer(text)]
    for concept, name in (("average", "avg"), ("maximum", "max")):
        match = words(concept).search(text)
        if match:
            statistics.append((match.end(), name))
    return max(statistics)[1] if statistics else None


def _throughput(document: Document, text: str, number: int) -> Iterator[Claim]:
    for match in _THROUGHPUT.finditer(text):
        yield document.claim(
            ClaimKind.THROUGHPUT,
            decimal(match[2]),
            number,
            unit="/s",
            comparator=_COMPARATORS.get(match[1] or "", "="),
        )


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

    A column of targets is left alone. Where the columns are percentiles, each is a measurement.
    """
    if not table.rows:
        return
    columns = [
        index for index, name in enumerate(table.names) if index and _PERCENTILE.fullmatch(name)
    ]
    for index in columns:
        yield from _column(document, table, index, always=True)
    measured = [
        index
        for index, name in enumerate(table.names)
        if index and "measured_column" in concepts(name)
    ]
    if not columns and len(measured) == 1:
        yield from _column(document, table, measured[0], always=_has_target(table))
    elif (
        not columns
        and len(table.names) == _PAIR
        and "target_column" not in concepts(table.names[1])
    ):
        yield from _column(document, table, 1, always=False)


def _has_target(table: Table) -> bool:
    """Return whether a column holds targets, and not only what was measured before."""
    return any(
        "target_column" in concepts(name) and not words("t_history").search(name)
        for name in table.names
    )


def _column(document: Document, table: Table, column: int, *, always: bool) -> Iterator[Claim]:
    """Read one column; `always` where a number with a unit of time there is a latency anyway."""
    speed = words("latency").search(table.section.title.lower()) is not None
    for row in table.rows:
        if column >= len(row.cells) or words("not_measured").search(row.cells[0].lower()):
            continue
        text = _CHANGED.sub("", f"{row.cells[0]}: {row.cells[column]}")
        lowered = text.lower()
        if words("not_measured").search(_BRACKET.sub("", lowered)):
            continue
        yield from read_scores(document, lowered, row.line)
        if _is_latency(lowered) or speed or (always and _QUANTITY.search(row.cells[column])):
            yield from _cell(document, table, row, column)
        yield from _throughput(document, text, row.line)


def _cell(document: Document, table: Table, row: Fact, column: int) -> Iterator[Claim]:
    named = f"{table.names[column]} {row.cells[0]}".lower()
    if words("not_latency").search(named):
        return
    for match in _QUANTITY.finditer(_without_targets(row.cells[column])):
        sign = (match[1] or "").strip().lower()
        yield document.claim(
            ClaimKind.LATENCY,
            decimal(match[2]),
            row.line,
            unit=_UNITS[match[3][0].lower()],
            comparator=_COMPARATORS.get(sign, "="),
            detail=_statistic(named) or _statistic(row.cells[column].lower()),
        )
