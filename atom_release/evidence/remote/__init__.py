"""The git remote and the forge: may the tag's name be used (AC5), and may a pull request be opened (AC6)."""

from atom_release.evidence.remote.branch import probe_remote
from atom_release.evidence.remote.forge import probe_forge
from atom_release.evidence.remote.tag import probe_tag

__all__ = ["probe_forge", "probe_remote", "probe_tag"]
