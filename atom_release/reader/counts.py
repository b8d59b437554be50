"""How many tests a report says passed, failed and were skipped.

Every statement, and which of them speaks for the whole suite.

A field such as "Test Results: 7 PASSED, 0 FAILED" speaks for the suite, then a total row, then a
line below "Test Results" that is nothing but counts (where no two such lines differ), then the
runner's own last line, then prose. A statement about a part ("Unit tests: 5/5"), about another
task, or about an earlier state is not the suite's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from atom_release.reader import runner
from atom_release.reader.document import Document, Field, Line
from atom_release.reader.runner import Counts
from atom_release.reader.tables import count_rows
from atom_release.reader.words import ticked

_WORDS = {
    "passed": "passed",
    "passing": "passed",
    "pass": "passed",
    "failed": "failed",
    "failing": "failed",
    "failure": "failed",
    "failures": "failed",
    "skipped": "skipped",
    "total": "total",
}
_COUNTED = re.compile(
    r"(?<![\d./])(?<!\d,)(\d{1,7})\s+(?:tests?\s+|cases?\s+)?(passed|passing|failed|failing|failures?|skipped|total)\b",
    re.IGNORECASE,
)
_KEYED = re.compile(
    r"\b(passed|failed|skipped|total)\s*[:=]\s*(\d{1,7})\b(?!\s*[%/.\d])", re.IGNORECASE
)
_SHARE = re.compile(
    r"(?<![\d./])(?<!\d,)(\d{1,7})\s*(?:/|of|out of)\s*(\d{1,7})\b(?![\d./]|\s*%)", re.IGNORECASE
)
_SHARE_SAID = re.compile(
    r"\s*(?:unit |integration |\w+ )?(?:tests?|test cases|cases)?\s*(?:are |were |have"
    r" )?(?:pass\w*|green|ok|✅)",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\ball\s+(\d{1,7})\s+(?:\w+\s+)?tests?\s+(?:are\s+|have\s+)?(?:pass\w*|green)", re.IGNORECASE
)
_NOTHING_ELSE = re.compile(
    r"[\W_]*(?:all )?(?:\d{1,7}\s*(?:/|of|out of)\s*)?\d{1,7}\s+(?:tests?\s+)?"
    r"(?:pass\w*|fail\w*|skipped|total|green|ok)(?:[\s,;]+\d{1,7}\s+(?:pass\w*|fail\w*|skipped|total))*[\W_]*",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(?:total |all |overall )?tests?(?: (?:results?|summary|status|coverage|count|passed|"
    r"passing|execution|suite))?|test(?:ing)?|total tests|tests total|passed|failed|skipped|total"
)
_PART_KEY = re.compile(r"(?:\w+ ){1,3}tests?(?: (?:results?|passed|coverage))?")
_TEST = re.compile(r"\btests?\b|\bpytest\b|\btest cases\b", re.IGNORECASE)
_NOT_NOW = re.compile(
    r"\b(?:previous\w*|initial\w*|before|earlier|baseline|target|goal|expected|required|should|fixed|resolved|last"
    r" week|was|were \d+ fail|yesterday)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\bon (?:windows|mac\s?os\w*|macs?\b|arm\w*|staging|production)\b", re.IGNORECASE
)
_ASIDE = re.compile(r"\([^()]{0,200}\)")
_OTHER_TASK = re.compile(r"(?<![\w.])[A-Z]{1,3}\.\d{1,3}(?![\w.]*\.(?:py|md|sql))")
_BARE_SHARE = re.compile(r"\W*(\d{1,7})\s*/\s*(\d{1,7})(?![\d./])")
_SINGLE_KEY = re.compile(r"(?:tests? )?(?:passed|failed|skipped|total)(?: tests?)?")
_DIGIT = re.compile(r"\d")
_BARE_NUMBER = re.compile(r"(\d{1,7})(?![\d./%])")


class Rank(IntEnum):
    """How directly a statement speaks for the whole suite; lower speaks first."""

    FIELD = 0
    TOTAL = 1
    LINE = 2
    RUN = 3
    PROSE = 4
    PART = 5
    SUMMED = 6
    TICKS = 7


@dataclass(frozen=True)
class Statement:
    """Counts of one line with their rank."""

    counts: Counts
    rank: Rank


@dataclass
class CountsRead:
    """The suite's counts, the lines that state them, and what does not add up."""

    counts: Counts | None = None
    stated: list[Counts] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def read(document: Document, task_id: str | None) -> CountsRead:
    """Read what the report says of its own suite."""
    statements, findings = _statements(document, task_id)
    found = CountsRead(findings=[*findings, *_sums(statements)])
    suite = _suite(statements)
    if suite is None:
        return found
    first, whole = suite
    for statement in whole:
        found.stated.append(statement.counts)
    merged = first.counts
    for statement in whole:
        merged = merged.filled(statement.counts) if merged.agrees(statement.counts) else merged
        if not first.counts.agrees(statement.counts):
            found.findings.append(
                f"the tests are {first.counts} on line {first.counts.line} and {statement.counts}"
                f" on line {statement.counts.line}"
            )
    found.counts = merged.completed()
    return found


