"""The question `documents`: do the release's own documents contradict each other, or a report?"""

from atom_release.probes.documents.bearing import cited_files
from atom_release.probes.documents.probe import probe_documents
from atom_release.probes.documents.reading import documents_and_reports

__all__ = ["cited_files", "documents_and_reports", "probe_documents"]
