"""Read the release's documents and its services' reports, and compare what they answer.

What contradicts what is `gate.rules.documents`; which places were read is `reader`'s.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from atom_release.gate.claims.record import ClaimKind, ReportStatus
from atom_release.gate.facts.documents import DocumentsFacts, ReleaseDocument, Statement
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.rules.documents import contradictions
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.documents.cited import citations, never_held
from atom_release.probes.documents.reading import read_documents, subjects_of
from atom_release.probes.report import read_once, report_paths
from atom_release.probes.unrunnable import unread
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.release_document import DocumentRead, read_document
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atom_release.gate.claims.record import ClaimRecord
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look
    from atom_release.reader.subjects import Subjects

QUESTION, SUBJECT = "documents", "release"
_TRIED = 40
_STATED = {ReportStatus.PASS, ReportStatus.FAIL}
_PASSED = re.compile(r"(?i)\b(?:pass(?:ed|ing)?|complete[d]?|success(?:ful)?|done|ok)\b|✅")
_FAILED = re.compile(r"(?i)\bfail(?:ed|ing|ure)?\b|❌")


def probe_documents(look: Look, made: frozenset[str] = frozenset()) -> Evidence:
    """Ask whether the documents that the manifest names agree with the reports and one another.

    `made` are names of files that the gate makes itself, which no commit has to hold.
    """
    lacking = [pattern for pattern in look.manifest.documents if not look.tree.glob(pattern)]
    if lacking:
        return look.found(
            QUESTION,
            SUBJECT,
            Answer.NO,
            f"no file of the judged commit matches {', '.join(lacking)}",
            remedy="Commit it, or mend `documents` in the manifest.",
        )
    subjects = subjects_of(look)
    try:
        read = [(document, look.tree.read(document.path)) for document in read_documents(look)]
    except MissingBlob as error:
        return unread(look, QUESTION, SUBJECT, error.message)
    never = never_held(look, [document for document, _ in read], made)
    documents = [
        document.as_document().model_copy(update={"citations": [*citations(look, document, never)]})
        for document, _ in read
    ]
    return _answered(look, documents, _control(read, subjects))


def _reports(look: Look) -> Iterator[ReleaseDocument]:
    """Yield what the services' reports state of themselves, where each has one."""
    for service in look.manifest.services:
        paths = report_paths(look, service)
        if len(paths) != 1:
            continue
        raw = look.tree.read(paths[0])
        record = read_once(look, paths[0], raw)
        if not record.unread:
            yield _as_document(service, record)


def _as_document(service: Service, record: ClaimRecord) -> ReleaseDocument:
    return ReleaseDocument(
        path=record.path, service=service.id, statements=[*_statements(service.id, record)]
    )


def _statements(service: str, record: ClaimRecord) -> Iterator[Statement]:
    def statement(question: str, value: str, kind: ClaimKind) -> Statement:
        claim = next((claim for claim in record.claims if claim.kind is kind), None)
        line, text = (claim.line, claim.text[:160]) if claim else (0, "")
        return Statement.model_validate(
            {"subject": service, "question": question, "value": value, "line": line, "text": text}
        )

    if record.status in _STATED:
        yield statement("status", record.status.value, ClaimKind.STATUS)
    tests = record.tests
    if tests is not None and tests.passed is not None and tests.total is not None:
        yield statement("tests", f"{tests.passed}/{tests.total}", ClaimKind.TESTS)
    numbers = {claim.value for claim in record.claims if claim.kind is ClaimKind.ACCURACY}
    if len(numbers) == 1 and isinstance(number := numbers.pop(), int | float):
        yield statement("accuracy", f"{number:g}", ClaimKind.ACCURACY)


