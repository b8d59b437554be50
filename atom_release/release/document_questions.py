"""What the release's own documents are asked: whether they agree, and with the reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from atom_release.records import canonical, names
from atom_release.release.ask import Question
from atom_release.release.work import evidence_document

if TYPE_CHECKING:
    from atom_release.release.work import Work


def documents(work: Work) -> Mapping[str, bytes]:
    """Read the documents that the manifest names."""
    from atom_release.probes.documents import probe_documents

    leg = (("documents", "release"),)
    collected = work.boundary.ask(
        Question(leg, lambda: probe_documents(work.look, work.names.every))
    )
    return {
        work.names.artifact(names.DOCUMENTS): canonical.artifact(evidence_document(collected)),
    }
