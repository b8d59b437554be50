"""The question `unapproved`: what in the tree speaks against a person's approval (P-3)?"""

from atom_release.probes.unapproved.probe import probe_unapproved

__all__ = ["probe_unapproved"]