def _suite(statements: list[Statement]) -> tuple[Statement, list[Statement]] | None:
    """Give the statement that leads, and all that speak for the whole suite."""
    runs = {statement.counts.key for statement in statements if statement.rank is Rank.RUN}
    direct = [one for one in statements if one.rank <= Rank.TOTAL] or _lines(statements)
    if direct:
        lead, spoken = direct[0], set(direct)
        whole = [
            one
            for one in statements
            if one in spoken
            or (one.rank is Rank.RUN and (len(runs) == 1 or lead.counts.agrees(one.counts)))
        ]
        said = [
            one for one in statements if one.rank in {Rank.LINE, Rank.PROSE} and one not in spoken
        ]
        return lead, whole + [
            one for one in said if any(other.counts.agrees(one.counts) for other in whole)
        ]
    statements = [
        replace(one, rank=Rank.PROSE) if one.rank is Rank.LINE else one for one in statements
    ]
    for rank in (Rank.RUN, Rank.PROSE, Rank.PART, Rank.SUMMED, Rank.TICKS):
        ranked = [one for one in statements if one.rank is rank]
        if ranked:
            same = all(ranked[0].counts.agrees(one.counts) for one in ranked)
            agreeing = [
                one
                for one in statements
                if one.rank is Rank.PROSE and ranked[0].counts.agrees(one.counts)
            ]
            return (ranked[0], list(dict.fromkeys([*ranked, *agreeing]))) if same else None
    return None


def _lines(statements: list[Statement]) -> list[Statement]:
    """Give the lines that are nothing but counts, unless they differ.

    Then each speaks of a part.
    """
    lines = [one for one in statements if one.rank is Rank.LINE]
    return lines if all(lines[0].counts.agrees(one.counts) for one in lines) else []


def _sums(statements: list[Statement]) -> Iterator[str]:
    for statement in statements:
        counts = statement.counts
        parts = (counts.passed, counts.failed, counts.skipped)
        if (
            counts.total is not None
            and counts.passed is not None
            and sum(part or 0 for part in parts) > counts.total
        ):
            yield f"{counts} does not add up on line {counts.line}"


def _statements(document: Document, task_id: str | None) -> tuple[list[Statement], list[str]]:
    found: list[Statement] = []
    in_table, findings = count_rows(document)
    found += [Statement(counts, Rank.TOTAL if total else Rank.SUMMED) for counts, total in in_table]
    for fence in document.fences:
        if fence.section.own:
            runs = list(runner.runs(fence.lines))
            found += [Statement(counts, Rank.RUN) for counts in runs]
            if runs or runner.speaks(fence.lines):
                document.examined.update(number for number, _ in fence.lines)
    found += _from_lines(document, task_id)
    found += [Statement(counts, Rank.TICKS) for counts in _ticks(document)] if not found else []
    return sorted(found, key=lambda statement: (statement.rank, statement.counts.line)), findings


def _from_lines(document: Document, task_id: str | None) -> Iterator[Statement]:
    apart: list[tuple[str, int, int]] = []
    fields: dict[int, list[Field]] = {}
    for one in document.fields:
        fields.setdefault(one.line.number, []).append(one)
    for line in document.lines:
        if _DIGIT.search(line.text) and _about_tests(line, task_id):
            single = [
                (unit, value, line.number)
                for one in fields.get(line.number, ())
                for unit, value in _single(one)
            ]
            apart += single
            if not single:
                yield from _from_line(line, fields.get(line.number, []))
    found = {unit: value for unit, value, _ in apart}
    if apart and all(
        found[unit] == value for unit, value, _ in apart
    ):  # two different numbers passed are two parts
        lines = {unit: number for unit, _, number in reversed(apart)}
        yield Statement(Counts.of(min(lines.values()), found, lines=lines), Rank.FIELD)


