"""Which files of the commit the passed rows of the release's documents rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.probes.documents.cited import held_files
from atom_release.probes.documents.reading import read_documents
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from atom_release.lab.look import Look


def cited_files(look: Look) -> dict[str, set[str]]:
    """Return the files that passed rows cite, with the services and policies of those rows."""
    bearing: dict[str, set[str]] = {}
    try:
        documents = read_documents(look)
    except MissingBlob:
        return bearing
    for document in documents:
        for cites in document.cites:
            for path in cites.paths:
                for held in held_files(look, document.path, path)[:1]:
                    bearing.setdefault(held, set()).add(cites.subject)
    return bearing
