"""The release's documents, read once for every question that is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.vocabulary import FIXED_CRITERIA
from atom_release.probes.report import report_paths
from atom_release.reader.release_document import DocumentRead, read_document
from atom_release.reader.subjects import Subjects

if TYPE_CHECKING:
    from atom_release.lab.look import Look


def read_documents(look: Look) -> list[DocumentRead]:
    """Return the documents that the manifest names, in the order of their paths.

    Raises:
        MissingBlob: the clone does not hold one of them.
    """
    subjects, limit = subjects_of(look), look.manifest.report_limit
    paths = tuple(document_paths(look))
    return look.tree.once(
        ("documents", paths, subjects, limit),
        lambda: [read_document(path, look.tree.read(path), subjects, limit) for path in paths],
    )


def document_paths(look: Look) -> list[str]:
    """Return the documents' paths; a service's report is none."""
    reports = {path for service in look.manifest.services for path in report_paths(look, service)}
    named = {path for pattern in look.manifest.documents for path in look.tree.glob(pattern)}
    return sorted(path for path in named - reports if look.tree.entries[path].kind == "blob")


def documents_and_reports(look: Look) -> list[str]:
    """Return the paths of the documents and of the services' reports."""
    reports = (path for service in look.manifest.services for path in report_paths(look, service))
    return [*document_paths(look), *reports]


def subjects_of(look: Look) -> Subjects:
    """Return what documents of this release may speak of."""
    manifest = look.manifest
    return Subjects(
        tuple((service.id, service.name) for service in manifest.services),
        frozenset(name for name in FIXED_CRITERIA if name.startswith("P-")),
        frozenset(check.id for check in manifest.checks),
    )
