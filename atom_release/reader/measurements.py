"""Numbers that a report gives as measured: accuracy and its kin, latency, throughput, error rates.

A budget, a target, a baseline or an example is not a measurement. A bound ("<50ms") and an
approximation ("~50ms") keep their comparator, so that nobody takes them for one; code and sample
JSON are not read at all, and of plain output only a latency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.durations import (
    BRACKET,
    PERCENTILE,
    cell_with_unit,
    has_target_beside,
    with_unit_of_key,
    without_targets,
)
from atom_release.reader.facts import Document, Fact, Kind, Table
from atom_release.reader.latency import (
    cell_latencies,
    has_word_of_speed,
    is_latency,
    latencies,
    printed_latencies,
    speed_columns,
)
from atom_release.reader.leads import find_leads
from atom_release.reader.numbers import decimal
from atom_release.reader.quantities import comparator_of, quantity
from atom_release.reader.sections import Section, Topic, is_wanted
from atom_release.reader.vocabulary import concepts, may_hold, words

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
# Balanced, top-3, per-class, human: what else stands before the name makes it another score than
# the one that the gate derives.
_LAST_WORD = re.compile(r"([\w@.-]*\w)\s$")
_LONGEST_WORD = 60
_THROUGHPUT = re.compile(
    r"(<=|>=|<|>|≤|≥|~|≈)?\s?(?<![\w.])(?<!\d,)(\d{1,3}(?:,\d{3})+|\d{1,9}(?:\.\d{1,4})?)\s?(rps|qps|tps|req(?:uest)?s?\s?(?:/\s?s(?:ec(?:ond)?)?|per"
    r" second)|ops/s(?:ec)?)\b",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"(~|≈)?(?<![\w.])(?<!\d,)(\d{1,3}(?:,\d{3}){1,3}|\d{1,9}(?:\.\d{1,3})?)\s?(lines|loc|bytes|kb|kib|mb|mib)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"(?<![\w.])\d{1,9}(?:[.,]\d{1,8})?\s?(?:%|ms|s)?\s?(?:→|->|=>)\s?(?=\d)")
_ADDRESS = re.compile(r"\S*/\S*")
_MAY_CHANGE = re.compile("→|->|=>")
_A_MINUTE = re.compile(r"/\s?min\b")
_POLICY = re.compile(r"\bp-?\d\b")
_DIGIT = re.compile(r"\d")
_PAIR = 2
_WHOLE = 100.0


def read_measurements(document: Document) -> Iterator[Claim]:
    """Yield every measurement, in the order of the lines of each kind of block."""
    leads = find_leads(document)
    for fact in document.lines:
        if fact.checked is False or fact.kind is Kind.HEADING:
            continue  # an open item was not measured
        if _DIGIT.search(fact.text) and _is_measured(fact, leads.get(fact.line)):
            lead = leads.get(fact.line)
            wanted = fact.section.inherited.wanted or (lead is not None and lead.wanted)
            yield from _line(document, fact, wanted=wanted)
    for table in document.tables:
        if _measures(table.section):
            yield from _table(document, table)
    for block in document.blocks.values():
        if _measures(block[0].section):
            yield from printed_latencies(document, block)


def _is_measured(fact: Fact, lead: Topic | None) -> bool:
    """Return whether a line may say what was measured; among budgets, one with its own beside it."""
    if lead is not None and (lead.foreign or lead.history or lead.budget):
        return False
    if _measures(fact.section):
        return True
    return _measures(fact.section, budgets=True) and has_target_beside(fact.text)


def _measures(section: Section, *, budgets: bool = False) -> bool:
    above = section.inherited
    return section.own and not (
        (
            (above.compliance or above.environment)
            and words("t_speed").search(section.title.lower()) is None
        )
        or (above.budget and not budgets)
    )


def _line(document: Document, fact: Fact, *, wanted: bool) -> Iterator[Claim]:
    changed = _CHANGED.sub("", fact.text) if _MAY_CHANGE.search(fact.text) else fact.text
    beside = ("(" in changed or "（" in changed) and has_target_beside(changed)
    if not (beside or _may_measure(changed.lower()) or has_word_of_speed(fact.section)):
        if fact.section.inherited.files or words("n_size_key").search(changed.lower()):
            yield from _sizes(document, without_targets(with_unit_of_key(changed)), fact.line)
        return
    text = without_targets(with_unit_of_key(changed))
    lowered = text.lower()
    number = fact.line
    judged = _A_MINUTE.sub(" ", lowered) if "/" in lowered else lowered
    if not (words("not_measured").search(judged) or _POLICY.search(lowered)):
        yield from read_scores(document, lowered, number)
        if is_latency(lowered) or has_word_of_speed(fact.section):
            yield from latencies(document, text, number, wanted=wanted)
        elif beside:
            yield from latencies(document, text, number, wanted=wanted, held=True)
        yield from _throughput(document, text, fact)
        match = _error_rate().search(lowered)
        if match and not (match[1] and (wanted or is_wanted(lowered))):
            yield document.claim(
                ClaimKind.ERROR_RATE,
                decimal(match[2]),
                number,
                unit="%",
                comparator=comparator_of(match[1] or ""),
            )
    if fact.section.inherited.files or words("n_size_key").search(lowered):
        yield from _sizes(document, text, number)


_MEASURED = ("latency", "average", "accuracy", "precision", "recall", "f1", "n_error_rate")


def _may_measure(lowered: str) -> bool:
    """Return whether a text in lower case may say a latency, a score, a throughput or an error rate."""
    return (
        may_hold(lowered, *_MEASURED)
        or PERCENTILE.search(lowered) is not None
        or _THROUGHPUT.search(lowered) is not None
    )


@cache
def _error_rate() -> re.Pattern[str]:
    """Return what matches, in lower case, how large a share of requests went wrong."""
    return re.compile(
        rf"(?:{words('n_error_rate').pattern})\s?(?:(?:{words('copula').pattern})\s|(?:{words('l_of').pattern})\s|:|=|\|)?"
        r"\s?(<|<=|≤)?\s?(\d{1,3}(?:[.,]\d{1,4})?)\s?%"
    )


@cache
def _score_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(f"(?P<{name}>{words(name).pattern})" for name in _SCORES)
    behind = (
        rf"(?:{names})(?:[-\s]?(?:score|rate)\b)?(?:\s(?:is|was|of|at|reached|reaches|score|on the test set|on test"
        rf" data))?(?:\s\((?:(?:on|the)\s){{0,2}}(?:{words('n_score_of').pattern})\))?\s?(?:[:=|]|\s)\s?{_SHARE}"
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
    return word is None or words("l_before_score").fullmatch(word[1]) is not None


def fraction(digits: str, percent: str) -> float | None:
    """Return a printed share as a fraction of one, rounded as printed; None if it is no share."""
    value = decimal(digits)
    if percent:
        return round(value / 100, 10) if value <= _WHOLE else None
    return value if value <= 1 and ("." in digits or "," in digits) else None


def _throughput(document: Document, text: str, fact: Fact) -> Iterator[Claim]:
    """Yield the rates of a text that speaks of no limit, and reckons none out."""
    if "×" in text or not _DIGIT.search(text):
        return
    limited = f"{text} {fact.section.title}".lower()
    for match in _THROUGHPUT.finditer(text):
        if words("not_throughput").search(limited):
            return
        yield document.claim(
            ClaimKind.THROUGHPUT,
            decimal(match[2]),
            fact.line,
            unit="/s",
            comparator=comparator_of(match[1] or ""),
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

    A column of targets is left alone. Where columns name a latency, each is a measurement.
    """
    if not table.rows:
        return
    columns = speed_columns(table)
    for index in columns:
        yield from _column(document, table, index, always=True)
    measured = [
        index
        for index, name in enumerate(table.names)
        if index and "measured_column" in concepts(name) and _has_numbers(table, index)
    ]
    if not columns and len(measured) == 1:
        yield from _column(document, table, measured[0], always=_has_target(table))
    elif (
        not columns
        and len(table.names) == _PAIR
        and "target_column" not in concepts(table.names[1])
    ):
        yield from _column(document, table, 1, always=False)