def _from_line(line: Line, fields: list[Field]) -> Iterator[Statement]:
    ran = list(runner.pasted(line.number, line.text))
    if ran:
        yield from (Statement(counts, Rank.RUN) for counts in ran)
        return
    for one in fields:
        counts = _counts(line, one.value)
        if counts:
            yield Statement(counts, _rank(one.key, line))
            return
    counts = _counts(line, line.text)
    if counts:
        whole = _KEY.fullmatch(line.section.title.lower().strip()) and _NOTHING_ELSE.fullmatch(
            line.text
        )
        yield Statement(counts, Rank.LINE if whole else Rank.PROSE)


def _single(one: Field) -> Iterator[tuple[str, int]]:
    """Read a field that holds one count: "Passed: 7"."""
    number = _BARE_NUMBER.match(one.value)
    unit = next(
        (unit for unit in ("passed", "failed", "skipped", "total") if unit in one.key.split()), None
    )
    if number and unit and _SINGLE_KEY.fullmatch(one.key):
        yield unit, int(number[1])


def _rank(key: str, line: Line) -> Rank:
    if _KEY.fullmatch(key):
        return Rank.FIELD
    return Rank.PART if _PART_KEY.fullmatch(key) or line.section.inherited.testing else Rank.PROSE


def _about_tests(line: Line, task_id: str | None) -> bool:
    section = line.section
    if not section.own or section.inherited.compliance or line.heading:
        return False
    if not (section.inherited.testing or _TEST.search(line.text)):
        return False
    return (
        not _NOT_NOW.search(line.text)
        and not _ELSEWHERE.search(_ASIDE.sub("", line.text))
        and all(other == task_id for other in _OTHER_TASK.findall(line.text))
    )


def _counts(line: Line, text: str) -> Counts | None:
    """Read "7 PASSED, 0 FAILED", "22/25 tests passing", "all 8 tests pass", "Passed: 7, Failed.

    1" or a bare "8/8".
    """
    found: dict[str, int] = {}
    text = (
        _ASIDE.sub(lambda aside: "" if _ELSEWHERE.search(aside[0]) else aside[0], text)
        if _ELSEWHERE.search(text)
        else text
    )
    for match in _COUNTED.finditer(text):
        found.setdefault(_WORDS[match[2].lower()], int(match[1]))
    for match in _KEYED.finditer(text):
        found.setdefault(match[1].lower(), int(match[2]))
    share = _share(line, text)
    if share:
        found.update(passed=share[0], total=share[1])
    every = _ALL.search(text)
    if every:
        found.update(passed=int(every[1]), total=int(every[1]))
    return (
        Counts.of(line.number, found)
        if found and ("passed" in found or "failed" in found)
        else None
    )


def _share(line: Line, text: str) -> tuple[int, int] | None:
    for match in _SHARE.finditer(text):
        passed, total = int(match[1]), int(match[2])
        if passed <= total and _SHARE_SAID.match(text, match.end()):
            return passed, total
    whole = _BARE_SHARE.match(text)
    if whole and text is not line.text and int(whole[1]) <= int(whole[2]):
        return int(whole[1]), int(whole[2])
    return None


def _ticks(document: Document) -> Iterator[Counts]:
    """Count a list of ticks and crosses under a heading about tests.

    If every item of it has one.
    """
    listed: dict[int, list[tuple[int, bool | None]]] = {}
    for line in document.lines:
        if line.item and line.section.own and line.section.topic.testing:
            listed.setdefault(line.section.line, []).append(
                (line.number, line.checked if line.checked is not None else ticked(line.text))
            )
    for items in listed.values():
        marks = [mark for _, mark in items]
        if None not in marks:
            passed = sum(mark is True for mark in marks)
            yield Counts(
                line=items[0][0],
                passed=passed,
                failed=len(marks) - passed,
                total=len(marks),
                printed=(),
            )
