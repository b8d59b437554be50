"""A document of the release as a whole: what each place says of which service or policy.

A final report, a policy check, a summary, a snapshot: Markdown or JSON. What is read are answers
that have a subject of the manifest's: a row or a line that begins with a service's id or name, a policy in a
table of policies or a section on compliance. What two answers amount to is `gate.rules.documents`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from atom_release.gate.claims.record import ClaimKind, ReportStatus
from atom_release.gate.facts.documents import Disagreement, ReleaseDocument, Statement
from atom_release.reader import release_json
from atom_release.reader.against_itself import against_itself
from atom_release.reader.answers import accuracy_of, passed_of, tests_of
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.document_rows import (
    cell_of,
    columns_of,
    is_of_now,
    is_of_then,
    name_of_column,
    quote_line,
)
from atom_release.reader.facts import Document, Fact, Kind, Table
from atom_release.reader.json_lines import NotJson
from atom_release.reader.markdown import read_markdown
from atom_release.reader.paths import paths_in
from atom_release.reader.policies import read_policies
from atom_release.reader.report import MOST_CELLS, MOST_LINES, read_report
from atom_release.reader.subjects import Subjects
from atom_release.reader.vocabulary import words
from atom_release.reader.words import status_of

_NAMING_CELLS = 2
_LONGEST = 160
_PART = re.compile(
    r"\b(?:unit|integration|e2e|end[- ]to[- ]end|smoke|regression|contract|acceptance|manual|new)\b",
    re.IGNORECASE,
)
"""Words of a part of the tests: counts of two parts contradict nothing."""
_OF_SOMETHING = re.compile(
    r"\b(?:load|stress|performance|latency|security|deploy\w*|roll-?out|coverage|lint\w*|docs?"
    r"|documentation|risks?|issues?|bugs?|known|migration|demo)\b",
    re.IGNORECASE,
)
"""Words of titles under which a service's status is of something else than its work."""
_PARTED = re.compile(r"[,;()]|\s[-–—]\s")
_NAMED = re.compile(r":|\s[-–—]\s")
"""What parts a service's name from what a line says of it."""
_PASSING = re.compile(r"\bpass(?:ed|ing)?\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True)
class Cites:
    """A passed row and the files that it names."""

    subject: str
    line: int
    text: str
    paths: tuple[str, ...]


@dataclass
class DocumentRead:
    """What was read of one document; the files that passed rows cite are looked at elsewhere."""

    path: str
    unread: str = ""
    statements: list[Statement] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)
    cites: list[Cites] = field(default_factory=list)

    def as_document(self) -> ReleaseDocument:
        """Return it as facts have it, without what is cited."""
        return ReleaseDocument(
            path=self.path,
            unread=self.unread,
            statements=self.statements,
            disagreements=self.disagreements,
        )


def read_document(path: str, raw: bytes, subjects: Subjects, limit: int) -> DocumentRead:
    """Read one document; what cannot be read says why in `unread`."""
    if len(raw) > limit:
        return DocumentRead(path, f"the file is larger than {limit} bytes and was not parsed")
    try:
        text = decode(raw)
    except NotText as reason:
        return DocumentRead(path, str(reason))
    if text.count("\n") > MOST_LINES or text.count("|") > MOST_CELLS:
        return DocumentRead(
            path, f"it has more than {MOST_LINES} lines or {MOST_CELLS} table cells"
        )
    if PurePosixPath(path).suffix.lower() == ".json":
        try:
            statements = release_json.read_statements(text, subjects)
        except NotJson as reason:
            return DocumentRead(path, str(reason))
        return _with_total(DocumentRead(path, statements=statements), raw, subjects)
    made = _Reading(path, read_markdown(text), subjects).read()
    return _with_total(made, raw, subjects)


def _with_total(made: DocumentRead, raw: bytes, subjects: Subjects) -> DocumentRead:
    """Add the whole count of tests, where the document counts those of every service.

    Of a part of the services nobody knows what a total is of.
    """
    counted = {entry.subject for entry in made.statements if entry.question == "tests"}
    if not subjects.services or not counted >= subjects.services:
        return made
    record = read_report(made.path, raw, limit=len(raw))
    tests = record.tests
    lines = [claim for claim in record.claims if claim.kind is ClaimKind.TESTS]
    if tests is None or tests.passed is None or tests.total is None or not lines:
        return made
    line = next((entry for entry in lines if entry.value == tests.total), lines[0])
    made.statements.append(
        Statement(
            subject="",
            question="tests",
            value=f"{tests.passed}/{tests.total}",
            line=line.line,
            text=line.text[:_LONGEST],
        )
    )
    return made


