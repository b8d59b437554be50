"""Documents of the release as a whole, among a repository's files, by the project's own reader.

A document is one where the reader finds answers about several services or policies: a final report,
a policy check, a summary, a snapshot. Its name only says which files are read first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from atom_release.drafting.files import Files
from atom_release.drafting.findings import Report, Service
from atom_release.gate.vocabulary import FIXED_CRITERIA
from atom_release.reader.release_document import DocumentRead, read_document
from atom_release.reader.subjects import Subjects

_LIKELY = re.compile(
    r"final|report|summary|polic|compliance|snapshot|audit|release|complet|status|check|result",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"(?:readme|changelog|changes|history|contributing|roadmap|todo|license|security|code_of_conduct"
    r"|.*(?:template|example|plan|proposal|design|spec|guide|tutorial|runbook).*"
    r"|package(?:-lock)?|composer|tsconfig|manifest)\.(?:md|json)",
    re.IGNORECASE,
)
_GLOB = re.compile(r"[*?\[\]{}]")
_MOST = 40
_LARGEST = 200_000
_SEVERAL = 2


def find(files: Files, services: Sequence[Service], reports: Sequence[Report]) -> tuple[str, ...]:
    """Return the paths of the documents, none of them a service's report."""
    subjects = Subjects(
        tuple(
            (service.report.task if service.report and service.report.task else name, name)
            for service in services
            for name in [service.name]
        ),
        frozenset(name for name in FIXED_CRITERIA if name.startswith("P-")),
    )
    chosen = {service.report.path for service in services if service.report}
    tasks = {report.path for report in reports if report.task}
    return tuple(
        sorted(
            path
            for path in _candidates(files)
            if path not in chosen | tasks and _is_of_the_release(files.text(path), path, subjects)
        )
    )


def _candidates(files: Files) -> list[str]:
    """Return the files that are read: Markdown and JSON, those of likely names first."""
    named = [
        path
        for path in files.paths
        if path.lower().endswith((".md", ".json")) and not _GLOB.search(path)
    ]
    possible = [path for path in named if not _NEVER.fullmatch(PurePosixPath(path).name)]
    likely = [path for path in possible if _LIKELY.search(PurePosixPath(path).name)]
    others = [path for path in possible if path.endswith(".md") and path not in {*likely}]
    return [*likely, *others][:_MOST]


def _is_of_the_release(text: str, path: str, subjects: Subjects) -> bool:
    if not text or len(text) > _LARGEST:
        return False
    read = read_document(path, text.encode(), subjects, _LARGEST * 4)
    return len({*_answered(read)}) >= _SEVERAL


def _answered(read: DocumentRead) -> Iterator[str]:
    """Yield the services and policies of which a document gives a status or counts the tests."""
    for statement in read.statements:
        if statement.subject and statement.question in {"status", "tests"}:
            yield statement.subject
