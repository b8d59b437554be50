"""The question `artifact`: does its command make the file, and from what of the release?"""

from atom_release.probes.artifact.probe import probe_artifacts

__all__ = ["probe_artifacts"]