@dataclass
class _Reading:
    path: str
    document: Document
    subjects: Subjects

    def read(self) -> DocumentRead:
        statements = [*self._of_rows(), *self._of_sections(), *self._of_lines(), *self._policies()]
        return DocumentRead(
            self.path,
            statements=sorted(statements, key=lambda statement: statement.line),
            disagreements=[*against_itself(self.document, self._tables)],
            cites=[*self._cites()],
        )

    @cached_property
    def _tables(self) -> list[Table]:
        return [
            table
            for table in self.document.tables
            if is_of_now(table.section) and not table.section.inherited.gone
        ]

    def _of_rows(self) -> Iterator[Statement]:
        for table in self._tables:
            status, tests, accuracy = columns_of(table)
            for row in table.rows:
                subject = self._named(table, row)
                if not subject:
                    continue
                about = self._about(row, {status, tests, accuracy}, subject)
                stated = status_of(cell_of(row, status))
                if stated is not None and not _OF_SOMETHING.search(table.section.title):
                    yield self._statement(subject, "status", stated.value, row, about)
                names = f"{about} {table.section.title} {name_of_column(table, tests)}"
                counts = passed_of(cell_of(row, tests), cell_of(table.top, tests))
                if counts and not _PART.search(names):
                    yield self._statement(subject, "tests", counts, row, about)
                if number := accuracy_of(cell_of(row, accuracy)):
                    yield self._statement(subject, "accuracy", number, row, about)

    def _named(self, table: Table, row: Fact) -> str:
        """Return what a row is of; a policy only in a table of policies, whatever P1 is elsewhere."""
        policies = any("polic" in name for name in table.names)
        for cell in row.cells[:_NAMING_CELLS]:
            subject = self.subjects.of(cell)
            if subject and (policies or not subject.startswith("P-")):
                return subject
        return ""

    def _about(self, row: Fact, answering: set[int | None], subject: str) -> str:
        """Return what names a row beside its subject: nothing where that is the subject's own name."""
        rest = [
            cell
            for index, cell in enumerate(row.cells[: _NAMING_CELLS + 1])
            if index not in answering and self.subjects.of(cell) != subject
        ]
        return " | ".join(rest)[:_LONGEST]

    def _of_sections(self) -> Iterator[Statement]:
        for fact in self.document.fields:
            subject = self.subjects.of(fact.section.title)
            in_table = fact.source is not None and fact.source.kind is Kind.ROW
            if not subject or subject.startswith("P-") or not fact.section.own or in_table:
                continue
            about = fact.section.title
            if _PART.search(about) or _OF_SOMETHING.search(about):
                continue
            if fact.key == "status" and (stated := status_of(fact.text)) is not None:
                yield self._statement(subject, "status", stated.value, fact, about)
            elif fact.key in {"tests", "test results"} and (counts := tests_of(fact.text)):
                yield self._statement(subject, "tests", counts, fact, about)
            elif fact.key == "accuracy" and (number := accuracy_of(fact.text)):
                yield self._statement(subject, "accuracy", number, fact, about)

    def _of_lines(self) -> Iterator[Statement]:
        """Yield counts of lines such as `C.1 Engine: 7 passed, 0 failed`, or with a dash."""
        facts: list[Fact] = [fact for block in self.document.blocks.values() for fact in block]
        for fact in (*facts, *self.document.lines):
            parting = _NAMED.search(fact.text)
            name, rest = _cut(fact.text, parting) if parting else ("", "")
            subject = self.subjects.of(name) if name and fact.section.own else ""
            if not subject or subject.startswith("P-") or _PART.search(name):
                continue
            if _is_of_tests(fact) and (counts := tests_of(rest) or _part_of(rest)):
                yield self._statement(subject, "tests", counts, fact, "")

    def _policies(self) -> Iterator[Statement]:
        for claim in read_policies(self.document).claims:
            policy, _, stated = str(claim.value).partition(" ")
            if stated and policy in self.subjects.policies:
                yield Statement(
                    subject=policy,
                    question="status",
                    value=stated,
                    line=claim.line,
                    text=claim.text[:_LONGEST],
                    row="",
                )

    def _statement(
        self, subject: str, question: str, value: str, fact: Fact, row: str
    ) -> Statement:
        return Statement.model_validate(
            {
                "subject": subject,
                "question": question,
                "value": value,
                "line": fact.line,
                "text": quote_line(self.document, fact.line),
                "row": row,
            }
        )

    def _cites(self) -> Iterator[Cites]:
        for table in self._tables:
            status = table.column("status_column")
            for row in table.rows if status is not None else ():
                if status_of(cell_of(row, status)) is not ReportStatus.PASS:
                    continue
                cells = [raw for index, raw in enumerate(row.raw_cells) if index != status]
                paths = tuple(dict.fromkeys(path for raw in cells for path in paths_in(raw)))
                if paths:
                    yield Cites(
                        self._named(table, row) or _title(row, status),
                        row.line,
                        quote_line(self.document, row.line),
                        paths,
                    )


def _cut(text: str, parting: re.Match[str]) -> tuple[str, str]:
    return text[: parting.start()], text[parting.end() :]


def _part_of(text: str) -> str:
    """Return the count that is one part of a line such as `PASS, 13/13 tests`, if only one is."""
    if _PART.search(text) or is_of_then(text):
        return ""
    counts = [count for part in _PARTED.split(text) if (count := tests_of(part))]
    return counts[0] if len(counts) == 1 else ""


def _is_of_tests(fact: Fact) -> bool:
    """Return whether a line counts tests: by its words, its section, or as what a run printed."""
    return (
        fact.section.inherited.testing
        or _PASSING.search(fact.text) is not None
        or words("test_noun").search(fact.text.lower()) is not None
    )


def _title(row: Fact, status: int | None) -> str:
    """Return the cell that names a row of no service or policy: the first with a word in it."""
    cells = [cell for index, cell in enumerate(row.cells) if index != status]
    return next((cell for cell in cells if _WORD.search(cell)), "")[:_LONGEST]
