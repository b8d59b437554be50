"""Which places of a release's documents contradict each other, a report, or what the gate found.

A pure function of what was read. Only what cannot both be true is named: a status against its
opposite, first count against another of the same tests, first number against another that does not
round to it. Silence, another scope and another moment contradict nothing.
"""

from __future__ import annotations

from itertools import combinations
from shlex import quote
from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Contradiction, Place
from atom_release.gate.facts.documents import DocumentsFacts
from atom_release.gate.rules.recheck import Recheck
from atom_release.gate.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from atom_release.gate.facts.documents import ReleaseDocument, Statement
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.vocabulary import Answer

AGAINST_REPORT = "document-against-report"
AGAINST_DOCUMENT = "document-against-document"
AGAINST_GATE = "document-against-gate"
CITES_NOTHING = "passed-without-its-file"
CITES_REFUTED = "passed-against-its-file"
AGAINST_ITSELF = "passed-against-itself"
"""What a contradiction is called in a manifest and in a ledger."""

_PASS = Outcome.PASS.value
_FAIL = Outcome.FAIL.value
_PERCENT = 100.0

Stated = tuple["ReleaseDocument", "Statement"]


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Compare the documents again; the kinds of contradiction in `deciding` are a no, too."""
    return Recheck(
        DocumentsFacts,
        lambda facts: contradictions(facts.documents),
        unreadable="what the documents say cannot be read",
        unlike="the contradictions are not those of what was read",
    ).judge(evidence, deciding)


def contradictions(documents: Sequence[ReleaseDocument]) -> list[Contradiction]:
    """Return what contradicts what among documents and reports, each pair of places once."""
    seen = [*_between(documents)]
    for document in documents:
        if not document.service:
            seen += [*_cited(document), *_itself(document)]
    return seen


def against_gate(
    documents: Sequence[ReleaseDocument], outcomes: Mapping[str, tuple[Outcome, str]]
) -> list[Contradiction]:
    """Return where a document says PASS of what the gate found to fail.

    Args:
        documents: what was read.
        outcomes: criterion -> its outcome by the gate's own evidence, with the reason.
    """
    return [
        Contradiction(
            id=AGAINST_GATE,
            subject=statement.subject,
            sentence=(
                f"{document.path}:{statement.line} says that {statement.subject} passed"
                f" ({statement.text!r}); the gate found FAIL: {reason}"
            ),
            first=_place(document, statement),
            show=f"atom-release explain shows the evidence of {statement.subject}",
        )
        for document in documents
        if not document.service
        for statement in _once(document.statements)
        if statement.question == "status" and statement.value == _PASS
        for outcome, reason in [outcomes.get(statement.subject, (None, ""))]
        if outcome is Outcome.FAIL
    ]


def _once(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield the first statement of each subject and value."""
    seen = set[tuple[str, str, str]]()
    for statement in statements:
        key = (statement.subject, statement.question, statement.value)
        if key not in seen:
            seen.add(key)
            yield statement


def _between(documents: Sequence[ReleaseDocument]) -> Iterator[Contradiction]:
    """Yield the pairs of places that answer a question differently; each pair of answers once."""
    answers: dict[tuple[str, str], list[Stated]] = {}
    for document in documents:
        for statement in _once(document.statements):
            place = (statement.subject, statement.question)
            answers.setdefault(place, []).append((document, statement))
    for stated in answers.values():
        values = set[tuple[str, str, bool]]()
        for (document, first), (other, second) in combinations(stated, 2):
            if document.service and other.service:
                continue  # what reports say of each other is theirs
            against_report = bool(document.service or other.service)
            lower, upper = sorted((first.value, second.value))
            pair = (lower, upper, against_report)
            if pair not in values and _contradict(document, first, other, second):
                values.add(pair)
                yield _pair((document, first), (other, second))


def _contradict(
    document: ReleaseDocument, first: Statement, other: ReleaseDocument, second: Statement
) -> bool:
    if document.path == other.path and first.row != second.row:
        return False  # two rows that something else tells apart
    return _differ(first, second)


def _differ(first: Statement, second: Statement) -> bool:
    """Return whether two answers to one question cannot both be true."""
    if first.question == "status":
        return {first.value, second.value} == {_PASS, _FAIL}
    if first.question == "tests":
        return _other_counts(first.value, second.value)
    return not _same_number(first.value, second.value)


def _other_counts(first: str, second: str) -> bool:
    """Return whether two counts differ; where one says `N passed` alone, by those that passed."""
    if ("/" in first) == ("/" in second):
        return first != second
    passed, other = (value.partition("/")[0].removesuffix(" passed") for value in (first, second))
    return passed != other


def _same_number(first: str, second: str) -> bool:
    """Return whether one printed number may be the other, rounded; a share may be a percentage."""
    a, b = float(first), float(second)
    if (a <= 1) != (b <= 1):
        a, b = (a * _PERCENT if a <= 1 else a), (b * _PERCENT if b <= 1 else b)
        digits = 0
    else:
        digits = min(_digits(first), _digits(second))
    return abs(a - b) <= 0.5 * 10.0**-digits + 1e-9


def _digits(number: str) -> int:
    return len(number.partition(".")[2])


def _pair(left: Stated, right: Stated) -> Contradiction:
    """Return the contradiction of two places, the document's own before a report's."""
    ordered = sorted((left, right), key=lambda stated: stated[0].service)
    (document, first), (other, second) = ordered
    of_report = bool(other.service)
    whose = f"the report of {other.service}" if of_report else "another of its documents"
    if document.path == other.path:
        whose = "itself"
    subject = first.subject or "the release"
    here, there = _place(document, first), _place(other, second)
    return Contradiction(
        id=AGAINST_REPORT if of_report else AGAINST_DOCUMENT,
        subject=first.subject,
        sentence=(
            f"{document.path}:{first.line} gives {first.value} as the {first.question} of {subject}"
            f" ({first.text!r}), {whose} gives {second.value}"
            f" ({other.path}:{second.line}, {second.text!r})"
        ),
        first=here,
        second=there,
        decides=of_report,
        show=f"{here.command}; {there.command}",
    )


def _place(document: ReleaseDocument, statement: Statement) -> Place:
    return Place(path=document.path, line=statement.line, text=statement.text)


def _cited(document: ReleaseDocument) -> Iterator[Contradiction]:
    for cited in document.citations:
        absent = cited.state == "absent"
        which = (
            "which the judged commit does not hold"
            if absent
            else "which is simulated by its own word"
            if cited.state == "simulated"
            else "which says otherwise itself"
        )
        shown = f" ({cited.word})" if cited.word else ""
        there = Place(path=cited.path, line=0, text=cited.word)
        yield Contradiction(
            id=CITES_NOTHING if absent else CITES_REFUTED,
            subject=cited.subject,
            sentence=(
                f"{document.path}:{cited.line} says that {cited.subject or 'it'} passed and cites"
                f" {cited.path}, {which}{shown}"
            ),
            first=Place(path=document.path, line=cited.line, text=cited.text),
            second=None if absent else there,
            show=f"git ls-tree -r HEAD -- {quote(cited.path)}" if absent else there.command,
        )


def _itself(document: ReleaseDocument) -> Iterator[Contradiction]:
    for entry in document.disagreements:
        place = Place(path=document.path, line=entry.line, text=entry.text)
        yield Contradiction(
            id=AGAINST_ITSELF,
            subject="",
            sentence=f"{document.path}:{entry.line} is marked as passed, and {entry.why}"
            f" ({entry.text!r})",
            first=place,
            show=place.command,
        )
