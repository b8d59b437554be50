"""The question `documents`: do the release's own documents contradict each other, or a report?"""

from atom_release.probes.documents.probe import probe_documents

__all__ = ["probe_documents"]
