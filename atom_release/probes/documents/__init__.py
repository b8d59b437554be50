"""The question `documents`: do the release's own documents contradict each other, or a report?"""

from atom_release.probes.documents.bearing import cited_files
from atom_release.probes.documents.probe import probe_documents

__all__ = ["cited_files", "probe_documents"]
