"""How many tests a report says passed, failed and were skipped: one decision over ranked facts.

A field such as "Test Results: 7 PASSED, 0 FAILED" speaks for the suite, then a table's total row, a
heading with counts, a line that is nothing but counts, then the runner's own last line. Anything
below is no claim: prose, lists of ticks, a part's counts, sums of parts. Where the statements of
one rank differ they are of parts, and none speaks for the suite. What stands in a form that is often a
part's (`forms`) speaks only where another place agrees. The places are found by `count_statements`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from atom_release.reader.count_places import Rank, Statement
from atom_release.reader.count_statements import StatementsRead, read_statements
from atom_release.reader.facts import Document
from atom_release.reader.forms import Form, is_given, why_withheld
from atom_release.reader.lone_results import lone_kind, lone_result
from atom_release.reader.paths import path_of
from atom_release.reader.tally import Counts

_SHALLOW = 2
_NUMBER = re.compile(r"^\W{0,4}\d{1,3}[.)]\s")
_REASONS = {
    Rank.FIELD: "a field states them",
    Rank.TOTAL: "a table states them as a total",
    Rank.HEADING: "a heading states them",
    Rank.LINE: "a line states nothing else",
    Rank.RUN: "the test runner's own last line",
    Rank.LONE: "the only result of tests that the report tells",
}


@dataclass
class CountsRead:
    """The suite's counts, the statements that hold them, the reason, and what does not add up."""

    counts: Counts | None = None
    stated: list[Counts] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    reason: str = ""
    all_pass: int | None = None


def read_counts(document: Document, task_id: str | None) -> CountsRead:
    """Read what the report says of its own suite."""
    read_places = read_statements(document, task_id)
    statements, all_pass = read_places.statements, read_places.all_pass
    read = CountsRead(findings=read_places.findings, all_pass=all_pass)
    chosen = _choose(statements, document.withheld) or _lone(document, read_places)
    if not chosen:
        return read
    lead = chosen[0]
    counts = lead.counts
    for other in chosen[1:]:
        counts = counts.filled(other.counts)
    read.counts = _with_all_pass(counts, all_pass).completed()
    read.stated = [statement.counts for statement in chosen]
    read.reason = f"{_REASONS[lead.rank]}, line {lead.counts.line}"
    read.findings += [
        f"{statement.counts} does not add up on line {statement.counts.line}"
        for statement in chosen
        if not statement.counts.adds_up()
    ]
    read.findings += list(_run_against(lead, statements))
    return read


def _lone(document: Document, read_places: StatementsRead) -> list[Statement]:
    """Return the one result that the report tells, where no place of it speaks for the suite."""
    lone = None if read_places.statements else lone_kind(document, read_places.owns)
    lone = lone or lone_result(document, read_places.statements, read_places.owns)
    if lone is None or not is_given(Form.TESTS_LONE):
        return []
    document.withheld.pop(lone.counts.line, None)
    return [lone]


def _with_all_pass(counts: Counts, all_pass: int | None) -> Counts:
    """Take it that all of them passed where the report says so beside their number."""
    if all_pass is None or counts.passed is not None or counts.failed:
        return counts
    if counts.total is None or counts.skipped:
        return counts
    return counts.filled(Counts(counts.line, passed=counts.total, failed=0))


def _choose(statements: list[Statement], withheld: dict[int, str]) -> list[Statement]:
    """Return the statement that speaks for the suite, and those that agree with it.

    The line of one that spoke if its form were sure is added to the lines withheld.
    """
    parts: list[Statement] = []
    unsure: list[Statement] = []
    for rank in Rank:
        ranked = [statement for statement in statements if statement.rank is rank]
        ranked = _without_lesser_totals(ranked)
        lead = _lead(ranked)
        stated = parts + [part for part in unsure if lead and not lead.counts.agrees(part.counts)]
        if lead is None or not _is_of_more(lead, stated) or _is_of_part(lead, statements):
            parts += [part for part in ranked if rank <= Rank.HEADING and _counts_results(part)]
            continue
        agreed = _is_stated_elsewhere(lead, statements) or _is_more_than_parts(lead, statements)
        if not is_given(lead.form, agreeing=agreed):
            withheld[lead.counts.line] = why_withheld(lead.form)
            unsure += ranked
            continue
        agreeing = [
            statement
            for statement in statements
            if statement is not lead
            and statement.rank in {rank, Rank.TOTAL, Rank.RUN}
            and lead.counts.agrees(statement.counts)
        ]
        return [lead, *agreeing]
    return []


def _is_stated_elsewhere(lead: Statement, statements: list[Statement]) -> bool:
    """Return whether another line of the report has the same counts."""
    return any(
        other.counts.line != lead.counts.line
        and other.section is not lead.section
        and lead.counts.agrees(other.counts)
        for other in statements
    )


