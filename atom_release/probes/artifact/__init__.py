"""The question `artifact`: does its command make the file, and from what of the release?"""

from atom_release.probes.artifact.named import named_commands
from atom_release.probes.artifact.probe import probe_artifact, probe_artifacts

__all__ = ["named_commands", "probe_artifact", "probe_artifacts"]
