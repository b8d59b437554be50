"""Look in code, reports, records and suites for what needs no approval; nothing of it is run."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.gate.claims.record import ClaimKind, ReportStatus
from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.unapproved import (
    AutomaticWords,
    StatedPass,
    UnapprovedFacts,
    UnapprovedRow,
    UnapprovedTest,
)
from atom_release.gate.rules.unapproved import contradictions
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.documents.reading import read_documents
from atom_release.probes.order.written import Written, read_written
from atom_release.probes.unapproved.records import SUFFIXES, find_unapproved
from atom_release.probes.unapproved.suites import tests_without_approval
from atom_release.probes.unapproved.words import automatic_lines
from atom_release.probes.unrunnable import unread
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.document_rows import is_said_of_now
from atom_release.source.objects import MissingBlob
from atom_release.source.text import is_example, is_test, is_vendored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look

QUESTION, SUBJECT = "unapproved", "release"
_POLICY = "P-3"
_SPEAKS = re.compile(rb"activ|promot|approv|deployed", re.IGNORECASE)
_CODE = frozenset(
    {".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".java", ".kt", ".rb", ".cs", ".rs", ".php", ".sh"}
)
_CANARIES = (
    ("models.csv", "version,created_at,activated_at\n2,2026-01-01T00:00:00,2026-01-01T00:00:00\n"),
    ("test_it.py", "def test_activation_without_approval():\n    assert model.active\n"),
    ("train.py", "# Auto-activation if performance improved\n"),
)


def probe_unapproved(look: Look) -> Evidence:
    """Ask whether records, suites or words of the tree speak against an approval."""
    try:
        facts = _gather(look)
    except MissingBlob as error:
        return unread(look, QUESTION, SUBJECT, error.message)
    facts = facts.model_copy(update={"contradictions": contradictions(facts)})
    count = len(facts.contradictions)
    return look.found(
        QUESTION,
        SUBJECT,
        Answer.YES,
        (
            f"{facts.files} files of code, records and tests were read; {count or 'no'} places"
            " speak against an approval"
        ),
        control=_control(),
        facts=facts.to_json(),
    )


def _gather(look: Look) -> UnapprovedFacts:
    written = read_written(look)
    code = [(service, path) for service in look.manifest.services for path in _code(look, service)]
    suites = [
        (service, path) for service in look.manifest.services for path in _suite(look, service)
    ]
    records = [
        path for path, entry in look.tree.entries.items() if entry.is_file and _is_of_records(path)
    ]
    return UnapprovedFacts(
        files=len(code) + len(suites) + len(records),
        passed=[*_passed(look, written)],
        automatic=[*_words_of_texts(written), *_words_of_code(look, code)],
        rows=[*_rows(look, records)],
        tests=[
            UnapprovedTest(service=service.id, place=Place(path=path, line=line, text=text))
            for service, path in suites
            for line, text in tests_without_approval(_text(look, path))
        ],
    )


def _text(look: Look, path: str) -> str:
    """Return a file's text if it speaks of what is asked; nothing of one that cannot be read."""
    entry = look.tree.entries[path]
    if entry.oid in look.tree.objects.missing:
        return ""
    raw = look.tree.read(path)
    if len(raw) > look.manifest.report_limit or not _SPEAKS.search(raw):
        return ""
    try:
        return decode(raw)
    except NotText:
        return ""


def _code(look: Look, service: Service) -> list[str]:
    return [
        path
        for path, entry in look.tree.entries.items()
        if entry.is_file
        and PurePosixPath(path).suffix in _CODE
        and _is_below(path, service.source)
        and not (is_test(path) or is_example(path))
    ]


def _suite(look: Look, service: Service) -> list[str]:
    paths = service.suite.paths if service.suite else ()
    return [
        path
        for path, entry in look.tree.entries.items()
        if entry.is_file and path.endswith(".py") and _is_below(path, paths)
    ]


def _is_below(path: str, places: Sequence[str]) -> bool:
    cleaned = [place.strip("/").removeprefix("./") for place in places]
    return any(place in {"", ".", path} or path.startswith(f"{place}/") for place in cleaned)


def _is_of_records(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in SUFFIXES and not (
        is_vendored(path) or is_test(path) or is_example(path)
    )


def _passed(look: Look, written: Sequence[Written]) -> Iterator[StatedPass]:
    """Yield where P-3 is said to have passed: in documents, then in reports."""
    for document in read_documents(look):
        for entry in document.statements:
            if (entry.subject, entry.value) == (_POLICY, ReportStatus.PASS.value):
                place = Place(path=document.path, line=entry.line, text=entry.text)
                yield StatedPass(place=place)
    for text in written:
        for claim in text.record.claims if text.service else ():
            if claim.kind is ClaimKind.POLICY and claim.value == f"{_POLICY} PASS":
                place = Place(path=text.path, line=claim.line, text=claim.text[:160])
                yield StatedPass(service=text.service.id if text.service else "", place=place)


def _words_of_texts(written: Sequence[Written]) -> Iterator[AutomaticWords]:
    for text in written:
        own = {fact.line for fact in text.document.lines if is_said_of_now(fact)}
        service = text.service.id if text.service else ""
        for line, quoted in automatic_lines(text.text):
            if line in own:
                place = Place(path=text.path, line=line, text=quoted[:160])
                yield AutomaticWords(service=service, place=place)


def _words_of_code(look: Look, code: Sequence[tuple[Service, str]]) -> Iterator[AutomaticWords]:
    for service, path in code:
        for line, quoted in automatic_lines(_text(look, path)):
            place = Place(path=path, line=line, text=quoted[:160])
            yield AutomaticWords(service=service.id, place=place)


def _rows(look: Look, paths: Sequence[str]) -> Iterator[UnapprovedRow]:
    for path in paths:
        for record, why in find_unapproved(path, _text(look, path)):
            place = Place(path=path, line=record.line, text=record.name)
            yield UnapprovedRow(place=place, record=f"a record of {record.name}", why=why)


def _control() -> NegativeControl:
    """Read a planted record, a planted test and a planted comment in the same way."""
    (records, rows), (_, suite), (_, code) = _CANARIES
    seen = {
        "a record": any(find_unapproved(records, rows)),
        "a test": any(tests_without_approval(suite)),
        "a comment": any(automatic_lines(code)),
    }
    return NegativeControl(
        state=ControlState.ALIVE if all(seen.values()) else ControlState.DEAD,
        changed="read a record, a test and a comment of the probe's own that need no approval",
        found=", ".join(name for name, is_seen in seen.items() if is_seen) or "nothing",
    )
