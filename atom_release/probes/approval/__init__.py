"""The question `approval`: does the dangerous action wait for a person, and leave a record?

By requests to the rehearsed service, or by programs of the release over its rows.
"""

from atom_release.probes.approval.by_program import probe_by_program
from atom_release.probes.approval.by_request import probe_approval

__all__ = ["probe_approval", "probe_by_program"]
