"""What a reader of a report meets that speaks against its PASS.

The status is one place's and the counts are another's; who reads the whole report sees more: that
tests fail, that it is not ready, that nothing was run. Each is looked for where it is said of this
release as it is now. What is past, put right, of a run elsewhere or of a condition is not, nor
what stands in a quotation, in an example, or in a section about what was mended.

What the suite's own counts say is not asked here: failures that were counted are held against the
status by who judges it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader import clauses, phrases, runners
from atom_release.reader.decoding import clean
from atom_release.reader.facts import Document, Fact, Kind, Table, split_fields
from atom_release.reader.leading_counts import leading_number
from atom_release.reader.named_failures import may_name_failing_tests, names_failing_test
from atom_release.reader.pictures import refusing_pictures
from atom_release.reader.sections import Section, topic
from atom_release.reader.tally import Counts
from atom_release.reader.vocabulary import concepts, may_hold, name_of, words
from atom_release.reader.words import bare, status_of

_QUOTED = 120
_SHALLOW = 2
_FAR = 40
_NO_OUTPUT = frozenset({"markdown", "md", "diff", "patch", "text/markdown"})
_REVERSED = re.compile("[\u202d\u202e]")
_PARTED = re.compile("[A-Za-z0-9][\u00ad\u200b\u2060\ufeff]+[A-Za-z0-9]")
_SHIFT = re.compile(r"→|->|=>|⟶|➜")
_BRACKET = re.compile(r"[(（\[][^()（）\[\]]{0,200}[)）\]]")
_KEY = re.compile(r"^([^:\uff1a=]{1,60})[:\uff1a=]")
_WIDE = re.compile(r"[\u2e80-\u9fff]")
_TOGETHER = frozenset({ReportStatus.FAIL, ReportStatus.BLOCKED})


def find_contrary(document: Document, counts: Counts | None) -> str | None:
    """Return the first place that speaks against a PASS, with its line, or None."""
    place = next(_places(document, counts), None)
    if place is None:
        return None
    return place_against(document, *place)


def place_against(document: Document, line: int, kind: str) -> str:
    """Return the sentence for a place, of what `kind` it is, that speaks against a PASS."""
    shown = " ".join(clean(document.source[line - 1]).split())[:_QUOTED]
    return f"line {line} {kind}: {shown!r}"


Place = tuple[int, str]


def _places(document: Document, counts: Counts | None) -> Iterator[Place]:
    yield from _disguised(document)
    yield from refusing_pictures(document)
    yield from _refusals(document)
    yield from _not_run(document)
    if counts is None or not counts.failed:
        yield from _failures(document)


def _disguised(document: Document) -> Iterator[Place]:
    """Yield where a status or a count is written with characters that turn or part its words."""
    for fact in document.fields:
        if not concepts(fact.key) & {"status", "tests", "passed", "failed", "total"}:
            continue
        line = document.source[fact.line - 1]
        if not line.isascii() and (_REVERSED.search(line) or _PARTED.search(line)):
            yield fact.line, "holds invisible characters that change how it is read"


def _refusals(document: Document) -> Iterator[Place]:
    for fact in _seen(document):
        if _may_refuse(fact.text) and _prominent(fact) and _refuses(fact):
            yield fact.line, "speaks against it"


@lru_cache(maxsize=4096)
def _may_refuse(text: str) -> bool:
    lowered = text.lower()
    names = ("refusal", "fail", "blocked")
    return may_hold(lowered, *names) and any(words(name).search(lowered) for name in names)


def _prominent(fact: Fact) -> bool:
    """Return whether a line speaks of the whole: a title, the header, a conclusion or the foot."""
    section = fact.section
    if fact.kind is Kind.HEADING:
        return section.level <= _SHALLOW and not topic(fact.text).foreign
    above = section.inherited
    if above.testing or above.files or above.compliance or above.environment:
        return False
    return section.own and bool(
        section.header or section.foot or section.topic.conclusion or section.topic.verdict
    )


def _refuses(fact: Fact) -> bool:
    lowered = fact.text.lower()
    if words("refusal").search(_BRACKET.sub(" ", lowered)) and _is_of_now(lowered):
        return True
    alone = fact.kind is not Kind.ITEM and bare(fact.text) and ":" not in fact.text
    return bool(alone and status_of(fact.text) in _TOGETHER and _is_of_now(lowered))


def _not_run(document: Document) -> Iterator[Place]:
    """Yield where the report says of its results as a whole that nobody got them."""
    for fact in _seen(document):
        lowered = fact.text.lower()
        if not may_hold(lowered, "nothing_ran", "not_real"):
            continue
        if not (words("nothing_ran").search(lowered) or words("not_real").search(lowered)):
            continue
        if not speaks_of_this(fact.section):
            continue
        for clause in clauses.clauses(lowered):
            if (words("nothing_ran").search(clause) or _made_up(clause)) and _is_of_now(clause):
                yield fact.line, "says that its results are none"


def _made_up(clause: str) -> bool:
    subject = words("sweeping").search(clause)
    if subject is None:
        return False
    rest = clause[subject.end() : subject.end() + _FAR]
    predicate = words("not_real").search(rest)
    if predicate is None or words("negation").search(rest[: predicate.start()]):
        return False
    between = rest[: predicate.start()]
    return bool(words("copula").search(between) or _WIDE.search(clause))


def _failures(document: Document) -> Iterator[Place]:
    named = may_name_failing_tests(document)
    for fact in _seen(document):
        if named and names_failing_test(fact) and _may_count(fact):
            yield fact.line, "names a test that fails"
        if not _speaks_of_failures(fact.text):
            continue
        if _may_count(fact) and _counts_failures(fact):
            yield fact.line, "counts tests that fail"
    for table in document.tables:
        yield from _failing_rows(table)
    yield from _failing_runs(document)


def _speaks_of_failures(text: str) -> bool:
    lowered = text.lower()
    names = ("failing", "n_failed", "n_errors")
    if may_hold(lowered, *names) and any(words(name).search(lowered) for name in names):
        return True
    return any("failed" in concepts(name_of(key)) for key in _KEY.findall(text))


def _may_count(fact: Fact) -> bool:
    above = fact.section.inherited
    return speaks_of_this(fact.section) and not above.compliance and _is_of_now(fact.text.lower())


def _counts_failures(fact: Fact) -> bool:
    about = _about_tests(fact)
    for clause in clauses.clauses(fact.text):
        if not clauses.speaks_of_now(clause):
            continue
        lowered = clause.lower()
        noun = words("test_noun").search(lowered)
        numbers = phrases.read_phrase(clause).numbers
        if numbers.get("failed") and (noun or "passed" in numbers):
            return True
        if _in_words().search(lowered) and (noun or about):
            return True
    return any(_failing_field(field, about=about) for field in split_fields(fact))


def _failing_field(field: Fact, *, about: bool) -> bool:
    if "failed" not in concepts(field.key):
        return False
    named = words("test_noun").search(field.key)
    return bool((about or named) and leading_number(field.text))


def _about_tests(fact: Fact) -> bool:
    named = fact.kind is not Kind.HEADING and fact.section.inherited.testing
    return named or any("tests" in concepts(field.key) for field in split_fields(fact))


@cache
def _in_words() -> re.Pattern[str]:
    """Return the pattern of failing tests whose number is written in words, or is all of them."""
    number, noun = words("number_words").pattern, words("test_noun").pattern
    failing = words("failing").pattern
    return re.compile(
        rf"(?:{number})(?:[\s-](?:{number}))?\s?(?:of\s)?(?:the\s)?(?:other\s)?(?:{noun})?\s?"
        rf"(?:now\s|still\s|have\s)?(?:{failing})(?!\s?(?:{noun}))"
    )


def _failing_rows(table: Table) -> Iterator[Place]:
    """Yield the rows of a table about tests that count failures."""
    column = table.column("failed")
    if column is None or not speaks_of_this(table.section) or table.section.inherited.compliance:
        return
    noun = words("test_noun")
    about = table.column("passed") is not None or table.section.inherited.testing
    if not about and not any(noun.search(name) for name in table.names):
        return
    for row in table.rows:
        cell = row.cells[column] if column < len(row.cells) else ""
        if leading_number(cell) and _is_of_now(row.text.lower()):
            yield row.line, "counts tests that fail"


def _failing_runs(document: Document) -> Iterator[Place]:
    """Yield the runners' last lines that count failures, where nothing above calls them past."""
    led = _leads(document)
    for block in document.blocks.values():
        first = block[0]
        if not speaks_of_this(first.section) or first.info.split(" ")[0] in _NO_OUTPUT:
            continue
        lead = led.get(first.block, "")
        if not (_is_of_now(lead) and clauses.speaks_of_now(lead)):
            continue
        for counts in runners.runs([(fact.line, fact.text) for fact in block]):
            if counts.failed:
                yield counts.line, "counts tests that fail"


