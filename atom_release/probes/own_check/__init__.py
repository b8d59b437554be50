"""The question `own-check`: is a check of the release's own green, and could it be red?"""

from atom_release.probes.own_check.beside import Beside
from atom_release.probes.own_check.probe import probe_own_check

__all__ = ["Beside", "probe_own_check"]
