"""One report, from its bytes to its record: Markdown or JSON, whatever the state it is in.

Reading never fails: what cannot be read says why in `unread`.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from atom_release.gate.claims.record import ClaimKind, ClaimRecord, ReportStatus
from atom_release.reader import json_report
from atom_release.reader.claims_block import (
    FILE,
    Block,
    NotGiven,
    block_beside,
    given_claims,
    own_block,
)
from atom_release.reader.contradictions import find_contradictions
from atom_release.reader.contrary import find_contrary
from atom_release.reader.counts import read_counts
from atom_release.reader.coverage import read_coverage
from atom_release.reader.decoding import NotText, clean, decode
from atom_release.reader.deliverables import read_deliverables
from atom_release.reader.environment import read_environment
from atom_release.reader.extras import read_extras
from atom_release.reader.facts import Document
from atom_release.reader.given_record import with_given
from atom_release.reader.header import read_header, task_id
from atom_release.reader.hidden_statements import find_hidden
from atom_release.reader.markdown import read_markdown
from atom_release.reader.measurements import read_measurements
from atom_release.reader.policies import read_policies
from atom_release.reader.record_parts import counted, ordered, service_of, test_claims
from atom_release.reader.status import read_status
from atom_release.reader.surface import read_surface
from atom_release.reader.unread_lines import find_unread_lines

LIMIT = 1_048_576
MOST_LINES = (
    10_000  # the parser takes seconds for more lines of nested lists, and no report has them
)

MOST_CELLS = 60_000  # a cell takes some 30 microseconds, and no report has so many


def read_report(
    path: str,
    raw: bytes,
    *,
    limit: int = LIMIT,
    beside: bytes | None = None,
    unread_lines: bool = False,
) -> ClaimRecord:
    """Read what one report asserts; `path` only names it, and nothing is read from the disk.

    Args:
        path: the report's path.
        raw: its bytes.
        limit: the most bytes that are parsed.
        beside: the bytes of a `release-claims.json` in its folder, if there is one.
        unread_lines: whether to look for lines that look like claims and were not read.
    """
    path = clean(path)
    if len(raw) > limit:
        return ClaimRecord(
            path=path, unread=f"the file is larger than {limit} bytes and was not parsed"
        )
    try:
        text = decode(raw)
    except NotText as reason:
        return ClaimRecord(path=path, unread=str(reason))
    if not text.strip():
        return ClaimRecord(path=path, unread="the file is empty", lines=text.count("\n"))
    try:
        return settled(_read(path, text, beside, unread_lines=unread_lines))
    except NotGiven as reason:
        return ClaimRecord(path=path, unread=str(reason), lines=text.count("\n") + 1)


def _read(path: str, text: str, beside: bytes | None, *, unread_lines: bool) -> ClaimRecord:
    """Return the record as the report states it.

    Raises:
        NotGiven: it gives a record itself that is not valid.
    """
    name = PurePosixPath(path)
    block: Block | None = None
    if name.name == FILE:
        record = ClaimRecord(path=path, lines=text.count("\n") + 1)
        block = Block(FILE, text, 1)
    elif name.suffix.lower() == ".json":
        record = json_report.read(path, text)
    elif too_much := _too_much(text):
        reason = f"the file has more than {too_much} and was not parsed"
        return ClaimRecord(path=path, unread=reason, lines=text.count("\n") + 1)
    else:
        document = read_markdown(text)
        block = own_block(document)
        given = block is not None or beside is not None
        record = _markdown(path, document, given=given)
        if unread_lines:
            read = {claim.line for claim in record.claims}
            lines = find_unread_lines(document, read)
            why = {
                f"line {line}": document.withheld[line]
                for line in lines
                if line in document.withheld
            }
            record = record.model_copy(
                update={"unread_lines": lines, "reasons": record.reasons | why}
            )
    if block is None and beside is not None:
        block = block_beside(path, beside)
    return record if block is None else with_given(record, given_claims(block), block)


def _too_much(text: str) -> str:
    """Return what a text has more of than is parsed, or nothing."""
    if text.count("\n") > MOST_LINES:
        return f"{MOST_LINES} lines"
    return f"{MOST_CELLS} table cells" if text.count("|") > MOST_CELLS else ""


def settled(record: ClaimRecord) -> ClaimRecord:
    """Return the record without a PASS that a reader of the report must doubt."""
    if record.doubt is None or record.status is not ReportStatus.PASS:
        return record.model_copy(update={"doubt": None}) if record.doubt else record
    kept = tuple(
        claim
        for claim in record.claims
        if claim.kind is not ClaimKind.STATUS or claim.value != ReportStatus.PASS.value
    )
    return record.model_copy(update={"status": ReportStatus.UNREAD, "claims": kept})


def _markdown(path: str, document: Document, *, given: bool) -> ClaimRecord:
    """Read the prose; what speaks against a PASS is looked for where one is stated, or may be given."""
    task, task_findings = task_id(document, path)
    head = read_header(document)
    status = read_status(document, task, path)
    tests = read_counts(document, task)
    policies = read_policies(document)
    paths = list(read_deliverables(document))
    claims = [
        *status.claims,
        *test_claims(document, tests.stated),
        *policies.claims,
        *head.claims,
        *(document.claim(ClaimKind.DELIVERABLE, name, number) for name, number in paths),
        *read_measurements(document),
        *read_coverage(document),
        *read_surface(document),
        *read_extras(document),
    ]
    against = find_contradictions(document, status, tests.counts, policies)
    hidden = find_hidden(document)
    doubted = given or status.status is ReportStatus.PASS
    reasons = {"status": status.reason, "tests": tests.reason, **head.reasons}
    return ClaimRecord(
        path=path,
        task_id=task,
        title=clean(document.title) if document.title else None,
        service=head.service or service_of([name for name, _ in paths]),
        status=status.status,
        status_raw=status.raw,
        tests=counted(tests.counts),
        policies=policies.policies,
        branch=head.branch,
        date=head.date,
        deliverables=tuple(name for name, _ in paths),
        environment=tuple(read_environment(document)),
        claims=ordered(claims),
        findings=tuple(
            dict.fromkeys(
                [
                    *task_findings,
                    *status.findings,
                    *tests.findings,
                    *policies.findings,
                    *against,
                    *hidden,
                ]
            )
        ),
        doubt=find_contrary(document, tests.counts) if doubted else None,
        reasons={name: reason for name, reason in reasons.items() if reason},
        lines=len(document.source) - (document.source[-1] == ""),
        unexamined=document.unexamined,
    )
