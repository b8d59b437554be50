"""Service reports among a repository's documents, by the project's own reader.

A document is a report where its reader finds a task, or a status beside claims that decide. Which
service it is of, its own words or its place have to say: a report is matched to one service or to
none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting import words
from atom_release.drafting.files import Files, is_below
from atom_release.drafting.findings import Report
from atom_release.gate.claims.record import ClaimRecord
from atom_release.reader.report import read_report

_CANDIDATE = re.compile(
    r"(?:.*/)?(?:reports?/[^/]+|[^/]*(?:report|completion|implementation|handover|summary)[^/]*)"
    r"\.(?:md|json)",
    re.IGNORECASE,
)
_MOST = 60
_LARGEST = 200_000


def find(files: Files) -> Iterator[Report]:
    """Yield the reports among the documents that are named like one."""
    candidates = [path for path in files.paths if _CANDIDATE.fullmatch(path)]
    for path in candidates[:_MOST]:
        text = files.text(path)
        if not text or len(text) > _LARGEST:
            continue
        record = read_report(path, text.encode())
        if _is_report(record):
            yield Report(path, record.task_id or "", record.service or record.title or "")


def _is_report(record: ClaimRecord) -> bool:
    decides = any(claim.kind.decides for claim in record.claims)
    return not record.unread and decides and (bool(record.task_id) or record.status.understood)


def of_service(
    reports: Sequence[Report], name: str, folder: str, others: Sequence[str]
) -> list[Report]:
    """Return the reports of a service by their words or place.

    Where there is one service alone and none names it, all that there are may be about it.
    """
    naming = [report for report in reports if _names(report, name, folder, others)]
    return naming or ([*reports] if len(others) == 1 and len(reports) > 1 else [])


def _names(report: Report, name: str, folder: str, others: Sequence[str]) -> bool:
    if folder and is_below(report.path, folder):
        return True
    text = f"-{words.slug(report.service)}-{words.slug(report.path)}-"
    wanted = words.slug(name)
    return (
        bool(wanted)
        and f"-{wanted}-" in text
        and not any(
            len(other) > len(wanted) and wanted in other and f"-{other}-" in text
            for other in map(words.slug, others)
        )
    )