def _has_numbers(table: Table, column: int) -> bool:
    """Return whether a column holds a number in some row: one of results alone measures nothing."""
    return any(column < len(row.cells) and _DIGIT.search(row.cells[column]) for row in table.rows)


def _has_target(table: Table) -> bool:
    """Return whether a column holds targets, and not only what was measured before."""
    return any(
        "target_column" in concepts(name) and not words("t_history").search(name)
        for name in table.names
    )


def _column(document: Document, table: Table, column: int, *, always: bool) -> Iterator[Claim]:
    """Read one column; `always` where a number with a unit of time there is a latency anyway."""
    speed = has_word_of_speed(table.section)
    for row in table.rows:
        named = _ADDRESS.sub(" ", row.cells[0].lower())
        if column >= len(row.cells) or words("not_measured").search(named):
            continue
        cell = cell_with_unit(table, row, column)
        text = _CHANGED.sub("", f"{row.cells[0]}: {cell}")
        lowered = text.lower()
        if words("not_measured").search(BRACKET.sub("", _ADDRESS.sub(" ", lowered))):
            continue
        yield from read_scores(document, lowered, row.line)
        if is_latency(lowered) or speed or (always and quantity().search(cell)):
            yield from cell_latencies(document, table, row, column)
        yield from _throughput(document, text, row)