def _answered(
    look: Look, documents: Sequence[ReleaseDocument], control: NegativeControl
) -> Evidence:
    everything = [*documents, *_reports(look)]
    against = contradictions(everything)
    facts = DocumentsFacts(documents=everything, contradictions=against)
    unread = [document for document in documents if document.unread]
    stated = sum(len(document.statements) for document in documents)
    deciding = [entry for entry in against if entry.decides]
    if deciding:
        answer, reason = Answer.NO, deciding[0].sentence
        remedy = f"Correct the document or the report ({deciding[0].show}), and commit."
    elif unread:
        answer, reason = Answer.UNKNOWN, f"{unread[0].path} could not be read: {unread[0].unread}"
        remedy = "Write it as Markdown or JSON text, below the manifest's report_limit."
    elif not stated:
        answer = Answer.UNKNOWN
        reason = "nothing in the documents could be read as an answer about a service or a policy"
        remedy = "State results in rows that begin with a service's id or a policy, or name others."
    else:
        answer, remedy = Answer.YES, ""
        reason = (
            f"{len(documents)} documents give {stated} answers, {facts.compared} questions in more"
            f" than one place; {len(against) or 'no'} contradictions"
        )
    return look.found(
        QUESTION,
        SUBJECT,
        answer,
        reason,
        remedy=remedy,
        control=control,
        facts=facts.to_json(),
        sources={document.path: look.tree.digest(document.path) for document in everything},
    )


def _control(read: Sequence[tuple[DocumentRead, bytes]], subjects: Subjects) -> NegativeControl:
    """Change one answer in a copy of a document, and see whether that contradicts the original."""
    attempts = (
        (document, statement, copy)
        for document, raw in read
        for statement in document.statements
        for copy in _changed(raw, statement)
    )
    tried = 0
    for document, statement, copy in islice(attempts, _TRIED):
        tried += 1
        other = read_document(document.path, copy, subjects, len(copy)).as_document()
        apart = other.model_copy(update={"path": f"{document.path} (copy)"})
        for entry in contradictions([document.as_document(), apart]):
            if entry.second is not None and entry.subject == statement.subject:
                return NegativeControl(
                    state=ControlState.ALIVE,
                    changed=f"another answer in a copy of {document.path}:{statement.line}",
                    found=entry.sentence,
                )
    return NegativeControl(
        state=ControlState.DEAD,
        changed=f"{tried} answers of copies in turn",
        found="no contradiction with the documents as they are",
    )


def _changed(raw: bytes, statement: Statement) -> Iterator[bytes]:
    """Yield the documents in which that line answers otherwise."""
    try:
        lines = decode(raw).split("\n")
    except NotText:
        return
    line = lines[statement.line - 1]
    for edited in _edits(line, statement):
        changed = [*lines[: statement.line - 1], edited, *lines[statement.line :]]
        yield "\n".join(changed).encode("utf-8", "replace")


def _edits(line: str, statement: Statement) -> Iterator[str]:
    if statement.question == "tests" and "/" not in statement.value:
        passed = statement.value.removesuffix(" passed")
        for number in re.finditer(rf"(?<!\d){passed}(?!\d)", line):
            yield f"{line[: number.start()]}{int(passed) + 1}{line[number.end() :]}"
    elif statement.question == "tests":
        passed, total = statement.value.split("/")
        more = int(total) + 1
        yield re.sub(rf"(?<!\d){passed}(\s*/\s*){total}(?!\d)", rf"{passed}\g<1>{more}", line)
        yield re.sub(
            rf"(?<!\d){passed}(\s+pass)", rf"{int(passed) + 1}\g<1>", line, flags=re.IGNORECASE
        )
    elif statement.question == "accuracy":
        yield line.replace(statement.value, "0.1" if float(statement.value) <= 1 else "1.5", 1)
    elif statement.value == ReportStatus.PASS:
        yield _PASSED.sub("FAIL", line.replace("✅", "❌"))
    elif statement.value == ReportStatus.FAIL:
        yield _FAILED.sub("PASS", line.replace("❌", "✅"))
