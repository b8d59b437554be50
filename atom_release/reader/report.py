"""One report, from its bytes to its record: Markdown or JSON, whatever the state it is in.

Reading never fails: what cannot be read says why in `unread`.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from atom_release.gate.claims.record import ClaimKind, ClaimRecord
from atom_release.reader import (
    contradictions,
    counts,
    deliverables,
    document,
    environment,
    header,
    json_report,
    measurements,
    policies,
    status,
    surface,
)
from atom_release.reader.decoding import NotText, clean, decode
from atom_release.reader.document import Document
from atom_release.reader.record_parts import counted, ordered, service_of, test_claims

LIMIT = 1_048_576


def read_report(path: str, raw: bytes, *, limit: int = LIMIT) -> ClaimRecord:
    """Read what one report asserts; `path` only names it, and nothing is read from the disk."""
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
    if PurePosixPath(path).suffix.lower() == ".json":
        return json_report.read(path, text)
    return _markdown(path, document.parse(text))


def _markdown(path: str, parsed: Document) -> ClaimRecord:
    task, task_findings = header.task_id(parsed, path)
    head = header.read(parsed)
    stated = status.read(parsed, task)
    tests = counts.read(parsed, task)
    policy = policies.read(parsed)
    paths = list(deliverables.read(parsed))
    claims = [
        *stated.claims,
        *test_claims(parsed, tests.stated),
        *policy.claims,
        *head.claims,
        *(parsed.claim(ClaimKind.DELIVERABLE, name, number) for name, number in paths),
        *measurements.read(parsed),
        *surface.read(parsed),
    ]
    against = contradictions.find(parsed, stated, tests.counts, policy)
    return ClaimRecord(
        path=path,
        task_id=task,
        title=clean(parsed.title) if parsed.title else None,
        service=head.service or service_of([name for name, _ in paths]),
        status=stated.status,
        status_raw=stated.raw,
        tests=counted(tests.counts),
        policies=policy.policies,
        branch=head.branch,
        date=head.date,
        deliverables=tuple(name for name, _ in paths),
        environment=tuple(environment.read(parsed)),
        claims=ordered(claims),
        findings=tuple(
            dict.fromkeys(
                [*task_findings, *stated.findings, *tests.findings, *policy.findings, *against]
            )
        ),
        lines=len(parsed.source) - (parsed.source[-1] == ""),
        unexamined=parsed.unexamined,
    )
