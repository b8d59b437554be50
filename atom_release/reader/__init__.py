"""Reading service reports: what each asserts, with the line it stands on."""

from atom_release.reader.files import read_files
from atom_release.reader.report import read_report

__all__ = ["read_files", "read_report"]
