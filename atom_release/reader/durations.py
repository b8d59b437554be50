"""Quantities of time in a text, and what is beside them: a comparator, a statistic, a target.

No claim is made here: whether a quantity is a latency is decided in `latency`.
"""

from __future__ import annotations

import re

from atom_release.reader.facts import Fact, Table
from atom_release.reader.vocabulary import words

BRACKET = re.compile(r"[(（][^()（）]{0,200}[)）]")
_TARGET_BEHIND = re.compile(
    r"[(（,;|]\s?(?:[✅✔✓]\s?)?(?:under|below|within|target|goal|budget|threshold|limit|sla|slo|vs\.?|objetivo|meta|ziel|objectif|cible|目标|目標|要求|requirement|expected|<|≤)[^()（）]{0,80}[)）]?|[(（]\s?(?-i:max)[^()（）]{0,80}[)）]?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?<![\w.])\d[\d.,]{0,12}\s?(?:ms|s|secs?|seconds?|秒|毫秒)?\s?(?:-|\u2013|~|至|到|\bto\b|\ba\b|\bbis\b|\bà\b)\s?\d[\d.,]{0,12}\s?"
    r"(?:ms|s|secs?|seconds?|segundos?|sekunden|secondes?|秒|毫秒)\b"
)
"""From a number to another: which of them was measured is anybody's guess."""
_WAITS = re.compile(r"延[迟遲]\s?\d[\d.]{0,8}\s?(?:毫秒|秒|ms|s)(?=[\u4e00-\u9fff])")
"""To wait two seconds before something is done."""
_TARGET_MET = re.compile(
    r"\b(?:exceed(?:s|ed)?|meets?|met|beats?|beat|surpass(?:es|ed)?)\s(?:the\s)?(?:target|goal|budget)s?\b[\s✅✔✓.!)*_]*$",
    re.IGNORECASE,
)
"""Behind a quantity, that it reached its target."""
_IS_TARGET = re.compile(
    r"[<≤]\s?\d[\d.,]*\s?\w{1,12}\s?[(（]\s?(?:target|goal|objetivo|meta|ziel|objectif|cible|目标|目標|цель|목표)\b"
    r"(?!\s?[:=：]?\s?[<≤~]?\s?\d)",
    re.IGNORECASE,
)
QUANTITY = re.compile(
    r"(<=|>=|<|>|≤|≥|~|≈|\bsub-|\b(?:under|below|less than|over|above|more than|at most|up to|within|about|approximately|around|"
    r"menos de|unter|moins de|menor que|más de|mais de|abaixo de|inferior a|inferiores a|menor a|inférieure? à|weniger als|ca\.|"
    r"менее|около|до)\s|低于|小于|少于|不到|约)?\s?(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d{1,7}(?:[.,]\d{1,6})?)\s?"
    r"(ms|milliseconds?|millisekunden|milisegundos?|millisecondes?|毫秒|ミリ秒|µs|μs|us|s|secs?|seconds?|segundos?|sekunden|secondes?|сек(?:унд\w?)?|мс|秒|초|밀리초)(?![a-zA-Zа-яёÀ-ÿ0-9_]|/(?!op|req|search|query|call|request))",
    re.IGNORECASE,
)
PERCENTILE = re.compile(
    r"\bp\(?(50|75|90|95|99(?:[.,]9)?)\)?(?![\w]|[.,]\d)|\b(50|75|90|95|99)(?:th|º|°|ème)(?!\w)",
    re.IGNORECASE,
)
BOUNDS = frozenset({"<", "<=", ">", ">="})
_BUCKET = re.compile(r"\W*$")
_COUNTED = re.compile(r"\s?[:：]\s{0,3}\S")
_MARGIN = re.compile(
    r"(?:±|\+/-|\b(?:every|each|alle|jede|cada|toutes les|tous les|ogni|каждые|каждую)|每隔?)\s?$",
    re.IGNORECASE,
)
UNITS = {
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
COMPARATORS = {
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">=", "~": "~", "≈": "~",
    "sub-": "<", "under": "<", "below": "<", "less than": "<", "over": ">", "above": ">", "more than": ">",
    "at most": "<=", "up to": "<=", "within": "<=", "about": "~", "approximately": "~",
    "around": "~", "menos de": "<", "unter": "<", "moins de": "<", "menor que": "<", "más de": ">",
    "mais de": ">", "abaixo de": "<", "ca.": "~", "inferior a": "<", "inferiores a": "<", "menor a": "<",
    "inférieur à": "<", "inférieure à": "<", "weniger als": "<", "менее": "<", "до": "<", "около": "~",
    "低于": "<", "小于": "<", "少于": "<", "不到": "<", "约": "~",
}  # fmt: skip
_TIME = r"(?:ms|msecs?|milliseconds?|µs|us|s|secs?|seconds?|millisekunden|sekunden|segundos|secondes|毫秒|ミリ秒|秒|초|мс)"
_UNIT_OF = re.compile(
    rf"[(（\[]\s?({_TIME})\s?[)）\]]|[_,/]\s?(ms|us|s|sec|seconds)$", re.IGNORECASE
)
"""The unit that a header or a key gives for the numbers that stand below or behind it."""
_BARE = re.compile(r"\W{0,6}?((?:[~≈<>≤≥]=?\s?)?\d[\d.,]{0,12})[\s*`✅]*")
_KEY_WITH_UNIT = re.compile(
    rf"^(.{{2,60}}?)[(（\[]\s?({_TIME})\s?[)）\]]\W{{0,6}}?[:：=]\W{{0,4}}?((?:[~≈<>≤≥]=?\s?)?\d[\d.,]{{0,12}})(?![\d.,%]|\s?[^\W\d_])",
    re.IGNORECASE,
)
_REACHED = re.compile(
    r"\b(?:achieved|actual(?:ly)?|measured|got|reached|erreicht|gemessen|atteint|mesurée?|alcançado|medido|obtenido|"
    r"obtido|alcanzado|raggiunto|misurato)\b\W{0,4}(?=[~≈<]?\s?\d)|(?:实测|实际|达到|達成|実測)\W{0,4}(?=[~≈<]?\s?\d)",
    re.IGNORECASE,
)
"""The word before what was measured, where the target stands before it."""
_DIFFERENCE = re.compile(
    rf"\b(?:by|um)\s[~≈<>]?\s?\d[\d.,]{{0,12}}\s?{_TIME}\b|"
    rf"\d[\d.,]{{0,12}}\s?{_TIME}\s(?:faster|slower|less|more|saved|improvement|reduction|schneller|langsamer|"
    r"más rápid\w+|mais rápid\w+|plus rapide)\b",
    re.IGNORECASE,
)
"""How much faster something became is not how long it takes."""
_BESIDE_BEFORE, _BESIDE_BEHIND = 14, 18


def without_targets(text: str) -> str:
    """Return the text without a target that stands beside what was measured."""
    if ("<" in text or "≤" in text) and _IS_TARGET.search(text):
        return ""
    if QUANTITY.search(text) is None:
        return text
    text = _TARGET_MET.sub(" ", text)
    reached = _REACHED.search(text)
    if reached:
        text = QUANTITY.sub(" ", text[: reached.start()]) + text[reached.start() :]
    target = _TARGET_BEHIND.search(text)
    if target is None or QUANTITY.search(text[: target.start()]) is None:
        return text
    return _TARGET_BEHIND.sub(" ", text)


def has_target_beside(text: str) -> bool:
    """Return whether a quantity stands in a text with its target behind it: "120ms (target: 200ms)"."""
    target = _TARGET_BEHIND.search(text)
    return target is not None and QUANTITY.search(text[: target.start()]) is not None


def only_durations(text: str) -> str:
    """Return the text without ranges, differences, waits and remarks about something else."""
    kept = without_remarks(_DIFFERENCE.sub(" ", text))
    return _WAITS.sub(" ", _RANGE.sub(" ", kept))


def is_measure(match: re.Match[str], text: str) -> bool:
    """Return whether a quantity is one, and no bucket of a histogram, nor how exact another is, nor how often something happens.

    "<100ms: 12 requests" counts requests, "± 5ms" is a margin, "every 5 s" an interval; of what a clock could not tell, 0 is left.
    """
    before = text[: match.start()]
    bucket = match[1] and _BUCKET.fullmatch(before) and _COUNTED.match(text, match.end())
    return not (bucket or _MARGIN.search(before)) and any(map(str.isdigit, match[2].strip("0.,")))


def comparator(match: re.Match[str]) -> str:
    """Return how a quantity stands to what was measured: equal, about or below."""
    return COMPARATORS.get((match[1] or "").strip().lower(), "=")


def without_remarks(text: str) -> str:
    """Return the text with brackets blanked that say of what a quantity outside them is.

    "100 ms per chunk (10 s of audio)" measured the first; one that names a statistic stays.
    """
    outside = BRACKET.sub(lambda match: " " * len(match[0]), text)
    if outside == text or QUANTITY.search(outside) is None:
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
    for match in QUANTITY.finditer(lowered):
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
    return _KEY_WITH_UNIT.sub(r"\1: \3 \2", text) if bracket else text


def cell_with_unit(table: Table, row: Fact, column: int) -> str:
    """Return a cell with the unit that its column's header, or its row's name, gives a bare number."""
    cell = row.cells[column]
    bare = _BARE.fullmatch(cell)
    if bare is None:
        return cell
    header = table.top.cells[column] if column < len(table.top.cells) else ""
    named = _UNIT_OF.search(header) or _UNIT_OF.search(row.cells[0])
    return f"{bare[1]} {named[1] or named[2]}" if named else cell