def _is_more_than_parts(lead: Statement, statements: list[Statement]) -> bool:
    """Return whether other sections count results, and each of them fewer than this."""
    parts = [
        other
        for other in statements
        if other.section is not lead.section and _counts_results(other)
    ]
    return bool(parts) and _is_of_more(lead, parts)


def _counts_results(statement: Statement) -> bool:
    """Return whether a statement says how tests went, and not only how many there are."""
    return bool({"passed", "failed"} & set(statement.counts.names()))


def _is_of_part(lead: Statement, statements: list[Statement]) -> bool:
    """Return whether a statement deep in the report counts fewer tests than headings do elsewhere.

    A deep heading, or a line below one, also where a run elsewhere has more; and what stands below
    the name of one file.
    """
    if path_of(_NUMBER.sub("", lead.section.title).strip(" *`")):
        return True
    total = lead.counts.completed().total
    deep = lead.section.level > _SHALLOW
    if lead.rank in {Rank.HEADING, Rank.LINE} and total is not None and deep:
        return any(
            statement.rank is Rank.RUN
            and not statement.section.is_below(lead.section)
            and (statement.counts.completed().total or 0) > total
            for statement in statements
        )
    if lead.section.header or lead.section.level <= _SHALLOW or lead.rank > Rank.FIELD:
        return False
    return total is not None and any(
        (other.counts.completed().total or 0) > total
        for other in statements
        if other.rank is Rank.HEADING and _counts_results(other)
    )


def _is_of_more(lead: Statement, parts: list[Statement]) -> bool:
    """Return whether a statement counts more tests than each of the parts stated above its rank."""
    total = lead.counts.completed().total
    stated = [part.counts.completed().total for part in parts]
    return not parts or bool(total and all(count is None or count < total for count in stated))


def _lead(ranked: list[Statement]) -> Statement | None:
    """Return the one that speaks for all of a rank, or None where they are parts.

    The one under "After" speaks before the others, so does one in the header, and so does one that
    is the sum of them.
    """
    if not ranked:
        return None
    now = [statement for statement in ranked if statement.section.inherited.now]
    head = [statement for statement in ranked if statement.section.header]
    for group in (ranked, now, head):
        fullest = max(group, key=lambda entry: len(entry.counts.names()), default=None)
        if fullest and all(fullest.counts.agrees(entry.counts) for entry in group):
            return fullest
    return _above_all(ranked) or _sum_of_others(ranked)


def _above_all(ranked: list[Statement]) -> Statement | None:
    """Return the statement near the top, of more tests than all others, which stand deeper."""
    first, *others = sorted(ranked, key=lambda statement: statement.section.level)
    total = first.counts.completed().total
    if total is None or first.section.level > _SHALLOW or not _counts_results(first):
        return None
    deeper = all(
        other.section.level > first.section.level and (other.counts.completed().total or 0) < total
        for other in others
    )
    return first if deeper else None


def _without_lesser_totals(ranked: list[Statement]) -> list[Statement]:
    """Return the statements without bare totals of fewer tests than one that tells how they went."""
    most = max(
        (entry.counts.completed().total or 0 for entry in ranked if _counts_results(entry)),
        default=0,
    )
    return [
        entry
        for entry in ranked
        if _counts_results(entry) or (entry.counts.completed().total or 0) >= most
    ]


def _sum_of_others(ranked: list[Statement]) -> Statement | None:
    for statement in ranked:
        total = statement.counts.completed().total
        others = [other.counts.completed().total for other in ranked if other is not statement]
        if total and len(others) > 1 and None not in others and sum(map(int, others)) == total:  # type: ignore[arg-type]
            return statement
    return None


def _is_larger(run: Statement, lead: Statement) -> bool:
    """Return whether a run in a section about tests has more tests than the suite is said to have."""
    ran, stated = run.counts.completed().total, lead.counts.completed().total
    return run.section.inherited.testing and bool(ran and stated and ran > stated)


def _run_against(lead: Statement, statements: list[Statement]) -> Iterator[str]:
    """Yield where the one run that is shown has other counts than are stated.

    A run in another section may be of a part of the suite, but no part has more tests than it.
    """
    runs = [statement for statement in statements if statement.rank is Rank.RUN]
    if lead.rank is Rank.RUN or len(runs) != 1:
        return
    if runs[0].section is not lead.section and not _is_larger(runs[0], lead):
        return
    if not lead.counts.agrees(runs[0].counts):
        yield (
            f"the tests are {lead.counts} on line {lead.counts.line} and {runs[0].counts} on line"
            f" {runs[0].counts.line}"
        )
