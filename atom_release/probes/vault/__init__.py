"""The question `vault`: is there one, unsealed, whose token may read what the manifest names?"""

from atom_release.probes.vault.probe import probe

__all__ = ["probe"]