def _leads(document: Document) -> dict[int, str]:
    """Return of each code block the line above it, in lower case."""
    shown = sorted(
        (fact for fact in document.facts if fact.kind in _LEADING), key=lambda fact: fact.line
    )
    return {
        after.block: before.text.lower()
        for before, after in pairwise(shown)
        if after.kind is Kind.RUN and before.kind is not Kind.RUN
    }


_LEADING = frozenset({Kind.LINE, Kind.ITEM, Kind.HEADING, Kind.RUN})
_SEEN = frozenset({Kind.LINE, Kind.ITEM, Kind.HEADING, Kind.HTML, Kind.UNSEEN})


def _seen(document: Document) -> Iterator[Fact]:
    """Yield what may be seen of the report: its lines, its HTML, and its hidden elements' lines."""
    return (fact for fact in document.facts if fact.kind in _SEEN)


@lru_cache(maxsize=1024)
def speaks_of_this(section: Section) -> bool:
    """Return whether a section speaks of this release as it is now; known issues do."""
    at: Section | None = section
    while at is not None:
        lowered = at.title.lower()
        outstanding = words("t_known").search(lowered) is not None
        if at.topic.history or (at.topic.foreign and not outstanding):
            return False
        if not outstanding and at.level > 1 and words("t_put_right").search(lowered):
            return False
        at = at.parent
    return True


def _is_of_now(lowered: str) -> bool:
    """Return whether a line speaks of what is, and not of what was, was mended, or might be."""
    return not (words("put_right").search(lowered) or _SHIFT.search(lowered))
