"""Reading service reports: what each asserts, with the line it stands on."""

from atom_release.evidence.claims.files import read_files
from atom_release.evidence.claims.report import read_report

__all__ = ["read_files", "read_report"]
